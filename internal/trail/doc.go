// Package trail answers who did, saw and was refused what: questions over the entries of the ledger, in words.
//
// Owns: the sentence of each verb; who may read which entries; the export. It writes no table.
//
// Invariants:
//   - an entry of a matter is read by who sees the matter, and by nobody else; an entry of no matter by who did it, and
//     by the compliance officers and administrators of the organization whose record it is;
//   - a refused attempt is read by who was refused and by the compliance officers and administrators of the two
//     organizations it concerns;
//   - what the other side does not know of (a package in preparation, a quarantined document) does not show through its entries;
//   - a network address is shown to compliance officers and administrators of the actor's own organization alone.
//
// Not here: how entries come to be (packages gate and ledger), proofs over the tree of them.
package trail
