// Package schema holds the tables of the program as numbered migrations, one SQL text for both engines.
//
// Owns: the migration files, the words in which the engines' types differ, the version of the database.
//
// Invariants:
//   - forward only: a release never takes a column away from the release before it, so there is no way down;
//   - several nodes may start at once: one migrates, the others wait;
//   - a database that a later release has migrated is refused, not read with a wrong idea of it.
//
// Not here: the tables of the job library, which migrates its own (package jobs).
package schema
