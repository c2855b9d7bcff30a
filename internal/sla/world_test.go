package sla_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
	"countersign/internal/sla"
	"countersign/internal/task"
	"countersign/internal/testkit"

	"countersign/internal/platform/db"
)

const book ident.PlaybookID = "00000000-0000-7000-8000-0000000000b1"

const track = `[{"key":"draft","name":"Draft","kind":"draft","role":"junior","blind_percent":0},
	{"key":"peer","name":"Peer review","kind":"review","role":"peer_reviewer","blind_percent":0},
	{"key":"acceptance","name":"Attorney acceptance","kind":"acceptance","role":"supervising_attorney","blind_percent":0}]`

type hashes struct{}

func (hashes) Hash(_ context.Context, _ *gate.Tx, v ident.VersionID) ([32]byte, error) {
	return sha256.Sum256([]byte(v)), nil
}

// A bench is a World with a playbook, the task service and working time in it.
type bench struct {
	*testkit.World
	s     *sla.Service
	tasks *task.Service
}

func each(t *testing.T, fn func(t *testing.T, b *bench)) {
	t.Helper()
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		b := &bench{w, sla.New(w.Gate), task.New(w.Gate, hashes{})}
		w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-01', 'Memorandum', 'litigation', 1, 0, 1, 1)`, book, testkit.Firm))
		w.System(func(ctx context.Context, tx *gate.Tx) error {
			sealed, err := tx.SealOrg(ctx, testkit.Firm, `{"steps":["Read"],"deliverable":"A memorandum"}`, "playbook_version.body/"+string(book)+"/1")
			if err == nil {
				_, err = tx.Exec(ctx, db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body, template_version_id, made_by, made_at, released_by, released_at, note, rev)
					VALUES (?, 1, 'released', 'yes', 16, 4, ?, ?, '', ?, 1, ?, 1, '', 1)`, book, track, sealed, testkit.PersonID(testkit.Attorney), testkit.PersonID(testkit.Attorney)))
			}
			return err
		})
		fn(t, b)
	})
}

// ok fails the test on an error.
func (b *bench) ok(err error) {
	b.T.Helper()
	if err != nil {
		b.T.Fatal(err)
	}
}

func (b *bench) must(t task.Task, err error) task.Task {
	b.T.Helper()
	b.ok(err)
	return t
}

// workdays are Monday to Friday.
var workdays = [7]bool{true, true, true, true, true}

// office is the firm's calendar: New York, 9 to 17, Monday to Friday. Now is Monday 23 November 2026, 10:00 there.
func (b *bench) office() string {
	b.T.Helper()
	id, err := b.s.MakeCalendar(b.T.Context(), testkit.As(testkit.Operations), sla.NewCalendar{Kind: sla.OfOrg, Name: "New York office", Zone: "America/New_York"})
	b.ok(err)
	b.ok(b.s.SetWeek(b.T.Context(), testkit.As(testkit.Operations), sla.NewWeek{Calendar: id, From: "2026-11-01", Shifts: []sla.Shift{{Days: workdays, Open: 9 * 60, Close: 17 * 60}}}))
	return id
}

// terms are proposed by the firm and accepted by the provider.
func (b *bench) terms(in sla.NewTerms) {
	b.T.Helper()
	in.Engagement = testkit.Engagement
	_, err := b.s.Propose(b.T.Context(), testkit.As(testkit.Operations), in)
	b.ok(err)
	version := b.Int(db.SQL(`SELECT MAX(version) FROM sla_terms`))
	b.ok(b.s.Settle(b.T.Context(), testkit.As(testkit.Lead), sla.Settlement{Engagement: testkit.Engagement, Version: version, To: sla.Agreed}))
}

// released is a task in the provider's queue.
func (b *bench) released() task.Task {
	b.T.Helper()
	att := testkit.As(testkit.Attorney)
	t := b.must(b.tasks.Prepare(b.T.Context(), att, task.Package{Matter: testkit.Matter, Engagement: testkit.Engagement, Playbook: book, Title: "Reply memorandum",
		Instructions: "Answer.", Acceptance: "Ten pages.", Due: b.Now().Add(96 * time.Hour)}))
	return b.must(b.tasks.Release(b.T.Context(), att, t.ID, t.Rev, true))
}

// file gives the task a document of work product with one version.
func (b *bench) file(t task.Task) ident.VersionID {
	b.T.Helper()
	doc, id := ident.DocumentID(ident.New()), ident.VersionID(ident.New())
	b.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, ?, 'work', 'memo', '', 'active', 1, ?, 1, 1)`,
		doc, t.Matter, t.ID, testkit.PersonID(testkit.Junior)))
	b.Exec(db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
		VALUES (?, ?, ?, 1, ?, 'memo', 3, ?, ?, 'text/plain', ?, ?, 'draft', '', 1)`,
		id, doc, t.Matter, string(id), []byte{1}, []byte("x"), testkit.PersonID(testkit.Junior), testkit.Provider))
	return id
}

// clock is the task's clock as somebody sees it.
func (b *bench) clock(who string, t task.Task) sla.Clock {
	b.T.Helper()
	c, err := b.s.Clock(b.T.Context(), testkit.As(who), t.ID)
	b.ok(err)
	return c
}
