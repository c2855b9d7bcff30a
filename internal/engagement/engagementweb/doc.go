// Package engagementweb is the pages of engagements: the list, and one engagement with its terms, agreements and clauses.
//
// Owns: routes under /engagements.
// Invariants: a refused form keeps what was typed; no decision is taken here.
// Not here: what may be done and why (package engagement and the gate).
package engagementweb
