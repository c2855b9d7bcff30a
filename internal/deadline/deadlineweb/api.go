package deadlineweb

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/web"
)

// API offers the verbs and questions of the docket.
func API(api huma.API, s *deadline.Service) {
	apiDeadlines(api, s)
	apiEvents(api, s)
	apiMoves(api, s)
	apiFeeds(api, s)
}

// A ByDeadline is the input of an operation on one deadline.
type ByDeadline struct {
	ID string `path:"id" doc:"Identifier of the deadline."`
}

// A ByEvent is the input of an operation on one event.
type ByEvent struct {
	ID string `path:"id" doc:"Identifier of the event."`
}

type docketReason struct {
	Reason string `json:"reason" doc:"Stays with the record for ever."`
}

type docketFilter struct {
	Matter ident.MatterID `query:"matter" doc:"Only deadlines of this matter."`
	State  string         `query:"state" enum:"open,satisfied,cancelled,all" default:"open"`
	Mine   bool           `query:"mine" doc:"Only deadlines that you own."`
	Find   string         `query:"find" doc:"Part of a matter's number or title, or of what is due."`
	From   string         `query:"from" doc:"First day, 2026-11-06."`
	To     string         `query:"to" doc:"Last day."`
	After  string         `query:"after" doc:"As the page before gave it."`
}

func (in docketFilter) filter() (f deadline.Filter, err error) {
	f = deadline.Filter{Matter: in.Matter, State: in.State, Mine: in.Mine, Text: in.Find, After: in.After}
	if f.From, err = dayOf(in.From); err != nil {
		return f, err
	}
	f.To, err = dayOf(in.To)
	return f, err
}

func apiDeadlines(api huma.API, s *deadline.Service) {
	web.Offer(api, web.Endpoint{ID: "deadline.list", Method: "GET", Path: "/deadlines", Summary: "List deadlines, the earliest first", Detail: "What waits for a second entry or for approval stands beside them."},
		func(ctx context.Context, who actor.Actor, in *docketFilter) (out wireDocket, err error) {
			f, err := in.filter()
			if err != nil {
				return out, err
			}
			d, err := s.List(ctx, who, f)
			return docketOnWire(d), err
		})
	web.Offer(api, web.Endpoint{ID: "deadline.get", Method: "GET", Path: "/deadlines/{id}", Summary: "Get a deadline with its derivation and every date that it had"},
		func(ctx context.Context, who actor.Actor, in *ByDeadline) (wireDeadlineWhole, error) {
			p, err := s.Get(ctx, who, in.ID)
			return deadlineWhole(p), err
		})
	type settle struct {
		ByDeadline
		Body docketReason
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoSatisfy), Path: "/deadlines/{id}/satisfy", Summary: "Say how a deadline was met"},
		func(ctx context.Context, who actor.Actor, in *settle) error {
			return s.Satisfy(ctx, who, in.ID, in.Body.Reason)
		})
	web.Do(api, web.Endpoint{ID: string(deadline.DoCancel), Path: "/deadlines/{id}/cancel", Summary: "Say why a deadline binds no more"},
		func(ctx context.Context, who actor.Actor, in *settle) error {
			return s.Cancel(ctx, who, in.ID, in.Body.Reason)
		})
	web.Do(api, web.Endpoint{ID: string(deadline.DoAcknowledge), Path: "/deadlines/{id}/acknowledge", Summary: "Acknowledge the reminders of a deadline"},
		func(ctx context.Context, who actor.Actor, in *ByDeadline) error {
			return s.Acknowledge(ctx, who, in.ID)
		})
	type owner struct {
		ByDeadline
		Body struct {
			Owner ident.PersonID `json:"owner"`
		}
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoGive), Path: "/deadlines/{id}/give", Summary: "Give a deadline to another owner"},
		func(ctx context.Context, who actor.Actor, in *owner) error {
			return s.Give(ctx, who, in.ID, in.Body.Owner)
		})
	type task struct {
		ByDeadline
		Body struct {
			Task   ident.TaskID `json:"task"`
			Unlink bool         `json:"unlink,omitempty"`
		}
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoLink), Path: "/deadlines/{id}/tasks", Summary: "Link a task with a deadline"},
		func(ctx context.Context, who actor.Actor, in *task) error {
			return s.LinkTask(ctx, who, in.ID, in.Body.Task, in.Body.Unlink)
		})
}

func apiEvents(api huma.API, s *deadline.Service) {
	type enter struct{ Body wireNewEvent }
	web.Offer(api, web.Endpoint{ID: string(deadline.DoEnter), Path: "/events", Summary: "Enter an event", Status: 201, Detail: "Nothing is in force until a second person, at the firm, has entered it too."},
		func(ctx context.Context, who actor.Actor, in *enter) (out wireEventID, err error) {
			b := in.Body
			n := deadline.NewTrigger{Matter: b.Matter, Title: b.Title, Note: b.Note, Source: b.Source, Zone: b.Zone, Owner: b.Owner}
			if n.What, err = b.what(); err != nil {
				return out, err
			}
			out.ID, err = s.Enter(ctx, who, n)
			return out, err
		})
	web.Offer(api, web.Endpoint{ID: "deadline.get_event", Method: "GET", Path: "/events/{id}", Summary: "Get an event with its entries and moves", Detail: "What the first person read is left out until a second has entered it."},
		func(ctx context.Context, who actor.Actor, in *ByEvent) (wireEvent, error) {
			e, err := s.GetEvent(ctx, who, in.ID)
			return eventOnWire(e), err
		})
	type again struct {
		ByEvent
		Body WireRead
	}
	do := func(verb func(context.Context, actor.Actor, string, deadline.What) (bool, error)) func(context.Context, actor.Actor, *again) (wireAgree, error) {
		return func(ctx context.Context, who actor.Actor, in *again) (out wireAgree, err error) {
			w, err := in.Body.what()
			if err != nil {
				return out, err
			}
			out.Agree, err = verb(ctx, who, in.ID, w)
			return out, err
		}
	}
	web.Offer(api, web.Endpoint{ID: string(deadline.DoConfirm), Path: "/events/{id}/confirm", Summary: "Enter an event as the second person", Detail: "You have not seen what the first one read. When both agree, the dates are in force."},
		do(s.Confirm))
	web.Offer(api, web.Endpoint{ID: string(deadline.DoCorrect), Path: "/events/{id}/correct", Summary: "Correct your entry after a mismatch"}, do(s.Correct))
	type withdraw struct {
		ByEvent
		Body docketReason
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoWithdraw), Path: "/events/{id}/withdraw", Summary: "Withdraw an event that is not in force"},
		func(ctx context.Context, who actor.Actor, in *withdraw) error {
			return s.Withdraw(ctx, who, in.ID, in.Body.Reason)
		})
}

func apiMoves(api huma.API, s *deadline.Service) {
	type propose struct {
		ByEvent
		Body wireNewMove
	}
	web.Offer(api, web.Endpoint{ID: "deadline.preview_move", Path: "/events/{id}/moves/preview", Summary: "See what a move would do", Detail: "It stores nothing."},
		func(ctx context.Context, who actor.Actor, in *propose) (wirePreview, error) {
			m, err := in.Body.move(in.ID)
			if err != nil {
				return wirePreview{}, err
			}
			p, err := s.PreviewMove(ctx, who, m)
			return previewOnWire(p), err
		})
	web.Offer(api, web.Endpoint{ID: string(deadline.DoMove), Path: "/events/{id}/moves", Summary: "Propose to move an event", Status: 201},
		func(ctx context.Context, who actor.Actor, in *propose) (out wireEventID, err error) {
			m, err := in.Body.move(in.ID)
			if err != nil {
				return out, err
			}
			out.ID, err = s.ProposeMove(ctx, who, m)
			return out, err
		})
	type approve struct {
		ID   string `path:"id" doc:"Identifier of the move."`
		Body struct {
			Seen string `json:"seen,omitempty" doc:"Of the preview that you saw: another one refuses the approval."`
		}
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoApprove), Path: "/moves/{id}/approve", Summary: "Approve a proposed move"},
		func(ctx context.Context, who actor.Actor, in *approve) error {
			return s.ApproveMove(ctx, who, in.ID, in.Body.Seen)
		})
	type refuse struct {
		ID   string `path:"id" doc:"Identifier of the move."`
		Body docketReason
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoRefuse), Path: "/moves/{id}/refuse", Summary: "Refuse a proposed move"},
		func(ctx context.Context, who actor.Actor, in *refuse) error {
			return s.RefuseMove(ctx, who, in.ID, in.Body.Reason)
		})
}

func apiFeeds(api huma.API, s *deadline.Service) {
	type none struct{}
	web.Offer(api, web.Endpoint{ID: "deadline.list_feeds", Method: "GET", Path: "/calendar-feeds", Summary: "List your calendar addresses"},
		func(ctx context.Context, who actor.Actor, _ *none) (wireFeeds, error) {
			all, _, err := s.Feeds(ctx, who)
			out := wireFeeds{[]wireFeed{}}
			for _, f := range all {
				out.Feeds = append(out.Feeds, wireFeed{f.ID, f.Matter, f.MadeAt.UTC(), f.EndsAt.UTC()})
			}
			return out, err
		})
	type newFeed struct {
		Body struct {
			Matter ident.MatterID `json:"matter,omitempty" doc:"Left out: every matter that you see."`
		}
	}
	web.Offer(api, web.Endpoint{ID: string(deadline.DoMakeFeed), Path: "/calendar-feeds", Summary: "Make a calendar address", Status: 201, Detail: "Whoever has the address reads what you may read at that moment. It is shown this once."},
		func(ctx context.Context, who actor.Actor, in *newFeed) (wireAddress, error) {
			token, err := s.MakeFeed(ctx, who, in.Body.Matter)
			return wireAddress{"/calendar/" + token + ".ics"}, err
		})
	type byFeed struct {
		ID string `path:"id" doc:"Identifier of the calendar address."`
	}
	web.Do(api, web.Endpoint{ID: string(deadline.DoEndFeed), Path: "/calendar-feeds/{id}/end", Summary: "End a calendar address"},
		func(ctx context.Context, who actor.Actor, in *byFeed) error { return s.EndFeed(ctx, who, in.ID) })
}

// isoDay is a date on the wire, "" for none.
func isoDay(d courtday.Day) string {
	if d == 0 {
		return ""
	}
	return d.String()
}
