// Package e2e walks through the program as its people do: the real binary, a real browser, and an accessibility check of every
// page that is opened.
//
// Owns: how a test starts the program and the browser, and the words for what a person does in it.
// Invariants: a journey acts only through what is on the page, and only time is helped along (Server.Later); each person has cookies
// and storage of their own; every page is watched for failing scripts, broken policy and requests to other hosts; no fixed waiting times.
// Not here: what a page says in detail (the web packages' own tests).
package e2e
