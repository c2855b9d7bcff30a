// Package probe proves, by trying, that what residency keeps in the country does not leave it: it walks every route of the
// running program as the people abroad, and looks for the file and its words in every answer.
//
// Owns: table probe. Verbs: probe.begin, probe.finish, probe.read. Jobs: probe.nightly, probe.walk.
//
// Invariants:
//   - the walk is a rehearsal (db.Rehearse): each request does all that it does and is rolled back, so that nobody is on
//     record for what the probe did in their name;
//   - the same walk is made as somebody at home who may take the file out. A probe that does not find it there is blind,
//     and says so instead of praising itself;
//   - what it proves is what it asked: the routes of this program, for documents that were drawn, with the identifiers and
//     words it knows. The report says all three.
//
// Not here: how a request is answered (the Door, which package app fills in), what is kept (package document).
package probe
