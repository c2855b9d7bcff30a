// Package web adapts handlers that return errors to net/http, and renders.
//
// Owns: the table from fault kinds to statuses, error pages and problem documents, security headers, the reader of a
// request (who, zones, chrome), flash lines.
//
// Invariants:
//   - a page is rendered whole before its status is sent, so a failing template cannot send half a page with 200;
//   - every response carries the content security policy and no-store, assets excepted;
//   - an error that nobody classified shows a reference, never its text;
//   - a request that changes something and comes from another site is refused (http.CrossOriginProtection).
//
// Not here: routes and pages (the featureweb packages), who the reader is (package account).
package web
