// Package matter keeps clients and matters: who is on them, who is screened from them, and the papers on which the
// release of work rests.
//
// Owns: tables client, matter, matter_fact, party, consent, conflict_check; the gate facts of a matter, its team grants
// and its ethical walls. Verbs: client.*, matter.*, conflict_check.answer.
//
// Invariants:
//   - every load carries Visible: a walled matter is as absent as one that never was;
//   - any change of the party list raises its version, so a conflict check made before is stale from that instant;
//   - a consent is for one provider, country and data class; withdrawing it shuts the matter to that provider in the
//     same transaction;
//   - a provider's people never see the client, another provider, or the firm's consents; before the matter is open to
//     them they see the party list and the number of the conflict check, and nothing else;
//   - words that matter (standing instructions, facts) are sealed under the matter's key, which is made with the matter.
//
// Not here: documents, tasks, talk; the engagement's own gates (package engagement); imports (package imports).
package matter
