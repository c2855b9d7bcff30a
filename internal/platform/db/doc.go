// Package db is the only package that knows which database engine runs. Everyone else writes one SQL text,
// with ? for each argument, in the subset that SQLite and PostgreSQL share; the store tests run it on both.
//
// Owns: connections, transactions and their retry, the renumbering of ?, the words in which the engines differ.
//
// Invariants:
//   - one writer at a time on SQLite (BEGIN IMMEDIATE); READ COMMITTED on PostgreSQL, where rows that must not
//     change are locked by ForShare and ForUpdate;
//   - a committed transaction survives a power cut (synchronous=FULL, PostgreSQL's default);
//   - instants are integer microseconds UTC, 0 for "not set"; court dates are text YYYY-MM-DD.
//
// Not here: tables (package schema), who may read (package gate).
package db
