package accessweb

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/access"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes registers the pages.
func Routes(mux web.Router, s *access.Service) {
	h := pages{s}
	mux.Handle("GET /matters/{id}/access", h.show(h.matter))
	mux.Handle("GET /matters/{id}/access.csv", h.export(h.matter))
	mux.Handle("POST /matters/{id}/what-if/team", web.Handler(h.ifAdded))
	mux.Handle("POST /matters/{id}/what-if/wall", web.Handler(h.ifWalled))
	mux.Handle("POST /engagements/{id}/what-if", web.Handler(h.ifEnded))
	mux.Handle("POST /engagements/{id}/what-if/clause", web.Handler(h.ifClause))
	for word := range records {
		mux.Handle("GET /"+word+"/{id}/why", h.why(word))
	}
	mux.Handle("GET /documents/{id}/access", h.show(h.document))
	mux.Handle("GET /documents/{id}/access.csv", h.export(h.document))
}

type pages struct{ s *access.Service }

// ask puts the question of a route for an instant.
type ask func(r *http.Request, at time.Time) (access.Report, error)

func (h pages) matter(r *http.Request, at time.Time) (access.Report, error) {
	return h.s.OfMatter(r.Context(), web.Who(r), ident.MatterID(r.PathValue("id")), at)
}

func (h pages) document(r *http.Request, at time.Time) (access.Report, error) {
	return h.s.OfDocument(r.Context(), web.Who(r), ident.DocumentID(r.PathValue("id")), at)
}

// A page is who could, at an instant.
type page struct {
	access.Report
	Chrome ui.Chrome
	Reader web.Reader
	Path   string // of the question, without the instant
	Typed  string
	Errors []ui.FieldError
}

// local is how a browser writes an instant without its zone.
const local = "2006-01-02T15:04"

// instant reads the instant that is asked for, in the reader's zone; none is now.
func (h pages) instant(r *http.Request) (time.Time, error) {
	typed := r.URL.Query().Get("at")
	if typed == "" {
		return h.s.Now(), nil
	}
	zone := web.ReaderOf(r).Zone
	for _, layout := range []string{local, local + ":05", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, typed, zone); err == nil {
			if layout == local {
				at = at.Add(time.Minute - time.Microsecond) // all of the minute that was typed has passed
			}
			return earlier(at, h.s.Now()), nil
		}
	}
	return time.Time{}, fault.InField("at", "Write the day and time as "+h.s.Now().In(zone).Format(local)+".")
}

// earlier keeps the minute that runs from lying ahead.
func earlier(at, now time.Time) time.Time {
	if at.After(now) && at.Sub(now) < time.Minute {
		return now
	}
	return at
}

func (h pages) show(q ask) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p := page{Reader: web.ReaderOf(r), Path: r.URL.Path, Typed: r.URL.Query().Get("at")}
		at, refused := h.instant(r)
		if refused != nil {
			at = h.s.Now()
		}
		var err error
		p.Report, err = q(r, at)
		if fault.KindOf(err) == fault.Invalid && err != nil { // the present is shown, with what is wrong with the instant
			refused = err
			p.Report, err = q(r, h.s.Now())
		}
		if err != nil {
			return err
		}
		status := http.StatusOK
		if refused != nil {
			p.Errors, status = web.FieldErrors(refused), web.Status(refused)
		}
		p.Chrome = web.Chrome(r, p.title())
		return web.Page(w, r, status, accessPage(p))
	}
}

func (p page) ofDocument() bool { return p.Document.ID != "" }

func (p page) title() string {
	if p.ofDocument() {
		return "Who could open " + p.Document.Name
	}
	return "Who could see " + p.MatterNumber
}

// export writes the table for other programs. Instants are RFC 3339 in UTC.
func (h pages) export(q ask) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := h.instant(r)
		if err != nil {
			return err
		}
		rep, err := q(r, at)
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/csv; charset=utf-8")
		w.Header().Set("Content-Disposition", `attachment; filename="access.csv"`)
		out := csv.NewWriter(w)
		rows := [][]string{{"at", "person", "organization", "knew of the matter", "by", "pages", "file", "rules", "taken out", "pages seen"}}
		for _, x := range rep.Rows {
			row := []string{rep.At.UTC().Format(time.RFC3339), cell(x.Name), cell(x.OrgName), yes(x.Knows), cell(strings.Join(wayWords(x), "; ")), "", "", "", "", ""}
			if rep.Document.ID != "" {
				row[5], row[6], row[7], row[8], row[9] = yes(x.Pages.Allowed), yes(x.File.Allowed), strings.Join(ruleIDs(x), " "), strconv.Itoa(x.Use.Taken), x.Use.Pages
			}
			rows = append(rows, row)
		}
		return out.WriteAll(rows)
	}
}

// cell keeps a spreadsheet from taking a name for a formula.
func cell(s string) string {
	if strings.ContainsAny(s[:min(1, len(s))], "=+-@\t\r") {
		return "'" + s
	}
	return s
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func ruleIDs(x access.Row) (out []string) {
	seen := map[string]bool{}
	for _, d := range []authz.Decision{x.Pages, x.File} {
		for _, r := range d.Rules {
			if !seen[r.ID] {
				seen[r.ID] = true
				out = append(out, r.ID)
			}
		}
	}
	return out
}

// roleWords is a role as people say it.
func roleWords(role string) string { return strings.ReplaceAll(role, "_", " ") }

// wayWords says each way of a person in a sentence, without its instants.
func wayWords(x access.Row) (out []string) {
	for _, w := range x.Ways {
		s := roleWords(w.Role) + " on the matter"
		if w.Wide {
			s = roleWords(w.Role) + " of " + x.OrgName + ", which reaches every matter that is open to it"
		}
		switch {
		case w.Wall.Number != 0:
			s += "; ethical wall W-" + strconv.FormatInt(w.Wall.Number, 10) + " beats it"
		case !w.Open:
			s += "; closed to " + x.OrgName
		}
		out = append(out, s)
	}
	return out
}

// refusals are the words of the rules that refuse.
func refusals(d authz.Decision) []authz.Rule {
	if d.Allowed {
		return nil
	}
	return d.Rules
}
