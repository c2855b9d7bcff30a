package document

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// PageRows is how many documents one page lists.
const PageRows = 100

// A Filter narrows a matter's documents.
type Filter struct {
	Kind   Kind             // "" for all
	Folder string           // with what lies below it; "" for all
	Find   string           // part of a name
	After  ident.DocumentID // last item of the page before; "" for the first page
}

// An Item is a document in the list, by its newest version.
type Item struct {
	Document  Document
	Version   ident.VersionID
	SizeBytes int64
	MediaType string
	Author    string // display name
	At        time.Time
}

// A Folder is a place in the file plan with the documents directly in it.
type Folder struct {
	Name  string
	Count int
}

// A Library is one page of a matter's documents.
type Library struct {
	Matter        ident.MatterID
	Number, Title string // the firm's matter number and caption
	AsOf          time.Time
	Folders       []Folder // of the whole matter, whatever the filter
	Items         []Item   // by name
	Total         int      // that pass the filter
	Next          ident.DocumentID
	Uploads       []Kind // kinds that the actor may upload
}

// Library returns the documents of a matter. One in quarantine is there only for those who keep the quarantine.
//
// Faults: NotFound.
func (s *Service) Library(ctx context.Context, who actor.Actor, m ident.MatterID, f Filter) (l Library, err error) {
	defer fault.Wrap(&err, "document.Library(%s)", m)
	v := s.Gate.View(who)
	l = Library{Matter: m, AsOf: v.Now}
	about := Document{Matter: m, State: Active}
	err = v.QueryRow(ctx, db.SQL(`SELECT m.number, m.title, m.firm_id FROM matter m WHERE m.id = ? AND `, m).Join(v.Visible("m.id"))).Scan(&l.Number, &l.Title, &about.Firm)
	if errors.Is(err, db.ErrNoRows) {
		return l, fault.Missing()
	}
	if err != nil {
		return l, err
	}
	if l.Uploads, err = uploads(ctx, v, about); err != nil {
		return l, err
	}
	here, err := shown(ctx, v, about)
	if err != nil {
		return l, err
	}
	l.Folders, err = db.All(ctx, v, db.SQL(`SELECT d.folder, COUNT(*) FROM document d WHERE d.matter_id = ?`, m).And(here).Join(db.SQL(` GROUP BY d.folder ORDER BY d.folder`)),
		func(rs *db.Rows, x *Folder) error { return rs.Scan(&x.Name, &x.Count) })
	if err != nil {
		return l, err
	}
	where := db.SQL(`d.matter_id = ?`, m).And(here).And(f.conditions()...)
	if err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM document d WHERE `).Join(where)).Scan(&l.Total); err != nil {
		return l, err
	}
	l.Items, err = items(ctx, v, where, f.After)
	if len(l.Items) > PageRows {
		l.Items = l.Items[:PageRows]
		l.Next = l.Items[PageRows-1].Document.ID
	}
	return l, err
}

// shown is the condition that hides what is in quarantine from those who do not keep it.
func shown(ctx context.Context, v gate.View, about Document) (db.Frag, error) {
	d, err := v.May(ctx, SeeQuarantined, about.Subject())
	if err != nil || d.Allowed {
		return db.Frag{}, err
	}
	return db.SQL(`d.state = 'active'`), nil
}

func uploads(ctx context.Context, v gate.View, about Document) (out []Kind, err error) {
	for _, k := range []Kind{Source, Work, Template, Evidence} {
		about.Kind = k
		d, err := v.May(ctx, UploadFile, about.Subject())
		if err != nil {
			return nil, err
		}
		if d.Allowed {
			out = append(out, k)
		}
	}
	return out, nil
}

func (f Filter) conditions() (out []db.Frag) {
	if f.Kind != "" {
		out = append(out, db.SQL(`d.kind = ?`, f.Kind))
	}
	if f.Folder != "" {
		out = append(out, db.SQL(`d.folder = ? OR d.folder LIKE ? ESCAPE '\'`, f.Folder, likeEscape.Replace(f.Folder)+"/%"))
	}
	if q := strings.TrimSpace(f.Find); q != "" {
		out = append(out, db.SQL(`LOWER(d.name) LIKE ? ESCAPE '\'`, "%"+likeEscape.Replace(strings.ToLower(q))+"%"))
	}
	return out
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func items(ctx context.Context, v gate.View, where db.Frag, after ident.DocumentID) ([]Item, error) {
	var from db.Frag
	if after != "" {
		from = db.SQL(`EXISTS (SELECT 1 FROM document a WHERE a.id = ? AND a.matter_id = d.matter_id AND (d.name > a.name OR d.name = a.name AND d.id > a.id))`, after)
	}
	return db.All(ctx, v, db.SQL(`SELECT `+documentColumns+`, dv.id, dv.size_bytes, dv.media_type, p.name, dv.made_at
		FROM document d JOIN matter m ON m.id = d.matter_id JOIN version dv ON dv.document_id = d.id AND dv.n = d.current_n JOIN person p ON p.id = dv.author_id
		WHERE `).Join(where).And(from).Join(db.SQL(` ORDER BY d.name, d.id LIMIT ?`, PageRows+1)),
		func(rs *db.Rows, i *Item) error {
			return scanDocument(rs, &i.Document, &i.Version, &i.SizeBytes, &i.MediaType, &i.Author, db.At{T: &i.At})
		})
}

// A Line is one version on the document's page.
type Line struct {
	Version Version
	Author  string // display name
	Org     string // display name of the author's organization
	SHA256  [32]byte
}

// A Hold is a quarantine, standing or lifted.
type Hold struct {
	Cause    Cause
	Reason   string
	SetBy    string // display name
	SetAt    time.Time
	LiftedBy string // display name; "" while it stands
	LiftedAt time.Time
}

// A Sheet is a document's page.
type Sheet struct {
	Document     Document
	MatterNumber string
	MatterTitle  string
	AsOf         time.Time
	Lines        []Line // newest first
	Holds        []Hold // newest first
	Read         authz.Decision
	Open         authz.Decision
	Add          authz.Decision
	SetAside     authz.Decision
	Lift         authz.Decision
	Keep         authz.Decision // set a residency rule
}

// Sheet returns a document with its versions.
//
// Faults: NotFound, Forbidden (in quarantine).
func (s *Service) Sheet(ctx context.Context, who actor.Actor, id ident.DocumentID) (sh Sheet, err error) {
	defer fault.Wrap(&err, "document.Sheet(%s)", id)
	v := s.Gate.View(who)
	sh.AsOf = v.Now
	if sh.Document, err = s.see(ctx, v, id); err != nil {
		return sh, err
	}
	if err := v.QueryRow(ctx, db.SQL(`SELECT number, title FROM matter WHERE id = ?`, sh.Document.Matter)).Scan(&sh.MatterNumber, &sh.MatterTitle); err != nil {
		return sh, err
	}
	for _, a := range []struct {
		action authz.Action
		to     *authz.Decision
	}{{SeePages, &sh.Read}, {OpenFile, &sh.Open}, {SetResidency, &sh.Keep}, {AddVersion, &sh.Add}, {Quarantine, &sh.SetAside}, {LiftQuarantine, &sh.Lift}} {
		if *a.to, err = v.May(ctx, a.action, sh.Document.Subject()); err != nil {
			return sh, err
		}
	}
	if sh.Lines, err = lines(ctx, v, sh.Document); err != nil {
		return sh, err
	}
	sh.Holds, err = holds(ctx, v, sh.Document)
	return sh, err
}

// see reads a document that the actor may be shown.
func (s *Service) see(ctx context.Context, v gate.View, id ident.DocumentID) (d Document, err error) {
	d, err = find(ctx, v, v.Who, v.Now, id, v.Visible("d.matter_id"), db.Frag{})
	if errors.Is(err, db.ErrNoRows) {
		return d, fault.Missing()
	}
	if err != nil || d.State == Active {
		return d, err
	}
	may, err := v.May(ctx, SeeQuarantined, d.Subject())
	if err != nil || may.Allowed {
		return d, err
	}
	// The rule that keeps the file shut is the one to name.
	if may, err = v.May(ctx, OpenFile, d.Subject()); err != nil {
		return Document{}, err
	}
	return Document{}, fault.Refused(may)
}

func lines(ctx context.Context, v gate.View, d Document) ([]Line, error) {
	type row struct {
		Line
		name   string
		sealed []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT `+versionColumns+`, dv.name, p.name, o.name, dv.sha256
		FROM version dv JOIN document d ON d.id = dv.document_id JOIN person p ON p.id = dv.author_id JOIN org o ON o.id = dv.org_id
		WHERE dv.document_id = ? ORDER BY dv.n DESC`, d.ID),
		func(rs *db.Rows, r *row) error {
			return scanVersion(rs, &r.Version, &r.name, &r.Author, &r.Org, &r.sealed)
		})
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		r.Version.Name = r.name // who came here may see it
		if r.SHA256, err = openHash(ctx, v, d.Matter, r.Version.ID, r.sealed); err != nil {
			return nil, err
		}
		out[i] = r.Line
	}
	return out, nil
}

func holds(ctx context.Context, v gate.View, d Document) ([]Hold, error) {
	type row struct {
		Hold
		id     string
		sealed []byte
	}
	rows, err := db.All(ctx, v, db.SQL(`SELECT q.id, q.cause, q.reason, COALESCE(s.name, ''), q.set_at, COALESCE(l.name, ''), q.lifted_at
		FROM quarantine q LEFT JOIN person s ON s.id = q.set_by LEFT JOIN person l ON l.id = q.lifted_by WHERE q.document_id = ? ORDER BY q.set_at DESC, q.id DESC`, d.ID),
		func(rs *db.Rows, r *row) error {
			return rs.Scan(&r.id, &r.Cause, &r.sealed, &r.SetBy, db.At{T: &r.SetAt}, &r.LiftedBy, db.At{T: &r.LiftedAt})
		})
	if err != nil {
		return nil, err
	}
	out := make([]Hold, len(rows))
	for i, r := range rows {
		if r.Reason, err = v.Open(ctx, d.Matter, r.sealed, reasonPlace(r.id)); err != nil {
			return nil, err
		}
		out[i] = r.Hold
	}
	return out, nil
}

// A Reading is one time that somebody took out a version.
type Reading struct {
	Person string // display name
	Org    string
	N      int64 // number of the version
	At     time.Time
}

// A Readership is who took out which version of a document.
type Readership struct {
	Document Document
	Readings []Reading // newest first, at most mostReadings
	Sights   []Sight   // pages, newest first, at most mostSights
	AsOf     time.Time
	Explain  authz.Decision // to ask who could have
}

// mostReadings bounds the list of readers.
const mostReadings = 1000

// Readers tells who took out which version and when, newest first, from the entries.
//
// Faults: NotFound, Forbidden (in quarantine).
func (s *Service) Readers(ctx context.Context, who actor.Actor, id ident.DocumentID) (out Readership, err error) {
	defer fault.Wrap(&err, "document.Readers(%s)", id)
	v := s.Gate.View(who)
	out.AsOf = v.Now
	if out.Document, err = s.see(ctx, v, id); err != nil {
		return out, err
	}
	d := out.Document
	if out.Explain, err = v.May(ctx, gate.Explain, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: string(d.Matter)}, Matter: string(d.Matter), Org: string(d.Firm)}); err != nil {
		return out, err
	}
	out.Readings, err = db.All(ctx, v, db.SQL(`SELECT COALESCE(p.name, 'The program'), COALESCE(o.name, ''), e.rev, e.at
		FROM entry e LEFT JOIN person p ON p.id = e.person_id LEFT JOIN org o ON o.id = e.org_id
		WHERE e.subject_kind = 'document' AND e.subject_id = ? AND e.verb = ? AND NOT e.refused ORDER BY e.at DESC, e.id DESC LIMIT ?`, id, OpenFile, mostReadings),
		func(rs *db.Rows, r *Reading) error { return rs.Scan(&r.Person, &r.Org, &r.N, db.At{T: &r.At}) })
	if err != nil {
		return out, err
	}
	out.Sights, err = sights(ctx, v, out.Document)
	return out, err
}
