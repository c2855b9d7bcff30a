package demo_test

import (
	"context"
	"testing"
	"time"

	"countersign/internal/account"
	"countersign/internal/deadline"
	"countersign/internal/demo"
	"countersign/internal/demo/world"
	"countersign/internal/document"
	"countersign/internal/engagement"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/platform/mail"
	"countersign/internal/playbook"
	"countersign/internal/sla"
	"countersign/internal/task"
	"countersign/internal/testkit"
	"countersign/internal/thread"
)

// The script runs on both engines, and what it leaves is what the demonstration shows.
func TestTheWorldIsBuilt(t *testing.T) {
	testkit.EachEngine(t, func(t *testing.T, d *db.DB) {
		c := demo.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), func() time.Time { return testkit.Noon })
		s := services(t, d, c)
		steps := 0
		if err := demo.Build(t.Context(), s, c, func(done, all int) { steps = done }); err != nil {
			t.Fatal(err)
		}
		if steps < 1000 {
			t.Errorf("%d steps", steps)
		}
		count := func(q string) (n int) {
			if err := d.QueryRow(t.Context(), db.SQL(q)).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		for q, least := range map[string]int{
			`SELECT COUNT(*) FROM task WHERE state = 'delivered'`:                                               120,
			`SELECT COUNT(*) FROM task WHERE state = 'open'`:                                                    12,
			`SELECT COUNT(*) FROM task WHERE state = 'preparing'`:                                               1,
			`SELECT COUNT(*) FROM task WHERE state = 'paused'`:                                                  2,
			`SELECT COUNT(*) FROM question WHERE state = 'open'`:                                                1,
			`SELECT COUNT(*) FROM question WHERE state = 'assumed'`:                                             1,
			`SELECT COUNT(*) FROM deadline WHERE state = 'open'`:                                                4,
			`SELECT COUNT(*) FROM docket_trigger WHERE state = 'waiting'`:                                       1,
			`SELECT COUNT(*) FROM docket_trigger WHERE state = 'mismatch'`:                                      1,
			`SELECT COUNT(*) FROM docket_move WHERE state = 'proposed'`:                                         1,
			`SELECT COUNT(*) FROM deadline_reminder WHERE state = 'fired'`:                                      1,
			`SELECT COUNT(*) FROM deadline_task`:                                                                1,
			`SELECT COUNT(*) FROM sla_terms WHERE state = 'agreed'`:                                             3,
			`SELECT COUNT(*) FROM wall`:                                                                         1,
			`SELECT COUNT(*) FROM document`:                                                                     200,
			`SELECT COUNT(*) FROM finding WHERE severity = 'critical'`:                                          1,
			`SELECT COUNT(*) FROM entry WHERE refused`:                                                          0,
			`SELECT COUNT(*) FROM matter m WHERE NOT EXISTS (SELECT 1 FROM consent c WHERE c.matter_id = m.id)`: 1,
		} {
			if n := count(q); n < least {
				t.Errorf("%d, want at least %d: %s", n, least, q)
			}
		}
		if n := count(`SELECT COUNT(*) FROM entry WHERE refused`); n > 0 {
			t.Errorf("%d steps were refused", n)
		}
		if got := c.Now(); got.After(world.Clock) {
			t.Errorf("the script ends at %s, after the demonstration's clock", got)
		}
	})
}

func services(t *testing.T, d *db.DB, c *demo.Clock) demo.Services {
	t.Helper()
	ring := keys.NewRing(keys.NewMemoryKeeper(), func() time.Time { return testkit.Noon })
	g, err := gate.New(gate.Deps{DB: d, Keys: scoped{ring}, Now: c.Now, Announce: func(...string) {},
		Enqueue: func(context.Context, *db.Tx, time.Time, gate.Job) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(t.Context(), "mem:")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := account.NewSecretKey(testkit.Key[:32])
	if err != nil {
		t.Fatal(err)
	}
	real := func() time.Time { return testkit.Noon }
	docs := document.NewService(document.Deps{Gate: g, Blobs: blobs, Keys: ring, Clock: real})
	tasks := task.New(g, docs)
	docs.UseTasks(writers{tasks})
	return demo.Services{
		Account: account.New(account.Deps{Gate: g, Keys: scoped{ring}, Installation: secret, Now: real}), Engagement: engagement.New(g),
		Matter: matter.New(g, scoped{ring}), Playbook: playbook.NewService(g), Document: docs, Task: tasks, Thread: thread.New(g, nobody{}, "http://localhost"), Deadline: deadline.New(g), SLA: sla.New(g),
	}
}

type nobody struct{}

func (nobody) Send(context.Context, mail.Message) error { return nil }

type writers struct{ tasks *task.Service }

func (w writers) VersionComing(ctx context.Context, tx *gate.Tx, d document.Document) (string, error) {
	if d.Task == "" {
		return "", nil
	}
	return w.tasks.VersionComing(ctx, tx, d.Task)
}

type scoped struct{ *keys.Ring }

func scope(name string) keys.Scope {
	if id, ok := cut(name, "matter/"); ok {
		return keys.Matter(ident.MatterID(id))
	}
	id, _ := cut(name, "org/")
	return keys.Org(ident.OrgID(id))
}

func cut(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return s, false
}

func (k scoped) Seal(ctx context.Context, q db.Reader, name string, plain []byte, aad string) ([]byte, error) {
	return k.Ring.Seal(ctx, q, scope(name), plain, aad)
}

func (k scoped) Open(ctx context.Context, q db.Reader, name string, sealed []byte, aad string) ([]byte, error) {
	return k.Ring.Open(ctx, q, scope(name), sealed, aad)
}

func (k scoped) Make(ctx context.Context, tx *db.Tx, name string, org ident.OrgID) error {
	return k.Ring.Make(ctx, tx, scope(name), org)
}
