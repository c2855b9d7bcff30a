package matter

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// An Outcome is what a provider answered to a conflict check.
type Outcome string

// The outcomes.
const (
	Asked    Outcome = "asked"
	Clear    Outcome = "clear"
	Conflict Outcome = "conflict"
)

// AskConflictCheck asks a provider to check the present party list. The provider's lead sees the names and the number
// of the check, not the matter.
//
// Faults: NotFound, Forbidden (role), Invalid (provider), Conflict (no party; asked or cleared already for this list).
func (s *Service) AskConflictCheck(ctx context.Context, who actor.Actor, m ident.MatterID, provider ident.OrgID) (id string, err error) {
	err = s.on(ctx, who, AskConflictCheck, m, nil, func(tx *gate.Tx, m *Matter) (map[string]string, error) {
		if _, err := engagedWith(ctx, tx, m.Firm, provider); err != nil {
			return nil, err
		}
		if err := m.mayAsk(ctx, tx, provider); err != nil {
			return nil, err
		}
		number, err := tx.Count(ctx, string(m.Firm), "conflict_check")
		if err != nil {
			return nil, err
		}
		id = ident.New()
		_, err = tx.Exec(ctx, db.SQL(`INSERT INTO conflict_check (id, number, matter_id, provider_id, party_version, outcome, note, asked_by, asked_at, answered_by, answered_at, rev)
			VALUES (?, ?, ?, ?, ?, 'asked', '', ?, ?, '', 0, 1)`, id, number, m.ID, provider, m.PartyVersion, who.Person, db.Micros(tx.Now)))
		tx.Announce(orgTopic(provider))
		return map[string]string{"check": checkNumber(number), "provider": string(provider), "version": strconv.FormatInt(m.PartyVersion, 10)}, err
	})
	return id, err
}

func checkNumber(n int64) string { return "K-" + strconv.FormatInt(n, 10) }

func (m Matter) mayAsk(ctx context.Context, tx *gate.Tx, provider ident.OrgID) error {
	parties, err := partiesAt(ctx, tx, m.ID, m.PartyVersion)
	if err != nil {
		return err
	}
	if len(parties) == 0 {
		return fault.New(fault.Conflict, "The party list is empty. Add the parties first, the client among them.")
	}
	var n int
	err = tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM conflict_check WHERE matter_id = ? AND provider_id = ? AND party_version = ? AND outcome <> 'conflict'`,
		m.ID, provider, m.PartyVersion)).Scan(&n)
	if err == nil && n > 0 {
		err = fault.New(fault.Conflict, "This party list was put to the provider already.")
	}
	return err
}

// A Check is one conflict check. Only for the firm does it name the matter.
type Check struct {
	ID         string
	Number     string // "K-118", as the firm counts
	Firm       ident.OrgID
	FirmName   string
	Provider   ident.OrgID
	Matter     ident.MatterID // "" for the provider
	Version    int64          // of the party list
	Current    bool           // the list has not changed since
	Outcome    Outcome
	Note       string
	Parties    []Party
	AskedAt    time.Time
	AnsweredAt time.Time
	AnsweredBy string
}

// AnswerConflictCheck gives the provider's answer. A clear answer opens the gate for this party list and no other.
//
// Faults: NotFound, Forbidden (role), Invalid (outcome, note), Conflict (answered, or the list has changed).
func (s *Service) AnswerConflictCheck(ctx context.Context, who actor.Actor, id string, outcome Outcome, note string) error {
	return s.gate.Write(ctx, who, AnswerConflictCheck, func(tx *gate.Tx) error {
		c, rev, err := loadCheck(ctx, tx, id)
		if err != nil {
			return err
		}
		ref := authz.Ref{Kind: "conflict_check", ID: id}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(c.Firm), Provider: string(c.Provider)}); err != nil {
			return err
		}
		if err := c.answerable(outcome, note); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE conflict_check SET outcome = ?, note = ?, answered_by = ?, answered_at = ?, rev = rev + 1 WHERE id = ?`,
			outcome, strings.TrimSpace(note), who.Person, db.Micros(tx.Now), id)); err != nil {
			return err
		}
		if outcome == Clear {
			err := tx.AddFact(ctx, authz.Ref{Kind: "matter", ID: string(c.Matter)}, "conflict", string(c.Provider)+"|"+gate.PartyVersion(c.Version), time.Time{})
			if err != nil {
				return err
			}
		}
		tx.Record(gate.Entry{Subject: ref, Rev: rev + 1, Matter: c.Matter, Owner: c.Firm, Values: map[string]string{
			"check": c.Number, "outcome": string(outcome), "note": strings.TrimSpace(note), "version": strconv.FormatInt(c.Version, 10)}})
		tx.Announce(topic(c.Matter), orgTopic(c.Firm), orgTopic(c.Provider))
		return nil
	})
}

func (c Check) answerable(outcome Outcome, note string) error {
	switch {
	case c.Outcome != Asked:
		return fault.New(fault.Conflict, "This check was answered already.")
	case !c.Current:
		return fault.New(fault.Conflict, "The firm changed the party list after it asked. It asks again with the new list.")
	case outcome != Clear && outcome != Conflict:
		return fault.InField("outcome", "Answer clear or conflict.")
	case outcome == Conflict && strings.TrimSpace(note) == "":
		return fault.InField("note", "Say what the conflict is, as far as you may: the firm decides on it.")
	case len(note) > 2000:
		return fault.InField("note", "Keep the note under 2,000 characters.")
	}
	return nil
}

// knowsCheck keeps conflict checks to the provider that was asked; whoever is screened from the matter does not see its party list.
func knowsCheck(who actor.Actor, at int64) db.Frag {
	return db.SQL(`k.provider_id = ? AND NOT EXISTS (SELECT 1 FROM wall w WHERE w.person_id = ? AND w.matter_id = k.matter_id AND w.until_at > ?)`, who.Org, who.Person, at)
}

// loadCheck reads a check for its answer. The matter's row is locked too, so that the list cannot change beneath.
func loadCheck(ctx context.Context, tx *gate.Tx, id string) (c Check, rev int64, err error) {
	var number, listed int64
	err = tx.QueryRow(ctx, db.SQL(`SELECT k.id, k.number, m.firm_id, k.provider_id, k.matter_id, k.party_version, m.party_version, k.outcome, k.rev
		FROM conflict_check k JOIN matter m ON m.id = k.matter_id WHERE k.id = ? AND `, id).
		Join(knowsCheck(tx.Who, db.Micros(tx.Now)), tx.ForUpdate())).
		Scan(&c.ID, &number, &c.Firm, &c.Provider, &c.Matter, &c.Version, &listed, &c.Outcome, &rev)
	if errors.Is(err, db.ErrNoRows) {
		return c, 0, tx.Absent("conflict_check", id)
	}
	c.Number, c.Current = checkNumber(number), c.Version == listed
	return c, rev, err
}

// answeredShown caps the answered checks on a provider's page.
const answeredShown = 50

// ConflictChecks returns the checks that the actor's provider is asked for, oldest first, and its latest answers.
// None of them names the matter.
//
// Faults: Forbidden (role; every role of a firm).
func (s *Service) ConflictChecks(ctx context.Context, who actor.Actor) (asked, answered []Check, err error) {
	v := s.gate.View(who)
	self := authz.Subject{Ref: authz.Ref{Kind: "conflict_check", ID: "list"}, Org: string(who.Org), Provider: string(who.Org)}
	if err := allowed(ctx, v, ReadConflictChecks, self); err != nil {
		return nil, nil, err
	}
	mine := knowsCheck(who, db.Micros(v.Now))
	asked, err = checks(ctx, v, mine.And(db.SQL(`k.outcome = 'asked' AND k.party_version = m.party_version`)), db.SQL(` ORDER BY k.asked_at, k.id`))
	if err != nil {
		return nil, nil, err
	}
	answered, err = checks(ctx, v, mine.And(db.SQL(`k.outcome <> 'asked'`)), db.SQL(` ORDER BY k.answered_at DESC, k.id DESC LIMIT ?`, answeredShown))
	if err != nil {
		return nil, nil, err
	}
	for _, list := range [][]Check{asked, answered} {
		for i := range list {
			if list[i].Parties, err = partiesAt(ctx, v, list[i].Matter, list[i].Version); err != nil {
				return nil, nil, err
			}
			list[i].Matter = ""
		}
	}
	return asked, answered, nil
}

func checks(ctx context.Context, v gate.View, cond, order db.Frag) ([]Check, error) {
	return db.All(ctx, v, db.SQL(`SELECT k.id, k.number, m.firm_id, o.name, k.provider_id, k.matter_id, k.party_version, m.party_version, k.outcome, k.note, k.asked_at, k.answered_at, COALESCE(p.name, '')
		FROM conflict_check k JOIN matter m ON m.id = k.matter_id JOIN org o ON o.id = m.firm_id LEFT JOIN person p ON p.id = k.answered_by WHERE `).Join(cond, order),
		func(rs *db.Rows, c *Check) error {
			var number, listed int64
			err := rs.Scan(&c.ID, &number, &c.Firm, &c.FirmName, &c.Provider, &c.Matter, &c.Version, &listed, &c.Outcome, &c.Note, db.At{T: &c.AskedAt}, db.At{T: &c.AnsweredAt}, &c.AnsweredBy)
			c.Number, c.Current = checkNumber(number), c.Version == listed
			return err
		})
}
