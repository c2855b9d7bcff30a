// Package telemetry is what an operator sees: the log and the metrics.
//
// Owns: the logger, the line per request, the metrics and their listener.
//
// Invariants:
//   - a log line and a metric hold identifiers only: no name, no mail address, no title, no text, no path or query
//     of a request (a path may hold a one-time token), no network address. Errors keep to the same rule, see fault.Wrap;
//   - attributes whose key says that they are a secret are struck out, in case a caller forgets the rule;
//   - metrics are labelled by the pattern of a route, so their number does not grow with use;
//   - metrics are served on a loopback listener of their own, for they have no sign-in.
//
// Not here: entries, which are evidence (package ledger); traces.
package telemetry
