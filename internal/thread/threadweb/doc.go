// Package threadweb shows talk and notices.
//
// Owns: /matters|tasks|documents/{id}/thread, /messages/{id}, /notices, /mail/stop/{token}.
// Invariants: the list of messages refreshes by itself, the field that someone types in never does; a refused text
// stays in its field.
// Not here: decisions (package thread).
package threadweb
