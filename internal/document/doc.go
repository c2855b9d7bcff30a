// Package document keeps the files of a matter: documents, their immutable versions, and who had them.
//
// Owns: tables document, version, quarantine, blob_pending, residency, page_seen,
// version_password. Verbs: document.upload,
// document.add_version, document.restore_version, document.see, document.open, document.compare, document.unlock,
// document.set_residency, document.lift_residency, document.quarantine, document.lift_quarantine.
//
// Invariants:
//   - a version is never changed: new bytes, or old ones restored, are a new version;
//   - bytes are stored as they came, whatever they claim to be, sealed under the matter's key;
//   - a version's row exists only when its blob is durable, and a blob without a row is noted in blob_pending from
//     before its first byte, so that the sweep finds it;
//   - taking out a file is a write: no bytes without an entry;
//   - a page is on record before it is sent, carries its reader's mark in its pixels, or is not sent;
//   - where a residency rule stands, neither the file nor its text goes to people of a provider abroad, nor to who works in
//     another country than the firm; outside the rule's networks and hours a provider's people see no page either;
//   - a document in quarantine is shown and given to nobody but the firm's compliance officer and supervising attorney.
//
// Not here: keys and sealed bytes (packages keys and blob), pages and text of files (package docwork), which task may
// change its work product (the Work interface, which package task implements).
package document
