// Package testkit gives a test a real, migrated database on each engine and a clock that stands still.
//
// Owns: how a test gets its databases, the instant at which tests play.
// Invariants: no test shares a database with another; a missing engine fails the test, unless -short says that it may be missing.
// Not here: anything that is shipped.
package testkit
