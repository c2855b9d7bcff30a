// Package mail sends letters: by SMTP, or into a folder of .eml files when no server is configured.
//
// Owns: the message, the two senders, the difference between "try again" and "never".
//
// Invariants:
//   - a message has a stable Message-ID: sent twice, it is one letter in the reader's mailbox and one file in the folder;
//   - an address or subject with a line end is refused, so nobody adds header lines or recipients;
//   - an error names the Message-ID and the server's code, never an address or a text.
//
// Not here: what is written to whom (the features), trying again (package jobs).
package mail
