// Package privacy answers data subjects, holds what the law holds, and disposes of closed matters.
//
// Owns: tables legal_hold, retention, privacy_request; requests for access (GDPR Art. 15), erasure (Art. 17) and disposal, the
// jobs that carry them out, and their certificates.
//
// Invariants:
//   - nothing is erased or disposed of by one person alone: another one approves;
//   - a legal hold wins: the request waits, says so, and goes on when the last hold that concerns it is lifted;
//   - erasing takes salt and value behind a commitment away, never a leaf: every proof stays valid;
//   - a certificate names what was erased, and what remains and why. It claims nothing of backups.
//
// Not here: who owns the rows that are erased (each feature takes its own away), the trail.
package privacy
