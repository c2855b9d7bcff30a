// Package find looks up, by the beginnings of words, what a person may see.
//
// Owns: no table; the one query per kind of record and their ranking.
//
// Invariants:
//   - each query carries the condition of visibility: what is walled, closed to the person's organization, in
//     preparation on the other side or in quarantine never appears, and the same queries run whatever is found;
//   - a client's name is matched and shown on the firm's side alone.
//
// Not here: the words inside documents and messages (they are sealed), the pages of the program (findweb).
package find
