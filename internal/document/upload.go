package document

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"strconv"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// An Upload asks that a file become a new document of a matter.
type Upload struct {
	Matter ident.MatterID
	Task   ident.TaskID // "" for the matter's own; else Kind is Work and the Tasks interface is asked
	Kind   Kind
	Folder string
	Name   string // as the browser sent it
	Reason string
}

// A NewVersion asks that a file become the next version of a document.
type NewVersion struct {
	Document ident.DocumentID
	After    int64  // the newest version that was looked at; 0 does not ask
	Name     string // as the browser sent it
	Reason   string
}

// Received is the answer to an upload.
type Received struct {
	Document Document
	Version  Version
	Notes    []string // sentences about the name, the type, and the same bytes elsewhere in the matter
}

// Upload streams a file into a new document.
//
// Faults: NotFound (matter absent or walled), Forbidden, Invalid (fields file, kind, folder, reason), ErrTooLarge, and
// body's own error; after any of them nothing is kept.
func (s *Service) Upload(ctx context.Context, who actor.Actor, u Upload, body io.Reader) (out Received, err error) {
	defer fault.Wrap(&err, "document.Upload(%s)", u.Matter)
	d := Document{ID: ident.DocumentID(ident.New()), Matter: u.Matter, Task: u.Task, Kind: u.Kind, State: Active, MadeBy: who.Person, Rev: 1}
	if err := s.ask(ctx, who, UploadFile, func(tx *gate.Tx) error { _, err := firmOf(ctx, tx, d); return err }); err != nil {
		return out, err
	}
	if !u.Kind.known() || u.Task != "" && u.Kind != Work {
		return out, fault.InField("kind", "Say what the file is: a source, work product, a template or evidence.")
	}
	if d.Folder, err = cleanFolder(u.Folder); err != nil {
		return out, err
	}
	in, err := s.receive(ctx, u.Matter, u.Name, u.Reason, body)
	if err != nil {
		return out, err
	}
	err = s.Gate.Write(ctx, who, UploadFile, func(tx *gate.Tx) error {
		d := d
		if d.Firm, err = firmOf(ctx, tx, d); err != nil {
			return err
		}
		d.Name, d.MadeAt = in.name, tx.Now
		stage, err := s.stage(ctx, tx, d)
		if err != nil {
			return err
		}
		v := in.version(d, tx, stage)
		d.Current = v.N
		if err := insertDocument(ctx, tx, d); err != nil {
			return err
		}
		out, err = s.commitVersion(ctx, tx, d, v, in)
		return err
	})
	return out, s.settle(ctx, in.stored, err)
}

// firmOf finds the matter's firm and asks for the permission to upload there.
func firmOf(ctx context.Context, tx *gate.Tx, d Document) (firm ident.OrgID, err error) {
	err = tx.QueryRow(ctx, db.SQL(`SELECT m.firm_id FROM matter m WHERE m.id = ? AND `, d.Matter).Join(tx.Visible("m.id"))).Scan(&firm)
	if errors.Is(err, db.ErrNoRows) {
		return "", tx.Absent("matter", string(d.Matter))
	}
	if err != nil {
		return "", err
	}
	d.Firm = firm
	return firm, tx.Permit(ctx, d.Subject())
}

// AddVersion streams a file into the next version of a document.
//
// Faults: NotFound, Forbidden, Conflict (in quarantine), Stale (in.After is not the newest), Invalid, ErrTooLarge, and
// body's own error; after any of them nothing is kept.
func (s *Service) AddVersion(ctx context.Context, who actor.Actor, in NewVersion, body io.Reader) (out Received, err error) {
	defer fault.Wrap(&err, "document.AddVersion(%s)", in.Document)
	var d Document
	if err := s.ask(ctx, who, AddVersion, func(tx *gate.Tx) error { d, err = loadWritable(ctx, tx, in.Document, in.After); return err }); err != nil {
		return out, err
	}
	got, err := s.receive(ctx, d.Matter, in.Name, in.Reason, body)
	if err != nil {
		return out, err
	}
	err = s.Gate.Write(ctx, who, AddVersion, func(tx *gate.Tx) error {
		out, err = s.addVersion(ctx, tx, in.Document, in.After, got)
		return err
	})
	return out, s.settle(ctx, got.stored, err)
}

func (s *Service) addVersion(ctx context.Context, tx *gate.Tx, id ident.DocumentID, after int64, got incoming) (Received, error) {
	d, err := loadWritable(ctx, tx, id, after)
	if err != nil {
		return Received{}, err
	}
	stage, err := s.stage(ctx, tx, d)
	if err != nil {
		return Received{}, err
	}
	v := got.version(d, tx, stage)
	d.Current = v.N
	if err := save(ctx, tx, &d); err != nil {
		return Received{}, err
	}
	return s.commitVersion(ctx, tx, d, v, got)
}

func loadWritable(ctx context.Context, tx *gate.Tx, id ident.DocumentID, after int64) (Document, error) {
	d, err := load(ctx, tx, id)
	if err != nil {
		return d, err
	}
	if err := tx.Permit(ctx, d.Subject()); err != nil {
		return d, err
	}
	if err := d.writable(); err != nil {
		return d, err
	}
	if after != 0 && after != d.Current {
		return d, stale()
	}
	return d, nil
}

// RestoreVersion makes an old version the newest one again: a new version with the same bytes.
//
// Faults: NotFound, Forbidden, Conflict (in quarantine, or it is the newest version), Stale, Invalid (reason).
func (s *Service) RestoreVersion(ctx context.Context, who actor.Actor, id ident.VersionID, after int64, reason string) (out Received, err error) {
	defer fault.Wrap(&err, "document.RestoreVersion(%s)", id)
	var old Version
	err = s.ask(ctx, who, RestoreVersion, func(tx *gate.Tx) error {
		v, _, err := loadVersion(ctx, tx, id)
		if err != nil {
			return err
		}
		old = v
		d, err := loadWritable(ctx, tx, v.Document, after)
		if err == nil && d.Current == v.N {
			err = fault.New(fault.Conflict, "This is the newest version already.")
		}
		return err
	})
	if err != nil {
		return out, err
	}
	body, err := s.bytes(ctx, s.Gate.DB, old)
	if err != nil {
		return out, err
	}
	defer body.Close()
	if reason == "" {
		reason = "Version " + strconv.FormatInt(old.N, 10) + " restored"
	}
	got, err := s.receive(ctx, old.Matter, old.Name, reason, body)
	if err != nil {
		return out, err
	}
	err = s.Gate.Write(ctx, who, RestoreVersion, func(tx *gate.Tx) error {
		out, err = s.addVersion(ctx, tx, old.Document, after, got)
		return err
	})
	return out, s.settle(ctx, got.stored, err)
}

// errAsked ends a transaction that only asked.
var errAsked = errors.New("document: asked")

// ask runs the checks of a verb before its bytes are taken, so that nobody fills the disk who may not. A refusal leaves
// its entry; otherwise nothing is written. The verb asks again in its own write.
func (s *Service) ask(ctx context.Context, who actor.Actor, action authz.Action, check func(*gate.Tx) error) error {
	err := s.Gate.Write(ctx, who, action, func(tx *gate.Tx) error {
		if err := check(tx); err != nil {
			return err
		}
		return errAsked
	})
	if errors.Is(err, errAsked) {
		return nil
	}
	return err
}

// stage asks package task.
func (s *Service) stage(ctx context.Context, tx *gate.Tx, d Document) (string, error) {
	if s.Tasks == nil {
		if d.Task != "" {
			return "", errors.New("nobody answers for tasks")
		}
		return "", nil
	}
	return s.Tasks.VersionComing(ctx, tx, d)
}

// incoming is a file whose bytes are stored and whose row is to come.
type incoming struct {
	stored
	id     ident.VersionID
	name   string
	reason string
	notes  []string
}

// receive checks the words around a file, then stores its bytes.
func (s *Service) receive(ctx context.Context, m ident.MatterID, name, reason string, body io.Reader) (in incoming, err error) {
	in = incoming{id: ident.VersionID(ident.New()), reason: reason}
	if in.name, in.notes, err = CleanName(name); err != nil {
		return in, err
	}
	if err := checkReason(reason); err != nil {
		return in, err
	}
	if in.stored, err = s.keep(ctx, m, in.id, body); err != nil {
		return in, err
	}
	if lie := Lie(in.name, in.mediaType); lie != "" {
		in.notes = append(in.notes, "Stored as it is: "+lie+".")
	}
	return in, nil
}

func (in incoming) version(d Document, tx *gate.Tx, stage string) Version {
	v := d.next(in.id, in.name, in.reason, stage)
	v.SizeBytes, v.MediaType, v.blob = in.Size, in.mediaType, in.Name
	v.Author, v.Org, v.MadeAt = tx.Who.Person, tx.Who.Org, tx.Now
	return v
}

// commitVersion writes the version's row, and promises its entry and announcement.
func (s *Service) commitVersion(ctx context.Context, tx *gate.Tx, d Document, v Version, in incoming) (Received, error) {
	twin, err := sameBytes(ctx, tx, d.Matter, in.same)
	if err != nil {
		return Received{}, err
	}
	if err := s.insertVersion(ctx, tx, v, in.stored); err != nil {
		return Received{}, err
	}
	tx.Record(gate.Entry{Subject: d.ref(), Rev: d.Rev, Matter: d.Matter, Owner: d.Firm, Values: map[string]string{
		"name": v.Name, "folder": d.Folder, "kind": string(d.Kind), "task": string(d.Task), "stage": v.Stage, "reason": v.Reason,
		"version": strconv.FormatInt(v.N, 10), "version_id": string(v.ID), "size_bytes": strconv.FormatInt(v.SizeBytes, 10),
		"sha256": hex.EncodeToString(in.SHA256[:]), "media_type": v.MediaType,
	}})
	tx.Announce(d.topic())
	out := Received{Document: d, Version: v, Notes: append([]string(nil), in.notes...)}
	if twin != "" {
		out.Notes = append(out.Notes, "The same bytes as "+twin+".")
	}
	return out, nil
}

// sameBytes names an older version in the matter with the same bytes, "Order.pdf v2", or nothing.
func sameBytes(ctx context.Context, q db.Reader, m ident.MatterID, same []byte) (string, error) {
	names, err := db.All(ctx, q, db.SQL(`SELECT d.name, dv.n FROM version dv JOIN document d ON d.id = dv.document_id
		WHERE dv.matter_id = ? AND dv.same = ? AND d.state = 'active' ORDER BY dv.made_at, dv.id LIMIT 1`, m, same),
		func(rs *db.Rows, s *string) error {
			var n int64
			err := rs.Scan(s, &n)
			*s += " v" + strconv.FormatInt(n, 10)
			return err
		})
	if err != nil || len(names) == 0 {
		return "", err
	}
	return names[0], nil
}

// UploadWork streams a file into a new document that is work product of a task. It finds the task's matter; package
// task decides whether the actor may draft now.
//
// Faults: as Upload; NotFound also for a task that is absent or walled.
func (s *Service) UploadWork(ctx context.Context, who actor.Actor, task ident.TaskID, name, reason string, body io.Reader) (out Received, err error) {
	defer fault.Wrap(&err, "document.UploadWork(%s)", task)
	v := s.Gate.View(who)
	var m ident.MatterID
	err = v.QueryRow(ctx, db.SQL(`SELECT t.matter_id FROM task t WHERE t.id = ? AND `, task).Join(v.Visible("t.matter_id"))).Scan(&m)
	if errors.Is(err, db.ErrNoRows) {
		return out, s.Gate.Write(ctx, who, UploadFile, func(tx *gate.Tx) error { return tx.Absent("task", string(task)) })
	}
	if err != nil {
		return out, err
	}
	return s.Upload(ctx, who, Upload{Matter: m, Task: task, Kind: Work, Folder: "Work product", Name: name, Reason: reason}, body)
}
