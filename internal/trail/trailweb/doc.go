// Package trailweb shows the trail.
//
// Owns: /trail, /matters|tasks|documents|people/{id}/trail and their .csv, /entries/{id}.
// Invariants: every filter is in the address, so that a page of the trail can be sent to a colleague, who sees of it
// what they may; days are the reader's.
// Not here: decisions and words (package trail).
package trailweb
