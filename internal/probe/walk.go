package probe

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

// A WalkJob is the job that walks for a probe.
type WalkJob struct {
	ID string `json:"id"`
}

// Kind names the job.
func (WalkJob) Kind() string { return "probe.walk" }

// WalkFor is how long a walk may take.
const WalkFor = 30 * time.Minute

// noteEvery is how many requests lie between two notes of how far a walk is.
const noteEvery = 250

// A walker is one walk under way.
type walker struct {
	*Service
	probe  Probe
	routes []Route
	report Report
	walks  []*Walk
	of     map[ident.PersonID]*Walk
	done   int
}

// Walk makes the probe of a job. One that has ended already is left as it is; one that broke off begins anew.
func (s *Service) Walk(ctx context.Context, j WalkJob) error {
	w := &walker{Service: s, routes: s.Door.Routes(), of: map[ident.PersonID]*Walk{}}
	p := &w.probe
	var draw int
	err := s.Gate.DB.QueryRow(ctx, db.SQL(`SELECT id, firm_id, state, draw FROM probe WHERE id = ?`, j.ID)).Scan(&p.ID, &p.Firm, &p.State, &draw)
	if errors.Is(err, db.ErrNoRows) || err == nil && p.State == Ended {
		return nil
	}
	if err != nil {
		return err
	}
	stays, all, err := s.Documents.Staying(ctx, p.Firm, draw)
	if err != nil {
		return err
	}
	w.report.Kept, w.report.Routes = all, len(w.routes)
	for i, k := range stays {
		if err := w.document(ctx, k, len(stays)-i-1); err != nil {
			return err
		}
	}
	for _, x := range w.walks {
		w.report.Walks = append(w.report.Walks, *x)
	}
	return s.end(ctx, w.probe, w.report)
}

// document walks with one document; after says how many more come.
func (w *walker) document(ctx context.Context, k document.Stay, after int) error {
	drew := Drew{Document: string(k.Document.ID), Name: k.Document.Name}
	if err := w.Gate.DB.QueryRow(ctx, db.SQL(`SELECT number FROM matter WHERE id = ?`, k.Document.Matter)).Scan(&drew.Matter); err != nil {
		return err
	}
	records, err := w.records(ctx, k)
	if err != nil {
		return err
	}
	people, err := w.people(ctx, k)
	if err != nil {
		return err
	}
	passages, words, err := w.Documents.Sample(ctx, k.Version)
	if err != nil {
		return err
	}
	t := NewTraces(passages, words, records)
	ids, err := w.around(ctx, k, t, people)
	if err != nil {
		return err
	}
	per := 0
	for _, r := range w.routes {
		per += len(ids.questions(r))
	}
	if err := w.note(ctx, w.done+per*len(people)*(after+1)); err != nil {
		return err
	}
	saw := false
	for _, p := range people {
		found, err := w.as(ctx, p, k, t, ids)
		if err != nil {
			return err
		}
		saw = saw || p.home && found[TheFile]
	}
	switch {
	case t.Empty():
		drew.Blind = "Nothing in it could be known again: it is empty, or all of one byte."
	case !saw:
		drew.Blind = "The probe did not find the file at home either, where it may be taken out. What it says of this document proves nothing."
	}
	w.report.Drawn = append(w.report.Drawn, drew)
	return nil
}

// records are what pages about a matter say without looking into its documents.
func (w *walker) records(ctx context.Context, k document.Stay) ([]string, error) {
	v, m := w.Gate.View(actor.System(WalkJob{}.Kind())), k.Document.Matter
	said, err := db.Column[string](ctx, v, db.SQL(`SELECT number || ' ' || title || ' ' || practice_area || ' ' || jurisdiction FROM matter WHERE id = ?
		UNION ALL SELECT c.name FROM client c JOIN matter m ON m.client_id = c.id WHERE m.id = ?
		UNION ALL SELECT name || ' ' || role FROM party WHERE matter_id = ?
		UNION ALL SELECT label FROM matter_fact WHERE matter_id = ?
		UNION ALL SELECT name || ' ' || folder FROM document WHERE matter_id = ?
		UNION ALL SELECT 'T' || number || ' ' || title FROM task WHERE matter_id = ?
		UNION ALL SELECT name FROM org
		UNION ALL SELECT p.name FROM person p JOIN member b ON b.person_id = p.id JOIN matter_opening o ON o.org_id = b.org_id WHERE o.matter_id = ?`, m, m, m, m, m, m, m))
	if err != nil {
		return nil, err
	}
	type fact struct {
		id     string
		sealed []byte
	}
	facts, err := db.All(ctx, v, db.SQL(`SELECT id, value FROM matter_fact WHERE matter_id = ?`, m), func(rs *db.Rows, f *fact) error { return rs.Scan(&f.id, &f.sealed) })
	for _, f := range facts {
		value, err := v.Open(ctx, m, f.sealed, "matter_fact.value/"+f.id)
		if err != nil {
			return nil, err
		}
		said = append(said, value)
	}
	return said, err
}

// A visitor is a person in whose place the probe asks.
type visitor struct {
	id       ident.PersonID
	org      ident.OrgID
	name, at string // of the person; of the organization
	roles    []string
	home     bool
}

// role is what the person is, in words.
func (p *visitor) role() string { return strings.ReplaceAll(strings.Join(p.roles, ", "), "_", " ") }

// people are one person of each role at each provider abroad, those nearest to the document first, and one at home who
// may take it out.
func (w *walker) people(ctx context.Context, k document.Stay) (out []*visitor, err error) {
	v := w.Gate.View(actor.System(WalkJob{}.Kind()))
	now := db.Micros(v.Now)
	type grant struct {
		visitor
		role string
	}
	grants := func(org ident.OrgID) ([]grant, error) {
		return db.All(ctx, v, db.SQL(`SELECT ag.person_id, ag.role, p.name, o.name FROM access_grant ag JOIN person p ON p.id = ag.person_id JOIN org o ON o.id = ag.org_id
			WHERE ag.org_id = ? AND (ag.scope_kind = 'org' AND ag.scope_id = ag.org_id OR ag.scope_kind = 'matter' AND ag.scope_id = ?) AND ag.from_at <= ? AND ag.until_at > ? AND p.disabled_at = 0
			ORDER BY CASE WHEN ag.scope_kind = 'matter' THEN 0 WHEN ag.wide THEN 1 ELSE 2 END, p.name, p.id`, org, k.Document.Matter, now, now),
			func(rs *db.Rows, g *grant) error {
				g.org = org
				return rs.Scan(&g.id, &g.role, &g.name, &g.at)
			})
	}
	for _, org := range k.Providers {
		list, err := grants(org)
		if err != nil {
			return nil, err
		}
		var roles []string
		for _, g := range list {
			if slices.Contains(roles, g.role) {
				continue
			}
			roles = append(roles, g.role)
			at := slices.IndexFunc(out, func(x *visitor) bool { return x.id == g.id && x.org == org })
			if at < 0 {
				out = append(out, &visitor{id: g.id, org: org, name: g.name, at: g.at})
				at = len(out) - 1
			}
			out[at].roles = append(out[at].roles, g.role)
		}
	}
	list, err := grants(k.Document.Firm)
	if err != nil {
		return nil, err
	}
	for _, g := range list {
		may, err := v.MayOther(ctx, g.id, g.org, document.OpenFile, k.Document.Subject())
		if err != nil {
			return nil, err
		}
		if may.Allowed {
			return append(out, &visitor{id: g.id, org: g.org, name: g.name, at: g.at, roles: []string{g.role}, home: true}), nil
		}
	}
	return out, nil
}

// around finds by what else a document may be asked for: the person at home opens the pages about it, and what these
// name is tried.
func (w *walker) around(ctx context.Context, k document.Stay, t Traces, people []*visitor) (*known, error) {
	d, m, version := string(k.Document.ID), string(k.Document.Matter), string(k.Version)
	ids := &known{always: []string{version, d, m}, by: map[string][]string{"documents": {d}, "matters": {m}, "versions": {version}}}
	if i := slices.IndexFunc(people, func(p *visitor) bool { return p.home }); i >= 0 {
		ask, ok, err := w.Door.As(ctx, people[i].id, people[i].org)
		if err != nil {
			return nil, err
		}
		if ok {
			quiet := db.Rehearse(ctx)
			for _, path := range []string{"/documents/" + d, "/documents/" + d + "/readers", "/matters/" + m, "/matters/" + m + "/board", "/matters/" + m + "/residency"} {
				ids.learn(ask(quiet, Question{Method: "GET", Path: path}).Body)
			}
			for _, task := range ids.by["tasks"] {
				ids.learn(ask(quiet, Question{Method: "GET", Path: "/tasks/" + task}).Body)
				ids.learn(ask(quiet, Question{Method: "GET", Path: "/tasks/" + task + "/record"}).Body)
			}
		}
	}
	ids.values = url.Values{"document": {d}, "matter": {m}, "version": {version}, "from": {"1"}, "to": {"1"}, "v": {"1"}, "n": {"1"}, "page": {"1"}, "w": {"935"},
		"at": {"1:0,0,1,1"}, "area": {"0,0,1,1"}, "all": {"1"}, "show": {"all"}, "q": {t.Looking}, "find": {t.Looking}, "left": {"1"}, "right": {"1"}}
	if tasks := ids.by["tasks"]; len(tasks) > 0 {
		ids.values.Set("task", tasks[0])
	}
	return ids, nil
}

// as walks every route as one person and says what was found.
func (w *walker) as(ctx context.Context, p *visitor, k document.Stay, t Traces, ids *known) (found map[string]bool, err error) {
	found = map[string]bool{}
	ask, ok, err := w.Door.As(ctx, p.id, p.org)
	if err != nil || !ok {
		return found, err
	}
	walk := w.walk(p)
	for _, r := range w.routes {
		for _, q := range ids.questions(r) {
			a := ask(db.Rehearse(ctx), q)
			if (a.Status == 400 || a.Status == 422) && q.Method == "GET" && len(q.Query) > 0 {
				a = ask(db.Rehearse(ctx), Question{q.Method, q.Path, nil})
			}
			if err := ctx.Err(); err != nil {
				return found, err
			}
			what := t.judge(r, a)
			walk.count(r, a)
			if what != "" {
				found[what] = true
				if err := w.found(ctx, p, k, r, what); err != nil {
					return found, err
				}
			}
			if w.done++; w.done%noteEvery == 0 {
				if err := w.note(ctx, 0); err != nil {
					return found, err
				}
			}
		}
	}
	return found, nil
}

// walk is what p was answered, for this document and those before.
func (w *walker) walk(p *visitor) *Walk {
	x := w.of[p.id]
	if x == nil {
		x = &Walk{Person: p.name, Org: p.at, Role: p.role(), Home: p.home}
		w.of[p.id], w.walks = x, append(w.walks, x)
	}
	return x
}

// pictures are the routes that may answer with pictures of pages.
var pictures = []string{"GET /versions/{id}/pages/{n}", "GET /api/v1/versions/{id}/pages/{n}"}

// judge says what an answer gives away; "" for nothing.
func (t Traces) judge(r Route, a Answer) string {
	if what := t.In(a.Body); what != "" {
		return what
	}
	if !strings.HasPrefix(a.Type, "image/") {
		return ""
	}
	if !slices.Contains(pictures, r.Pattern) {
		return "a picture, on a route that sends no pages"
	}
	if a.Stored {
		return "a page that the browser may keep"
	}
	return ""
}

func (x *Walk) count(r Route, a Answer) {
	x.Asked++
	switch {
	case strings.HasPrefix(a.Type, "image/"):
		x.Pages++
	case a.Status < 400:
		x.Served++
	case a.Status == 403:
		x.Refused++
	case a.Status == 404:
		x.Absent++
	case a.Status < 500:
		x.Unfit++
	default:
		x.Failed, x.FailedAt = x.Failed+1, r.Pattern
	}
}

// found puts down what an answer gave away: abroad a leak, at home a sign that the probe sees. What a rule that was lifted
// meanwhile no longer keeps is no leak.
func (w *walker) found(ctx context.Context, p *visitor, k document.Stay, r Route, what string) error {
	if p.home {
		if g := (Gives{r.Pattern, what}); (what == TheFile || what == ItsWords) && !slices.Contains(w.report.AtHome, g) {
			w.report.AtHome = append(w.report.AtHome, g)
		}
		return nil
	}
	if stays, err := w.Documents.Stays(ctx, k.Document.ID, p.org); err != nil || !stays {
		return err
	}
	l := Leak{Route: r.Pattern, Person: p.name, Role: p.role(), Org: p.at, Document: string(k.Document.ID), Name: k.Document.Name, What: what}
	if !slices.Contains(w.report.Leaks, l) {
		w.report.Leaks = append(w.report.Leaks, l)
	}
	return nil
}

// note tells those who wait how far the walk is. It is no deed and leaves no entry.
func (w *walker) note(ctx context.Context, all int) error {
	err := w.Gate.DB.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, db.SQL(`UPDATE probe SET state = ?, done = ?, planned = CASE WHEN ? > 0 THEN ? ELSE planned END WHERE id = ?`, Walking, w.done, all, all, w.probe.ID))
		return err
	})
	w.Gate.Announce("org/" + string(w.probe.Firm))
	return err
}
