// Package client calls the API of a Countersign server: for the command line, for tests, and as an example of a program
// that talks to it.
//
// Owns: how a request is made and how its refusal is read.
// Invariants: the token goes to the one server it was given for, over TLS or within this machine, and follows no redirect;
// a refusal is a *Problem.
// Not here: what may be done (the server), where tokens are kept (the caller).
package client
