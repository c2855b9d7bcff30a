// Package matterweb is the pages of clients, matters, walls and conflict checks.
//
// Owns: routes /clients, /matters, /matters/{id} with /gates, /team and /edit, /walls, /conflict-checks.
// Invariants: a refused form keeps what was typed; what is blocked stands above everything else; no decision is taken here.
// Not here: board, documents, thread and trail of a matter (their own features hang under /matters/{id}/…).
package matterweb
