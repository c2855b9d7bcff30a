// Package raster packs the pixels of pages as PNG.
//
// Owns: how many colors a page keeps, and how hard it is packed.
//
// Invariants:
//   - a gray page keeps every value;
//   - a page of text in a few colors keeps 32 levels of each: black and white stay exact, no other value moves by more than
//     4 of 255; a page with more colors than fit a palette, such as a photograph, keeps them all.
//
// Not here: what is on the page (package docwork), whose mark is on it (package mark).
package raster
