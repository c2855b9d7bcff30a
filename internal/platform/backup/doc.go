// Package backup writes an installation into one file and proves what it restores from it.
//
// Owns: the format of the archive, the key file beside it, and what a restore must show before it counts.
//
// # The archive, version 1
//
// A tar file with these members in this order:
//
//	header.json    format, schema version, engine, instant, name and salt of the key
//	rows           every row of every table, as a sealed blob (package blob says how) around gzip around JSON lines
//	blobs/<name>   the documents, sealed as they lie in the bucket
//	manifest.json  rows per table, and size and SHA-256 of every member before it
//	seal           HMAC-SHA-256 over every byte of the file before the header of this member
//
// The lines of rows are {"table", "fields"} before each table, one array per row (bytes as base64), {"rows"} after it.
// They name no engine, so an archive of SQLite restores into PostgreSQL and the other way round.
//
// The keys of rows and seal come by HKDF-SHA-256 from database.key on SQLite, and from backup.key, made in the data folder,
// on PostgreSQL: rows that lay encrypted on the disk are never written in the clear.
//
// Invariants:
//   - an archive appears under its name only when it is whole and durable;
//   - keys are never in the archive; with them goes a second file, open to its owner alone;
//   - Open reads every byte and checks the seal before anything is touched; a restore that fails leaves its target empty;
//   - a restore commits only after rows, references, sealed words and documents have been proved.
//
// Left out: jobs (the ticks that make them run again at the next start; a letter that waited for its turn is told on the
// page but not mailed), letters in the mail folder, and indexes that are built from the rows.
//
// Not here: tables and where their sealed columns lie (the caller says), engines (package db).
package backup
