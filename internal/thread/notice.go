package thread

import (
	"context"
	"errors"
	"strconv"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// A Told is one notice in words, as its reader may read them now.
type Told struct {
	ID     string
	Kind   string
	Text   string
	About  authz.Ref // what to open: a task, document, deadline, event, matter, or "" kinds that have no page here
	Talk   bool      // open its thread
	At     time.Time
	Read   bool
	Urgent bool   // a question near its silence, or rush work returned
	Number string // "T-2091" or the matter's number; "" when there is none
}

// errDone ends a write that a job of the same identifier carried out before.
var errDone = errors.New("thread: already done")

// Deliver works a gate.Notice: it tells the person once, however often the job runs. Urgent things go by mail at once.
func (s *Service) Deliver(ctx context.Context, n gate.Notice) (err error) {
	defer fault.Wrap(&err, "thread.Deliver(%s)", n.ID)
	if !ident.Valid(n.ID) {
		return errors.New("thread: a notice without an identifier")
	}
	owner, err := s.ownerOf(ctx, n)
	if err != nil || owner == "" {
		return err // a person of no organization any more is not told
	}
	err = s.gate.Write(ctx, systemOf(n.Kind(), owner), DoTell, func(tx *gate.Tx) error {
		subject := authz.Subject{Ref: authz.Ref{Kind: "notice", ID: n.ID}, Matter: string(n.Matter), Org: string(owner)}
		if err := tx.Permit(ctx, subject); err != nil {
			return err
		}
		rows, err := tx.Exec(ctx, db.SQL(`INSERT INTO notice (id, person_id, matter_id, subject_kind, subject_id, kind, by_id, at, read_at, mailed_at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0) ON CONFLICT (id) DO NOTHING`, n.ID, n.Person, n.Matter, n.Subject.Kind, n.Subject.ID, n.What, n.By, n.At))
		if err != nil {
			return err
		}
		if rows == 0 {
			return errDone
		}
		tx.Record(gate.Entry{Subject: subject.Ref, Matter: n.Matter, Owner: owner, Values: map[string]string{"person": string(n.Person), "what": n.What, "about": n.Subject.String()}})
		tx.Announce("person/" + string(n.Person))
		if n.What == "question" || n.What == "returned" {
			tx.Enqueue(Urgent{n.Person})
		}
		return nil
	})
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// ownerOf is the organization whose record a notice is: the matter's firm, or an organization of the person.
func (s *Service) ownerOf(ctx context.Context, n gate.Notice) (o ident.OrgID, err error) {
	v := s.gate.View(systemOf(n.Kind(), ""))
	q := db.SQL(`SELECT org_id FROM member WHERE person_id = ? AND until_at > ? ORDER BY from_at, org_id LIMIT 1`, n.Person, db.Micros(v.Now))
	if n.Matter != "" {
		q = db.SQL(`SELECT firm_id FROM matter WHERE id = ?`, n.Matter)
	}
	err = v.QueryRow(ctx, q).Scan(&o)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return o, err
}

// toldFrom joins a notice with what it is about: directly, or through a message.
const toldFrom = ` FROM notice n
	LEFT JOIN person b ON b.id = n.by_id
	LEFT JOIN matter m ON m.id = n.matter_id
	LEFT JOIN message g ON n.subject_kind = 'message' AND g.id = n.subject_id
	LEFT JOIN task t ON (n.subject_kind = 'task' AND t.id = n.subject_id) OR (g.subject_kind = 'task' AND t.id = g.subject_id)
	LEFT JOIN document d ON (n.subject_kind = 'document' AND d.id = n.subject_id) OR (g.subject_kind = 'document' AND d.id = g.subject_id)
	LEFT JOIN task dt ON dt.id = d.task_id
	LEFT JOIN org o ON n.subject_kind = 'org' AND o.id = n.subject_id
	LEFT JOIN deadline dl ON n.subject_kind = 'deadline' AND dl.id = n.subject_id
	LEFT JOIN docket_trigger ev ON n.subject_kind = 'trigger' AND ev.id = n.subject_id
	WHERE n.person_id = ?`

// readable is the condition that the reader may still know of what a notice is about.
func readable(v gate.View) db.Frag {
	return db.SQL(`n.matter_id = '' OR `).Join(v.Visible("n.matter_id"))
}

func readableThing(org ident.OrgID) db.Frag {
	return db.SQL(`(t.id IS NULL OR t.state <> 'preparing' OR t.firm_id = ?)
		AND (d.id IS NULL OR (d.state = 'active' AND (dt.id IS NULL OR dt.state <> 'preparing' OR m.firm_id = ?)))`, org, org)
}

// urgentBefore is how long before its silence a question becomes urgent.
const urgentBefore = 4 * time.Hour

// told returns notices of the view's person under a further condition, newest first.
func told(ctx context.Context, v gate.View, only db.Frag, limit int) ([]Told, error) {
	q := db.SQL(`SELECT n.id, n.kind, n.at, n.read_at <> 0, COALESCE(b.name, ''), COALESCE(t.id, ''), COALESCE(t.number, 0), COALESCE(t.title, ''),
		COALESCE(d.id, ''), COALESCE(d.name, ''), COALESCE(m.id, ''), COALESCE(m.number, ''), COALESCE(m.title, ''), COALESCE(o.name, ''), g.id IS NOT NULL,
		COALESCE(dl.id, ''), COALESCE(dl.number, 0), COALESCE(dl.title, ''), COALESCE(ev.id, ''), COALESCE(ev.number, 0),
		(n.kind = 'returned' AND COALESCE(t.rush, FALSE)) OR (n.kind = 'question' AND EXISTS (SELECT 1 FROM question q WHERE q.task_id = t.id AND q.state = 'open' AND q.silence_at < ?))`,
		db.Micros(v.Now.Add(urgentBefore))).Join(db.SQL(toldFrom, v.Who.Person)).And(only, readable(v), readableThing(v.Who.Org)).
		Join(db.SQL(` ORDER BY n.at DESC, n.id DESC LIMIT ?`, limit))
	return db.All(ctx, v, q, scanTold)
}

func scanTold(rs *db.Rows, n *Told) error {
	var by, task, title, document, name, matter, number, matterTitle, org, deadline, due, event string
	var taskNumber, deadlineNumber, eventNumber int64
	err := rs.Scan(&n.ID, &n.Kind, db.At{T: &n.At}, &n.Read, &by, &task, &taskNumber, &title, &document, &name, &matter, &number, &matterTitle, &org, &n.Talk,
		&deadline, &deadlineNumber, &due, &event, &eventNumber, &n.Urgent)
	it := ""
	switch {
	case task != "":
		n.About, n.Number = authz.Ref{Kind: OnTask, ID: task}, "T-"+strconv.FormatInt(taskNumber, 10)
		it = n.Number + " " + title
	case document != "":
		n.About, n.Number, it = authz.Ref{Kind: OnDocument, ID: document}, number, name
	case deadline != "":
		n.About, n.Number = authz.Ref{Kind: "deadline", ID: deadline}, "D-"+strconv.FormatInt(deadlineNumber, 10)
		it = n.Number + " " + due + " (" + number + ")"
	case event != "":
		n.About, n.Number = authz.Ref{Kind: "trigger", ID: event}, "E-"+strconv.FormatInt(eventNumber, 10)
		it = n.Number + " (" + number + ")"
	case matter != "":
		n.About, n.Number, it = authz.Ref{Kind: OnMatter, ID: matter}, number, matterTitle
	default:
		it = org
	}
	n.Text = said(n.Kind, it, by)
	return err
}

// Notices returns what the person was told and may still see: unread ones, or with all also those read before; newest
// first, at most limit.
func (s *Service) Notices(ctx context.Context, who actor.Actor, all bool, before Cursor, limit int) (_ []Told, now time.Time, err error) {
	defer fault.Wrap(&err, "thread.Notices(%s)", who.Person)
	v := s.gate.View(who)
	unread := db.SQL(`n.read_at = 0`)
	if all {
		unread = db.SQL("")
	}
	older := before.Older("n.at", "n.id")
	if older.Text != "" && unread.Text != "" {
		unread = unread.And(older)
	} else if older.Text != "" {
		unread = older
	}
	list, err := told(ctx, v, unread, limit)
	return list, v.Now, err
}

// Unread counts the notices that wait for the person.
func (s *Service) Unread(ctx context.Context, who actor.Actor) (n int, err error) {
	defer fault.Wrap(&err, "thread.Unread(%s)", who.Person)
	v := s.gate.View(who)
	q := db.SQL(`SELECT COUNT(*)`).Join(db.SQL(toldFrom, who.Person)).And(db.SQL(`n.read_at = 0`), readable(v), readableThing(who.Org))
	err = v.QueryRow(ctx, q).Scan(&n)
	return n, err
}

// Open marks one notice as read and returns it, so that a page can go on to what it is about.
//
// Faults: NotFound (not the person's, or about something they may no longer see).
func (s *Service) Open(ctx context.Context, who actor.Actor, id string) (n Told, err error) {
	defer fault.Wrap(&err, "thread.Open(%s)", id)
	list, err := told(ctx, s.gate.View(who), db.SQL(`n.id = ?`, id), 1)
	if err != nil {
		return n, err
	}
	if len(list) == 0 {
		return n, fault.Missing()
	}
	if list[0].Read {
		return list[0], nil
	}
	return list[0], s.read(ctx, who, authz.Ref{Kind: "notice", ID: id}, db.SQL(`id = ?`, id))
}

// ReadAll marks everything as read that the person was told until now.
func (s *Service) ReadAll(ctx context.Context, who actor.Actor) (err error) {
	defer fault.Wrap(&err, "thread.ReadAll(%s)", who.Person)
	return s.read(ctx, who, authz.Ref{Kind: "notices", ID: string(who.Person)}, db.SQL(`1 = 1`))
}

func (s *Service) read(ctx context.Context, who actor.Actor, ref authz.Ref, which db.Frag) error {
	return s.gate.Write(ctx, who, DoRead, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, ownSubject(who, ref.Kind, ref.ID)); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, db.SQL(`UPDATE notice SET read_at = ? WHERE person_id = ? AND read_at = 0`, db.Micros(tx.Now), who.Person).And(which))
		if err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: ref, Values: map[string]string{"notices": strconv.FormatInt(n, 10)}})
		tx.Announce("person/" + string(who.Person))
		return nil
	})
}
