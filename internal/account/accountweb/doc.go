// Package accountweb has the doors: sign-in, enrolment, the idle lock, settings and people, and the middleware that
// turns a cookie or a bearer token into the reader of a request.
//
// Owns: the session cookie, the addresses below /sign-in, /enrol, /recovery, /unlock, /step-up, /settings, /people,
// /invitation, /first-run, /as-org, /sign-out, /alive; the navigation around every page.
//
// Invariants:
//   - an address to return to is a path of this server;
//   - a locked session answers nothing but the way to unlock it;
//   - pages that a script asks for in the background never keep a session awake.
//
// Not here: what a factor is and when it holds (package account).
package accountweb
