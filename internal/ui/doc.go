// Package ui is the design system: the frame of a page, the parts it is built from, and the style sheets and
// small scripts that serve them.
//
// Owns: tokens, components, icons, dual times and the other words that every page writes alike.
// Invariants: no inline style or script, nothing from another host, every page works as a plain form post,
// a state is always a glyph and a word.
// Not here: what a page shows (the web package of each feature), who may see it (the gate).
package ui
