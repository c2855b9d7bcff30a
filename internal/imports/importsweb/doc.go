// Package importsweb is the import page: choose a file, see what it would do, confirm, and undo.
//
// Owns: routes under /import.
// Invariants: between preview and confirmation the file is kept by the browser, packed into the form, and nowhere else;
// it is read again in full when it is confirmed.
// Not here: what may be imported (package imports).
package importsweb
