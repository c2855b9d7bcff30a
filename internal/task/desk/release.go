package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// A ReleaseView is everything that a person weighs before a package leaves the firm.
type ReleaseView struct {
	Case
	Now                time.Time
	Task               task.Task
	Words              task.Package
	Standing           Standing
	Playbook, Provider string
	Country            string // where the work is done, in words
	Gates              []GateLine
	Closed             int              // gates that refuse; the one that a confirmation opens is not counted
	Condition          string           // what somebody must confirm; "" when the task type has none
	Documents          []DocumentChoice // that go with it
	Readers            []string         // people of the provider who could open it now, by name
	Missing            []string         // what the provider named as missing
	Refused            string           // why this person cannot release it, gates aside; "" when they can
}

// A GateLine is one gate with what it says now.
type GateLine struct {
	authz.Rule
	Says        string
	Closed      bool
	Confirmable bool // closed until the condition is confirmed on this page
}

// ReleaseView answers how every gate stands, open or closed, and what the provider will see.
//
// Faults: NotFound, Forbidden (not of the firm), Conflict (the provider has it already).
func (s *Service) ReleaseView(ctx context.Context, who actor.Actor, id ident.TaskID) (r ReleaseView, err error) {
	defer fault.Wrap(&err, "desk.ReleaseView(%s)", id)
	v := s.gate.View(who)
	t, err := seeTask(ctx, v, id)
	if err != nil {
		return r, err
	}
	r.Task, r.Now = t, v.Now
	if who.Org != t.Firm {
		return r, fault.New(fault.Forbidden, "The firm releases its packages.")
	}
	if err := t.Editable(); err != nil {
		return r, fault.New(fault.Conflict, "This package is already released.")
	}
	if err := r.weigh(ctx, v); err != nil {
		return r, err
	}
	form, err := formOf(ctx, v, t.Matter)
	if err != nil {
		return r, err
	}
	r.Case, r.Standing = form.Case, form.Standing
	if r.Words, _, err = wordsOf(ctx, v, t); err != nil {
		return r, err
	}
	for _, d := range form.Documents {
		if slices.Contains(r.Words.Documents, d.ID) {
			r.Documents = append(r.Documents, d)
		}
	}
	if r.Playbook, r.Provider, r.Country, err = partnersOf(ctx, v, t); err != nil {
		return r, err
	}
	if r.Missing, err = stillMissing(ctx, v, t); err != nil {
		return r, err
	}
	r.Readers, err = readersOf(ctx, v, t)
	return r, err
}

// weigh asks for the release without the confirmation, and sets every gate beside the answer.
func (r *ReleaseView) weigh(ctx context.Context, v gate.View) error {
	d, err := v.May(ctx, task.DoRelease, r.Task.ReleaseSubject(false))
	if err != nil {
		return err
	}
	closed := map[string]authz.Rule{}
	if !d.Allowed {
		for _, rule := range d.Rules {
			closed[rule.ID] = rule
		}
	}
	for _, g := range v.Gates() {
		line := GateLine{Rule: g.Rule, Says: g.Holds}
		if _, line.Closed = closed[g.ID]; line.Closed {
			line.Says = g.Say
			line.Confirmable = g.ID == "gate-condition"
			delete(closed, g.ID)
		}
		r.add(line)
	}
	for _, rule := range d.Rules { // clauses of the engagement that refuse, in the order of the decision
		if _, left := closed[rule.ID]; left {
			r.add(GateLine{Rule: rule, Says: rule.Say, Closed: true})
		}
	}
	// A forbid hides whether a role permits. Recall is permitted to the same people and forbidden by no gate.
	role, err := v.May(ctx, task.DoRecall, r.Task.Subject())
	if err == nil && !role.Allowed {
		r.Refused = "The supervising attorney, her delegate or a partner releases packages of this matter."
	}
	if r.Task.Offshore == "conditional" {
		if r.Condition, err = conditionOf(ctx, v, r.Task); err != nil {
			return err
		}
	}
	return err
}

func (r *ReleaseView) add(g GateLine) {
	r.Gates = append(r.Gates, g)
	if g.Closed && !g.Confirmable {
		r.Closed++
	}
}

// conditionOf is what the pinned playbook version demands before work of its type is delegated.
func conditionOf(ctx context.Context, v gate.View, t task.Task) (string, error) {
	var sealed []byte
	err := v.QueryRow(ctx, db.SQL(`SELECT body FROM playbook_version WHERE playbook_id = ? AND n = ?`, t.Playbook, t.PlaybookN)).Scan(&sealed)
	if err != nil {
		return "", err
	}
	var body struct {
		Condition string `json:"condition"`
	}
	if len(sealed) > 0 {
		text, err := v.OpenOrg(ctx, t.Firm, sealed, fmt.Sprintf("playbook_version.body/%s/%d", t.Playbook, t.PlaybookN))
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return "", err
		}
	}
	if body.Condition == "" {
		body.Condition = "The playbook names no condition. Read its steps and confirm that they may be carried out abroad."
	}
	return body.Condition, nil
}

// seeTask reads one task that the reader may know of.
func seeTask(ctx context.Context, v gate.View, id ident.TaskID) (task.Task, error) {
	l, err := line(ctx, v, id)
	return l.Task, err
}

// caseOf names the matter of a task that was seen.
func caseOf(ctx context.Context, v gate.View, t task.Task) (c Case, err error) {
	c.Matter = t.Matter
	err = v.QueryRow(ctx, db.SQL(`SELECT m.title, m.number, c.name FROM matter m JOIN client c ON c.id = m.client_id WHERE m.id = ?`, t.Matter)).Scan(&c.Title, &c.Number, &c.Client)
	return c, err
}

// partnersOf names the playbook, the provider and the country of the work.
func partnersOf(ctx context.Context, v gate.View, t task.Task) (playbook, provider, where string, err error) {
	err = v.QueryRow(ctx, db.SQL(`SELECT p.name, o.name, e.country FROM playbook p, org o, engagement e WHERE p.id = ? AND o.id = ? AND e.id = ?`,
		t.Playbook, t.Provider, t.Engagement)).Scan(&playbook, &provider, &where)
	return playbook, provider, country(where), err
}

// readersOf names the people of the provider who can open the matter's files once it is released: its team there, and
// who sees every matter of the provider, minus the screened.
func readersOf(ctx context.Context, v gate.View, t task.Task) ([]string, error) {
	at := db.Micros(v.Now)
	return db.Column[string](ctx, v, db.SQL(`SELECT p.name FROM person p WHERE EXISTS (SELECT 1 FROM access_grant g WHERE g.person_id = p.id AND g.org_id = ?
			AND g.from_at <= ? AND g.until_at > ? AND (g.scope_kind = 'matter' AND g.scope_id = ? OR g.scope_kind = 'org' AND g.scope_id = ? AND g.wide))
		AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = p.id AND w.matter_id = ? AND w.from_at <= ? AND w.until_at > ?) ORDER BY p.name, p.id`,
		t.Provider, at, at, t.Matter, t.Provider, t.Matter, at, at))
}

// countries are those where providers of legal support work, in words.
var countries = map[string]string{
	"IN": "India", "PH": "the Philippines", "US": "the United States", "GB": "the United Kingdom", "CA": "Canada", "MX": "Mexico", "CO": "Colombia",
	"LK": "Sri Lanka", "PK": "Pakistan", "BD": "Bangladesh", "ZA": "South Africa", "KE": "Kenya", "NG": "Nigeria", "PL": "Poland", "RO": "Romania",
	"UA": "Ukraine", "AR": "Argentina", "BR": "Brazil", "CR": "Costa Rica", "SV": "El Salvador", "MY": "Malaysia", "VN": "Vietnam", "AU": "Australia",
	"IE": "Ireland", "DE": "Germany",
}

// country is an ISO 3166-1 code in words; an unknown code stays as it is.
func country(code string) string {
	if name := countries[code]; name != "" {
		return name
	}
	return code
}
