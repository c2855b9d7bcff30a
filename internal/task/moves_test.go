package task_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/task"
	"countersign/internal/testkit"
)

// TestNoMoveBreaksAnInvariant lets people of all roles press buttons at random on one task, as it stands and as they
// please, and looks at what package task promises after each.
func TestNoMoveBreaksAnInvariant(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, who := range []string{testkit.Junior, testkit.Junior2, testkit.Peer, testkit.Senior} {
			b.role(who, "peer_reviewer")
			b.role(who, "senior_reviewer")
		}
		rapid.Check(t, func(rt *rapid.T) {
			g := &game{bench: b, rt: rt, task: b.released(b.pack())}
			g.version = b.file(g.task, "memo.docx", "one", testkit.Attorney) // nobody of the provider has drafted yet
			for range rapid.IntRange(5, 25).Draw(rt, "moves") {
				g.move()
				g.look()
			}
		})
	})
}

type game struct {
	*bench
	rt      *rapid.T
	task    task.Task
	version ident.VersionID
	moved   int64 // moves that were carried out since the release
}

func (g *game) move() {
	who := rapid.SampledFrom(people).Draw(g.rt, "who")
	whom := rapid.SampledFrom(people[:4]).Draw(g.rt, "whom")
	verb := rapid.SampledFrom([]string{"take", "assign", "submit", "approve", "return", "sign", "pause", "resume", "recall", "release", "decline"}).Draw(g.rt, "verb")
	if rapid.IntRange(0, 4).Draw(g.rt, "sense") > 0 {
		who, verb = g.sensible(rapid.SampledFrom([]string{"approve", "return", "return", "assign"}).Draw(g.rt, "choice"))
	}
	ctx, a, id, rev := g.T.Context(), testkit.As(who), g.task.ID, g.task.Rev
	files := []ident.VersionID{g.version}
	verbs := map[string]func() (task.Task, error){
		"take":   func() (task.Task, error) { return g.s.Take(ctx, a, id) },
		"assign": func() (task.Task, error) { return g.s.Assign(ctx, a, id, rev, testkit.PersonID(whom), "Because.") },
		"submit": func() (task.Task, error) {
			return g.s.Submit(ctx, a, task.HandIn{Task: id, Rev: rev, Files: files, FixedAll: true})
		},
		"approve": func() (task.Task, error) { return g.s.Approve(ctx, a, task.Verdict{Task: id, Rev: rev}) },
		"return": func() (task.Task, error) {
			if _, err := g.s.RaiseFinding(ctx, a, task.NewFinding{Task: id, Severity: "major", Code: "D-C1", Version: g.version, Text: "Wrong."}); err != nil {
				return g.task, err
			}
			return g.s.Return(ctx, a, task.Verdict{Task: id, Rev: rev})
		},
		"sign":    func() (task.Task, error) { return g.s.SignOff(ctx, a, task.SignOff{Task: id, Rev: rev, Files: files}) },
		"pause":   func() (task.Task, error) { return g.s.Pause(ctx, a, id, rev, "Because.") },
		"resume":  func() (task.Task, error) { return g.s.Resume(ctx, a, id, rev, "Because.") },
		"recall":  func() (task.Task, error) { return g.s.Recall(ctx, a, id, rev, "Because.") },
		"release": func() (task.Task, error) { return g.s.Release(ctx, a, id, rev, true) },
		"decline": func() (task.Task, error) { return g.s.Decline(ctx, a, id, rev, []string{"Exhibit 4"}) },
	}
	next, err := verbs[verb]()
	switch {
	case err == nil:
		g.task = next
		g.moved++
	case fault.KindOf(err) == fault.Internal:
		g.rt.Fatalf("%s by %s: %v", verb, who, err)
	}
}

var people = []string{testkit.Junior, testkit.Junior2, testkit.Peer, testkit.Senior, testkit.Attorney, testkit.Lead, testkit.Walled}

// sensible is a person and a move that fit the task as it stands, so that games get somewhere. choice decides a review.
func (g *game) sensible(choice string) (who, verb string) {
	for _, p := range people {
		if testkit.PersonID(p) == g.task.Holder {
			who = p
		}
	}
	switch t := g.task; {
	case t.State == task.Paused:
		return testkit.Lead, "resume"
	case t.State != task.Open:
		return testkit.Attorney, "release"
	case who == "" || choice == "assign":
		return testkit.Lead, "assign"
	case t.At().Kind == task.Draft:
		return who, "submit"
	case t.At().Kind == task.Acceptance && choice == "approve":
		return who, "sign"
	}
	return who, choice
}

// look reads the rows behind the service's back.
func (g *game) look() {
	id, t := g.task.ID, g.task
	none := func(what string, q db.Frag) {
		var n int64
		if err := g.DB.QueryRow(g.T.Context(), q).Scan(&n); err != nil {
			g.rt.Fatal(err)
		}
		if n != 0 {
			g.rt.Fatalf("%s: %d", what, n)
		}
	}
	none("reviews by who drafted", db.SQL(`SELECT COUNT(*) FROM review r JOIN submission s ON s.task_id = r.task_id AND s.stage = 0 AND s.author_id = r.reviewer_id WHERE r.task_id = ?`, id))
	none("people who reviewed at two stages", db.SQL(`SELECT COUNT(*) FROM (SELECT reviewer_id FROM review WHERE task_id = ? GROUP BY reviewer_id HAVING COUNT(DISTINCT stage) > 1) x`, id))
	none("another playbook version", db.SQL(`SELECT COUNT(*) FROM task WHERE id = ? AND playbook_n <> 1`, id))
	none("acceptance without a holder", db.SQL(`SELECT COUNT(*) FROM task WHERE id = ? AND state = 'open' AND stage = stages - 1 AND holder_id <> supervisor_id`, id))
	none("returned with nothing to fix", db.SQL(`SELECT COUNT(*) FROM task t WHERE id = ? AND returned AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.task_id = t.id AND f.state = 'open')`, id))
	none("handed in with findings unanswered", db.SQL(`SELECT COUNT(*) FROM task t WHERE id = ? AND state = 'delivered' AND EXISTS (SELECT 1 FROM finding f WHERE f.task_id = t.id AND f.state <> 'accepted')`, id))
	none("a submission with no file", db.SQL(`SELECT COUNT(*) FROM submission s WHERE s.task_id = ? AND NOT EXISTS (SELECT 1 FROM submission_file f WHERE f.submission_id = s.id)`, id))
	none("delivered without a signature", db.SQL(`SELECT COUNT(*) FROM task t WHERE id = ? AND state = 'delivered' AND NOT EXISTS (SELECT 1 FROM sign_off o WHERE o.task_id = t.id AND o.person_id = t.supervisor_id)`, id))
	var entries int64
	if err := g.DB.QueryRow(g.T.Context(), db.SQL(`SELECT COUNT(*) FROM entry WHERE subject_id = ? AND NOT refused AND verb NOT IN ('task.prepare', 'task.release', 'task.raise_finding')`, id)).Scan(&entries); err != nil {
		g.rt.Fatal(err)
	}
	var releases int64
	if err := g.DB.QueryRow(g.T.Context(), db.SQL(`SELECT COUNT(*) FROM entry WHERE subject_id = ? AND NOT refused AND verb = 'task.release'`, id)).Scan(&releases); err != nil {
		g.rt.Fatal(err)
	}
	if entries+releases-1 != g.moved {
		g.rt.Fatalf("%d moves left %d entries", g.moved, entries+releases-1)
	}
	if t.State == task.Open && t.Holder != "" && t.At().Kind == task.Review && t.Holder == t.Author {
		g.rt.Fatal(fmt.Sprint("the author holds a review of ", t.Name()))
	}
}
