// Package cli is the command line of people who work on a running server: it asks the API and shows the answers.
//
// Owns: the verbs and their words, how an answer looks in a terminal, the exit code of a refusal.
// Invariants: a token is read from a file, never from an argument; every POST carries an idempotency key; a file appears
// under its name only when all of it has arrived, and replaces another only when told to.
// Not here: what may be done (the server), requests and problems (package client), commands that open an installation
// (cmd/countersign with package app).
package cli
