// Package account knows people: who they are, how they prove it, which organizations they belong to and in which roles.
//
// Owns: tables org, person, recovery_code, member, session, invitation, sign_in_attempt; the roles and their names; the
// gate's fact "mfa" of a person and every grant in the scope "org".
// Verbs: org.found, org.add, member.*, account.*.
//
// Invariants:
//   - a session is open only after two factors, and a one-time code opens nothing twice;
//   - secrets of sessions, tokens, invitations and recovery codes are stored as hashes only, TOTP secrets sealed;
//   - a failed sign-in says the same sentence, costs the same work and leaves the same trace whether the account exists or not;
//   - sessions, tokens, links and attempts go by real time; memberships and roles by business time, as all permissions do;
//   - an organization always has an administrator.
//
// What a session remembers of itself (when it was last seen) and the counting of attempts are bookkeeping, not client
// records: they are written without an entry. Everything else goes through the gate.
//
// Not here: cookies and pages (accountweb), teams and walls (package matter), what a role may do (the policies).
package account
