package access

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Documents answers for documents: document.Service.
type Documents interface {
	AsOf(ctx context.Context, who actor.Actor, id ident.DocumentID, at time.Time) (document.Document, error)
}

// Tasks gives a task as the policies see it, with its name. Package app fills it in.
type Tasks func(ctx context.Context, who actor.Actor, id ident.TaskID) (s authz.Subject, name string, err error)

// A Service answers questions. It holds no state of its own.
type Service struct {
	gate    *gate.Gate
	docs    Documents
	tasks   Tasks
	changes Changes
}

// New returns the service.
func New(g *gate.Gate, d Documents, t Tasks, c Changes) *Service { return &Service{g, d, t, c} }

// Now is the business clock.
func (s *Service) Now() time.Time { return s.gate.Now() }

// A Way is a role through which a person could know of the matter, with names.
type Way struct {
	gate.Way
	SetBy    string // display name of who gave the role; "" for the program
	WalledBy string // of who raised the wall that stands in its way
}

// A Row is one person in one organization.
type Row struct {
	Person  ident.PersonID
	Name    string
	Org     ident.OrgID
	OrgName string
	Firm    bool
	Ways    []Way
	Knows   bool // of the matter, at the instant

	// Of a document only.
	Pages     authz.Decision // to see it page by page, marked
	File      authz.Decision // to take it out, and its words
	InNetwork bool           // only from a network that the firm named
	Use       document.Use   // until the instant
}

// A Report is who could know of a matter, or open a document of it, at an instant.
type Report struct {
	Matter       ident.MatterID
	MatterNumber string
	MatterTitle  string
	Document     document.Document // the zero Document when the matter was asked for
	At           time.Time
	Now          time.Time
	Firm         bool  // the reader is of the firm
	Rows         []Row // who could first, then by organization and name
	Rules        []gate.Policy
	Hash         string // hex SHA-256 of the policies of the program
}

// Could counts the people who could: know of the matter, or see the document's pages.
func (r Report) Could() (n int) {
	for _, x := range r.Rows {
		if x.could(r.Document.ID != "") {
			n++
		}
	}
	return n
}

func (x Row) could(doc bool) bool { return x.Knows && (!doc || x.Pages.Allowed || x.File.Allowed) }

// OfMatter tells who could know of a matter at an instant.
//
// Faults: NotFound, Forbidden, Invalid (field "at").
func (s *Service) OfMatter(ctx context.Context, who actor.Actor, m ident.MatterID, at time.Time) (r Report, err error) {
	defer fault.Wrap(&err, "access.OfMatter(%s)", m)
	return s.report(ctx, who, m, at)
}

// OfDocument tells who could open a document at an instant, and what they had of it until then.
//
// Faults: NotFound, Forbidden, Invalid (field "at": later than now, or before there was the document).
func (s *Service) OfDocument(ctx context.Context, who actor.Actor, id ident.DocumentID, at time.Time) (r Report, err error) {
	defer fault.Wrap(&err, "access.OfDocument(%s)", id)
	d, err := s.docs.AsOf(ctx, who, id, at)
	if err != nil {
		return Report{Document: d}, err
	}
	if r, err = s.report(ctx, who, d.Matter, at); err != nil {
		return r, err
	}
	r.Document = d
	then := s.gate.View(who).At(at)
	use, err := document.Used(ctx, then, id, at)
	if err != nil {
		return r, err
	}
	rules, known := map[string]bool{}, map[ident.OrgID]standing{}
	for i := range r.Rows {
		x := &r.Rows[i]
		x.Use = use[x.Person]
		if err := x.decide(ctx, then, d, known); err != nil {
			return r, err
		}
		for _, rule := range append(slices.Clone(x.Pages.Rules), x.File.Rules...) {
			rules[rule.ID] = true
		}
	}
	var ids []string
	for id := range rules {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	r.Rules, err = then.Policies(ctx, "", ids)
	r.sort(true)
	return r, err
}

// A standing is a document as the policies saw it for the people of one organization.
type standing struct {
	subject   authz.Subject
	inNetwork bool
}

// decide asks the policies for one person; known keeps what is the same for their organization.
func (x *Row) decide(ctx context.Context, then gate.View, d document.Document, known map[ident.OrgID]standing) error {
	if !x.Knows {
		return nil
	}
	st, ok := known[x.Org]
	if !ok {
		var err error
		if st.subject, st.inNetwork, err = d.For(ctx, then, x.Org, then.Now); err != nil {
			return err
		}
		known[x.Org] = st
	}
	may, err := then.Could(ctx, x.Person, x.Org, st.subject, document.SeePages, document.OpenFile)
	if err != nil {
		return err
	}
	x.Pages, x.File, x.InNetwork = may[0], may[1], st.inNetwork
	return nil
}

// report is the people of a matter at an instant. The actor's own sight and leave to ask are those of now.
func (s *Service) report(ctx context.Context, who actor.Actor, m ident.MatterID, at time.Time) (r Report, err error) {
	v := s.gate.View(who)
	r.Matter, r.At, r.Now, r.Hash = m, at, v.Now, s.gate.PolicyHash()
	var firm ident.OrgID
	var made int64
	err = v.QueryRow(ctx, db.SQL(`SELECT m.number, m.title, m.firm_id, m.made_at FROM matter m WHERE m.id = ?`, m).And(v.Visible("m.id"))).Scan(&r.MatterNumber, &r.MatterTitle, &firm, &made)
	if errors.Is(err, db.ErrNoRows) {
		return r, fault.Missing()
	}
	if err != nil {
		return r, err
	}
	may, err := v.May(ctx, gate.Explain, authz.Subject{Ref: authz.Ref{Kind: "matter", ID: string(m)}, Matter: string(m), Org: string(firm)})
	switch {
	case err != nil:
		return r, err
	case !may.Allowed:
		return r, fault.Refused(may)
	case at.After(v.Now):
		return r, fault.InField("at", "Ask for an instant that has come: what is not decided yet cannot be told.")
	case db.Micros(at) < made:
		return r, fault.InField("at", "The matter was not there yet.")
	}
	r.Firm = who.Org == firm
	ways, err := v.At(at).Ways(ctx, m)
	if err != nil {
		return r, err
	}
	if r.Rows, err = rowsOf(ctx, v, ways, who.Org, firm); err != nil {
		return r, err
	}
	r.sort(false)
	return r, nil
}

// rowsOf puts the ways of each person together. Who is not of the firm sees the people of their own organization, and no wall.
func rowsOf(ctx context.Context, v gate.View, ways []gate.Way, reader, firm ident.OrgID) (out []Row, err error) {
	persons, held := map[string]bool{}, map[string]bool{}
	for _, w := range ways {
		persons[string(w.Person)], persons[string(w.SetBy)], persons[string(w.Wall.SetBy)], held[string(w.Org)] = true, true, true, true
	}
	people, err := names(ctx, v, "person", persons)
	if err != nil {
		return nil, err
	}
	orgs, err := names(ctx, v, "org", held)
	if err != nil {
		return nil, err
	}
	for _, w := range ways {
		if reader != firm && w.Org != reader {
			continue
		}
		way := Way{w, people[string(w.SetBy)], people[string(w.Wall.SetBy)]}
		if reader != firm && w.Wall.Number != 0 {
			way.Wall, way.WalledBy, way.Open = gate.Screen{}, "", false // it is closed to them; how is the firm's own
		}
		if n := len(out); n == 0 || out[n-1].Person != w.Person || out[n-1].Org != w.Org {
			out = append(out, Row{Person: w.Person, Name: people[string(w.Person)], Org: w.Org, OrgName: orgs[string(w.Org)], Firm: w.Org == firm})
		}
		x := &out[len(out)-1]
		x.Ways = append(x.Ways, way)
		x.Knows = x.Knows || w.Holds()
	}
	return out, nil
}

// names are those of rows of a table by their identifiers.
func names(ctx context.Context, q db.Reader, table string, ids map[string]bool) (map[string]string, error) {
	out := map[string]string{}
	_, err := db.All(ctx, q, db.SQL(`SELECT id, name FROM `+table+` WHERE `).Join(db.In("id", slices.Collect(maps.Keys(ids)))), func(rs *db.Rows, _ *struct{}) error {
		var id, name string
		err := rs.Scan(&id, &name)
		out[id] = name
		return err
	})
	return out, err
}

func (r *Report) sort(doc bool) {
	slices.SortStableFunc(r.Rows, func(a, b Row) int {
		switch x, y := a.could(doc), b.could(doc); {
		case x && !y:
			return -1
		case y && !x:
			return 1
		case a.Firm != b.Firm:
			if a.Firm {
				return -1
			}
			return 1
		}
		return strings.Compare(a.OrgName+"\x00"+a.Name, b.OrgName+"\x00"+b.Name)
	})
}
