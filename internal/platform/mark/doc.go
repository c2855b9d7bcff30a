// Package mark draws who is looking into the pixels of a page.
//
// Owns: the letters, tiles and strength of a reader's mark.
//
// Invariants:
//   - a mark covers the page in tiles, so that no part of a page large enough to be read is without one;
//   - it shows on white, on black and on pictures, and leaves the page legible beneath;
//   - what cannot be written in letters that the program has is refused: there is no page with half a mark.
//
// Not here: whose mark it is, and on which page it stands (package document). A mark makes a copy traceable; it does not
// prevent one.
package mark
