package task

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A SignOff is the attorney's signature on exact bytes.
type SignOff struct {
	Task  ident.TaskID
	Rev   int64
	Files []ident.VersionID // what she saw and signs; versions other than the submission's are her own edits
	Note  string
}

// SignOff accepts and delivers: it binds the SHA-256 of every file of the manifest. When the files are newer versions
// than those handed in, they are kept as a submission of her own, so that her edits can be measured.
//
// Faults: Forbidden (not the supervising attorney, no fresh step-up), Conflict, Invalid ("files"), Stale.
func (s *Service) SignOff(ctx context.Context, who actor.Actor, in SignOff) (out Task, err error) {
	defer fault.Wrap(&err, "task.SignOff(%s)", in.Task)
	return s.move(ctx, who, DoSignOff, in.Task, in.Rev, func(tx *gate.Tx, t Task) (Task, map[string]string, error) {
		if err := handIn(ctx, tx, t, "approved", in.Note); err != nil {
			return t, nil, err
		}
		own, err := manifestToSign(ctx, tx, t, in)
		if err != nil {
			return t, nil, err
		}
		id, manifest, err := s.bind(ctx, tx, t, in.Files, own)
		if err != nil {
			return t, nil, err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE finding SET state = 'accepted', rev = rev + 1 WHERE task_id = ? AND state IN ('fixed', 'disputed', 'open')`, t.ID)); err != nil {
			return t, nil, err
		}
		if t, err = t.Deliver(tx.Now); err != nil {
			return t, nil, err
		}
		for _, p := range append([]ident.PersonID{t.Author, t.ReleasedBy}, t.Reviewers...) {
			tx.Tell(p, "delivered", t.Matter, t.Ref())
		}
		return t, map[string]string{"sign_off": id, "manifest": manifest, "own_edits": map[bool]string{true: "yes", false: "no"}[own]}, nil
	})
}

// manifestToSign checks that the files she signs are the manifest handed in, or keeps her edited versions as a
// submission of her own. It reports which.
func manifestToSign(ctx context.Context, tx *gate.Tx, t Task, in SignOff) (own bool, err error) {
	handed, err := db.Column[ident.VersionID](ctx, tx, db.SQL(`SELECT sf.version_id FROM submission_file sf
		WHERE sf.submission_id = (SELECT id FROM submission WHERE task_id = ? ORDER BY n DESC LIMIT 1) ORDER BY sf.place`, t.ID))
	if err != nil {
		return false, err
	}
	if slices.Equal(handed, in.Files) {
		return false, current(ctx, tx, in.Files)
	}
	_, err = keepSubmission(ctx, tx, t, t.Stage, in.Files, in.Note)
	return true, err
}

// current refuses to sign versions that were overtaken since they were shown.
func current(ctx context.Context, tx *gate.Tx, files []ident.VersionID) error {
	var n int
	err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM version v JOIN document d ON d.id = v.document_id WHERE v.n = d.current_n AND d.state = 'active'`).
		And(db.In("v.id", files))).Scan(&n)
	if err == nil && n != len(files) {
		err = fault.New(fault.Stale, "A file of the manifest has a newer version. Look at it, then sign.")
	}
	return err
}

// bind stores the signature with each file's hash. The manifest hash is SHA-256 over the file hashes in order.
func (s *Service) bind(ctx context.Context, tx *gate.Tx, t Task, files []ident.VersionID, own bool) (id, manifest string, err error) {
	id = ident.New()
	whole := sha256.New()
	sums := make([][]byte, len(files))
	for i, f := range files {
		sum, err := s.docs.Hash(ctx, tx, f)
		if err != nil {
			return "", "", err
		}
		whole.Write(sum[:]) //nolint:errcheck // a hash does not fail
		if sums[i], err = tx.Seal(ctx, t.Matter, string(sum[:]), "sign_off_file.sha256/"+id+"/"+itoa(i)); err != nil {
			return "", "", err
		}
	}
	manifest = hex.EncodeToString(whole.Sum(nil))
	sealed, err := tx.Seal(ctx, t.Matter, manifest, "sign_off.manifest/"+id)
	if err != nil {
		return "", "", err
	}
	if _, err = tx.Exec(ctx, db.SQL(`INSERT INTO sign_off (id, task_id, submission_id, person_id, own_edits, manifest, at, voided_at, void_reason)
		SELECT ?, ?, id, ?, ?, ?, ?, 0, '' FROM submission WHERE task_id = ? ORDER BY n DESC LIMIT 1`,
		id, t.ID, tx.Who.Person, own, sealed, db.Micros(tx.Now), t.ID)); err != nil {
		return "", "", err
	}
	for i, f := range files {
		if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO sign_off_file (sign_off_id, place, version_id, sha256) VALUES (?, ?, ?, ?)`, id, i, f, sums[i])); err != nil {
			return "", "", err
		}
	}
	return id, manifest, nil
}

// A Signature is a sign-off as pages show it.
type Signature struct {
	ID       string
	By       ident.PersonID
	Manifest string // hex SHA-256 over the file hashes in order
	OwnEdits bool
	Void     []string // names of files whose current bytes differ from the signed ones; none: it stands
}

// SignatureOf returns the newest sign-off of a task and whether it still covers the bytes. It stands exactly while the
// current version of every signed file has the signed bytes (the keyed hash within the matter tells).
func SignatureOf(ctx context.Context, v gate.View, t Task) (sg *Signature, err error) {
	var sealed []byte
	sg = &Signature{}
	err = v.QueryRow(ctx, db.SQL(`SELECT id, person_id, manifest, own_edits FROM sign_off WHERE task_id = ? ORDER BY at DESC, id DESC LIMIT 1`, t.ID)).Scan(&sg.ID, &sg.By, &sealed, &sg.OwnEdits)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if sg.Manifest, err = v.Open(ctx, t.Matter, sealed, "sign_off.manifest/"+sg.ID); err != nil {
		return nil, err
	}
	sg.Void, err = db.Column[string](ctx, v, db.SQL(`SELECT d.name FROM sign_off_file f JOIN version s ON s.id = f.version_id JOIN document d ON d.id = s.document_id
		JOIN version c ON c.document_id = d.id AND c.n = d.current_n WHERE f.sign_off_id = ? AND c.same <> s.same ORDER BY f.place`, sg.ID))
	return sg, err
}
