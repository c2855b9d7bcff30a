// Package ledger keeps the record that neither side can rewrite.
//
// Owns: tables entry, entry_pending and ledger_…; the canonical leaf bytes and the salted commitments in them.
//
// Invariants:
//   - an entry is a row of the transaction it tells of: it exists exactly when the change does;
//   - leaf bytes never change their meaning: they begin with their version, and old versions stay readable;
//   - a leaf holds identifiers, words of this program and commitments, never a name, an address or any text
//     that a person typed: the tree may be shown to anyone, and erasing salt and value of a commitment
//     (GDPR Art. 17) leaves every proof valid;
//   - every committed entry gets exactly one place in one Merkle tree, within a second, and keeps it.
//
// Not here: who may act (package gate), the public formats and their verification (package proof), witnesses (package evidence).
package ledger
