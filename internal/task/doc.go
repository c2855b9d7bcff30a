// Package task moves a piece of work from the firm's package through the stages of its playbook to the attorney's
// sign-off and delivery.
//
// Owns: tables task, task_document, task_reviewer, missing_item, task_check, submission, submission_file, review,
// finding, sign_off, sign_off_file, question, task_look.
//
// Invariants:
//   - nobody reviews or signs what they drafted, and nobody reviews at two stages of one task;
//   - a task keeps the playbook version with which it was released;
//   - a submission is a manifest of exact versions; review, findings and sign-off cover the whole of it;
//   - a sign-off binds the SHA-256 of every file; it is void while the current bytes of any of them differ;
//   - a returned task names what to fix, and is handed in again only when every open finding is answered;
//   - an open task outside a queue has a holder; every move leaves an entry.
//
// Not here: the bytes (package document), procedures (package playbook), talk (package thread), clocks.
package task
