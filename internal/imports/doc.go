// Package imports takes people, clients, matters, parties and teams from CSV files.
//
// Owns: tables import, import_row. Verbs: import.run, import.undo.
//
// Invariants:
//   - a preview runs the import itself in a transaction that is rolled back, so it tells exactly what the import would do;
//   - a file that cannot be read is refused whole, with one sentence; a row that breaks a rule is refused alone, with its reason;
//   - people are invited, so that each opens an account of their own; an undo revokes the invitations;
//   - an undo takes back all that an import made, or nothing, and then says what prevents it.
//
// Not here: the rules of the records (package matter), invitations and accounts (package account).
package imports
