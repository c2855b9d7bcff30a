// Package live tells open browsers that something changed. A message names a topic and nothing else: the browser
// asks again, through the gate, so a message can never show a person what they may not read.
//
// Owns: topics, the hub of a process, the way between nodes, the event stream.
//
// Invariants:
//   - a publisher never waits for a subscriber: who is behind is told to refresh everything;
//   - a topic is checked when it is subscribed to and again before each message, so that a wall raised in between
//     silences it at once;
//   - between nodes topics go by NOTIFY on PostgreSQL, after the commit and outside any transaction. They may be lost
//     while a connection is down; then every subscriber of the node is told to refresh.
//
// Not here: who may know of a topic (package gate; the caller of Handler asks it).
package live
