// Package thread is all talk on matters, tasks and documents, and what people are told.
//
// Owns: tables message, message_past, notice, notice_setting; mentions; the words of notices; the morning digest and
// urgent mail.
//
// Invariants:
//   - a message hangs on a matter, a task or a document, and is seen by whoever sees that, on both sides;
//   - nothing is deleted: an edit keeps the text before it;
//   - a mention reaches only people who see the matter; of others it says neither yes nor no;
//   - the words of a notice are made when it is read, through the gate: what the reader may no longer see is dropped;
//   - a mail holds task numbers, matter numbers and counts, never a title, a name or a text.
//
// Not here: who tells whom of what (the features, through tx.Tell), how letters travel (package mail).
package thread
