package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A NeedKind is what a person is wanted for.
type NeedKind string

// The kinds of needs, in the words of the verbs.
const (
	NeedFix     NeedKind = "fix"     // the draft came back
	NeedDraft   NeedKind = "draft"   // the draft is with the person
	NeedReview  NeedKind = "review"  // a review is with the person
	NeedSign    NeedKind = "sign"    // ready to sign
	NeedAnswer  NeedKind = "answer"  // a question of the provider
	NeedSupply  NeedKind = "supply"  // a declined package lacks something
	NeedRelease NeedKind = "release" // a package is not released
	NeedAssign  NeedKind = "assign"  // nobody holds it
)

// A Need is one thing that waits on the person.
type Need struct {
	Kind     NeedKind
	Line     Line
	When     time.Time // due, or when silence means yes
	Question *Question // of NeedAnswer
	Missing  []string  // of NeedSupply
}

// Counts are the figures of a home page, over all that the person can see.
type Counts struct {
	Open, Late, DueSoon  int // of open work; DueSoon within twelve hours
	Waiting              int // open with no holder
	Held                 int // paused, declined, recalled
	Questions            int // not settled
	Delivered, Preparing int // Delivered in the last seven days
}

// A Home is what a person sees first: what needs them, then what moves without them.
type Home struct {
	Now         time.Time
	Roles       []string // in the organization acted for
	Provider    bool     // acts for a provider
	Needs       []Need   // what came back first, then by time
	Next        int      // tasks of the queue that wait for anyone
	Counts      Counts
	Moving      []Line // open or held, not with the person; the first of MovingTotal, by due time
	MovingTotal int
	Delivered   []Line       // of a client reader, and of nobody else: newest first
	Outsourced  []Outsourced // likewise
	Begin       []FirstStep  // while the organization has no task yet: what makes the first one possible, in order
}

// A FirstStep is something that must be there before work can go round, and who makes it.
type FirstStep struct {
	Kind string // people, provider, engagement, playbooks, matter or package; for a provider people, engagement or package
	Done bool
	Mine bool // the reader's role does it
}

// An Outsourced is one matter that a provider holds, as its client reads it: what, to whom, under what protection.
type Outsourced struct {
	Matter, Number    string
	Provider, Country string // in words
	Consent           string // who gave it and when; "" for none on file
	Agreements        string // kinds on file: "dpa nda"
	People            int    // of the provider, on the matter's team
	Since             time.Time
}

// Is reports whether the person has one of the roles.
func (h Home) Is(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(h.Roles, r) })
}

// homeRows bounds each list of a home page.
const homeRows = 20

// soon is how far ahead a due time counts as near.
const soon = 12 * time.Hour

// Home says what needs the person now, by role.
func (s *Service) Home(ctx context.Context, who actor.Actor) (h Home, err error) {
	defer fault.Wrap(&err, "desk.Home(%s)", who.Person)
	v, err := s.gate.View(who).Settle(ctx)
	if err != nil {
		return h, err
	}
	h.Now = v.Now
	if h.Roles, h.Provider, err = roles(ctx, v); err != nil {
		return h, err
	}
	if h.Is("client_reader") {
		if h.Delivered, err = lines(ctx, v, v.Reach("t.matter_id"), db.SQL(`t.state = 'delivered'`), byNews, homeRows); err != nil {
			return h, err
		}
		h.Outsourced, err = outsourced(ctx, v)
		return h, err
	}
	if h.Needs, err = s.needs(ctx, v, h); err != nil {
		return h, err
	}
	sortNeeds(h.Needs)
	if err = h.count(ctx, v); err != nil {
		return h, err
	}
	if h.Begin, err = firstSteps(ctx, v, h); err != nil {
		return h, err
	}
	elsewhere := db.SQL(live+` AND t.state IN ('open', 'paused') AND t.holder_id <> ?`, who.Person)
	h.Moving, err = lines(ctx, v, v.Reach("t.matter_id"), elsewhere, `t.due_at, t.id`, homeRows)
	return h, err
}

// outsourced lists the matters of the reader that a provider holds now.
func outsourced(ctx context.Context, v gate.View) ([]Outsourced, error) {
	at := db.Micros(v.Now)
	q := db.SQL(`SELECT m.title, m.number, o.name, e.country, op.from_at,
			COALESCE((SELECT MAX(k.given_by || ', ' || k.given_on) FROM consent k WHERE k.matter_id = m.id AND k.provider_id = o.id AND k.withdrawn_at = 0), ''),
			COALESCE((SELECT STRING_AGG(a.kind, ' ') FROM agreement a WHERE a.engagement_id = e.id AND a.withdrawn_at = 0), ''),
			(SELECT COUNT(DISTINCT g.person_id) FROM access_grant g WHERE g.scope_kind = 'matter' AND g.scope_id = m.id AND g.org_id = o.id AND g.from_at <= ? AND g.until_at > ?)
		FROM matter m JOIN matter_opening op ON op.matter_id = m.id AND op.org_id <> m.firm_id AND op.from_at <= ? AND op.until_at > ?
			JOIN org o ON o.id = op.org_id JOIN engagement e ON e.firm_id = m.firm_id AND e.provider_id = o.id AND e.phase <> 'ended'
		WHERE m.firm_id = ?`, at, at, at, at, v.Who.Org).And(v.Visible("m.id")).Join(db.SQL(` ORDER BY m.title, m.id, o.name LIMIT 200`))
	return db.All(ctx, v, q, func(rs *db.Rows, o *Outsourced) error {
		err := rs.Scan(&o.Matter, &o.Number, &o.Provider, &o.Country, db.At{T: &o.Since}, &o.Consent, &o.Agreements, &o.People)
		o.Country = country(o.Country)
		return err
	})
}

// firstSteps looks at what is there, until the first package was prepared.
func firstSteps(ctx context.Context, v gate.View, h Home) ([]FirstStep, error) {
	org, at := v.Who.Org, db.Micros(v.Now)
	var tasks, people, engagements, playbooks, matters int
	err := v.QueryRow(ctx, db.SQL(`SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM task WHERE firm_id = ? OR (provider_id = ? AND state <> 'preparing') LIMIT 1) x),
			(SELECT COUNT(*) FROM member WHERE org_id = ? AND until_at > ?), (SELECT COUNT(*) FROM engagement WHERE (firm_id = ? OR provider_id = ?) AND phase IN ('pilot', 'active')),
			(SELECT COUNT(*) FROM playbook WHERE firm_id = ? AND current_n > 0), (SELECT COUNT(*) FROM matter WHERE firm_id = ?)`,
		org, org, org, at, org, org, org, org)).Scan(&tasks, &people, &engagements, &playbooks, &matters)
	if err != nil || tasks > 0 {
		return nil, err
	}
	admin, runs := h.Is("administrator"), h.Is("operations_manager", "partner")
	if h.Provider {
		return []FirstStep{{"people", people > 1, admin}, {"engagement", engagements > 0, false}, {"package", false, false}}, nil
	}
	works := runs || h.Is("supervising_attorney")
	return []FirstStep{{"people", people > 1, admin}, {"engagement", engagements > 0, runs}, {"playbooks", playbooks > 0, works}, {"matter", matters > 0, works}, {"package", false, works}}, nil
}

// roles reads the actor's roles in the organization acted for, and on which side that stands.
func roles(ctx context.Context, v gate.View) (out []string, provider bool, err error) {
	at := db.Micros(v.Now)
	out, err = db.Column[string](ctx, v, db.SQL(`SELECT role FROM access_grant WHERE person_id = ? AND scope_kind = 'org' AND scope_id = ? AND from_at <= ? AND until_at > ? ORDER BY role`,
		v.Who.Person, v.Who.Org, at, at))
	if err != nil {
		return nil, false, err
	}
	var kind string
	err = v.QueryRow(ctx, db.SQL(`SELECT kind FROM org WHERE id = ?`, v.Who.Org)).Scan(&kind)
	return out, kind == "provider", err
}

// needs collects what waits on the person: what is with them, and what their role answers for.
func (s *Service) needs(ctx context.Context, v gate.View, h Home) ([]Need, error) {
	me := v.Who.Person
	mine, err := lines(ctx, v, v.Visible("t.matter_id"), db.SQL(`t.holder_id = ? AND t.state = 'open'`, me), task.ByUrgency, homeRows)
	if err != nil {
		return nil, err
	}
	var out []Need
	for _, l := range mine {
		out = append(out, Need{Kind: needOf(l.Task), Line: l, When: l.Due})
	}
	if h.Is("team_lead") {
		waiting, err := lines(ctx, v, v.Reach("t.matter_id"), db.SQL(live+` AND t.provider_id = ? AND t.holder_id = '' AND t.state = 'open'`, v.Who.Org), task.ByUrgency, homeRows)
		if err != nil {
			return nil, err
		}
		for _, l := range waiting {
			out = append(out, Need{Kind: NeedAssign, Line: l, When: l.Due})
		}
	}
	if h.Provider {
		return out, nil
	}
	asked, err := s.toAnswer(ctx, v)
	if err != nil {
		return nil, err
	}
	packages, err := toSupply(ctx, v, me)
	return slices.Concat(out, asked, packages), err
}

// needOf is what the open stage wants of its holder.
func needOf(t task.Task) NeedKind {
	switch {
	case t.At().Kind == task.Acceptance:
		return NeedSign
	case t.At().Kind == task.Review:
		return NeedReview
	case t.Returned:
		return NeedFix
	}
	return NeedDraft
}

// toAnswer lists the open questions of matters that the person supervises or answers for.
func (s *Service) toAnswer(ctx context.Context, v gate.View) ([]Need, error) {
	ids, err := db.Column[ident.TaskID](ctx, v, db.SQL(`SELECT DISTINCT t.id FROM question q JOIN task t ON t.id = q.task_id JOIN matter m ON m.id = q.matter_id
		WHERE q.state = 'open' AND t.state IN ('open', 'paused') AND (m.supervisor_id = ? OR m.delegate_id = ?)`, v.Who.Person, v.Who.Person).
		And(v.Visible("t.matter_id")).Join(db.SQL(` LIMIT ?`, homeRows)))
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	asked, err := lines(ctx, v, v.Visible("t.matter_id"), db.In("t.id", ids), task.ByUrgency, homeRows)
	if err != nil {
		return nil, err
	}
	var out []Need
	for _, l := range asked {
		qs, err := questions(ctx, v, l.Task)
		if err != nil {
			return nil, err
		}
		for _, q := range qs {
			if q.State == "open" {
				out = append(out, Need{Kind: NeedAnswer, Line: l, When: q.Silence, Question: &q})
			}
		}
	}
	return out, nil
}

// toSupply lists the packages that the firm has in hand again, or not yet released.
func toSupply(ctx context.Context, v gate.View, me ident.PersonID) ([]Need, error) {
	rows, err := lines(ctx, v, v.Reach("t.matter_id"), db.SQL(inFirmsHands+` AND (t.made_by = ? OR t.released_by = ? OR t.supervisor_id = ?)`, me, me, me), task.ByUrgency, homeRows)
	if err != nil {
		return nil, err
	}
	var out []Need
	for _, l := range rows {
		n := Need{Kind: NeedRelease, Line: l, When: l.Due}
		if l.State == task.Declined {
			n.Kind = NeedSupply
			missing, err := missingItems(ctx, v, l.Task)
			if err != nil {
				return nil, err
			}
			for _, m := range missing {
				if m.Supplied.IsZero() {
					n.Missing = append(n.Missing, m.Text)
				}
			}
		}
		out = append(out, n)
	}
	return out, nil
}

// sortNeeds puts what came back first, then rush, then what is due first.
func sortNeeds(ns []Need) {
	rank := func(n Need) int {
		switch {
		case n.Kind == NeedFix:
			return 0
		case n.Line.Rush && n.Kind != NeedRelease:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(ns, func(a, b Need) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.When.Compare(b.When), cmp.Compare(a.Line.ID, b.Line.ID))
	})
}

// count counts over what the person can see: what is under way in one pass, then what was delivered lately.
func (h *Home) count(ctx context.Context, v gate.View) (err error) {
	now, near, week := db.Micros(v.Now), db.Micros(v.Now.Add(soon)), db.Micros(v.Now.AddDate(0, 0, -7))
	q := db.SQL(`SELECT
			COALESCE(SUM(CASE WHEN t.state = 'open' THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state = 'open' AND t.due_at <= ? THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state = 'open' AND t.due_at > ? AND t.due_at <= ? THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state = 'open' AND t.holder_id = '' THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state = 'open' AND t.holder_id = '' AND t.provider_id = ? THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state IN ('paused', 'declined', 'recalled') THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state = 'preparing' THEN 1 ELSE 0 END), 0),
			COALESCE(SUM(CASE WHEN t.state IN ('open', 'paused') AND t.holder_id <> ? THEN 1 ELSE 0 END), 0)
		FROM task t WHERE `+live, now, now, near, v.Who.Org, v.Who.Person).And(v.Reach("t.matter_id"), task.Seen(v.Who.Org))
	c := &h.Counts
	if err = v.QueryRow(ctx, q).Scan(&c.Open, &c.Late, &c.DueSoon, &c.Waiting, &h.Next, &c.Held, &c.Preparing, &h.MovingTotal); err != nil {
		return err
	}
	if c.Delivered, err = count(ctx, v, v.Reach("t.matter_id"), db.SQL(`t.state = 'delivered' AND t.delivered_at > ?`, week)); err != nil {
		return err
	}
	return v.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM question q JOIN task t ON t.id = q.task_id WHERE q.state = 'open' AND t.state IN ('open', 'paused')`).
		And(v.Reach("q.matter_id"))).Scan(&c.Questions)
}
