package trailweb

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/trail"
	"countersign/internal/ui"
)

// kinds are the records that have a trail by the word in their address.
var kinds = map[string]string{"matters": "matter", "tasks": "task", "documents": "document", "people": "person"}

// Routes registers the pages.
func Routes(mux web.Router, s *trail.Service) {
	h := pages{s}
	for word, kind := range kinds {
		of := func(r *http.Request) trail.Scope { return trail.Scope{Kind: kind, ID: r.PathValue("id")} }
		mux.Handle("GET /"+word+"/{id}/trail", h.trail(of))
		mux.Handle("GET /"+word+"/{id}/trail.csv", h.export(of))
	}
	own := func(r *http.Request) trail.Scope {
		if r.URL.Query().Get("of") == "org" {
			return trail.Scope{Kind: "org"}
		}
		return trail.Scope{Kind: "person"}
	}
	mux.Handle("GET /trail", h.trail(own))
	mux.Handle("GET /trail.csv", h.export(own))
	mux.Handle("GET /entries/{id}", web.Handler(h.entry))
}

type pages struct{ s *trail.Service }

// A page is one page of a trail.
type page struct {
	trail.Page
	Chrome ui.Chrome
	Reader web.Reader
	Path   string     // of this trail, without filters
	Query  url.Values // the filters as they came
	Days   []day
}

// A day is the entries of one day of the reader.
type day struct {
	Name string
	Rows []trail.Row
}

func (h pages) trail(of func(*http.Request) trail.Scope) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) (err error) {
		p := page{Reader: web.ReaderOf(r), Path: r.URL.Path, Query: r.URL.Query()}
		if p.Page, err = h.s.Trail(r.Context(), web.Who(r), of(r), filter(p.Query, p.Reader.Zone), trail.ParseCursor(p.Query.Get("before"))); err != nil {
			return err
		}
		p.Chrome = web.Chrome(r, p.title())
		p.Days = days(p.Rows, p.Reader.Zone)
		return web.Page(w, r, http.StatusOK, trailPage(p))
	}
}

func (h pages) export(of func(*http.Request) trail.Scope) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		begun := false
		err := h.s.Export(r.Context(), web.Who(r), of(r), filter(r.URL.Query(), web.ReaderOf(r).Zone), func(about trail.About) io.Writer {
			begun = true
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="trail-`+about.Kind+`.csv"`)
			return w
		})
		if err != nil && begun {
			// An error page at the end of the file would pass for rows: the connection breaks instead.
			slog.ErrorContext(r.Context(), "export broke off", "route", r.Pattern, "err", err)
			panic(http.ErrAbortHandler)
		}
		return err
	}
}

// filter reads the filters of an address; what cannot be read filters nothing.
func filter(q url.Values, zone *time.Location) trail.Filter {
	f := trail.Filter{Group: q.Get("what"), Person: ident.PersonID(q.Get("who")), Refused: q.Get("refused") != ""}
	if side := q.Get("side"); side == "firm" || side == "provider" {
		f.Side = side
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("from"), zone); err == nil {
		f.From = t
	}
	if t, err := time.ParseInLocation(time.DateOnly, q.Get("until"), zone); err == nil {
		f.To = t.AddDate(0, 0, 1)
	}
	return f
}

func days(rows []trail.Row, zone *time.Location) (out []day) {
	for _, r := range rows {
		name := r.At.In(zone).Format("Monday 2 January 2006")
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, day{Name: name})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, r)
	}
	return out
}

func (p page) title() string {
	if p.Own {
		return "Your own trail"
	}
	return "Trail of " + p.Name
}

func (p page) sentence() string {
	switch {
	case p.Own:
		return "What you did, saw and were refused."
	case p.Kind == "person":
		return "What " + p.Name + " did for your organization, on the matters that you see."
	case p.Kind == "org":
		return "What was done in your organization and on its records, as far as you see the matters."
	}
	return "Who was let in, who looked, and what was done."
}

func (p page) crumbs() []ui.Crumb {
	switch p.Kind {
	case "org", "person":
		if p.Own || p.Kind == "org" {
			return nil
		}
		return []ui.Crumb{{Label: p.Name, Href: "/people/" + p.ID}, {Label: "Trail"}}
	case "matter":
		return []ui.Crumb{{Label: p.Name, Href: "/matters/" + p.ID}, {Label: "Trail"}}
	}
	return []ui.Crumb{{Label: p.MatterTitle, Href: "/matters/" + string(p.Matter)}, {Label: p.Name, Href: "/" + p.Kind + "s/" + p.ID}, {Label: "Trail"}}
}

// with is the address of this trail with one value of the query changed; "" leaves it out.
func (p page) with(path, name, value string) string {
	q := url.Values{}
	for k, v := range p.Query {
		if len(v) > 0 && v[0] != "" {
			q[k] = v[:1]
		}
	}
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p page) pager() ui.PageLinks {
	l := ui.PageLinks{Say: ui.Plural(len(p.Rows), "entry", "entries") + " on this page, newest first"}
	if p.Query.Get("before") != "" {
		l.NewestHref = p.with(p.Path, "before", "")
	}
	if p.Older.ID != "" {
		l.OlderHref = p.with(p.Path, "before", p.Older.String())
	}
	return l
}

// csv is the address of the export under the same filters.
func (p page) csv() string { return p.with(p.Path+".csv", "before", "") }

// pack is where the same entries with their proofs are asked for: "/tasks/…/trail" becomes "/tasks/…/evidence".
func (p page) pack() string {
	return p.with(strings.TrimSuffix(p.Path, "trail")+"evidence", "before", "")
}

// hasWork is whether files belong to what the trail is of.
func (p page) hasWork() bool {
	return p.About.Kind == "matter" || p.About.Kind == "task" || p.About.Kind == "document"
}

func (p page) line(r trail.Row) ui.TrailEntry {
	return ui.TrailEntry{At: ui.DualOf(r.At, r.At, p.Reader.Zone, p.Reader.Other), Who: ui.Person{Name: r.Name, Side: side(r.Firm)},
		Verb: r.Did, What: r.What, Because: because(r), Rule: r.Rule, Refused: r.Refused, Proof: ui.Recorded, ProofSays: "recorded",
		Number: short(string(r.ID)), Href: "/entries/" + string(r.ID)}
}

// because is what stands below an entry: why it was refused, the reason given, where the words are gone, the policies.
func because(r trail.Row) string {
	var parts []string
	switch {
	case r.Refused && r.RuleSay != "":
		parts = append(parts, r.RuleSay)
	case r.Refused && r.Rule == "":
		parts = append(parts, "Refused: nothing permits it, or there is no such record.")
	}
	if r.Because != "" {
		parts = append(parts, r.Because)
	}
	if r.Sealed {
		parts = append(parts, "The words are sealed under a key that is not available.")
	}
	if r.Policy != "" {
		parts = append(parts, "Policies "+r.Policy[:min(8, len(r.Policy))])
	}
	return strings.Join(parts, " · ")
}

// short is the end of an identifier: its beginning is the time, and alike for neighbours.
func short(id string) string { return id[max(0, len(id)-8):] }

func side(firm bool) ui.Side {
	if firm {
		return ui.Onshore
	}
	return ui.Offshore
}

func (p page) people() []ui.Option {
	out := []ui.Option{{Value: "", Label: "Anyone"}}
	for _, x := range p.People {
		out = append(out, ui.Option{Value: string(x.ID), Label: x.Name})
	}
	return out
}

func groups() (out []ui.Option) {
	for _, g := range trail.Groups {
		out = append(out, ui.Option{Value: g.Key, Label: g.Name})
	}
	return out
}

// An entryPage is one entry as it stands in the log.
type entryPage struct {
	trail.Detail
	Chrome ui.Chrome
	Reader web.Reader
}

func (h pages) entry(w http.ResponseWriter, r *http.Request) (err error) {
	p := entryPage{Chrome: web.Chrome(r, "Entry "+short(r.PathValue("id"))), Reader: web.ReaderOf(r)}
	if p.Detail, err = h.s.Entry(r.Context(), web.Who(r), ident.EntryID(r.PathValue("id"))); err != nil {
		return err
	}
	return web.Page(w, r, http.StatusOK, onEntry(p))
}

func (p entryPage) facts() []ui.Fact {
	outcome := "Done"
	if p.Refused {
		outcome = "Refused"
	}
	at := ui.DualOf(p.At, p.Now, p.Reader.Zone, p.Reader.Other)
	facts := []ui.Fact{{Term: "When", Value: at.Reader + " · " + at.Other}, {Term: "Instant (UTC)", Value: p.At.UTC().Format("2006-01-02T15:04:05.000000Z"), Copy: true},
		{Term: "Who", Value: strings.TrimSuffix(p.Name+", "+p.Org, ", ")}, {Term: "Outcome", Value: outcome}}
	add := func(term, value string, copied bool) {
		if value != "" {
			facts = append(facts, ui.Fact{Term: term, Value: value, Copy: copied})
		}
	}
	add("Rule that decided", strings.TrimSpace(p.Rule+" "+p.RuleSay), false)
	add("SHA-256 of the policies asked", p.Policy, true)
	add("Network address", p.Address, false)
	add("Leaf hash", p.LeafHash, true)
	return facts
}

var states = map[string]struct {
	tone ui.Tone
	icon ui.IconName
	word string
}{
	"opens":    {ui.OK, ui.IconOK, "Opens"},
	"differs":  {ui.Bad, ui.IconWarn, "Does not open"},
	"erased":   {ui.Plain, ui.IconNA, "Erased"},
	"withheld": {ui.Plain, ui.IconLock, "Not shown to you"},
}

// tabs offer the reader's own trail and, to whoever may read it, that of the whole organization.
func (p page) tabs() []ui.Tab {
	out := []ui.Tab{{Label: "Your own", Href: "/trail", Count: -1, Current: p.Own}}
	if p.WholeOrg {
		out = append(out, ui.Tab{Label: "Your organization", Href: "/trail?of=org", Count: -1, Current: p.Kind == "org"})
	}
	return out
}
