package evidence

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Verbs of packs that are made by a job.
const (
	AskPack  authz.Action = "evidence.ask_pack"
	TakePack authz.Action = "evidence.take_pack"
)

// PackLasts is how long a pack can be fetched.
const PackLasts = 7 * 24 * time.Hour

// Files keep packs, sealed under the organization's key.
type Files interface {
	Put(ctx context.Context, org ident.OrgID, binding string, r io.Reader) (name string, size int64, err error)
	Open(ctx context.Context, org ident.OrgID, binding, name string) (io.ReadCloser, error)
	Delete(ctx context.Context, name string) error
}

// Making is what packs are made with. Package app fills it in.
type Making struct {
	Files Files
	// Report writes the parts of a pack into the ZIP.
	Report func(ctx context.Context, z *zip.Writer, p Pack, zone *time.Location) error
	// Work gives the files that the actor may take out of a scope, each with its name and SHA-256 in hex; said is "" or why it
	// may not be taken out.
	Work func(ctx context.Context, who actor.Actor, scope Scope, each func(name, sha256, said string, body io.Reader) error) error
}

// An Asked pack is one that a person asked for.
type Asked struct {
	ID        string
	Scope     Scope
	Filter    Filter
	WithWork  bool
	State     string // working, done, failed
	Entries   int
	Says      string
	SizeBytes int64
	MadeAt    time.Time
	DoneAt    time.Time

	person ident.PersonID
	org    ident.OrgID
	mfa    bool
	file   string
}

// Ready is whether it can be fetched.
func (a Asked) Ready() bool { return a.State == "done" && a.file != "" }

// Kept is the last instant at which it can be.
func (a Asked) Kept() time.Time { return a.DoneAt.Add(PackLasts) }

// Make is the job that makes a pack.
type Make struct {
	Pack string `json:"pack"`
}

// Kind implements gate.Job.
func (Make) Kind() string { return "evidence.make" }

func packRef(id string) authz.Ref { return authz.Ref{Kind: "evidence_pack", ID: id} }

// AskPack has a pack made; withWork puts the work product of the scope into it, as far as the actor may take it out.
//
// Faults: as trail.Service.Trail; Invalid (work product of a person or an organization).
func (s *Service) AskPack(ctx context.Context, who actor.Actor, scope Scope, f Filter, withWork bool) (id string, err error) {
	defer fault.Wrap(&err, "evidence.AskPack(%s, %s)", scope.Kind, scope.ID)
	if err := s.trail.May(ctx, who, scope); err != nil {
		return "", err
	}
	if withWork && (scope.Kind == "person" || scope.Kind == "org") {
		return "", fault.InField("work", "Work product goes with the pack of a matter, a task or a document.")
	}
	filter, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	id = ident.New()
	return id, s.gate.Write(ctx, who, AskPack, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, authz.Subject{Ref: packRef(id), Org: string(who.Org), Attrs: map[string]any{"asker": string(who.Person)}}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO evidence_pack (id, org_id, person_id, scope_kind, scope_id, filter, with_work, mfa, state, entries, says, file, size_bytes, made_at, done_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'working', 0, '', '', 0, ?, 0)`, id, who.Org, who.Person, scope.Kind, scope.ID, string(filter), withWork, who.MFA, db.Micros(s.log.Now()))); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: packRef(id), Values: map[string]string{"of": scope.Kind + "/" + scope.ID}})
		tx.Enqueue(Make{id})
		return nil
	})
}

const askedColumns = `id, org_id, person_id, scope_kind, scope_id, filter, with_work, mfa, state, entries, says, file, size_bytes, made_at, done_at`

func scanAsked(scan func(...any) error, a *Asked) error {
	var filter string
	if err := scan(&a.ID, &a.org, &a.person, &a.Scope.Kind, &a.Scope.ID, &filter, &a.WithWork, &a.mfa, &a.State, &a.Entries, &a.Says, &a.file, &a.SizeBytes, db.At{T: &a.MadeAt}, db.At{T: &a.DoneAt}); err != nil {
		return err
	}
	return json.Unmarshal([]byte(filter), &a.Filter)
}

// Asked reads a pack that the actor asked for.
//
// Faults: NotFound.
func (s *Service) Asked(ctx context.Context, who actor.Actor, id string) (a Asked, err error) {
	defer fault.Wrap(&err, "evidence.Asked(%s)", id)
	return s.asked(ctx, s.gate.DB, db.SQL(`id = ? AND person_id = ? AND org_id = ?`, id, who.Person, who.Org))
}

func (s *Service) asked(ctx context.Context, q db.Reader, cond db.Frag) (a Asked, err error) {
	err = scanAsked(q.QueryRow(ctx, db.SQL(`SELECT `+askedColumns+` FROM evidence_pack WHERE `).Join(cond)).Scan, &a)
	if errors.Is(err, db.ErrNoRows) {
		err = fault.Missing()
	}
	return a, err
}

// TakeOut opens a pack that is made, and leaves an entry.
//
// Faults: NotFound, Conflict (it is not made, or its time is over).
func (s *Service) TakeOut(ctx context.Context, who actor.Actor, id string) (_ io.ReadCloser, a Asked, err error) {
	defer fault.Wrap(&err, "evidence.TakeOut(%s)", id)
	err = s.gate.Write(ctx, who, TakePack, func(tx *gate.Tx) error {
		if a, err = s.asked(ctx, tx, db.SQL(`id = ? AND person_id = ? AND org_id = ?`, id, who.Person, who.Org)); err != nil {
			return errors.Join(err, tx.Absent("evidence_pack", id))
		}
		if err := tx.Permit(ctx, authz.Subject{Ref: packRef(id), Org: string(who.Org), Attrs: map[string]any{"asker": string(a.person)}}); err != nil {
			return err
		}
		if !a.Ready() {
			return fault.New(fault.Conflict, "The pack is being made, could not be made, or its seven days are over.")
		}
		tx.Record(gate.Entry{Subject: packRef(id)})
		return nil
	})
	if err != nil {
		return nil, a, err
	}
	body, err := s.making.Files.Open(ctx, a.org, "evidence_pack/"+id, a.file)
	return body, a, err
}

// Make makes a pack with the eyes of who asked, as they are now. What they may not read any more is not in it.
func (s *Service) Make(ctx context.Context, j Make) (err error) {
	defer fault.Wrap(&err, "evidence.Make(%s)", j.Pack)
	a, err := s.asked(ctx, s.gate.DB, db.SQL(`id = ?`, j.Pack))
	if err != nil || a.State != "working" {
		return err
	}
	who := actor.Actor{Person: a.person, Org: a.org, Via: "job:" + j.Kind(), MFA: a.mfa}
	var zoneName string
	if err := s.gate.DB.QueryRow(ctx, db.SQL(`SELECT zone FROM person WHERE id = ?`, a.person)).Scan(&zoneName); err != nil {
		return err
	}
	zone, err := time.LoadLocation(zoneName)
	if err != nil {
		zone = time.UTC
	}
	file, size, n, err := s.make(ctx, who, a, zone)
	state, says := "done", ""
	if err != nil {
		if fault.KindOf(err) == fault.Internal {
			return err // the job is tried again
		}
		state, says = "failed", fault.Say(err)
	}
	if err := s.set(ctx, a, db.SQL(`state = ?, says = ?, file = ?, size_bytes = ?, entries = ?, done_at = ?`, state, says, file, size, n, db.Micros(s.log.Now()))); err != nil {
		return errors.Join(err, s.making.Files.Delete(context.WithoutCancel(ctx), file))
	}
	return nil
}

func (s *Service) make(ctx context.Context, who actor.Actor, a Asked, zone *time.Location) (file string, size int64, n int, err error) {
	p, err := s.pack(ctx, who, a.Scope, a.Filter, func(n int) error { return s.set(ctx, a, db.SQL(`entries = ?`, n)) })
	if err != nil {
		return "", 0, 0, err
	}
	pr, pw := io.Pipe()
	go func() {
		z := zip.NewWriter(pw)
		err := s.making.Report(ctx, z, p, zone)
		if err == nil && a.WithWork {
			err = s.work(ctx, who, z, a, p.Made)
		}
		pw.CloseWithError(errors.Join(err, z.Close())) //nolint:errcheck // it never fails
	}()
	file, size, err = s.making.Files.Put(ctx, a.org, "evidence_pack/"+a.ID, pr)
	pr.CloseWithError(err) //nolint:errcheck // it never fails
	return file, size, len(p.Entries), err
}

// work puts the work product into a pack, with a list of the hashes.
func (s *Service) work(ctx context.Context, who actor.Actor, z *zip.Writer, a Asked, at time.Time) error {
	list := ""
	err := s.making.Work(ctx, who, a.Scope, func(name, sha256, said string, body io.Reader) error {
		if said != "" {
			list += "not included: " + name + ": " + said + "\n"
			return nil
		}
		list += sha256 + "  work/" + name + "\n"
		f, err := z.CreateHeader(&zip.FileHeader{Name: "work/" + name, Method: zip.Deflate, Modified: at})
		if err == nil {
			_, err = io.Copy(f, body)
		}
		return err
	})
	if err != nil {
		return err
	}
	f, err := z.CreateHeader(&zip.FileHeader{Name: "work/SHA256SUMS.txt", Method: zip.Deflate, Modified: at})
	if err == nil {
		_, err = io.WriteString(f, list)
	}
	return err
}

// set writes how far a pack is, and tells the pages that show it. It is no deed: asking and taking out are.
func (s *Service) set(ctx context.Context, a Asked, what db.Frag) error {
	err := s.gate.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE evidence_pack SET `).Join(what, db.SQL(` WHERE id = ?`, a.ID)))
		return err
	})
	if err == nil {
		s.gate.Announce("person/" + string(a.person))
	}
	return err
}

// DisposeIn ends the packs of a matter, its tasks and documents; SweepPacks deletes their bytes. It says what it took, for a certificate.
func (s *Service) DisposeIn(ctx context.Context, tx *gate.Tx, m ident.MatterID) ([]string, error) {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE evidence_pack SET state = 'failed', says = 'The matter was disposed of.', done_at = 1 WHERE file <> '' AND ((scope_kind = 'matter' AND scope_id = ?)
		OR (scope_kind = 'task' AND scope_id IN (SELECT id FROM task WHERE matter_id = ?)) OR (scope_kind = 'document' AND scope_id IN (SELECT id FROM document WHERE matter_id = ?)))`, m, m, m))
	if err != nil || n == 0 {
		return nil, err
	}
	return []string{fmt.Sprintf("%d evidence packs", n)}, nil
}

// SweepPacks removes packs whose time is over. It is the watch job's work.
func (s *Service) SweepPacks(ctx context.Context) error {
	old, err := db.All(ctx, s.gate.DB, db.SQL(`SELECT `+askedColumns+` FROM evidence_pack WHERE file <> '' AND done_at < ? ORDER BY id LIMIT 500`, db.Micros(s.log.Now().Add(-PackLasts))),
		func(rs *db.Rows, a *Asked) error { return scanAsked(rs.Scan, a) })
	for _, a := range old {
		if err == nil {
			err = s.making.Files.Delete(ctx, a.file)
		}
		if err == nil {
			err = s.set(ctx, a, db.SQL(`file = '', size_bytes = 0`))
		}
	}
	return err
}
