// Package config is what an installation is told from outside: flags, and environment variables of the same meaning.
//
// Owns: the settings, their defaults and whether they fit together. It is the only package that reads the
// environment.
//
// Invariants:
//   - a secret is in a file, never in a flag (others see it in the process list) and never in a variable, with one
//     exception: the address of a database may hold a password, so it is never printed;
//   - Validate says in one sentence per fault what is wrong and what is meant.
//
// Not here: what is configured within the product (retention, policies, members), and reading the secrets' meaning.
package config
