// Package app is the composition root: configuration in, a running program out.
//
// Owns: the order in which stores, gate, features, jobs and routes are put together, and taken down again.
//
// Invariants:
//   - everything a feature needs is given to it here; nothing looks around for its own dependencies;
//   - what Open acquired Close releases, in reverse;
//   - nodes are stateless: any number of them may run on one PostgreSQL.
//
// Not here: what the program does.
package app
