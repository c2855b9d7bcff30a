package slaweb

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
	"countersign/internal/sla"
	"countersign/internal/sla/minutes"
)

type wireShift struct {
	Days  string `json:"days" doc:"From Monday, such as 1111100."`
	Open  string `json:"open" doc:"Such as 09:00."`
	Close string `json:"close" doc:"At or before the opening: on the next day."`
	From  string `json:"from,omitempty" doc:"First day on which it starts."`
	Until string `json:"until,omitempty" doc:"First day on which it no longer does."`
}

type wireDayOff struct {
	ID    string `json:"id,omitempty"`
	Kind  string `json:"kind" enum:"holiday,leave"`
	Name  string `json:"name"`
	First string `json:"first" format:"date"`
	Last  string `json:"last" format:"date"`
}

type wireCalendar struct {
	ID     string           `json:"id"`
	Org    ident.OrgID      `json:"organization"`
	Kind   sla.CalendarKind `json:"kind" enum:"org,site,person"`
	Person ident.PersonID   `json:"person,omitempty"`
	Name   string           `json:"name"`
	Zone   string           `json:"zone"`
	Base   string           `json:"base,omitempty"`
	Shifts []wireShift      `json:"shifts"`
	Off    []wireDayOff     `json:"days_off"`
	Rev    int64            `json:"rev"`
}

func apiCalendar(c *sla.Calendar) wireCalendar {
	w := wireCalendar{c.ID, c.Org, c.Kind, c.Person, c.Name, c.Zone.String(), c.Base, []wireShift{}, []wireDayOff{}, c.Rev}
	for _, s := range c.Shifts {
		w.Shifts = append(w.Shifts, wireShift{daysText(s.Days), clock(s.Open), clock(s.Close), s.From, s.Until})
	}
	for _, d := range c.Off {
		w.Off = append(w.Off, wireDayOff{d.ID, d.Kind, d.Name, d.From, d.Last()})
	}
	return w
}

func daysText(days [7]bool) string {
	out := []byte("0000000")
	for i, on := range days {
		if on {
			out[i] = '1'
		}
	}
	return string(out)
}

type wireID struct {
	ID string `json:"id"`
}

// A ByID is the input of an operation on one record that has no body.
type ByID struct {
	ID string `path:"id" doc:"Identifier of the record."`
}

type withBody[B any] struct {
	ByID
	Body B
}

// API offers the verbs and questions of working time.
func API(api huma.API, s *sla.Service) {
	type none struct{}
	type list struct {
		Calendars []wireCalendar `json:"calendars"`
	}
	web.Offer(api, web.Endpoint{ID: "sla.list_calendars", Method: "GET", Path: "/calendars", Summary: "List the working calendars of your organization, and of those it is engaged with"},
		func(ctx context.Context, who actor.Actor, _ *none) (list, error) {
			l, err := s.Calendars(ctx, who)
			out := list{[]wireCalendar{}}
			for _, c := range l.Mine {
				out.Calendars = append(out.Calendars, apiCalendar(c))
			}
			for _, c := range l.Others {
				out.Calendars = append(out.Calendars, apiCalendar(c.Calendar))
			}
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: "sla.get_calendar", Method: "GET", Path: "/calendars/{id}", Summary: "Get a working calendar"},
		func(ctx context.Context, who actor.Actor, in *ByID) (w wireCalendar, err error) {
			p, err := s.Calendar(ctx, who, in.ID)
			if err != nil {
				return w, err
			}
			return apiCalendar(p.Calendar), nil
		})
	apiCalendars(api, s)
	apiTerms(api, s)
	apiClock(api, s)
}

func apiCalendars(api huma.API, s *sla.Service) {
	type made struct {
		Kind   sla.CalendarKind `json:"kind" enum:"org,site,person"`
		Name   string           `json:"name"`
		Zone   string           `json:"zone" doc:"IANA name. It stays."`
		Base   string           `json:"base,omitempty" doc:"Calendar whose days off apply too, and whose shifts until this one has its own."`
		Person ident.PersonID   `json:"person,omitempty"`
	}
	type makeIn struct{ Body made }
	web.Offer(api, web.Endpoint{ID: string(sla.DoMakeCalendar), Path: "/calendars", Summary: "Begin a working calendar", Status: 201},
		func(ctx context.Context, who actor.Actor, in *makeIn) (wireID, error) {
			b := in.Body
			id, err := s.MakeCalendar(ctx, who, sla.NewCalendar{Kind: b.Kind, Name: b.Name, Zone: b.Zone, Base: b.Base, Person: b.Person})
			return wireID{id}, err
		})
	type week struct {
		From   string      `json:"from" format:"date" doc:"First day of the new hours."`
		Shifts []wireShift `json:"shifts"`
		Rev    int64       `json:"rev,omitempty" doc:"The revision that you saw."`
	}
	web.Do(api, web.Endpoint{ID: string(sla.DoSetWeek), Path: "/calendars/{id}/week", Summary: "Give a calendar new hours from a day on"},
		func(ctx context.Context, who actor.Actor, in *withBody[week]) error {
			n := sla.NewWeek{Calendar: in.ID, From: in.Body.From, Rev: in.Body.Rev}
			for _, w := range in.Body.Shifts {
				x := sla.Shift{Open: minute(w.Open), Close: minute(w.Close)}
				for i := range min(len(w.Days), 7) {
					x.Days[i] = w.Days[i] == '1'
				}
				n.Shifts = append(n.Shifts, x)
			}
			return s.SetWeek(ctx, who, n)
		})
	web.Do(api, web.Endpoint{ID: string(sla.DoAddDayOff), Path: "/calendars/{id}/days-off", Summary: "Take days out of a calendar"},
		func(ctx context.Context, who actor.Actor, in *withBody[wireDayOff]) error {
			b := in.Body
			return s.AddDayOff(ctx, who, sla.NewDayOff{Calendar: in.ID, Kind: b.Kind, Name: b.Name, First: b.First, Last: b.Last})
		})
	type day struct {
		ByID
		Day string `path:"day" doc:"Identifier of the day off."`
	}
	web.Do(api, web.Endpoint{ID: string(sla.DoEndDayOff), Path: "/calendars/{id}/days-off/{day}/end", Summary: "Give days off back"},
		func(ctx context.Context, who actor.Actor, in *day) error {
			return s.EndDayOff(ctx, who, in.ID, in.Day)
		})
}

type wireTerms struct {
	Version   int64          `json:"version"`
	Code      string         `json:"task_type" doc:"Empty: every type without terms of its own."`
	State     sla.TermsState `json:"state" enum:"proposed,agreed,declined,withdrawn"`
	Calendar  string         `json:"calendar"`
	Agreed    int            `json:"agreed_minutes"`
	Own       int            `json:"own_minutes"`
	Shares    string         `json:"shares"`
	Credits   string         `json:"credits"`
	Cap       int            `json:"cap_percent"`
	Questions bool           `json:"questions_wait"`
	From      time.Time      `json:"in_force_from,omitzero"`
	Proposer  ident.OrgID    `json:"proposed_by"`
}

func apiTerms(api huma.API, s *sla.Service) {
	type termsList struct {
		Terms []wireTerms `json:"terms"`
	}
	web.Offer(api, web.Endpoint{ID: string(sla.ToReadTerms), Method: "GET", Path: "/engagements/{id}/terms", Summary: "List what an engagement's sides agreed on time"},
		func(ctx context.Context, who actor.Actor, in *ByID) (termsList, error) {
			p, err := s.TermsOf(ctx, who, ident.EngagementID(in.ID))
			out := termsList{[]wireTerms{}}
			for _, t := range p.Versions {
				out.Terms = append(out.Terms, wireTerms{t.Version, t.Code, t.State, t.Calendar, t.Agreed, t.Own, t.SharesText(), t.CreditsText(), t.Cap, t.Questions, t.From, t.Proposer})
			}
			return out, err
		})
	type proposal struct {
		Code      string `json:"task_type,omitempty"`
		Calendar  string `json:"calendar"`
		Agreed    int    `json:"agreed_minutes"`
		Own       int    `json:"own_minutes,omitempty"`
		Shares    string `json:"shares,omitempty" doc:"Such as draft 60, peer 25."`
		Credits   string `json:"credits,omitempty" doc:"Minutes late and percent, such as 0 5, 240 10."`
		Cap       int    `json:"cap_percent,omitempty"`
		Questions bool   `json:"questions_wait,omitempty"`
		FromOn    string `json:"from_on,omitempty" format:"date"`
	}
	web.Offer(api, web.Endpoint{ID: string(sla.DoPropose), Path: "/engagements/{id}/terms", Summary: "Propose terms to the other side", Status: 201},
		func(ctx context.Context, who actor.Actor, in *withBody[proposal]) (wireID, error) {
			b := in.Body
			id, err := s.Propose(ctx, who, sla.NewTerms{Engagement: ident.EngagementID(in.ID), Code: b.Code, Calendar: b.Calendar, Agreed: b.Agreed, Own: b.Own, Shares: b.Shares, Credits: b.Credits, Cap: b.Cap, Questions: b.Questions, FromOn: b.FromOn})
			return wireID{id}, err
		})
	type one struct {
		ByID
		Version int64 `path:"version"`
	}
	for to, e := range map[sla.TermsState]web.Endpoint{
		sla.Agreed:    {ID: string(sla.DoAccept), Path: "/engagements/{id}/terms/{version}/accept", Summary: "Accept the other side's terms"},
		sla.Declined:  {ID: string(sla.DoDecline), Path: "/engagements/{id}/terms/{version}/decline", Summary: "Decline the other side's terms"},
		sla.Withdrawn: {ID: string(sla.DoWithdraw), Path: "/engagements/{id}/terms/{version}/withdraw", Summary: "Withdraw terms that your side proposed"},
	} {
		web.Do(api, e, func(ctx context.Context, who actor.Actor, in *one) error {
			return s.Settle(ctx, who, sla.Settlement{Engagement: ident.EngagementID(in.ID), Version: in.Version, To: to})
		})
	}
}

type wireCount struct {
	Stage  string    `json:"stage,omitempty"`
	Agreed int64     `json:"agreed_seconds"`
	Used   int64     `json:"used_seconds"`
	Due    time.Time `json:"due,omitzero"`
	Passed bool      `json:"passed"`
}

type wireSegment struct {
	From  time.Time     `json:"from"`
	To    time.Time     `json:"to"`
	Kind  minutes.Kind  `json:"counts_as" enum:"counted,outside,firm,incomplete,court,hold"`
	Party minutes.Party `json:"put_down_to,omitempty"`
	Stage string        `json:"stage"`
	Ref   string        `json:"evidence,omitempty"`
}

type wireClock struct {
	Task     ident.TaskID            `json:"task"`
	Terms    int                     `json:"terms_version,omitempty" doc:"Absent: nothing was agreed when the work was released."`
	Agreed   *wireCount              `json:"agreed,omitempty"`
	Own      *wireCount              `json:"own_target,omitempty"`
	Stages   []wireCount             `json:"stages"`
	Waits    minutes.Kind            `json:"waits_for,omitempty"`
	Breach   bool                    `json:"breach"`
	Delay    map[minutes.Party]int64 `json:"delay_seconds,omitempty"`
	Credit   int                     `json:"credit_percent"`
	Segments []wireSegment           `json:"segments"`
}

func apiCount(c minutes.Clock) wireCount {
	return wireCount{c.Stage, int64(c.Amount / time.Second), int64(c.Used / time.Second), c.Due.UTC(), c.Passed}
}

func apiLedger(c sla.Clock) wireClock {
	w := wireClock{Task: c.Task.ID, Stages: []wireCount{}, Segments: []wireSegment{}}
	l := c.Ledger
	if l == nil {
		return w
	}
	agreed, own := apiCount(l.SLA), apiCount(l.Own)
	w.Terms, w.Agreed, w.Waits, w.Breach, w.Credit = l.Terms.Version, &agreed, l.Waits, l.Breach(), l.Credit.Percent
	if l.Own.Amount > 0 {
		w.Own = &own
	}
	for _, x := range l.Stages {
		w.Stages = append(w.Stages, apiCount(x))
	}
	for _, x := range l.Segments {
		w.Segments = append(w.Segments, wireSegment{x.From.UTC(), x.To.UTC(), x.Kind, x.Kind.Party(), x.Stage, x.Ref})
	}
	if l.Delay != nil {
		w.Delay = map[minutes.Party]int64{}
		for p, d := range l.Delay.Parts {
			w.Delay[p] = int64(d / time.Second)
		}
	}
	return w
}

func apiClock(api huma.API, s *sla.Service) {
	web.Offer(api, web.Endpoint{ID: "sla.get_clock", Method: "GET", Path: "/tasks/{id}/clock", Summary: "Get the clock of a task, with its minute ledger"},
		func(ctx context.Context, who actor.Actor, in *ByID) (wireClock, error) {
			c, err := s.Clock(ctx, who, ident.TaskID(in.ID))
			return apiLedger(c), err
		})
	type pause struct {
		Kind   minutes.Kind `json:"kind" enum:"firm,court,hold"`
		Reason string       `json:"reason" doc:"The evidence, in words."`
	}
	web.Do(api, web.Endpoint{ID: string(sla.DoPause), Path: "/tasks/{id}/clock/pause", Summary: "Stop the clock of a task"},
		func(ctx context.Context, who actor.Actor, in *withBody[pause]) error {
			return s.PauseClock(ctx, who, ident.TaskID(in.ID), in.Body.Kind, in.Body.Reason)
		})
	web.Do(api, web.Endpoint{ID: string(sla.DoResume), Path: "/tasks/{id}/clock/resume", Summary: "Let the clock of a task go on"},
		func(ctx context.Context, who actor.Actor, in *ByID) error {
			return s.ResumeClock(ctx, who, ident.TaskID(in.ID))
		})
}
