// Package paper writes the documents of the demo world: court papers, letters,
// transcripts, minutes and mail, as real PDF, DOCX, EML and plain text.
//
// Owns: the document model ([Doc] and its blocks) and four renderers.
//
// Invariants:
//   - pure: a Doc goes in, bytes come out; no clock, no file, no randomness;
//   - the same Doc always gives the same bytes, so a demo built twice has the
//     same content hashes;
//   - every word of a Doc is found in every format it is rendered to.
//
// Not here: what the documents say (package world), where their bytes are kept.
package paper
