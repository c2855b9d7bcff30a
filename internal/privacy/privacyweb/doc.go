// Package privacyweb shows requests of data subjects, legal holds and retention.
//
// Owns: the pages below /privacy and the API of the same.
// Invariants: it decides nothing; an export leaves only through Service.TakeOut.
// Not here: what is erased (package privacy).
package privacyweb
