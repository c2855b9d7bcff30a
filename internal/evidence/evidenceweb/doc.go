// Package evidenceweb shows how far the record is proven, and serves the files of the log.
//
// Owns: the page of the record, the operations of the API, the files of C2SP tlog-tiles below /api/v1/log.
//
// Invariants:
//   - full tiles may be kept for ever by whoever fetched them, everything else is asked for again.
//
// Not here: what is proven (package evidence).
package evidenceweb
