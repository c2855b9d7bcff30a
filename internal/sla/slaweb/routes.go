package slaweb

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/sla"
	"countersign/internal/sla/minutes"
)

// Routes adds the routes.
func Routes(mux web.Router, s *sla.Service) {
	p := pages{s}
	mux.Handle("GET /calendars", web.Handler(p.list))
	mux.Handle("POST /calendars", web.Handler(p.make))
	mux.Handle("GET /calendars/{id}", web.Handler(p.calendar))
	mux.Handle("POST /calendars/{id}/week", web.Handler(p.week))
	mux.Handle("POST /calendars/{id}/days-off", web.Handler(p.dayOff))
	mux.Handle("POST /calendars/{id}/days-off/{day}/end", web.Handler(p.endDayOff))
	mux.Handle("GET /engagements/{id}/terms", web.Handler(p.terms))
	mux.Handle("POST /engagements/{id}/terms", web.Handler(p.propose))
	mux.Handle("POST /engagements/{id}/terms/{version}/{to}", web.Handler(p.settle))
	mux.Handle("GET /tasks/{id}/clock", web.Handler(p.clock))
	mux.Handle("GET /tasks/{id}/clock.csv", web.Handler(p.export))
	mux.Handle("POST /tasks/{id}/clock/pause", web.Handler(p.pause))
	mux.Handle("POST /tasks/{id}/clock/resume", web.Handler(p.resume))
}

type pages struct{ s *sla.Service }

// zones are the reader's and the other side's.
type zones struct{ mine, other *time.Location }

func zonesOf(r *http.Request) zones {
	z := zones{web.ReaderOf(r).Zone, web.ReaderOf(r).Other}
	if z.mine == nil {
		z.mine = time.UTC
	}
	if z.other == nil {
		z.other = z.mine
	}
	return z
}

// done answers a form: with its page again when it can be corrected.
func done(w http.ResponseWriter, r *http.Request, which, path, flash string, err error, show func(http.ResponseWriter, *http.Request, web.Form) error) error {
	if fault.Correctable(err) {
		return show(w, r, web.Refused(which, r, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path, flash)
}

func (p pages) list(w http.ResponseWriter, r *http.Request) error {
	return p.showList(w, r, web.Form{})
}

func (p pages) showList(w http.ResponseWriter, r *http.Request, f web.Form) error {
	l, err := p.s.Calendars(r.Context(), web.Who(r))
	if err != nil {
		return err
	}
	c := web.Chrome(r, "Working time")
	c.LiveTopics = append(c.LiveTopics, "org/"+string(web.Who(r).Org))
	return web.Page(w, r, f.Code(), listPage(c, l, f))
}

func (p pages) make(w http.ResponseWriter, r *http.Request) error {
	in := sla.NewCalendar{Kind: sla.CalendarKind(r.FormValue("kind")), Person: ident.PersonID(r.FormValue("person")), Name: r.FormValue("name"), Zone: strings.TrimSpace(r.FormValue("zone")), Base: r.FormValue("base")}
	id, err := p.s.MakeCalendar(r.Context(), web.Who(r), in)
	return done(w, r, "make", "/calendars/"+id, "Begun. Give it its hours.", err, p.showList)
}

func (p pages) calendar(w http.ResponseWriter, r *http.Request) error {
	return p.showCalendar(w, r, web.Form{})
}

func (p pages) showCalendar(w http.ResponseWriter, r *http.Request, f web.Form) error {
	x, err := p.s.Calendar(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	from := sla.Monday(x.Today)
	if day := r.URL.Query().Get("week"); day != "" {
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			from = sla.Monday(day)
		}
	}
	c := web.Chrome(r, x.Name)
	c.LiveTopics = append(c.LiveTopics, "org/"+string(web.Who(r).Org))
	return web.Page(w, r, f.Code(), calendarPage(c, calendarView{x, from, zonesOf(r)}, f))
}

func (p pages) week(w http.ResponseWriter, r *http.Request) error {
	in := sla.NewWeek{Calendar: r.PathValue("id"), From: r.FormValue("from"), Shifts: shiftsOf(r)}
	in.Rev, _ = strconv.ParseInt(r.FormValue("rev"), 10, 64)
	err := p.s.SetWeek(r.Context(), web.Who(r), in)
	return done(w, r, "week", "/calendars/"+r.PathValue("id")+"?week="+in.From, "The new hours are in force from their day on.", err, p.showCalendar)
}

// shiftRows is how many shifts the form has room for.
const shiftRows = 3

// shiftsOf reads the shifts of the form. A row without days is none; hours that cannot be read are refused by the verb.
func shiftsOf(r *http.Request) (out []sla.Shift) {
	if r.ParseForm() != nil {
		return nil
	}
	for i := range shiftRows {
		n := strconv.Itoa(i)
		days := r.PostForm["days"+n]
		if len(days) == 0 && i > 0 {
			continue
		}
		s := sla.Shift{Open: minute(r.FormValue("open" + n)), Close: minute(r.FormValue("close" + n))}
		for _, d := range days {
			if k, err := strconv.Atoi(d); err == nil && k >= 0 && k < 7 {
				s.Days[k] = true
			}
		}
		out = append(out, s)
	}
	return out
}

func minute(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func (p pages) dayOff(w http.ResponseWriter, r *http.Request) error {
	in := sla.NewDayOff{Calendar: r.PathValue("id"), Kind: r.FormValue("kind"), Name: r.FormValue("name"), First: r.FormValue("first"), Last: r.FormValue("last")}
	if in.Last == "" {
		in.Last = in.First
	}
	err := p.s.AddDayOff(r.Context(), web.Who(r), in)
	return done(w, r, "off", "/calendars/"+in.Calendar+"?week="+in.First, "Taken out. No shift starts on these days.", err, p.showCalendar)
}

func (p pages) endDayOff(w http.ResponseWriter, r *http.Request) error {
	err := p.s.EndDayOff(r.Context(), web.Who(r), r.PathValue("id"), r.PathValue("day"))
	return done(w, r, "end", "/calendars/"+r.PathValue("id"), "Given back.", err, p.showCalendar)
}

func (p pages) terms(w http.ResponseWriter, r *http.Request) error {
	return p.showTerms(w, r, web.Form{})
}

func (p pages) showTerms(w http.ResponseWriter, r *http.Request, f web.Form) error {
	x, err := p.s.TermsOf(r.Context(), web.Who(r), ident.EngagementID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c := web.Chrome(r, "Agreed time, "+x.Firm+" with "+x.Provider)
	c.LiveTopics = append(c.LiveTopics, "org/"+string(web.Who(r).Org))
	return web.Page(w, r, f.Code(), termsPage(c, x, f, zonesOf(r)))
}

func (p pages) propose(w http.ResponseWriter, r *http.Request) error {
	number := func(name string) int { // what is no number is refused by the verb, with the field's own sentence
		s := strings.TrimSpace(r.FormValue(name))
		if s == "" {
			return 0
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return -1
		}
		return n
	}
	in := sla.NewTerms{Engagement: ident.EngagementID(r.PathValue("id")), Code: r.FormValue("code"), Calendar: r.FormValue("calendar"), Agreed: number("agreed"), Own: number("own"),
		Shares: r.FormValue("shares"), Credits: r.FormValue("credits"), Cap: number("cap"), Questions: r.FormValue("questions") == "yes", FromOn: r.FormValue("from_on")}
	_, err := p.s.Propose(r.Context(), web.Who(r), in)
	return done(w, r, "propose", r.URL.Path, "Proposed. It holds when the other side accepts it.", err, p.showTerms)
}

var settled = map[string]sla.TermsState{"accept": sla.Agreed, "decline": sla.Declined, "withdraw": sla.Withdrawn}

func (p pages) settle(w http.ResponseWriter, r *http.Request) error {
	version, err := strconv.ParseInt(r.PathValue("version"), 10, 64)
	to, ok := settled[r.PathValue("to")]
	if err != nil || !ok {
		return fault.Missing()
	}
	err = p.s.Settle(r.Context(), web.Who(r), sla.Settlement{Engagement: ident.EngagementID(r.PathValue("id")), Version: version, To: to})
	return done(w, r, "settle", "/engagements/"+r.PathValue("id")+"/terms", fmt.Sprintf("Version %d is %s.", version, to), err, p.showTerms)
}

func (p pages) clock(w http.ResponseWriter, r *http.Request) error {
	return p.showClock(w, r, web.Form{})
}

func (p pages) showClock(w http.ResponseWriter, r *http.Request, f web.Form) error {
	x, err := p.s.Clock(r.Context(), web.Who(r), ident.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c := web.Chrome(r, "Clock of "+x.Task.Name())
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(x.Task.Matter))
	return web.Page(w, r, f.Code(), clockPage(c, clockView{x, zonesOf(r)}, f))
}

func (p pages) pause(w http.ResponseWriter, r *http.Request) error {
	id := ident.TaskID(r.PathValue("id"))
	err := p.s.PauseClock(r.Context(), web.Who(r), id, minutes.Kind(r.FormValue("kind")), r.FormValue("reason"))
	return done(w, r, "pause", "/tasks/"+string(id)+"/clock", "The clock stands. Both sides see why.", err, p.showClock)
}

func (p pages) resume(w http.ResponseWriter, r *http.Request) error {
	id := ident.TaskID(r.PathValue("id"))
	err := p.s.ResumeClock(r.Context(), web.Who(r), id)
	return done(w, r, "resume", "/tasks/"+string(id)+"/clock", "The clock goes on.", err, p.showClock)
}
