package playbook

import (
	"context"
	"strconv"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Pinned task goes on with the version it began with.
type Pinned struct {
	Task   ident.TaskID
	Number int64
	Title  string
	N      int64 // the version it is pinned to
}

// A Release asks that a draft become the version that new tasks are pinned to.
type Release struct {
	Playbook ident.PlaybookID
	N        int64
	Rev      int64 // the revision that was looked at
}

// Released is the answer to ReleaseVersion.
type Released struct {
	Version Version
	Older   []Pinned // open tasks on older versions that the actor can see; none of them changes
}

// mostPinned bounds the list in the answer.
const mostPinned = 200

// ReleaseVersion makes a draft the released version. It changes no work begun: the tasks that go on with an older
// version are listed in the answer.
//
// Faults: NotFound, Forbidden, Conflict (released or retired), Stale, Invalid (a rule of the version does not hold).
func (s *Service) ReleaseVersion(ctx context.Context, who actor.Actor, r Release) (out Released, err error) {
	defer fault.Wrap(&err, "playbook.ReleaseVersion(%s, %d)", r.Playbook, r.N)
	err = s.gate.Write(ctx, who, ReleaseVersion, func(tx *gate.Tx) error {
		p, err := loadPermitted(ctx, tx, r.Playbook)
		if err != nil {
			return err
		}
		if !p.Retired.IsZero() {
			return retired()
		}
		v, err := Load(ctx, tx, tx.OpenOrg, r.Playbook, r.N)
		if err != nil {
			return err
		}
		if v.State != Drafting {
			return fault.New(fault.Conflict, "Version "+strconv.FormatInt(v.N, 10)+" is released already.")
		}
		if err := v.Check(); err != nil {
			return err
		}
		v.State, v.ReleasedBy, v.ReleasedAt, v.Rev = InForce, who.Person, tx.Now, r.Rev
		if err := saveVersion(ctx, tx, &v); err != nil {
			return err
		}
		p.Current = v.N
		if err := savePlaybook(ctx, tx, &p); err != nil {
			return err
		}
		record(tx, p, v)
		out.Version = v
		out.Older, err = pinned(ctx, tx, tx.Visible("t.matter_id"), p)
		return err
	})
	return out, err
}

func pinned(ctx context.Context, q db.Reader, visible db.Frag, p Playbook) ([]Pinned, error) {
	return db.All(ctx, q, db.SQL(`SELECT t.id, t.number, t.title, t.playbook_n FROM task t
		WHERE t.playbook_id = ? AND t.playbook_n < ? AND t.state IN ('preparing', 'open', 'declined', 'paused') AND `, p.ID, p.Current).
		Join(visible, db.SQL(` ORDER BY t.number LIMIT ?`, mostPinned)),
		func(rs *db.Rows, x *Pinned) error { return rs.Scan(&x.Task, &x.Number, &x.Title, &x.N) })
}
