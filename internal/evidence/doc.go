// Package evidence shows what is proven of the record, and keeps the witnesses of both sides.
//
// Owns: tables witness, cosignature, witness_refusal; which witness cosigned how far.
//
// Invariants:
//   - a cosignature is stored only when it is of a registered key and of a checkpoint that this log signed;
//   - what is claimed begins at a cosignature: without witnesses the page says what is not proven;
//   - the files of the log hold identifiers only; everybody who is signed in, or has a token for it, may fetch them.
//
// Not here: the tree (package ledger), its public formats and their verification (package proof), what entries open to (package trail).
package evidence
