package evidence

import (
	"context"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Verbs of the program and of who sits at its machine.
const (
	ReportSilence authz.Action = "evidence.report_silence"
	RotateKey     authz.Action = "evidence.rotate_key"
)

// A Watch is the job that looks for silent witnesses.
type Watch struct{}

// Kind implements gate.Job.
func (Watch) Kind() string { return "evidence.watch" }

// Watch tells every compliance officer of each witness that is late, once until it speaks again, and removes old packs.
func (s *Service) Watch(ctx context.Context) error {
	who := actor.System(Watch{}.Kind())
	rec, err := s.Record(ctx, who)
	if err != nil {
		return err
	}
	for _, w := range rec.Witnesses {
		if w.Silent(rec.Size, rec.Now) {
			if err := s.tellSilence(ctx, who, w); err != nil {
				return err
			}
		}
	}
	return s.SweepPacks(ctx)
}

func (s *Service) tellSilence(ctx context.Context, who actor.Actor, w Witness) error {
	var told bool
	if err := s.gate.DB.QueryRow(ctx, db.SQL(`SELECT told_at > ? FROM witness WHERE id = ?`, db.Micros(w.CameAt), w.ID)).Scan(&told); err != nil || told {
		return err
	}
	err := s.gate.Write(ctx, who, ReportSilence, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "witness", ID: w.ID}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(w.Org)}); err != nil {
			return err
		}
		// The row says it again: another node may have told meanwhile.
		n, err := tx.Exec(ctx, db.SQL(`UPDATE witness SET told_at = ? WHERE id = ? AND ended_at = 0 AND told_at <= ?`, db.Micros(s.log.Now()), w.ID, db.Micros(w.CameAt)))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "This silence was told already.")
		}
		tx.Record(gate.Entry{Subject: ref, Owner: w.Org, Values: map[string]string{"name": w.Name}})
		return s.alarm(ctx, tx, w, "witness-silent")
	})
	if fault.KindOf(err) == fault.Conflict {
		return nil
	}
	return err
}

// RotateKey gives the log a new key. Every organization's record has an entry of it, with both keys; checkpoints of that
// size and later are signed by both, unless the old key is to sign no more. It is done at the machine of the installation.
//
// Faults: Forbidden, Conflict (the log has not begun).
func (s *Service) RotateKey(ctx context.Context, who actor.Actor, alone bool) (old, made string, err error) {
	defer fault.Wrap(&err, "evidence.RotateKey")
	err = s.gate.Write(ctx, who, RotateKey, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "log", ID: "-"}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref}); err != nil {
			return err
		}
		if old, made, err = s.log.Rotate(ctx, tx.Tx, alone); err != nil {
			return err
		}
		orgs, err := db.Column[ident.OrgID](ctx, tx, db.SQL(`SELECT id FROM org ORDER BY id`))
		if err != nil {
			return err
		}
		for _, o := range orgs {
			tx.Record(gate.Entry{Subject: ref, Owner: o, Values: map[string]string{"from": old, "to": made}})
		}
		if len(orgs) == 0 {
			return fault.New(fault.Conflict, "The log has not begun: there is no organization yet.")
		}
		return nil
	})
	return old, made, err
}
