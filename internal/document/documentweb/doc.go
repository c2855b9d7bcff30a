// Package documentweb is the pages of documents, and the one way for their bytes in and out of the program.
//
// Owns: routes /matters/{id}/documents, /tasks/{id}/documents, /documents/…, /versions/….
//
// Invariants:
//   - serveBytes is the only function in the program that emits native bytes of a document, always as an attachment;
//   - uploads are streamed part by part, never collected in memory or on disk in the clear;
//   - each file of an upload stands for itself: what fails has its sentence, the others are stored.
//
// Not here: what may be done with a file (package document and the gate).
package documentweb
