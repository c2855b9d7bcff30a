package deadlineweb

import (
	"net/http"
	"net/url"
	"strings"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// Routes adds the routes.
func Routes(mux web.Router, s *deadline.Service) {
	p := pages{s}
	for pattern, h := range map[string]web.Handler{
		"GET /deadlines":                   p.docket,
		"GET /deadlines.csv":               p.export,
		"GET /deadlines/{id}":              p.one,
		"POST /deadlines/{id}/satisfy":     p.settle,
		"POST /deadlines/{id}/cancel":      p.settle,
		"POST /deadlines/{id}/give":        p.give,
		"POST /deadlines/{id}/tasks":       p.link,
		"POST /deadlines/{id}/acknowledge": p.acknowledge,
		"GET /matters/{id}/deadlines":      p.matter,
		"GET /matters/{id}/deadlines.csv":  p.export,
		"GET /matters/{id}/docket":         p.report,
		"GET /matters/{id}/events/new":     p.newForm,
		"POST /matters/{id}/events":        p.enter,
		"GET /events/{id}":                 p.event,
		"POST /events/{id}/confirm":        p.again,
		"POST /events/{id}/correct":        p.again,
		"POST /events/{id}/withdraw":       p.withdraw,
		"POST /events/{id}/move":           p.move,
		"POST /events/{id}/moves/{move}":   p.decide,
	} {
		mux.Handle(pattern, h)
	}
}

type pages struct{ s *deadline.Service }

// what reads an event as somebody read it.
//
// Faults: Invalid (field "on").
func what(r *http.Request) (w deadline.What, err error) {
	kind, id, _ := strings.Cut(r.FormValue("rule"), ":")
	switch kind {
	case "rule":
		w.Rule = id
	case "chain":
		w.Chain, w.Event, _ = strings.Cut(id, "/")
	}
	w.Service, w.Jurisdiction = rule.Service(r.FormValue("service")), r.FormValue("jurisdiction")
	w.On, err = dayOf(r.FormValue("on"))
	return w, err
}

// dayOf reads a date of a form; none is 0.
//
// Faults: Invalid (field "on").
func dayOf(s string) (courtday.Day, error) {
	if strings.TrimSpace(s) == "" {
		return 0, nil
	}
	d, err := courtday.Parse(strings.TrimSpace(s))
	if err != nil {
		return 0, fault.InField("on", fault.Say(err))
	}
	return d, nil
}

// kept is a form that is shown again with what was typed, though nothing is wrong with it.
func kept(which string, r *http.Request) web.Form {
	return web.Form{Which: which, Values: r.PostForm, Status: http.StatusOK}
}

// done answers a form: on a fault that can be corrected show renders the page again with what was typed.
func done(w http.ResponseWriter, r *http.Request, err error, which, path, flash string, show func(http.ResponseWriter, *http.Request, web.Form) error) error {
	if fault.Correctable(err) {
		return show(w, r, web.Refused(which, r, err))
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, path, flash)
}

func (p pages) newForm(w http.ResponseWriter, r *http.Request) error {
	return p.showNew(w, r, web.Form{}, nil)
}

func (p pages) showNew(w http.ResponseWriter, r *http.Request, f web.Form, gives []deadline.Line) error {
	n, err := p.s.NewForm(r.Context(), web.Who(r), matterID(r))
	if err != nil {
		return err
	}
	return web.Page(w, r, f.Code(), newPage(web.Chrome(r, "Enter an event"), n, f, gives))
}

func matterID(r *http.Request) ident.MatterID { return ident.MatterID(r.PathValue("id")) }

func (p pages) enter(w http.ResponseWriter, r *http.Request) error {
	in := deadline.NewTrigger{Matter: matterID(r), Title: r.FormValue("title"), Note: r.FormValue("note"), Source: ident.DocumentID(r.FormValue("source")),
		Zone: r.FormValue("zone"), Owner: ident.PersonID(r.FormValue("owner"))}
	again := func(w http.ResponseWriter, r *http.Request, f web.Form) error { return p.showNew(w, r, f, nil) }
	var err error
	if in.What, err = what(r); err != nil {
		return done(w, r, err, "event", "", "", again)
	}
	if r.FormValue("do") == "preview" {
		gives, err := deadline.Derive(in.What)
		if err != nil {
			return done(w, r, err, "event", "", "", again)
		}
		return p.showNew(w, r, kept("event", r), gives)
	}
	id, err := p.s.Enter(r.Context(), web.Who(r), in)
	return done(w, r, err, "event", "/events/"+id, "Entered. Nothing is in force until a second person, at the firm, has entered it too.", again)
}

func (p pages) event(w http.ResponseWriter, r *http.Request) error {
	return p.showEvent(w, r, web.Form{})
}

func (p pages) showEvent(w http.ResponseWriter, r *http.Request, f web.Form) error {
	return p.showEventWith(w, r, f, nil, nil)
}

func (p pages) showEventWith(w http.ResponseWriter, r *http.Request, f web.Form, gives []deadline.Line, preview *deadline.Preview) error {
	e, err := p.s.GetEvent(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	c := web.Chrome(r, e.Name()+" "+e.Title)
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(e.Head.Matter))
	return web.Page(w, r, f.Code(), eventPage(eventView{c, e, f, gives, preview, web.ReaderOf(r)}))
}

// An eventView is everything that the page of an event shows.
type eventView struct {
	Chrome ui.Chrome
	deadline.Event
	Form   web.Form
	Gives  []deadline.Line   // of a second entry that is looked at before it is made
	Looked *deadline.Preview // of a move that is looked at before it is proposed
	Reader web.Reader
}

func (p pages) again(w http.ResponseWriter, r *http.Request) error {
	which, do := "confirm", p.s.Confirm
	if strings.HasSuffix(r.Pattern, "/correct") {
		which, do = "correct", p.s.Correct
	}
	x, err := what(r)
	if err != nil {
		return done(w, r, err, which, "", "", p.showEvent)
	}
	if r.FormValue("do") == "preview" {
		gives, err := deadline.Derive(x)
		if err != nil {
			return done(w, r, err, which, "", "", p.showEvent)
		}
		return p.showEventWith(w, r, kept(which, r), gives, nil)
	}
	agree, err := do(r.Context(), web.Who(r), r.PathValue("id"), x)
	flash := ""
	if agree {
		flash = "Both entries agree: the dates below are in force."
	}
	return done(w, r, err, which, "/events/"+r.PathValue("id"), flash, p.showEvent)
}

func (p pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	err := p.s.Withdraw(r.Context(), web.Who(r), r.PathValue("id"), r.FormValue("reason"))
	return done(w, r, err, "withdraw", "/events/"+r.PathValue("id"), "Withdrawn.", p.showEvent)
}

func (p pages) move(w http.ResponseWriter, r *http.Request) error {
	on, err := dayOf(r.FormValue("on"))
	if err != nil {
		return done(w, r, err, "move", "", "", p.showEvent)
	}
	in := deadline.NewMove{Trigger: r.PathValue("id"), On: on, Service: rule.Service(r.FormValue("service")), Reason: r.FormValue("reason")}
	if r.FormValue("do") != "propose" {
		look, err := p.s.PreviewMove(r.Context(), web.Who(r), in)
		if err != nil {
			return done(w, r, err, "move", "", "", p.showEvent)
		}
		return p.showEventWith(w, r, kept("move", r), nil, &look)
	}
	_, err = p.s.ProposeMove(r.Context(), web.Who(r), in)
	return done(w, r, err, "move", "/events/"+r.PathValue("id"), "Proposed. Nothing moves until another person at the firm approves.", p.showEvent)
}

func (p pages) decide(w http.ResponseWriter, r *http.Request) (err error) {
	flash := "Approved. The dates have moved, and everybody they touch is told."
	if r.FormValue("do") == "refuse" {
		err, flash = p.s.RefuseMove(r.Context(), web.Who(r), r.PathValue("move"), r.FormValue("reason")), "Refused. The dates stay."
	} else {
		err = p.s.ApproveMove(r.Context(), web.Who(r), r.PathValue("move"), r.FormValue("seen"))
	}
	return done(w, r, err, "decide", "/events/"+r.PathValue("id"), flash, p.showEvent)
}

func (p pages) one(w http.ResponseWriter, r *http.Request) error { return p.showOne(w, r, web.Form{}) }

// A view is everything that the page of a deadline shows.
type view struct {
	Chrome ui.Chrome
	deadline.Page
	Form   web.Form
	Reader web.Reader
}

func (p pages) showOne(w http.ResponseWriter, r *http.Request, f web.Form) error {
	d, err := p.s.Get(r.Context(), web.Who(r), r.PathValue("id"))
	if err != nil {
		return err
	}
	c := web.Chrome(r, d.Name()+" "+d.Says())
	c.LiveTopics = append(c.LiveTopics, "matter/"+string(d.Head.Matter))
	return web.Page(w, r, f.Code(), onePage(view{c, d, f, web.ReaderOf(r)}))
}

func (p pages) settle(w http.ResponseWriter, r *http.Request) error {
	which, do, flash := "satisfy", p.s.Satisfy, "Satisfied. Its reminders have ended."
	if strings.HasSuffix(r.Pattern, "/cancel") {
		which, do, flash = "cancel", p.s.Cancel, "Cancelled. Its date and reason stay on record."
	}
	err := do(r.Context(), web.Who(r), r.PathValue("id"), r.FormValue("reason"))
	return done(w, r, err, which, "/deadlines/"+r.PathValue("id"), flash, p.showOne)
}

func (p pages) give(w http.ResponseWriter, r *http.Request) error {
	err := p.s.Give(r.Context(), web.Who(r), r.PathValue("id"), ident.PersonID(r.FormValue("owner")))
	return done(w, r, err, "give", "/deadlines/"+r.PathValue("id"), "Given. Reminders go there first.", p.showOne)
}

func (p pages) link(w http.ResponseWriter, r *http.Request) error {
	err := p.s.LinkTask(r.Context(), web.Who(r), r.PathValue("id"), ident.TaskID(r.FormValue("task")), r.FormValue("do") == "unlink")
	return done(w, r, err, "link", "/deadlines/"+r.PathValue("id"), "Saved. A move of the date tells who holds the task.", p.showOne)
}

func (p pages) acknowledge(w http.ResponseWriter, r *http.Request) error {
	err := p.s.Acknowledge(r.Context(), web.Who(r), r.PathValue("id"))
	return done(w, r, err, "acknowledge", "/deadlines/"+r.PathValue("id"), "Acknowledged. It climbs no further.", p.showOne)
}

// address builds one with the query q and one value changed; an empty value is left out.
func address(path string, q url.Values, name, value string) string {
	out := url.Values{}
	for k, v := range q {
		if k != "after" && k != name && len(v) > 0 && v[0] != "" {
			out.Set(k, v[0])
		}
	}
	if value != "" {
		out.Set(name, value)
	}
	if len(out) == 0 {
		return path
	}
	return path + "?" + out.Encode()
}
