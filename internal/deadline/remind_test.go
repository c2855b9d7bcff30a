package deadline_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/deadline"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// notices are the notices about deadlines that were promised since the last call, with the people told.
func (w world) notices() (out []gate.Notice) {
	for _, j := range w.TakeJobs() {
		if n, ok := j.(gate.Notice); ok && (n.What == "deadline-due" || n.What == "deadline-climbed") {
			out = append(out, n)
		}
	}
	return out
}

// at moves the clock to a time of day in Chicago.
func (w world) at(t *testing.T, text string) {
	t.Helper()
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	to, err := time.ParseInLocation("2006-01-02 15:04", text, chicago)
	if err != nil {
		t.Fatal(err)
	}
	w.Later(to.Sub(w.Now()))
}

func (w world) remind(t *testing.T, want int) {
	t.Helper()
	if n, err := w.s.Remind(t.Context()); err != nil || n != want {
		t.Errorf("%s: %d reminders, want %d; %v", w.Now().Format(time.RFC3339), n, want, err)
	}
}

// Served on 2 December, the answer is due on the 23rd: the ladder begins on the 9th.
func TestLadder(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		w.agreed(t, answer(t, "2026-12-02"))
		r := w.only(t, testkit.Junior, deadline.Filter{})
		w.TakeJobs()
		w.at(t, "2026-12-09 08:59")
		w.remind(t, 0)
		testkit.WantKind(t, w.s.Acknowledge(ctx, testkit.As(testkit.Junior), r.ID), fault.Conflict)
		w.at(t, "2026-12-09 09:00")
		w.remind(t, 1)
		w.remind(t, 0) // once
		if n := w.notices(); len(n) != 1 || n[0].Person != testkit.PersonID(testkit.Junior) || n[0].What != "deadline-due" {
			t.Fatalf("%+v", n)
		}
		if d, err := w.s.List(ctx, testkit.As(testkit.Junior), deadline.Filter{}); err != nil || len(d.Waits.Calls) != 1 {
			t.Errorf("%+v, %v", d.Waits, err)
		}
		if err := w.s.Acknowledge(ctx, testkit.As(testkit.Junior), r.ID); err != nil {
			t.Fatal(err)
		}
		w.at(t, "2026-12-15 12:00")
		w.remind(t, 0) // what is acknowledged does not climb

		w.at(t, "2026-12-18 09:00") // a Friday is no rung; the next is three days before, on Sunday
		w.remind(t, 1)              // that of seven days before, on the 16th, two days late
		if p, err := w.s.Get(ctx, testkit.As(testkit.Attorney), r.ID); err != nil || !p.Reminders[1].Late || p.Reminders[0].Late || p.Reminders[0].AcknowledgedBy != testkit.Junior {
			t.Errorf("%+v, %v", p.Reminders, err)
		}
		w.notices()
		w.at(t, "2026-12-19 12:00")
		w.remind(t, 0) // a Saturday is no working day
		w.at(t, "2026-12-21 09:00")
		w.remind(t, 2) // three days before, late; and the one of the 18th climbs
		got := w.notices()
		if len(got) != 2 || got[0].Person != testkit.PersonID(testkit.Junior) || got[1].Person != testkit.PersonID(testkit.Lead) || got[1].What != "deadline-climbed" {
			t.Fatalf("%+v", got)
		}
		w.at(t, "2026-12-22 09:00")
		w.remind(t, 3) // one day before; two climb, one of them to the attorney
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM deadline_reminder WHERE person_id = ? AND climb_at = 0`, testkit.PersonID(testkit.Attorney))); n != 1 {
			t.Errorf("%d stand at the top", n)
		}
		if err := w.s.Acknowledge(ctx, testkit.As(testkit.Attorney), r.ID); err != nil {
			t.Fatal(err)
		}
		w.at(t, "2026-12-23 09:00")
		w.remind(t, 1)
		w.at(t, "2026-12-23 11:00")
		w.remind(t, 1) // on the day itself two hours are enough
	})
}

// After a long stop everything that was missed fires, once and in order, and says that it is late; a job that dies
// between two goes on where it stopped.
func TestLadderAfterDowntime(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.agreed(t, answer(t, "2026-12-02"))
		w.TakeJobs()
		w.at(t, "2026-12-24 10:00")
		w.Exec(db.SQL(`UPDATE deadline_reminder SET state = 'held' WHERE days < 7`)) // out of reach until the crash
		w.remind(t, 2)
		w.Exec(db.SQL(`UPDATE deadline_reminder SET state = 'waiting' WHERE state = 'held'`))
		dead, crash := context.WithCancel(t.Context())
		crash()
		if n, err := w.s.Remind(dead); err == nil || n != 0 {
			t.Errorf("a job that was stopped went on: %d", n)
		}
		w.remind(t, 3)
		w.remind(t, 0)
		days, err := db.Column[int64](t.Context(), w.DB, db.SQL(`SELECT days FROM deadline_reminder WHERE state = 'fired' AND late ORDER BY fired_at, due_at`))
		if err != nil || len(days) != 5 {
			t.Fatalf("%v, %v", days, err)
		}
		if n := w.notices(); len(n) != 5 {
			t.Errorf("%d notices", len(n))
		}
	})
}

// An owner who may not know of the matter any more is passed over.
func TestLadderPassesOver(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.agreed(t, answer(t, "2026-12-02"))
		w.TakeJobs()
		w.System(func(ctx context.Context, tx *gate.Tx) error {
			_, _, err := tx.RaiseWall(ctx, testkit.Firm, testkit.Matter, testkit.PersonID(testkit.Junior), "conflict")
			return err
		})
		w.at(t, "2026-12-09 09:00")
		w.remind(t, 1)
		if n := w.notices(); len(n) != 1 || n[0].Person != testkit.PersonID(testkit.Lead) {
			t.Errorf("%+v", n)
		}
		_, err := w.s.Get(t.Context(), testkit.As(testkit.Junior), w.only(t, testkit.Lead, deadline.Filter{}).ID)
		testkit.WantKind(t, err, fault.NotFound)
	})
}

// One reminder that cannot be worked keeps its own deadline waiting, and no other.
func TestLadderGoesOnPastAFault(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.agreed(t, answer(t, "2026-12-02"))
		bad := w.only(t, testkit.Junior, deadline.Filter{})
		w.agreed(t, answer(t, "2026-12-02"))
		w.Exec(db.SQL(`UPDATE deadline SET zone = 'Moon/Base' WHERE id = ?`, bad.ID))
		w.at(t, "2026-12-16 12:00")
		if n, err := w.s.Remind(t.Context()); err == nil || n != 2 {
			t.Errorf("%d, %v", n, err)
		}
		w.Exec(db.SQL(`UPDATE deadline SET zone = 'America/Chicago' WHERE id = ?`, bad.ID))
		w.remind(t, 2)
	})
}

// A deadline that is docketed when it is near or over calls at once.
func TestLadderOfALateEntry(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		w.agreed(t, answer(t, "2026-10-01"))
		w.TakeJobs()
		w.remind(t, 1)
		if n := w.notices(); len(n) != 1 {
			t.Errorf("%+v", n)
		}
	})
}

func TestGiveAndLink(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		w.agreed(t, answer(t, "2026-12-02"))
		r := w.only(t, testkit.Junior, deadline.Filter{})
		testkit.WantKind(t, w.s.Give(ctx, testkit.As(testkit.Junior), r.ID, testkit.PersonID(testkit.Junior2)), fault.Forbidden)
		testkit.WantKind(t, w.s.Give(ctx, testkit.As(testkit.Attorney), r.ID, testkit.PersonID(testkit.Walled)), fault.Invalid)
		if err := w.s.Give(ctx, testkit.As(testkit.Attorney), r.ID, testkit.PersonID(testkit.Junior2)); err != nil {
			t.Fatal(err)
		}
		if r := w.only(t, testkit.Junior2, deadline.Filter{Mine: true}); r.OwnerName != testkit.Junior2 {
			t.Errorf("%+v", r)
		}
		testkit.WantKind(t, w.s.LinkTask(ctx, testkit.As(testkit.Attorney), r.ID, ident.TaskID(ident.New()), false), fault.Invalid)
	})
}
