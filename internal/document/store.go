package document

import (
	"context"
	"errors"
	"fmt"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
)

// Keys gives the keys of a matter: keys.Ring.
type Keys interface {
	BlobKey(ctx context.Context, q db.Reader, scope keys.Scope) (keys.BlobKey, error)
	Hash(ctx context.Context, q db.Reader, scope keys.Scope, sum []byte) ([]byte, error)
}

// Tasks decides what may happen to work product. Package task implements it.
type Tasks interface {
	// VersionComing is called inside the write that adds a version to d, before its row is written; d.Current is the
	// newest version so far, 0 for a new document. It is called for every document, also one that belongs to no task
	// but may stand in a signed manifest. It returns the key of the stage in which the version is made, "" outside a
	// task; an error refuses the version.
	VersionComing(ctx context.Context, tx *gate.Tx, d Document) (stage string, err error)
}

// A Pin is something that was said of a place on a page: a finding of a review, or a question.
type Pin struct {
	ID       string
	Question bool // else a finding
	Number   int
	Severity string // of a finding: critical, major, minor
	Page     int    // from 1
	Area     string // "0.1,0.25,0.3,0.02": a rectangle in parts of the page; "" for the page as a whole
	Text     string
	State    string
	By       string // display name
}

// A Board is what a task says of the pages of one version, as far as its reader may know.
type Board struct {
	Task string // "T-2091 Deposition summary"; "" when there is no board
	Pins []Pin  // by page, from the top
	Find bool   // the reader may raise a finding in this version now
	Ask  bool   // the reader may ask about it now
}

// Pins tells what was said of places. Package pin implements it.
type Pins interface {
	Board(ctx context.Context, who actor.Actor, t ident.TaskID, v ident.VersionID) (Board, error)
}

// Deps is what a Service is built from.
type Deps struct {
	Gate     *gate.Gate
	Blobs    *blob.Store
	Keys     Keys
	Files    Files
	MaxBytes int64            // of one file; 0 is DefaultMaxBytes
	Clock    func() time.Time // real time: it ages what waits in blob_pending
	Tasks    Tasks            // nil until UseTasks: then nothing can be uploaded to a task
	Pins     Pins             // nil until UsePins: then nothing is pinned
}

// A Service is this package's verbs and questions.
type Service struct{ Deps }

// NewService returns the document service.
func NewService(d Deps) *Service {
	if d.MaxBytes == 0 {
		d.MaxBytes = DefaultMaxBytes
	}
	return &Service{d}
}

// UseTasks closes the circle in the composition root: package task is built on this one.
func (s *Service) UseTasks(t Tasks) { s.Tasks = t }

// UsePins does the same for what was said of pages.
func (s *Service) UsePins(p Pins) { s.Pins = p }

// Pinned returns what a task says of the pages of a version. A task that is not there, or not for this reader, says nothing.
func (s *Service) Pinned(ctx context.Context, who actor.Actor, t ident.TaskID, v ident.VersionID) (b Board, err error) {
	defer fault.Wrap(&err, "document.Pinned(%s, %s)", t, v)
	if s.Pins == nil {
		return b, nil
	}
	b, err = s.Pins.Board(ctx, who, t, v)
	if fault.KindOf(err) == fault.NotFound {
		return Board{}, nil
	}
	return b, err
}

const documentColumns = `d.id, d.matter_id, m.firm_id, d.task_id, d.kind, d.name, d.folder, d.state, d.current_n, d.made_by, d.made_at, d.rev`

func scanDocument(rs interface{ Scan(...any) error }, d *Document, more ...any) error {
	return rs.Scan(append([]any{&d.ID, &d.Matter, &d.Firm, &d.Task, &d.Kind, &d.Name, &d.Folder, &d.State, &d.Current, &d.MadeBy, db.At{T: &d.MadeAt}, &d.Rev}, more...)...)
}

// find reads one document that is visible, for the one who asks for it now.
func find(ctx context.Context, q db.Reader, who actor.Actor, now time.Time, id ident.DocumentID, visible, lock db.Frag) (d Document, err error) {
	err = scanDocument(q.QueryRow(ctx, db.SQL(`SELECT `+documentColumns+` FROM document d JOIN matter m ON m.id = d.matter_id WHERE d.id = ? AND `, id).
		Join(visible, lock)), &d)
	if err == nil {
		d.limits, err = limitsOf(ctx, q, d, who, now)
	}
	return d, err
}

// load reads a document inside a write and keeps it from changing until the write ends.
func load(ctx context.Context, tx *gate.Tx, id ident.DocumentID) (Document, error) {
	lock := tx.ForUpdate()
	if lock.Text != "" {
		lock.Text += " OF d"
	}
	d, err := find(ctx, tx, tx.Who, tx.Now, id, tx.Visible("d.matter_id"), lock)
	if errors.Is(err, db.ErrNoRows) {
		return d, tx.Absent("document", string(id))
	}
	return d, err
}

const versionColumns = `dv.id, dv.document_id, dv.matter_id, dv.n, dv.blob,
	CASE d.state WHEN 'active' THEN dv.name ELSE 'Quarantined file' END, dv.size_bytes, dv.media_type, dv.author_id, dv.org_id, dv.stage, dv.reason, dv.made_at, d.state`

func scanVersion(rs interface{ Scan(...any) error }, v *Version, more ...any) error {
	return rs.Scan(append([]any{&v.ID, &v.Document, &v.Matter, &v.N, &v.blob, &v.Name, &v.SizeBytes, &v.MediaType, &v.Author, &v.Org, &v.Stage, &v.Reason, db.At{T: &v.MadeAt}, &v.State}, more...)...)
}

// loadVersion reads a version and its document inside a write.
func loadVersion(ctx context.Context, tx *gate.Tx, id ident.VersionID) (v Version, d Document, err error) {
	err = scanVersion(tx.QueryRow(ctx, db.SQL(`SELECT `+versionColumns+` FROM version dv JOIN document d ON d.id = dv.document_id WHERE dv.id = ? AND `, id).
		Join(tx.Visible("dv.matter_id"))), &v)
	if errors.Is(err, db.ErrNoRows) {
		return v, d, tx.Absent("version", string(id))
	}
	if err != nil {
		return v, d, err
	}
	d, err = load(ctx, tx, v.Document)
	return v, d, err
}

// VersionsOf reads versions in the order of ids. The caller has made sure that the actor may know of them; a version
// that is not there is left out.
func VersionsOf(ctx context.Context, q db.Reader, ids []ident.VersionID) (_ []Version, err error) {
	defer fault.Wrap(&err, "document.VersionsOf")
	found, err := db.All(ctx, q, db.SQL(`SELECT `+versionColumns+` FROM version dv JOIN document d ON d.id = dv.document_id WHERE `).Join(db.In("dv.id", ids)),
		func(rs *db.Rows, v *Version) error { return scanVersion(rs, v) })
	if err != nil {
		return nil, err
	}
	byID := map[ident.VersionID]Version{}
	for _, v := range found {
		byID[v.ID] = v
	}
	out := make([]Version, 0, len(found))
	for _, id := range ids {
		if v, ok := byID[id]; ok {
			out = append(out, v)
		}
	}
	return out, nil
}

// Words reads sealed words: *gate.Tx inside a write, gate.View outside one.
type Words interface {
	db.Reader
	Open(ctx context.Context, m ident.MatterID, sealed []byte, aad string) (string, error)
}

// Hash returns the SHA-256 of a version's plaintext inside a write, for sign-off. The caller has made sure that the
// actor may know of it.
//
// Faults: NotFound.
func (s *Service) Hash(ctx context.Context, tx *gate.Tx, id ident.VersionID) ([32]byte, error) {
	return HashOf(ctx, tx, id)
}

// HashOf is Hash inside or outside a write.
func HashOf(ctx context.Context, w Words, id ident.VersionID) (sum [32]byte, err error) {
	defer fault.Wrap(&err, "document.HashOf(%s)", id)
	var matter ident.MatterID
	var sealed []byte
	err = w.QueryRow(ctx, db.SQL(`SELECT matter_id, sha256 FROM version WHERE id = ?`, id)).Scan(&matter, &sealed)
	if errors.Is(err, db.ErrNoRows) {
		return sum, fault.Missing()
	}
	if err != nil {
		return sum, err
	}
	return openHash(ctx, w, matter, id, sealed)
}

func openHash(ctx context.Context, w Words, m ident.MatterID, id ident.VersionID, sealed []byte) (sum [32]byte, err error) {
	text, err := w.Open(ctx, m, sealed, hashPlace(id))
	if err != nil {
		return sum, err
	}
	if copy(sum[:], text) != len(sum) || len(text) != len(sum) {
		return sum, fmt.Errorf("the hash of version %s has %d bytes", id, len(text))
	}
	return sum, nil
}

// hashPlace binds the sealed hash to its row.
func hashPlace(id ident.VersionID) string { return "version.sha256/" + string(id) }

func insertDocument(ctx context.Context, tx *gate.Tx, d Document) error {
	_, err := tx.Exec(ctx, db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.ID, d.Matter, d.Task, d.Kind, d.Name, d.Folder, d.State, d.Current, d.MadeBy, db.Micros(d.MadeAt), d.Rev))
	return err
}

// save writes what verbs may change over the row that load locked, and counts the revision up.
func save(ctx context.Context, tx *gate.Tx, d *Document) error {
	n, err := tx.Exec(ctx, db.SQL(`UPDATE document SET name = ?, state = ?, current_n = ?, rev = rev + 1 WHERE id = ? AND rev = ?`, d.Name, d.State, d.Current, d.ID, d.Rev))
	if err == nil && n == 0 {
		err = stale()
	}
	d.Rev++
	return err
}

func stale() error {
	return fault.New(fault.Stale, "Someone changed this document meanwhile. Look again, then send yours.")
}

// insertVersion writes the row of a version whose bytes are stored, and takes the blob off the list of the pending.
func (s *Service) insertVersion(ctx context.Context, tx *gate.Tx, v Version, st stored) error {
	sealed, err := tx.Seal(ctx, v.Matter, string(st.SHA256[:]), hashPlace(v.ID))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO version (id, document_id, matter_id, n, blob, name, size_bytes, sha256, same, media_type, author_id, org_id, stage, reason, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, v.ID, v.Document, v.Matter, v.N, st.Name, v.Name, v.SizeBytes, sealed, st.same,
		v.MediaType, v.Author, v.Org, v.Stage, v.Reason, db.Micros(v.MadeAt))); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, db.SQL(`DELETE FROM blob_pending WHERE blob = ? AND at > 0`, st.Name))
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "The upload took longer than a day and was swept away. Send the file again.")
	}
	return err
}
