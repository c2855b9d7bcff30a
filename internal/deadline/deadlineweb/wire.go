package deadlineweb

import (
	"time"

	"countersign/internal/deadline"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/ident"
)

type wireEventID struct {
	ID string `json:"id"`
}

type wireAgree struct {
	Agree bool `json:"agree" doc:"Both entries say the same: the dates are in force."`
}

// A WireRead is what somebody read in a paper.
type WireRead struct {
	Rule         string       `json:"rule,omitempty" doc:"A rule, or a date of a chain." example:"FRCP-12A1AI"`
	Chain        string       `json:"chain,omitempty" example:"federal-civil"`
	Event        string       `json:"event,omitempty" doc:"Date of the chain." example:"defendant_served"`
	On           string       `json:"on" doc:"Day of the event." example:"2026-11-02"`
	Service      rule.Service `json:"service,omitempty" doc:"Manner of service; a chain has its own."`
	Jurisdiction string       `json:"jurisdiction,omitempty" example:"US-FED/IL"`
}

func (w WireRead) what() (out deadline.What, err error) {
	out = deadline.What{Rule: w.Rule, Chain: w.Chain, Event: w.Event, Service: w.Service, Jurisdiction: w.Jurisdiction}
	out.On, err = dayOf(w.On)
	return out, err
}

func readOnWire(w deadline.What) WireRead {
	return WireRead{w.Rule, w.Chain, w.Event, isoDay(w.On), w.Service, w.Jurisdiction}
}

type wireNewEvent struct {
	WireRead
	Matter ident.MatterID   `json:"matter"`
	Title  string           `json:"title" doc:"What happened, without the date: the second person reads it."`
	Note   string           `json:"note,omitempty"`
	Source ident.DocumentID `json:"source,omitempty" doc:"Document that it was read in."`
	Zone   string           `json:"zone,omitempty" doc:"Of the court; left out, as the jurisdiction has it." example:"America/Chicago"`
	Owner  ident.PersonID   `json:"owner,omitempty" doc:"Is reminded first; left out, yourself."`
}

type wireNewMove struct {
	On      string       `json:"on" example:"2026-11-09"`
	Service rule.Service `json:"service,omitempty"`
	Reason  string       `json:"reason,omitempty" doc:"Stays with the date for ever; a preview needs none."`
}

func (w wireNewMove) move(event string) (deadline.NewMove, error) {
	on, err := dayOf(w.On)
	return deadline.NewMove{Trigger: event, On: on, Service: w.Service, Reason: w.Reason}, err
}

// A WireCourtDate is a date under every reading.
type WireCourtDate struct {
	TriggerOn string         `json:"trigger_on"`
	Expected  string         `json:"expected" doc:"Under the prevailing reading."`
	Earliest  string         `json:"earliest" doc:"Under any reading: reminders run on it."`
	Latest    string         `json:"latest"`
	Certainty rule.Certainty `json:"certainty"`
	DueTime   string         `json:"due_time,omitempty" doc:"Absent for the end of the day."`
}

func dateOnWire(d deadline.Date) WireCourtDate {
	return WireCourtDate{isoDay(d.TriggerOn), isoDay(d.Expected), isoDay(d.Earliest), isoDay(d.Latest), d.Certainty, d.DueTime}
}

// A WireDeadline is a deadline in a list.
type WireDeadline struct {
	ID     string         `json:"id"`
	Name   string         `json:"name" example:"D-14"`
	Title  string         `json:"title"`
	Rule   string         `json:"rule,omitempty"`
	Matter ident.MatterID `json:"matter"`
	Number string         `json:"matter_number"`
	Event  string         `json:"event" doc:"Identifier of the event that brought it into force."`
	State  deadline.State `json:"state" enum:"open,satisfied,cancelled"`
	Zone   string         `json:"zone" doc:"Of the court."`
	Owner  string         `json:"owner" doc:"Name."`
	Calls  bool           `json:"calls" doc:"A reminder waits for an acknowledgement."`
	WireCourtDate
}

func deadlineOnWire(r deadline.Row) WireDeadline {
	return WireDeadline{r.ID, r.Name(), r.Title, r.Rule, r.Matter, r.MatterNumber, r.Trigger, r.State, r.Zone, r.OwnerName, r.Calls, dateOnWire(r.Date)}
}

type wireWaiting struct {
	Event  string                `json:"event"`
	Name   string                `json:"name" example:"E-14"`
	Title  string                `json:"title"`
	Number string                `json:"matter_number"`
	State  deadline.TriggerState `json:"state"`
	By     string                `json:"by" doc:"Who entered it first."`
	May    bool                  `json:"may_confirm" doc:"You may enter it as the second person."`
}

type wireWaitingMove struct {
	Move   string `json:"move"`
	Event  string `json:"event"`
	Number string `json:"matter_number"`
	From   string `json:"from"`
	To     string `json:"to"`
	By     string `json:"by"`
	May    bool   `json:"may_approve"`
}

type wireDocket struct {
	Deadlines []WireDeadline    `json:"deadlines"`
	Total     int               `json:"total"`
	After     string            `json:"after,omitempty" doc:"Ask with it for the next page; absent at the end."`
	Entries   []wireWaiting     `json:"entries" doc:"Events that wait for a second entry, or whose entries differ."`
	Moves     []wireWaitingMove `json:"moves" doc:"Moves that wait for approval."`
}

func docketOnWire(d deadline.Docket) wireDocket {
	out := wireDocket{[]WireDeadline{}, d.Total, d.After, []wireWaiting{}, []wireWaitingMove{}}
	for _, r := range d.Rows {
		out.Deadlines = append(out.Deadlines, deadlineOnWire(r))
	}
	for _, t := range append(append([]deadline.TriggerRow{}, d.Waits.Mismatches...), d.Waits.Entries...) {
		out.Entries = append(out.Entries, wireWaiting{t.ID, t.Name(), t.Title, t.MatterNumber, t.State, t.By, t.MayConfirm})
	}
	for _, m := range d.Waits.Moves {
		out.Moves = append(out.Moves, wireWaitingMove{m.ID, m.Trigger, m.MatterNumber, isoDay(m.From), isoDay(m.To), m.By, m.MayApprove})
	}
	return out
}

// A WireKeptDate is a date that a deadline has or had.
type WireKeptDate struct {
	WireCourtDate
	Seq   int64           `json:"seq" doc:"0 is the original."`
	Steps []deadline.Step `json:"steps"`
	From  time.Time       `json:"from"`
	Until *time.Time      `json:"until,omitempty" doc:"Absent while in force."`
	Move  string          `json:"move,omitempty"`
	Why   string          `json:"reason,omitempty" doc:"Of the move."`
}

type wireDeadlineWhole struct {
	WireDeadline
	Citation string         `json:"citation,omitempty"`
	Over     time.Time      `json:"over_at" doc:"The instant at which the day is over, by the court's clock."`
	Reason   string         `json:"reason,omitempty" doc:"How it was met, or why it binds no more."`
	Dates    []WireKeptDate `json:"dates" doc:"Every date that it had, the present first."`
	Tasks    []ident.TaskID `json:"tasks"`
}

func deadlineWhole(p deadline.Page) wireDeadlineWhole {
	out := wireDeadlineWhole{WireDeadline: deadlineOnWire(p.Row), Citation: p.RuleText.Citation, Over: p.Due.UTC(), Reason: p.Reason, Dates: []WireKeptDate{}, Tasks: []ident.TaskID{}}
	for _, d := range p.Dates {
		k := WireKeptDate{WireCourtDate: dateOnWire(d), Seq: d.Seq, Steps: d.Steps, From: d.From.UTC(), Move: d.Move, Why: p.Moves[d.Move].Reason}
		if !d.Until.IsZero() {
			until := d.Until.UTC()
			k.Until = &until
		}
		out.Dates = append(out.Dates, k)
	}
	for _, t := range p.Tasks {
		out.Tasks = append(out.Tasks, t.ID)
	}
	return out
}

type wireEntry struct {
	WireRead
	By       string    `json:"by"`
	Org      string    `json:"org"`
	At       time.Time `json:"at"`
	Standing bool      `json:"standing" doc:"false: it was corrected since."`
}

type wireEvent struct {
	ID        string                `json:"id"`
	Name      string                `json:"name" example:"E-14"`
	Title     string                `json:"title"`
	Note      string                `json:"note,omitempty"`
	Matter    ident.MatterID        `json:"matter"`
	State     deadline.TriggerState `json:"state" enum:"waiting,mismatch,in_force,withdrawn"`
	Blind     bool                  `json:"blind" doc:"What the first person read is kept from you, so that you can read it yourself."`
	Entries   []wireEntry           `json:"entries"`
	Deadlines []WireDeadline        `json:"deadlines"`
	Move      string                `json:"waiting_move,omitempty"`
	Preview   *wirePreview          `json:"preview,omitempty" doc:"Of the move that waits."`
}

func eventOnWire(e deadline.Event) wireEvent {
	out := wireEvent{e.ID, e.Name(), e.Title, e.Note, e.Head.Matter, e.State, e.Blind, []wireEntry{}, []WireDeadline{}, "", nil}
	for _, x := range e.Entries {
		out.Entries = append(out.Entries, wireEntry{readOnWire(x.What), x.Name, x.Org, x.At.UTC(), x.Until.IsZero()})
	}
	for _, r := range e.Deadlines {
		out.Deadlines = append(out.Deadlines, deadlineOnWire(r))
	}
	if e.Waiting != nil && e.Preview != nil {
		p := previewOnWire(*e.Preview)
		out.Move, out.Preview = e.Waiting.ID, &p
	}
	return out
}

type wireShift struct {
	Deadline string `json:"deadline,omitempty" doc:"Absent for a new one."`
	Title    string `json:"title"`
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"`
	Moves    bool   `json:"moves"`
}

type wirePreview struct {
	Seen   string         `json:"seen" doc:"Send it with the approval."`
	Shifts []wireShift    `json:"shifts"`
	Tasks  []ident.TaskID `json:"tasks"`
	People []string       `json:"people" doc:"Who is told."`
}

func previewOnWire(p deadline.Preview) wirePreview {
	out := wirePreview{p.Seen, []wireShift{}, []ident.TaskID{}, append([]string{}, p.People...)}
	for _, x := range p.Shifts {
		title := x.Deadline.Title
		if title == "" {
			title = x.To.Title
		}
		out.Shifts = append(out.Shifts, wireShift{x.Deadline.ID, title, isoDay(x.Deadline.Date.Expected), isoDay(x.To.Date.Expected), x.Moves()})
	}
	for _, t := range p.Tasks {
		out.Tasks = append(out.Tasks, t.ID)
	}
	return out
}

type wireFeed struct {
	ID     string         `json:"id"`
	Matter ident.MatterID `json:"matter,omitempty" doc:"Absent for every matter that you see."`
	MadeAt time.Time      `json:"made_at"`
	EndsAt time.Time      `json:"ends_at"`
}

type wireFeeds struct {
	Feeds []wireFeed `json:"feeds"`
}

type wireAddress struct {
	Path string `json:"path" doc:"Below the address of the installation; keep it as a password."`
}
