// Package linear gives WebAssembly its memory from the system.
//
// Owns: the memory of PDFium.
//
// Invariants:
//   - memory is reserved once and whole, grows in its place, and goes back to the system when the module ends: Go's would be
//     copied whenever it grows, and the copies wait for the collector.
//
// Not here: how much a module may have (package docwork).
package linear
