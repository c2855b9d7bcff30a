// Package docwork reads untrusted files in a child process of the same program, which serves one file and dies.
//
// Owns: the child's limits and its confinement; the text of plain text files and of DOCX.
//
// Invariants:
//   - no byte of an uploaded file is parsed in the server's own process;
//   - before it reads the first byte the child gives up the file system, the network and starting programs, where the
//     kernel can take them away (Landlock, seccomp), and bounds its memory, time and output everywhere;
//   - the parent gives it bytes on standard input and takes text from standard output; neither knows a path or a key;
//   - what cannot be read has a reason in one sentence.
//
// Not here: page images, other formats, which file may be read by whom (package document).
package docwork
