package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/pquerna/otp/totp"

	"countersign/internal/account"
	"countersign/internal/demo"
	"countersign/internal/demo/world"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
)

// demoMark says, in the data folder, that the world was built whole, and when.
type demoMark struct {
	Built time.Time `json:"built"` // real time at which the demonstration's clock began to run
}

const demoFile = "demo.json"

// OpenDemo opens the demonstration in a folder, building its world where it is missing. A build that was cut off is
// begun anew: it stands in a folder of its own until it is whole. With a PostgreSQL address the database must be empty
// or hold the demonstration whole.
func OpenDemo(ctx context.Context, c *config.Config, log *slog.Logger, progress func(done, all int)) (*App, error) {
	mark, err := readMark(c.Data)
	if errors.Is(err, fs.ErrNotExist) {
		if err = buildDemo(ctx, c, log, progress); err == nil {
			mark, err = readMark(c.Data)
		}
	}
	if err != nil {
		return nil, err
	}
	d := &Demo{}
	a, err := Open(ctx, c, mark.clock(), d, log)
	if err != nil {
		return nil, err
	}
	cast, err := a.cast(ctx) // once: every page asks for it, and it stays what it is
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	d.People = func(context.Context) ([]DemoPerson, error) { return cast, nil }
	return a, nil
}

// clock is the demonstration's: it begins at a fixed instant and runs from the build on.
func (m demoMark) clock() func() time.Time {
	c := demo.NewClock(world.Clock, time.Now)
	c.RunFrom(world.Clock, m.Built)
	return c.Now
}

func readMark(dir string) (m demoMark, err error) {
	b, err := os.ReadFile(filepath.Join(dir, demoFile))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}

func buildDemo(ctx context.Context, c *config.Config, log *slog.Logger, progress func(done, all int)) (err error) {
	if err := free(c); err != nil {
		return err
	}
	part := *c
	part.Data = c.Data + ".building"
	if err := os.RemoveAll(part.Data); err != nil {
		return err
	}
	clock := demo.NewClock(time.Time{}, time.Now)
	a, err := Open(ctx, &part, clock.Now, nil, log)
	if err != nil {
		return err
	}
	s := a.Services
	err = demo.Build(ctx, demo.Services{Account: s.Account, Engagement: s.Engagement, Matter: s.Matter, Playbook: s.Playbook, Document: s.Document, Task: s.Task, Thread: s.Thread, Deadline: s.Deadline, SLA: s.SLA, Settle: a.stores.queue.Drain}, clock, progress)
	if err == nil {
		err = a.stores.queue.Drain(ctx) // the notices of the last night
	}
	if err = errors.Join(err, a.Close()); err != nil {
		return err
	}
	b, err := json.Marshal(demoMark{time.Now().UTC()})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(part.Data, demoFile), b, 0o600); err != nil {
		return err
	}
	if err := os.RemoveAll(c.Data); err != nil { // empty: free looked
		return err
	}
	return os.Rename(part.Data, c.Data)
}

// free refuses to build over something that is not ours to replace.
func free(c *config.Config) error {
	names, err := os.ReadDir(c.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if len(names) > 0 {
		return fmt.Errorf("%s holds something that is not the demonstration: choose an empty or new folder with --data", c.Data)
	}
	return nil
}

// cast lists who the demonstration can be seen as, in the order of its playbill.
func (a *App) cast(ctx context.Context) ([]DemoPerson, error) {
	var out []DemoPerson
	for _, p := range world.People() {
		id, err := a.Account.PersonByEmail(ctx, p.Email)
		if err != nil {
			return nil, err
		}
		var d DemoPerson
		err = a.stores.db.QueryRow(ctx, db.SQL(`SELECT m.org_id, o.name FROM member m JOIN org o ON o.id = m.org_id WHERE m.person_id = ? ORDER BY m.from_at LIMIT 1`, id)).Scan(&d.Org, &d.OrgName)
		if err != nil {
			return nil, err
		}
		d.ID, d.Name, d.Role = id, p.Name, account.RoleNames(p.Roles)
		out = append(out, d)
	}
	return out, nil
}

// demoFactors are what signs everybody in now, for visitors who have no authenticator.
func demoFactors() (password, code string) {
	code, err := totp.GenerateCode(demo.Secret, time.Now())
	if err != nil {
		panic(err) // the secret is a constant
	}
	return demo.Password, code
}

// PrintSignIns lists the people of the demonstration with their addresses.
func (a *App) PrintSignIns(_ context.Context, w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, p := range world.People() {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", p.Name, account.RoleNames(p.Roles), p.Email) //nolint:errcheck // Flush reports it
	}
	return t.Flush()
}
