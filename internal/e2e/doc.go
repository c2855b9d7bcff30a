// Package e2e walks through the program as its people do: the real binary, a real browser, and an accessibility check of every
// page that is opened.
//
// Owns: how a test starts the program and the browser, and the words for what a person does in it.
// Invariants: a journey acts only through what is on the page; each browser has a profile of its own; no fixed waiting times.
// Not here: what a page says in detail (the web packages' own tests).
package e2e
