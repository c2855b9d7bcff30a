// Package findweb answers the palette and the page Find.
//
// Owns: /find.
// Invariants: the palette gets the same hits as the page; a hit is a link and nothing more.
// Not here: what may be found (package find).
package findweb
