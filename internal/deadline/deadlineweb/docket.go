package deadlineweb

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// A docketView is the docket as a page shows it.
type docketView struct {
	Chrome ui.Chrome
	deadline.Docket
	Query  url.Values
	Days   []day
	Month  []week // nil for the agenda
	First  courtday.Day
	Reader web.Reader
}

// A day is what is due on one day.
type day struct {
	On   courtday.Day
	Rows []deadline.Row
	In   bool // of the month that is shown
}

type week [7]day

// filter reads the filters of an address.
func filter(q url.Values, today courtday.Day) deadline.Filter {
	f := deadline.Filter{Matter: ident.MatterID(q.Get("matter")), Mine: q.Get("mine") != "", State: q.Get("state"), Text: q.Get("q"), After: q.Get("after")}
	if n, err := strconv.Atoi(q.Get("within")); err == nil && n > 0 && n < 4000 && today != 0 {
		f.To = today + courtday.Day(n)
	}
	return f
}

func (p pages) docket(w http.ResponseWriter, r *http.Request) error {
	q, rd := r.URL.Query(), web.ReaderOf(r)
	v := docketView{Chrome: web.Chrome(r, "Deadlines"), Query: q, Reader: rd}
	today, err := p.s.Today(r.Context(), rd.Actor)
	if err != nil {
		return err
	}
	f := filter(q, today)
	if q.Get("view") == "month" {
		v.First = monthOf(q.Get("month"), today)
		f.From, f.To, f.After = v.First-6, v.First.Months(1)+6, ""
	}
	if v.Docket, err = p.s.List(r.Context(), rd.Actor, f); err != nil {
		return err
	}
	if v.First != 0 {
		v.Month = weeks(v.First, v.Rows)
	} else {
		v.Days = byDay(v.Rows)
	}
	v.Chrome.LiveTopics = append(v.Chrome.LiveTopics, "person/"+string(rd.Actor.Person))
	return web.Page(w, r, http.StatusOK, docketPage(v))
}

// monthOf is the first day of the month that is asked for, 2026-11; of the present one otherwise.
func monthOf(s string, today courtday.Day) courtday.Day {
	if d, err := courtday.Parse(s + "-01"); err == nil {
		return d
	}
	t := today.Time()
	return courtday.On(t.Year(), t.Month(), 1)
}

// byDay groups rows, which are sorted by it, by their earliest date.
func byDay(rows []deadline.Row) (out []day) {
	for _, r := range rows {
		if n := len(out); n == 0 || out[n-1].On != r.Date.Earliest {
			out = append(out, day{On: r.Date.Earliest})
		}
		last := &out[len(out)-1]
		last.Rows = append(last.Rows, r)
	}
	return out
}

// weeks lays a month out, from Sunday to Saturday.
func weeks(first courtday.Day, rows []deadline.Row) (out []week) {
	on := map[courtday.Day][]deadline.Row{}
	for _, r := range rows {
		on[r.Date.Earliest] = append(on[r.Date.Earliest], r)
	}
	next := first.Months(1)
	for d := first - courtday.Day(first.Weekday()); d < next; d += 7 {
		var w week
		for i := range w {
			x := d + courtday.Day(i)
			w[i] = day{On: x, Rows: on[x], In: x >= first && x < next}
		}
		out = append(out, w)
	}
	return out
}

func (p pages) matter(w http.ResponseWriter, r *http.Request) error {
	d, err := p.s.OfMatter(r.Context(), web.Who(r), matterID(r))
	if err != nil {
		return err
	}
	c := web.Chrome(r, "Deadlines of "+d.Number)
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(d.Head.Matter))
	return web.Page(w, r, http.StatusOK, matterPage(c, d, web.ReaderOf(r)))
}

// report is the docket of a matter with every derivation, for paper.
func (p pages) report(w http.ResponseWriter, r *http.Request) error {
	d, err := p.s.OfMatter(r.Context(), web.Who(r), matterID(r))
	if err != nil {
		return err
	}
	v := reportView{Chrome: web.Chrome(r, "Docket report of "+d.Number), MatterDocket: d, Reader: web.ReaderOf(r)}
	for _, row := range v.both() {
		one, err := p.s.Get(r.Context(), web.Who(r), row.ID)
		if err != nil {
			return err
		}
		v.Pages, v.Now = append(v.Pages, one), one.Now
	}
	return web.Page(w, r, http.StatusOK, reportPage(v))
}

// A reportView is the docket report.
type reportView struct {
	Chrome ui.Chrome
	deadline.MatterDocket
	Pages  []deadline.Page
	Now    time.Time
	Reader web.Reader
}

// both are the open deadlines, then the others.
func (v reportView) both() []deadline.Row { return append(slices.Clone(v.Rows), v.Settled...) }

// most is how many rows an export has at most; a docket of more is filtered.
const most = 10_000

// export sends the docket as a table.
func (p pages) export(w http.ResponseWriter, r *http.Request) error {
	q, who := r.URL.Query(), web.Who(r)
	today, err := p.s.Today(r.Context(), who)
	if err != nil {
		return err
	}
	f := filter(q, today)
	f.After = ""
	name := "deadlines.csv"
	if m := matterID(r); m != "" {
		d, err := p.s.OfMatter(r.Context(), who, m)
		if err != nil {
			return err
		}
		f.Matter, f.State, name = m, "all", "deadlines-"+d.Number+".csv"
	}
	all := [][]string{{"deadline", "matter", "matter_title", "due", "what", "rule", "earliest", "expected", "latest", "due_time", "zone", "certainty", "state", "owner"}}
	for len(all) <= most {
		d, err := p.s.List(r.Context(), who, f)
		if err != nil {
			return err
		}
		for _, x := range d.Rows {
			all = append(all, []string{x.Name(), safe(x.MatterNumber), safe(x.MatterTitle), x.Date.Expected.String(), safe(x.Says()), x.Rule, x.Date.Earliest.String(), x.Date.Expected.String(),
				x.Date.Latest.String(), x.Date.DueTime, x.Zone, string(x.Date.Certainty), string(x.State), safe(x.OwnerName)})
		}
		if f.After = d.After; f.After == "" {
			break
		}
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+strings.Map(plain, name)+`"`)
	out := csv.NewWriter(w)
	_ = out.WriteAll(all) // the client left
	return nil
}

// safe keeps a spreadsheet from taking a typed word for a formula.
func safe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// plain keeps a file name to what every system takes.
func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
		return r
	}
	return '_'
}
