// Package accessweb shows who could know of a matter and open a document at an instant, by which rule.
//
// Owns: the pages, their CSV and the operations of the API.
//
// Invariants:
//   - an instant is typed and shown in the reader's zone; the API takes RFC 3339.
//
// Not here: the answer (package access).
package accessweb
