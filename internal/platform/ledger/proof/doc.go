// Package proof is the public side of the ledger: what anybody can check with the files of the log and its keys.
//
// Owns: tiles and entry bundles (C2SP tlog-tiles), the tree over them (RFC 6962), checkpoints (C2SP tlog-checkpoint, signed
// notes), cosignatures (C2SP tlog-cosignature), what a witness checks before it cosigns (C2SP tlog-witness), and the
// verification of a whole log in a folder.
//
// Invariants:
//   - it reads files and nothing else: no database, no network, no clock;
//   - nothing is trusted that was not signed or hashed: every byte comes from outside;
//   - a verification says what is proven, by whom it is cosigned and up to when, and names the first thing that is wrong.
//
// Not here: how entries come into the tree (package ledger), who may read what they open to (package trail).
package proof
