package deadline

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"countersign/internal/deadline/ical"
	"countersign/internal/deadline/rule"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

const (
	feedPrefix = "cal_"               // so that an address that leaked is recognised
	feedLasts  = 366 * 24 * time.Hour // as an API token
	feedsMost  = 20                   // of one person
	goneFor    = 30 * 24 * time.Hour  // how long a calendar is told that a deadline is over
	inFeed     = 2000
)

// A Feed is an address under which a calendar program fetches dates. Its token was shown once.
type Feed struct {
	ID           string
	Matter       ident.MatterID // "" for all that its person sees
	MatterNumber string
	MadeAt       time.Time
	EndsAt       time.Time
}

func feedSubject(who actor.Actor, id string, m ident.MatterID, firm ident.OrgID, owner ident.PersonID) authz.Subject {
	org := who.Org
	if m != "" {
		org = firm
	}
	return authz.Subject{Ref: authz.Ref{Kind: "feed", ID: id}, Matter: string(m), Org: string(org), Attrs: map[string]any{"person": string(owner)}}
}

// MakeFeed makes a calendar address of who, for one matter or for all that they see. The token is returned this once.
//
// Faults: NotFound (the matter), Forbidden, Conflict (too many).
func (s *Service) MakeFeed(ctx context.Context, who actor.Actor, m ident.MatterID) (token string, err error) {
	defer fault.Wrap(&err, "deadline.MakeFeed(%s)", m)
	var secret [32]byte
	rand.Read(secret[:]) //nolint:errcheck // never fails: crypto/rand aborts the program instead
	token = feedPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	id := ident.New()
	err = s.gate.Write(ctx, who, DoMakeFeed, func(tx *gate.Tx) error {
		firm := who.Org
		if m != "" {
			err := tx.QueryRow(ctx, db.SQL(`SELECT firm_id FROM matter m WHERE m.id = ? AND `, m).Join(tx.Visible("m.id"))).Scan(&firm)
			if errors.Is(err, db.ErrNoRows) {
				return tx.Absent("matter", string(m))
			}
			if err != nil {
				return err
			}
		}
		sub := feedSubject(who, id, m, firm, who.Person)
		if err := tx.Permit(ctx, sub); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM calendar_feed WHERE person_id = ? AND until_at = ? AND ends_at > ?`, who.Person, gate.Forever, db.Micros(tx.Now))).Scan(&n); err != nil {
			return err
		}
		if n >= feedsMost {
			return fault.New(fault.Conflict, "You have "+strconv.Itoa(n)+" calendar addresses: end one that you do not use.")
		}
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO calendar_feed (id, person_id, org_id, matter_id, token, made_at, ends_at, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			id, who.Person, who.Org, m, hashed(token), db.Micros(tx.Now), db.Micros(tx.Now.Add(feedLasts)), gate.Forever))
		tx.Record(gate.Entry{Subject: sub.Ref, Matter: m, Owner: firm, Values: map[string]string{"matter": string(m)}})
		return err
	})
	return token, err
}

// hashed is how a token is stored: 256 random bits need no salt and no slow hash.
func hashed(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// EndFeed ends a calendar address of who, from this instant.
//
// Faults: NotFound.
func (s *Service) EndFeed(ctx context.Context, who actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "deadline.EndFeed(%s)", id)
	return s.gate.Write(ctx, who, DoEndFeed, func(tx *gate.Tx) error {
		sub := feedSubject(who, id, "", "", who.Person) // ended also for a matter that its person may not know of any more
		if err := tx.Permit(ctx, sub); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE calendar_feed SET until_at = ? WHERE id = ? AND person_id = ? AND org_id = ? AND until_at = ?`, db.Micros(tx.Now), id, who.Person, who.Org, gate.Forever))
		if err == nil && n == 0 {
			err = tx.Absent("feed", id)
		}
		tx.Record(gate.Entry{Subject: sub.Ref})
		return err
	})
}

// Feeds lists the calendar addresses of who that are open.
func (s *Service) Feeds(ctx context.Context, who actor.Actor) (out []Feed, now time.Time, err error) {
	v := s.gate.View(who)
	out, err = db.All(ctx, v, db.SQL(`SELECT f.id, COALESCE(m.id, ''), COALESCE(m.number, ''), f.made_at, f.ends_at FROM calendar_feed f LEFT JOIN matter m ON m.id = f.matter_id AND `).
		Join(v.Visible("m.id"), db.SQL(` WHERE f.person_id = ? AND f.org_id = ? AND f.until_at = ? AND f.ends_at > ? ORDER BY f.made_at, f.id`, who.Person, who.Org, gate.Forever, db.Micros(v.Now))),
		func(rs *db.Rows, f *Feed) error {
			return rs.Scan(&f.ID, &f.Matter, &f.MatterNumber, db.At{T: &f.MadeAt}, db.At{T: &f.EndsAt})
		})
	return out, v.Now, err
}

// Calendar is what a calendar program fetches with a token: the deadlines that its person may see now, in the words of the
// rules, with numbers of matters and no word that anybody typed. base begins the links ("" for none).
//
// Faults: NotFound (no such address, ended, or its person has left).
func (s *Service) Calendar(ctx context.Context, token, base string) (c ical.Calendar, err error) {
	defer fault.Wrap(&err, "deadline.Calendar")
	now := db.Micros(s.gate.View(actor.Actor{}).Now)
	who := actor.Actor{Via: "calendar"}
	var m ident.MatterID
	err = s.gate.DB.QueryRow(ctx, db.SQL(`SELECT f.person_id, f.org_id, f.matter_id FROM calendar_feed f JOIN person p ON p.id = f.person_id AND p.disabled_at = 0
		JOIN member b ON b.person_id = f.person_id AND b.org_id = f.org_id AND b.until_at > ? WHERE f.token = ? AND f.until_at > ? AND f.ends_at > ?`, now, hashed(token), now, now)).
		Scan(&who.Person, &who.Org, &m)
	if errors.Is(err, db.ErrNoRows) {
		return c, fault.Missing()
	}
	if err != nil {
		return c, err
	}
	v := s.gate.View(who)
	c.Name = "Deadlines"
	cond := v.Reach("d.matter_id").And(db.SQL(`d.state = ? OR d.settled_at > ?`, Open, db.Micros(v.Now.Add(-goneFor))))
	if m != "" {
		cond = cond.And(db.SQL(`d.matter_id = ?`, m))
	}
	all, err := rows(ctx, v, cond, inFeed)
	if err != nil {
		return c, err
	}
	changed, err := changes(ctx, v, cond)
	if err != nil {
		return c, err
	}
	for _, r := range all {
		c.Events = append(c.Events, event(r, changed[r.ID], base))
		if m != "" {
			c.Name = "Deadlines of " + r.MatterNumber
		}
	}
	return c, nil
}

// changes are when the deadlines changed last.
func changes(ctx context.Context, v gate.View, cond db.Frag) (map[string]time.Time, error) {
	type change struct {
		id string
		at time.Time
	}
	all, err := db.All(ctx, v, db.SQL(`SELECT d.id, d.changed_at`+rowFrom).Join(cond), func(rs *db.Rows, x *change) error { return rs.Scan(&x.id, db.At{T: &x.at}) })
	out := map[string]time.Time{}
	for _, x := range all {
		out[x.id] = x.at
	}
	return out, err
}

// event is a deadline as a calendar shows it: on the earliest date, as reminders run.
func event(r Row, changed time.Time, base string) ical.Event {
	e := ical.Event{UID: r.ID + "@countersign", Sequence: r.Rev - 1, Stamp: changed, Day: r.Date.Earliest.Time(), Summary: r.MatterNumber + ": " + r.Title + " (" + r.Name() + ")",
		Cancelled: r.State != Open}
	if base != "" {
		e.URL = base + "/deadlines/" + r.ID
	}
	if x, err := rule.Find(r.Rule); err == nil {
		e.About = x.Citation + "\n"
	}
	if r.Date.Earliest != r.Date.Latest {
		e.About += "Earliest " + r.Date.Earliest.Named() + ", prevailing " + r.Date.Expected.Named() + ", latest " + r.Date.Latest.Named() + ".\n"
	}
	e.About += "The court's clock: " + r.Zone + "."
	if loc, err := time.LoadLocation(r.Zone); err == nil && r.Date.DueTime != "" && r.Date.DueTime != "end_of_day" {
		if at, err := rule.Due(r.Date.Earliest, r.Date.DueTime, loc); err == nil {
			e.Start = at
		}
	}
	return e
}
