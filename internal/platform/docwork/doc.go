// Package docwork reads untrusted files in child processes of the same program, each of which serves one matter and dies.
//
// Owns: the children, their limits and their confinement; what a file is; the pixels and the text of its pages: PDF by
// PDFium, pictures, and text renditions of the rest.
//
// Invariants:
//   - no byte of an uploaded file is parsed in the server's own process, and nothing that a child gives is more than
//     pixels, text and sizes, each checked for its bounds;
//   - the parent looks for "%PDF-" near the beginning, to choose a child that has PDFium ready, and for nothing else;
//   - before it reads the first byte the child gives up the file system, the network and starting programs, where the
//     kernel can take them away (Landlock, seccomp), and bounds its memory;
//   - a child has one file open at a time, and reads the files of one group (a matter) only: it never sees the bytes of two;
//   - a question that takes longer than 20 s kills the child, and is not put to another one; one of which a child died is
//     put to a second only when the first had read other files before;
//   - the parent gives ranges of the file as the child asks for them; neither knows a path or a key;
//   - an office document is text until LibreOffice, where there is one, has drawn it; the rendition says which it is;
//   - what cannot be read has a reason in one sentence.
//
// Not here: who may see which page, and the marks on it (package document).
package docwork
