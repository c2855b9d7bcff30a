package document

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"countersign/internal/document/window"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/gate"
)

// A Scope is where a residency rule is set. It holds for everything beneath.
type Scope string

// The scopes.
const (
	OnEngagement Scope = "engagement"
	OnMatter     Scope = "matter"
	OnFolder     Scope = "folder" // and the folders in it
	OnDocument   Scope = "document"
)

// A Covers says which documents a rule speaks of: what came from outside, or what the work makes.
type Covers string

// What a rule covers.
const (
	Sources     Covers = "source" // sources and evidence
	WorkProduct Covers = "work"   // work product and templates
)

// String says it in words.
func (c Covers) String() string {
	if c == WorkProduct {
		return "work product"
	}
	return "sources"
}

func (d Document) covered() Covers {
	if d.Kind == Work || d.Kind == Template {
		return WorkProduct
	}
	return Sources
}

// A ResidencyRule keeps documents in the firm's country: outside it they are seen as marked pages, and neither the file
// nor its text is sent. Rules only add up: the strictest holds, and none loosens another.
type ResidencyRule struct {
	ID       string
	Scope    Scope
	ScopeID  string
	Folder   string
	Covers   Covers
	On       string // what it is set on, in words
	SetBy    string // display name
	SetAt    time.Time
	LiftedBy string // display name; "" while it stands
	LiftedAt time.Time
	Window   window.Window // from where and when it is seen at a provider, by the provider's clock
}

// standsFor is the condition under which a rule r speaks of document d and the engagement e at an instant.
func standsFor(d Document, at time.Time) db.Frag {
	v := func(x any) db.Frag { return db.SQL(`?`, x) }
	stood := db.SQL(`r.set_at <= ? AND (r.lifted_at = 0 OR r.lifted_at > ?)`, db.Micros(at), db.Micros(at))
	return stands(stood, v(d.covered()), v(d.Matter), v(d.ID), db.SQL(`CAST(? AS TEXT)`, d.Folder))
}

// standsNow is the condition that a rule r was not lifted.
var standsNow = db.SQL(`r.lifted_at = 0`)

func stands(stood, covered, matter, document, folder db.Frag) db.Frag {
	return stood.Join(db.SQL(` AND r.covers = `), covered, db.SQL(` AND (r.scope = 'engagement' AND r.scope_id = e.id OR r.scope = 'matter' AND r.scope_id = `), matter,
		db.SQL(` OR r.scope = 'document' AND r.scope_id = `), document, db.SQL(` OR r.scope = 'folder' AND r.scope_id = `), matter,
		db.SQL(` AND (r.folder = `), folder, db.SQL(` OR SUBSTR(`), folder, db.SQL(`, 1, LENGTH(r.folder) + 1) = r.folder || '/'))`))
}

// limitsOf reads the rules that stand for a document, and whether the one who asks is inside their windows. A rule on
// an engagement binds its provider, every other one all providers of the firm, and the firm's own people abroad.
func limitsOf(ctx context.Context, q db.Reader, d Document, who actor.Actor, now time.Time) (l limits, err error) {
	rows, err := q.Query(ctx, db.SQL(`SELECT f.country, r.scope, r.networks, r.from_minute, r.until_minute, COALESCE(e.provider_id, ''), COALESCE(e.country, ''), COALESCE(p.zone, '')
		FROM residency r JOIN org f ON f.id = r.firm_id LEFT JOIN engagement e ON e.firm_id = r.firm_id LEFT JOIN org p ON p.id = e.provider_id WHERE r.firm_id = ? AND `, d.Firm).Join(standsFor(d, now)))
	if err != nil {
		return l, err
	}
	defer rows.Close()
	add := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	for rows.Next() {
		var w window.Window
		var scope Scope
		var networks, provider, country, zone string
		if err := rows.Scan(&l.home, &scope, &networks, &w.From, &w.Until, &provider, &country, &zone); err != nil {
			return l, err
		}
		add(&l.keptFrom, provider)
		if scope != OnEngagement {
			add(&l.keptFrom, string(d.Firm))
		}
		if country != l.home {
			add(&l.viewOnly, provider)
		}
		if provider != string(who.Org) || who.IsSystem() {
			continue
		}
		from, err := window.Parse(networks, "", "")
		if err != nil {
			return l, err
		}
		w.Networks = from.Networks
		clock, err := time.LoadLocation(zone)
		if err != nil {
			return l, err
		}
		for _, why := range w.Shut(who.Address, now.In(clock)) {
			add(&l.shut, why)
		}
	}
	return l, rows.Err()
}

// A NewResidency asks for a rule.
type NewResidency struct {
	Scope   Scope
	ScopeID string // of the engagement, the matter (a folder's too) or the document
	Folder  string
	Covers  Covers

	Networks    string // from which people of a provider see it; "" for all
	From, Until string // hours in which they do, by the provider's clock, "09:00"; both "" for the whole day
}

// SetResidency sets a rule. From the commit on the file and the text of what it covers are not sent abroad; what was
// taken out before is not called back.
//
// Faults: NotFound, Forbidden, Conflict (it stands already), Invalid (fields scope, folder, covers, networks, from, until).
func (s *Service) SetResidency(ctx context.Context, who actor.Actor, r NewResidency) (err error) {
	defer fault.Wrap(&err, "document.SetResidency(%s %s)", r.Scope, r.ScopeID)
	r.Folder = strings.Trim(strings.TrimSpace(r.Folder), "/")
	return s.Gate.Write(ctx, who, SetResidency, func(tx *gate.Tx) error {
		if r.Covers != Sources && r.Covers != WorkProduct {
			return fault.InField("covers", "Say which documents: sources, or work product.")
		}
		w, err := window.Parse(r.Networks, r.From, r.Until)
		if err != nil {
			return err
		}
		switch {
		case r.Scope == OnFolder && r.Folder == "":
			return fault.InField("folder", "Name the folder.")
		case r.Scope != OnFolder:
			r.Folder = ""
		}
		subject, firm, matter, err := scoped(ctx, tx, r.Scope, r.ScopeID)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, subject); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM residency WHERE scope = ? AND scope_id = ? AND folder = ? AND covers = ? AND networks = ? AND from_minute = ? AND until_minute = ? AND lifted_at = 0`,
			r.Scope, r.ScopeID, r.Folder, r.Covers, w.Written(), w.From, w.Until)).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Conflict, "This rule stands already.")
		}
		tx.Record(gate.Entry{Subject: subject.Ref, Matter: matter, Owner: firm, Values: map[string]string{
			"covers": r.Covers.String(), "folder": r.Folder, "networks": w.Written(), "hours": w.Hours()}})
		if matter != "" {
			tx.Announce("matter/" + string(matter))
		}
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO residency (id, firm_id, scope, scope_id, folder, covers, networks, from_minute, until_minute, set_by, set_at, lifted_by, lifted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)`,
			ident.New(), firm, r.Scope, r.ScopeID, r.Folder, r.Covers, w.Written(), w.From, w.Until, who.Person, db.Micros(tx.Now)))
		return err
	})
}

// LiftResidency ends a rule.
//
// Faults: NotFound, Forbidden, Conflict (lifted already).
func (s *Service) LiftResidency(ctx context.Context, who actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "document.LiftResidency(%s)", id)
	return s.Gate.Write(ctx, who, LiftResidency, func(tx *gate.Tx) error {
		var r NewResidency
		var lifted int64
		err := tx.QueryRow(ctx, db.SQL(`SELECT scope, scope_id, folder, covers, lifted_at FROM residency WHERE id = ?`, id).Join(tx.ForUpdate())).
			Scan(&r.Scope, &r.ScopeID, &r.Folder, &r.Covers, &lifted)
		if err != nil {
			return tx.Absent("residency", id)
		}
		subject, firm, matter, err := scoped(ctx, tx, r.Scope, r.ScopeID)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, subject); err != nil {
			return err
		}
		if lifted != 0 {
			return fault.New(fault.Conflict, "This rule was lifted already.")
		}
		tx.Record(gate.Entry{Subject: subject.Ref, Matter: matter, Owner: firm, Values: map[string]string{
			"covers": r.Covers.String(), "folder": r.Folder}})
		if matter != "" {
			tx.Announce("matter/" + string(matter))
		}
		_, err = tx.Exec(ctx, db.SQL(`UPDATE residency SET lifted_by = ?, lifted_at = ? WHERE id = ?`, who.Person, db.Micros(tx.Now), id))
		return err
	})
}

// scoped finds what a rule is set on.
func scoped(ctx context.Context, tx *gate.Tx, scope Scope, id string) (subject authz.Subject, firm ident.OrgID, matter ident.MatterID, err error) {
	switch scope {
	case OnEngagement:
		err = tx.QueryRow(ctx, db.SQL(`SELECT firm_id FROM engagement WHERE id = ? AND firm_id = ?`, id, tx.Who.Org)).Scan(&firm)
		subject = authz.Subject{Ref: authz.Ref{Kind: "engagement", ID: id}, Engagement: id, Org: string(firm)}
	case OnMatter, OnFolder:
		err = tx.QueryRow(ctx, db.SQL(`SELECT m.firm_id, m.id FROM matter m WHERE m.id = ? AND `, id).Join(tx.Visible("m.id"))).Scan(&firm, &matter)
		subject = authz.Subject{Ref: authz.Ref{Kind: "matter", ID: id}, Matter: id, Org: string(firm)}
	case OnDocument:
		var d Document
		if d, err = find(ctx, tx, tx.Who, tx.Now, ident.DocumentID(id), tx.Visible("d.matter_id"), db.Frag{}); err == nil {
			subject, firm, matter = d.Subject(), d.Firm, d.Matter
		}
	default:
		return subject, "", "", fault.InField("scope", "Say where the rule is set.")
	}
	if err != nil {
		return subject, "", "", tx.Absent(string(scope), id)
	}
	return subject, firm, matter, nil
}

// A Residence is where the documents of a matter may go, with every rule that was ever set.
type Residence struct {
	Matter  ident.MatterID
	Number  string // of the matter
	Title   string
	AsOf    time.Time
	Country string // the firm's
	Abroad  []AbroadProvider
	Rules   []ResidencyRule // standing ones first, newest first
	Folders []string
	Set     authz.Decision
}

// An AbroadProvider is one that works for the firm in another country.
type AbroadProvider struct {
	Engagement string
	Name       string // of the provider
	Country    string
}

// Residence tells where the documents of a matter may go.
//
// Faults: NotFound.
func (s *Service) Residence(ctx context.Context, who actor.Actor, m ident.MatterID) (out Residence, err error) {
	defer fault.Wrap(&err, "document.Residence(%s)", m)
	v := s.Gate.View(who)
	out.Matter, out.AsOf = m, v.Now
	var firm ident.OrgID
	if err := v.QueryRow(ctx, db.SQL(`SELECT m.number, m.title, m.firm_id, o.country FROM matter m JOIN org o ON o.id = m.firm_id WHERE m.id = ? AND `, m).Join(v.Visible("m.id"))).
		Scan(&out.Number, &out.Title, &firm, &out.Country); err != nil {
		return out, absent(err)
	}
	// A provider sees its own engagement, the firm all of them.
	if out.Abroad, err = db.All(ctx, v, db.SQL(`SELECT e.id, p.name, e.country FROM engagement e JOIN org p ON p.id = e.provider_id WHERE e.firm_id = ? AND e.country <> ? AND e.phase <> 'ended'
		AND (e.firm_id = ? OR e.provider_id = ?) ORDER BY p.name, e.id`, firm, out.Country, who.Org, who.Org),
		func(rs *db.Rows, a *AbroadProvider) error { return rs.Scan(&a.Engagement, &a.Name, &a.Country) }); err != nil {
		return out, err
	}
	ids := make([]string, len(out.Abroad))
	names := map[string]string{}
	for i, a := range out.Abroad {
		ids[i], names[a.Engagement] = a.Engagement, a.Name
	}
	out.Rules, err = db.All(ctx, v, db.SQL(`SELECT r.id, r.scope, r.scope_id, r.folder, r.covers, COALESCE(d.name, ''), COALESCE(s.name, ''), r.set_at, COALESCE(l.name, ''), r.lifted_at, r.networks, r.from_minute, r.until_minute
		FROM residency r LEFT JOIN person s ON s.id = r.set_by LEFT JOIN person l ON l.id = r.lifted_by
			LEFT JOIN document d ON r.scope = 'document' AND d.id = r.scope_id AND d.matter_id = ? AND d.state = 'active'
		WHERE r.scope IN ('matter', 'folder') AND r.scope_id = ? OR d.id IS NOT NULL OR r.scope = 'engagement' AND `, m, m).Join(db.In("r.scope_id", ids), db.SQL(` ORDER BY r.set_at DESC, r.id DESC`)),
		func(rs *db.Rows, r *ResidencyRule) error {
			var networks string
			if err := rs.Scan(&r.ID, &r.Scope, &r.ScopeID, &r.Folder, &r.Covers, &r.On, &r.SetBy, db.At{T: &r.SetAt}, &r.LiftedBy, db.At{T: &r.LiftedAt}, &networks, &r.Window.From, &r.Window.Until); err != nil {
				return err
			}
			w, err := window.Parse(networks, "", "")
			r.Window.Networks = w.Networks
			return err
		})
	if err != nil {
		return out, err
	}
	for i := range out.Rules {
		switch r := &out.Rules[i]; r.Scope {
		case OnEngagement:
			r.On = "The engagement with " + names[r.ScopeID]
		case OnMatter:
			r.On = "This matter"
		case OnFolder:
			r.On = "Folder " + r.Folder
		}
	}
	slices.SortStableFunc(out.Rules, func(a, b ResidencyRule) int {
		switch {
		case a.LiftedAt.IsZero() == b.LiftedAt.IsZero():
			return 0
		case a.LiftedAt.IsZero():
			return -1
		}
		return 1
	})
	if out.Folders, err = db.Column[string](ctx, v, db.SQL(`SELECT DISTINCT folder FROM document WHERE matter_id = ? AND folder <> '' ORDER BY folder`, m)); err != nil {
		return out, err
	}
	out.Set, err = v.May(ctx, SetResidency, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: string(m)}, Matter: string(m), Org: string(firm)})
	return out, err
}

// absent is the fault of a record that is not there, or not for this reader.
func absent(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return fault.Missing()
	}
	return err
}

// A Stay is a document that some provider's people see as pages only.
type Stay struct {
	Document  Document
	Version   ident.VersionID // the newest
	Providers []ident.OrgID   // who work on its matter from another country
}

// Staying draws up to most of a firm's documents that residency keeps in its country, at random, and counts them all. It
// asks nobody's permission: it is for the probe, which shows what it finds to the firm alone.
func (s *Service) Staying(ctx context.Context, firm ident.OrgID, most int) (drawn []Stay, all int, err error) {
	defer fault.Wrap(&err, "document.Staying(%s)", firm)
	now := db.Micros(s.Gate.Now())
	from := db.SQL(` FROM document d JOIN matter m ON m.id = d.matter_id JOIN org f ON f.id = m.firm_id JOIN version dv ON dv.document_id = d.id AND dv.n = d.current_n
		WHERE m.firm_id = ? AND d.state = 'active' AND EXISTS (SELECT 1 FROM engagement e JOIN matter_opening mo ON mo.org_id = e.provider_id AND mo.matter_id = d.matter_id AND mo.from_at <= ? AND mo.until_at > ?
			JOIN residency r ON r.firm_id = e.firm_id WHERE e.firm_id = m.firm_id AND e.country <> f.country AND `, firm, now, now).
		Join(stands(standsNow, db.SQL(`CASE WHEN d.kind IN ('work', 'template') THEN 'work' ELSE 'source' END`), db.SQL(`d.matter_id`), db.SQL(`d.id`), db.SQL(`d.folder`)), db.SQL(`)`))
	if err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT COUNT(*)`).Join(from)).Scan(&all); err != nil {
		return nil, 0, err
	}
	drawn, err = db.All(ctx, s.Gate.DB, db.SQL(`SELECT `+documentColumns+`, dv.id`).Join(from, db.SQL(` ORDER BY RANDOM() LIMIT ?`, most)), func(rs *db.Rows, k *Stay) error {
		return scanDocument(rs, &k.Document, &k.Version)
	})
	if err != nil {
		return nil, 0, err
	}
	for i := range drawn {
		k := &drawn[i]
		if k.Document.limits, err = limitsOf(ctx, s.Gate.DB, k.Document, actor.System("probe"), s.Gate.Now()); err != nil {
			return nil, 0, err
		}
		open, err := db.Column[ident.OrgID](ctx, s.Gate.DB, db.SQL(`SELECT DISTINCT org_id FROM matter_opening WHERE matter_id = ? AND until_at = ?`, k.Document.Matter, gate.Forever).And(db.In("org_id", k.Document.limits.viewOnly)))
		if err != nil {
			return nil, 0, err
		}
		k.Providers = open
	}
	return drawn, all, nil
}

// Stays reports whether residency keeps a document from the people of a provider now.
func (s *Service) Stays(ctx context.Context, id ident.DocumentID, provider ident.OrgID) (_ bool, err error) {
	defer fault.Wrap(&err, "document.Stays(%s)", id)
	v := s.Gate.View(actor.System("probe"))
	d, err := find(ctx, v, v.Who, v.Now, id, v.Visible("d.matter_id"), db.Frag{})
	return slices.Contains(d.limits.viewOnly, string(provider)), absent(err)
}

// The size of what Sample takes.
const (
	passages     = 16
	passageBytes = 48
)

// Sample takes passages out of a version by which its bytes are known again wherever they stand, and all its words, page
// by page. Like Staying it is for the probe: neither leaves the program.
func (s *Service) Sample(ctx context.Context, id ident.VersionID) (native [][]byte, words []string, err error) {
	defer fault.Wrap(&err, "document.Sample(%s)", id)
	var v Version
	if err := scanVersion(s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT `+versionColumns+` FROM version dv JOIN document d ON d.id = dv.document_id WHERE dv.id = ?`, id)), &v); err != nil {
		return nil, nil, absent(err)
	}
	if native, err = s.passagesOf(ctx, v); err != nil {
		return nil, nil, err
	}
	err = s.Files.Do(ctx, s.source(v), func(f *docwork.File) error {
		words = f.Words().Paragraphs
		return nil
	})
	return native, words, toReader(err)
}

func (s *Service) passagesOf(ctx context.Context, v Version) (out [][]byte, err error) {
	body, err := s.bytes(ctx, s.Gate.DB, v)
	if err != nil {
		return nil, err
	}
	defer body.Close() //nolint:errcheck // it was only read
	for i := range int64(passages) {
		p := make([]byte, min(passageBytes, v.SizeBytes))
		if _, err := body.Seek((v.SizeBytes-int64(len(p)))*i/(passages-1), io.SeekStart); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(body, p); err != nil {
			return nil, err
		}
		if distinct(p) >= len(p)/3 { // a run of one byte is in every file
			out = append(out, p)
		}
	}
	return out, nil
}

func distinct(p []byte) (n int) {
	var seen [256]bool
	for _, b := range p {
		if !seen[b] {
			seen[b] = true
			n++
		}
	}
	return n
}
