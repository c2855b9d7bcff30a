// Package access explains who could know of a matter and open a document at any instant, by which rule, and who did.
//
// Owns: no table; the question, and its answer in words.
//
// Invariants:
//   - the answer rests on the interval rows of the instant that is asked for: it is exact for any of the past, as far as the
//     policies of the program itself are those of then, which the entries of then tell by their hash;
//   - it is the answer that the gate itself gave or would have given: the same query, the same policies;
//   - a wall is named to the firm alone, and why it was raised to nobody here; a provider sees its own people only.
//
// Not here: who may do what (package gate), what was done (package trail).
package access
