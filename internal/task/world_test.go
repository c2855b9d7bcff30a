package task_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

const (
	book  ident.PlaybookID = "00000000-0000-7000-8000-0000000000b1" // draft, peer, senior, acceptance; offshore yes
	short ident.PlaybookID = "00000000-0000-7000-8000-0000000000b2" // draft, acceptance; offshore on a condition
	never ident.PlaybookID = "00000000-0000-7000-8000-0000000000b3" // attorneys only
)

const (
	longTrack = `[{"key":"draft","name":"Draft","kind":"draft","role":"junior","blind_percent":0},
		{"key":"peer","name":"Peer review","kind":"review","role":"peer_reviewer","blind_percent":0},
		{"key":"senior","name":"Senior review","kind":"review","role":"senior_reviewer","blind_percent":0},
		{"key":"acceptance","name":"Attorney acceptance","kind":"acceptance","role":"supervising_attorney","blind_percent":0}]`
	shortTrack = `[{"key":"draft","name":"Draft","kind":"draft","role":"junior","blind_percent":0},
		{"key":"acceptance","name":"Attorney acceptance","kind":"acceptance","role":"supervising_attorney","blind_percent":0}]`
	body = `{"steps":["Read the notice","List the exhibits"],"checklists":[{"stage_key":"draft","items":["Every cite opened","Caption copied"]},{"stage_key":"peer","items":["Cites tried"]}],"deliverable":"A memorandum","template":"IN THE COURT"}`
)

// hashes gives a version the SHA-256 of its identifier and of the bytes a test gave it.
type hashes struct{}

func (hashes) Hash(ctx context.Context, tx *gate.Tx, v ident.VersionID) ([32]byte, error) {
	var same []byte
	err := tx.QueryRow(ctx, db.SQL(`SELECT same FROM version WHERE id = ?`, v)).Scan(&same)
	return sha256.Sum256(same), err
}

// A stage is a World with playbooks, a taxonomy and the task service in it.
type bench struct {
	*testkit.World
	s service
}

type questions = desk.Service

// A service is the verbs and the questions together, as the pages have them.
type service struct {
	*task.Service
	*questions
}

func each(t *testing.T, fn func(t *testing.T, b *bench)) {
	t.Helper()
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) { fn(t, newBench(w)) })
}

func newBench(w *testkit.World) *bench {
	w.T.Helper()
	for i, p := range []struct {
		id              ident.PlaybookID
		offshore, track string
	}{{book, "yes", longTrack}, {short, "conditional", shortTrack}, {never, "no", shortTrack}} {
		w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, ?, 'Memorandum', 'litigation', 1, 0, 1, 1)`,
			p.id, testkit.Firm, []string{"LI-01", "LI-02", "LI-03"}[i]))
		w.System(func(ctx context.Context, tx *gate.Tx) error {
			sealed, err := tx.SealOrg(ctx, testkit.Firm, body, "playbook_version.body/"+string(p.id)+"/1")
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, db.SQL(`INSERT INTO playbook_version (playbook_id, n, state, offshore, turnaround_hours, rush_hours, stages, body, template_version_id, made_by, made_at, released_by, released_at, note, rev)
				VALUES (?, 1, 'released', ?, 16, 4, ?, ?, '', ?, 1, ?, 1, '', 1)`, p.id, p.offshore, p.track, sealed, testkit.PersonID(testkit.Attorney), testkit.PersonID(testkit.Attorney)))
			return err
		})
	}
	w.Exec(db.SQL(`INSERT INTO defect (firm_id, code, severity, name, examples, points, retired_at, rev) VALUES (?, 'D-C1', 'major', 'Wrong cite', '', 5, 0, 1)`, testkit.Firm))
	return &bench{w, service{task.New(w.Gate, hashes{}), desk.New(w.Gate)}}
}

// pack is a package that fits the open matter.
func (b *bench) pack() task.Package {
	return task.Package{Matter: testkit.Matter, Engagement: testkit.Engagement, Playbook: book, Title: "Reply memorandum",
		Instructions: "Answer the opposition.", Acceptance: "Every statement carries a cite.\nTen pages at most.", Due: b.Now().Add(48 * time.Hour)}
}

func (b *bench) must(t task.Task, err error) task.Task {
	b.T.Helper()
	if err != nil {
		b.T.Fatal(err)
	}
	return t
}

// released is a task in the provider's queue.
func (b *bench) released(p task.Package) task.Task {
	b.T.Helper()
	att := testkit.As(testkit.Attorney)
	t := b.must(b.s.Prepare(b.T.Context(), att, p))
	return b.must(b.s.Release(b.T.Context(), att, t.ID, t.Rev, true))
}

// drafting is a task that the junior drafts.
func (b *bench) drafting() task.Task {
	b.T.Helper()
	return b.must(b.s.Take(b.T.Context(), testkit.As(testkit.Junior), b.released(b.pack()).ID))
}

// file gives the task a document of work product with one version, or a further version of it.
func (b *bench) file(t task.Task, name, bytes, author string) ident.VersionID {
	b.T.Helper()
	doc := ident.DocumentID("00000000-0000-7000-9000-" + string(t.ID)[24:])
	n := b.Int(db.SQL(`SELECT COUNT(*) FROM version WHERE document_id = ?`, doc)) + 1
	if n == 1 {
		b.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, ?, 'work', ?, '', 'active', 1, ?, 1, 1)`,
			doc, t.Matter, t.ID, name, testkit.PersonID(author)))
	}
	id := ident.VersionID(ident.New())
	stage := "draft"
	if author == testkit.Attorney {
		stage = "acceptance"
	}
	b.Exec(db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
		VALUES (?, ?, ?, ?, ?, ?, 3, ?, ?, 'text/plain', ?, ?, ?, '', 1)`,
		id, doc, t.Matter, n, string(id), name, []byte{1}, []byte(bytes), testkit.PersonID(author), testkit.As(author).Org, stage))
	b.Exec(db.SQL(`UPDATE document SET current_n = ? WHERE id = ?`, n, doc))
	return id
}

// submitted is a task whose draft is with the peer reviewer, and the version handed in.
func (b *bench) submitted() (task.Task, ident.VersionID) {
	b.T.Helper()
	t := b.drafting()
	v := b.file(t, "memo.docx", "one", testkit.Junior)
	t = b.must(b.s.Submit(b.T.Context(), testkit.As(testkit.Junior), task.HandIn{Task: t.ID, Rev: t.Rev, Files: []ident.VersionID{v}, Note: "First draft."}))
	return b.must(b.s.Assign(b.T.Context(), testkit.As(testkit.Lead), t.ID, t.Rev, testkit.PersonID(testkit.Peer), "")), v
}

// accepting is a task that awaits the attorney, and the version handed in.
func (b *bench) accepting() (task.Task, ident.VersionID) {
	b.T.Helper()
	t, v := b.submitted()
	ctx := b.T.Context()
	t = b.must(b.s.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: t.ID, Rev: t.Rev}))
	t = b.must(b.s.Take(ctx, testkit.As(testkit.Senior), t.ID))
	return b.must(b.s.Approve(ctx, testkit.As(testkit.Senior), task.Verdict{Task: t.ID, Rev: t.Rev})), v
}

// find raises a finding.
func (b *bench) find(who string, t task.Task, v ident.VersionID, text string) string {
	b.T.Helper()
	id, err := b.s.RaiseFinding(b.T.Context(), testkit.As(who), task.NewFinding{Task: t.ID, Severity: "major", Code: "D-C1", Version: v, Page: 4, Quote: "88:14", Text: text})
	if err != nil {
		b.T.Fatal(err)
	}
	return id
}
