// Package probeweb shows what the residency probe found, and asks for one.
//
// Owns: /probes, /probes/{id}, and the same of the API.
// Invariants: a report says what was asked and what it does not prove beside what it found.
// Not here: the walk (package probe).
package probeweb
