// Package engagement is the governed relation between one firm and one provider: where the work is done, in which
// phase the relation stands, which agreements are signed and which contract clauses the program enforces.
//
// Owns: tables engagement, agreement; the gate facts phase, country and agreement, and the clauses, of an engagement.
// Verbs: engagement.open, .move_phase, .record_agreement, .withdraw_agreement, .add_clause.
//
// Invariants:
//   - a firm and a provider have at most one engagement that has not ended;
//   - the phase moves only as Phase.Next says, and each move gives its reason;
//   - an engagement that ends shuts every matter of the firm to the provider in the same transaction;
//   - a clause only forbids, says in plain words what it forbids, and can be evaluated;
//   - only members of the two sides know of an engagement.
//
// Not here: rates, service levels and calendars (package sla), consent and conflict checks (package matter).
package engagement
