package thread

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/mail"
)

// A Digest is the job, run every 15 minutes, that sends each person one mail a day, from 07:00 their time, about what
// waits unread; and what became urgent meanwhile.
type Digest struct{}

// Kind implements gate.Job.
func (Digest) Kind() string { return "thread.digest" }

// An Urgent is the job that mails a person what cannot wait for the morning.
type Urgent struct {
	Person ident.PersonID `json:"person"`
}

// Kind implements gate.Job.
func (Urgent) Kind() string { return "thread.urgent" }

const (
	digestHour  = 7
	urgentPause = 30 * time.Minute // between two urgent mails to one person
	mailed      = 200              // notices that one mail counts at most
)

// A reader is a person whom mails go to.
type reader struct {
	id         ident.PersonID
	email      string
	zone       string
	token      string
	settings   Settings
	digestedOn string
	urgentAt   time.Time
}

// readers returns people with unread notices that no mail told of yet; all of them, or one.
func (s *Service) readers(ctx context.Context, v gate.View, only ident.PersonID) ([]reader, error) {
	q := db.SQL(`SELECT p.id, p.email, p.zone, COALESCE(s.stop_token, ''), COALESCE(s.digest_off, FALSE), COALESCE(s.urgent_off, FALSE), COALESCE(s.digested_on, ''), COALESCE(s.urgent_at, 0)
		FROM person p LEFT JOIN notice_setting s ON s.person_id = p.id
		WHERE p.disabled_at = 0 AND EXISTS (SELECT 1 FROM notice n WHERE n.person_id = p.id AND n.read_at = 0 AND n.mailed_at = 0)`)
	if only != "" {
		q = q.And(db.SQL(`p.id = ?`, only))
	}
	return db.All(ctx, v, q.Join(db.SQL(` ORDER BY p.id`)), func(rs *db.Rows, r *reader) error {
		return rs.Scan(&r.id, &r.email, &r.zone, &r.token, &r.settings.DigestOff, &r.settings.UrgentOff, &r.digestedOn, db.At{T: &r.urgentAt})
	})
}

// Digest works a Digest. One address that fails does not keep the others from their mail.
func (s *Service) Digest(ctx context.Context, _ Digest) (err error) {
	defer fault.Wrap(&err, "thread.Digest")
	v := s.gate.View(actor.System(Digest{}.Kind()))
	all, err := s.readers(ctx, v, "")
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range all {
		errs = append(errs, s.sendUrgent(ctx, r, v.Now), s.sendDigest(ctx, r, v.Now))
	}
	return errors.Join(errs...)
}

// MailUrgent works an Urgent.
func (s *Service) MailUrgent(ctx context.Context, j Urgent) (err error) {
	defer fault.Wrap(&err, "thread.MailUrgent(%s)", j.Person)
	v := s.gate.View(actor.System(j.Kind()))
	some, err := s.readers(ctx, v, j.Person)
	if err != nil || len(some) == 0 {
		return err
	}
	return s.sendUrgent(ctx, some[0], v.Now)
}

func (s *Service) sendDigest(ctx context.Context, r reader, now time.Time) error {
	zone, err := time.LoadLocation(r.zone)
	if err != nil {
		zone = time.UTC
	}
	local := now.In(zone)
	today := local.Format(time.DateOnly)
	if r.settings.DigestOff || local.Hour() < digestHour || r.digestedOn == today {
		return nil
	}
	list, org, err := s.waiting(ctx, r)
	if err != nil || len(list) == 0 {
		return err
	}
	m := mail.Message{ID: "digest-" + string(r.id) + "-" + today, Subject: subjectLine(len(list), "notice waits", "notices wait")}
	return s.send(ctx, r, org, m, "Since the last mail:", list, db.SQL(`digested_on = ?`, today))
}

func (s *Service) sendUrgent(ctx context.Context, r reader, now time.Time) error {
	if r.settings.UrgentOff || now.Sub(r.urgentAt) < urgentPause {
		return nil
	}
	list, org, err := s.waiting(ctx, r)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(n Told) bool { return !n.Urgent })
	if len(list) == 0 {
		return nil
	}
	m := mail.Message{ID: "urgent-" + list[len(list)-1].ID, Subject: subjectLine(len(list), "thing cannot wait", "things cannot wait")}
	return s.send(ctx, r, org, m, "Before the day is over:", list, db.SQL(`urgent_at = ?`, db.Micros(now)))
}

// waiting returns what the person may see in any organization they belong to and has neither read nor been mailed,
// and one of those organizations.
func (s *Service) waiting(ctx context.Context, r reader) (list []Told, org ident.OrgID, err error) {
	v := s.gate.View(actor.System(Digest{}.Kind()))
	orgs, err := db.Column[ident.OrgID](ctx, v, db.SQL(`SELECT org_id FROM member WHERE person_id = ? AND until_at > ? ORDER BY from_at, org_id`, r.id, db.Micros(v.Now)))
	if err != nil || len(orgs) == 0 {
		return nil, "", err
	}
	for _, o := range orgs {
		more, err := told(ctx, s.gate.View(actor.Actor{Person: r.id, Org: o}), db.SQL(`n.read_at = 0 AND n.mailed_at = 0`), mailed)
		if err != nil {
			return nil, "", err
		}
		for _, n := range more {
			if !slices.ContainsFunc(list, func(m Told) bool { return m.ID == n.ID }) {
				list = append(list, n)
			}
		}
	}
	return list, orgs[0], nil
}

// send mails and then notes that it did. A crash in between sends the same letter under the same identifier again,
// which a mailbox shows once. An address that is refused for good counts as served, or it would be tried for ever.
func (s *Service) send(ctx context.Context, r reader, org ident.OrgID, m mail.Message, lead string, list []Told, note db.Frag) error {
	who := systemOf(Digest{}.Kind(), org)
	if r.token == "" {
		if err := s.firstMail(ctx, who, &r); err != nil {
			return err
		}
	}
	stop := s.base + "/mail/stop/" + r.token
	m.To, m.Text = r.email, letter(lead, list, s.base+"/notices", stop)
	if strings.HasPrefix(stop, "https://") {
		m.ListUnsubscribe = stop
	}
	result := "sent"
	if err := s.mail.Send(ctx, m); mail.Permanent(err) {
		result = "refused"
	} else if err != nil {
		return err
	}
	return s.gate.Write(ctx, who, DoMail, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "notices", ID: string(r.id)}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(org)}); err != nil {
			return err
		}
		ids := make([]string, len(list))
		for i, n := range list {
			ids[i] = n.ID
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE notice SET mailed_at = ? WHERE person_id = ?`, db.Micros(tx.Now), r.id).And(db.In("id", ids))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, db.SQL(`UPDATE notice_setting SET `).Join(note, db.SQL(` WHERE person_id = ?`, r.id))); err != nil {
			return err
		}
		kind, _, _ := strings.Cut(m.ID, "-")
		tx.Record(gate.Entry{Subject: ref, Owner: org, Values: map[string]string{"mail": kind, "notices": strconv.Itoa(len(list)), "result": result}})
		return nil
	})
}

// firstMail makes the person's row, whose token the mail will carry.
func (s *Service) firstMail(ctx context.Context, who actor.Actor, r *reader) error {
	return s.gate.Write(ctx, who, DoChoose, func(tx *gate.Tx) error {
		ref := authz.Ref{Kind: "notices", ID: string(r.id)}
		if err := tx.Permit(ctx, authz.Subject{Ref: ref, Org: string(who.Org)}); err != nil {
			return err
		}
		if err := ensureSettings(ctx, tx, r.id); err != nil {
			return err
		}
		tx.Record(gate.Entry{Subject: ref, Values: Settings{}.values()})
		return tx.QueryRow(ctx, db.SQL(`SELECT stop_token FROM notice_setting WHERE person_id = ?`, r.id)).Scan(&r.token)
	})
}

func subjectLine(n int, one, many string) string {
	if n == 1 {
		return "Countersign: 1 " + one + " for you"
	}
	return fmt.Sprintf("Countersign: %d %s for you", n, many)
}

// letter counts the notices by kind. It holds numbers and no words of a client: a mailbox is not ours to guard.
func letter(lead string, list []Told, open, stop string) string {
	var kinds []string
	n, numbers := map[string]int{}, map[string][]string{}
	for _, t := range list {
		if n[t.Kind]++; n[t.Kind] == 1 {
			kinds = append(kinds, t.Kind)
		}
		if t.Number != "" && !slices.Contains(numbers[t.Kind], t.Number) {
			numbers[t.Kind] = append(numbers[t.Kind], t.Number)
		}
	}
	var b strings.Builder
	b.WriteString(lead + "\n\n")
	for _, k := range kinds {
		slices.Sort(numbers[k])
		b.WriteString("- " + counted(k, n[k], numbers[k]) + "\n")
	}
	fmt.Fprintf(&b, "\nRead them: %s\n\nTitles and texts stay on the server and are not in this mail.\nTo get no more mail from it: %s\n", open, stop)
	return b.String()
}
