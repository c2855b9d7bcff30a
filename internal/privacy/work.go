package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Work carries a request out, once: a job that runs again finds it done.
func (s *Service) Work(ctx context.Context, j Work) (err error) {
	defer fault.Wrap(&err, "privacy.Work(%s)", j.Request)
	who := actor.System(j.Kind())
	r, err := s.find(ctx, s.gate.View(who), j.Request)
	if err != nil || r.State != Working && r.State != Held {
		return err
	}
	if r.Kind == Access {
		return s.export(ctx, who, r)
	}
	waits, err := r.waits(ctx, s.gate.DB)
	if err != nil {
		return err
	}
	if r.State == Held && slices.Equal(waits, r.Outcome.Waits) {
		return nil // nothing is new
	}
	err = s.gate.Write(ctx, who, Finish, func(tx *gate.Tx) error {
		now, err := load(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if now.State != Working && now.State != Held {
			return fault.New(fault.Conflict, "The request is over.")
		}
		if err := tx.Permit(ctx, now.subject()); err != nil {
			return err
		}
		if waits, err = now.waits(ctx, tx); err != nil { // a hold may have come since
			return err
		}
		if now.State, now.Outcome = Held, (Outcome{Waits: waits}); len(waits) == 0 {
			if err := s.eraseNow(ctx, tx, &now); err != nil {
				return err
			}
		}
		now.record(tx)
		tx.Tell(now.MadeBy, "privacy", "", now.ref())
		tx.Tell(now.DecidedBy, "privacy", "", now.ref())
		return now.save(ctx, tx)
	})
	if err != nil || r.Kind != Disposal || len(waits) > 0 {
		return err
	}
	return s.erase.Blobs(ctx)
}

// Tick looks again at what waits for a hold, and at what a crash left undone, and removes exports whose time is over.
func (s *Service) Tick(ctx context.Context) error {
	who := actor.System(Tick{}.Kind())
	v := s.gate.View(who)
	ids, err := db.Column[string](ctx, v, db.SQL(`SELECT id FROM privacy_request WHERE state IN ('held', 'working') ORDER BY made_at, id LIMIT 500`))
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range ids {
		failed = append(failed, s.Work(ctx, Work{id}))
	}
	old, err := db.Column[string](ctx, v, db.SQL(`SELECT id FROM privacy_request WHERE file <> '' AND done_at < ? ORDER BY id LIMIT 500`, db.Micros(v.Now.Add(-ExportLasts))))
	if err != nil {
		return err
	}
	for _, id := range old {
		failed = append(failed, s.removeExport(ctx, who, id))
	}
	return errors.Join(failed...)
}

func (s *Service) removeExport(ctx context.Context, who actor.Actor, id string) error {
	file := ""
	err := s.gate.Write(ctx, who, Finish, func(tx *gate.Tx) error {
		r, err := load(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Permit(ctx, r.subject()); err != nil {
			return err
		}
		file, r.file, r.SizeBytes = r.file, "", 0
		r.record(tx)
		return r.save(ctx, tx)
	})
	if err != nil || file == "" {
		return err
	}
	return s.files.Delete(ctx, file)
}

// waits names the legal holds that win over a request: on the matter, on matters of the client, or on any on which the
// person did something. A matter of another organization is not named.
func (r Request) waits(ctx context.Context, q db.Reader) (out []string, err error) {
	cond := map[string]db.Frag{
		"matter": db.SQL(`h.matter_id = ?`, r.SubjectID),
		"client": db.SQL(`h.matter_id IN (SELECT x.id FROM matter x WHERE x.client_id = ?)`, r.SubjectID),
		"person": db.SQL(`EXISTS (SELECT 1 FROM entry e WHERE e.matter_id = h.matter_id AND e.person_id = ?)`, r.SubjectID),
	}[r.SubjectKind]
	type hold struct {
		firm   ident.OrgID
		number string
		at     time.Time
	}
	holds, err := db.All(ctx, q, db.SQL(`SELECT h.firm_id, m.number, h.set_at FROM legal_hold h JOIN matter m ON m.id = h.matter_id WHERE h.lifted_at = 0`).And(cond).Join(db.SQL(` ORDER BY h.set_at, h.id LIMIT 20`)),
		func(rs *db.Rows, h *hold) error { return rs.Scan(&h.firm, &h.number, db.At{T: &h.at}) })
	if err != nil {
		return nil, err
	}
	out, err = r.obstacles(ctx, q)
	for _, h := range holds {
		which := "A matter of another organization, on which they worked,"
		if h.firm == r.Org {
			which = "Matter " + h.number
		}
		out = append(out, which+" is under legal hold since "+h.at.UTC().Format("2 January 2006")+". The hold wins; this goes on when it is lifted.")
	}
	return out, err
}

// obstacles names what must end before a request can be carried out, other than a hold.
func (r Request) obstacles(ctx context.Context, q db.Reader) (out []string, err error) {
	for _, x := range map[string][]struct {
		says string
		q    db.Frag
	}{
		"person": {{"They are still a member of an organization: end the membership first.", db.SQL(`SELECT COUNT(*) FROM member WHERE person_id = ? AND until_at = ?`, r.SubjectID, gate.Forever)}},
		"client": {{"Matters of the client are still kept: dispose of them first.", db.SQL(`SELECT COUNT(*) FROM matter WHERE client_id = ? AND state <> 'disposed'`, r.SubjectID)}},
		"matter": {
			{"The matter is not closed: close it first.", db.SQL(`SELECT COUNT(*) FROM matter WHERE id = ? AND state <> 'closed'`, r.SubjectID)},
			{"Deadlines of the matter are open: satisfy or cancel them first.", db.SQL(`SELECT COUNT(*) FROM deadline WHERE matter_id = ? AND state = 'open'`, r.SubjectID)},
			{"Tasks of the matter are neither delivered nor cancelled.", db.SQL(`SELECT COUNT(*) FROM task WHERE matter_id = ? AND state NOT IN ('delivered', 'cancelled')`, r.SubjectID)},
		},
	}[r.SubjectKind] {
		var n int
		if err := q.QueryRow(ctx, x.q).Scan(&n); err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, x.says)
		}
	}
	return out, nil
}

// eraseNow takes away what a request asks for, and writes the certificate.
func (s *Service) eraseNow(ctx context.Context, tx *gate.Tx, r *Request) (err error) {
	var did []string
	switch {
	case r.Kind == Disposal:
		did, err = s.dispose(ctx, tx, ident.MatterID(r.SubjectID))
	case r.SubjectKind == "person":
		did, err = s.erasePerson(ctx, tx, ident.PersonID(r.SubjectID))
	default:
		did, err = s.eraseClient(ctx, tx, ident.ClientID(r.SubjectID))
	}
	if err != nil {
		return err
	}
	r.State, r.DoneAt, r.Outcome = Done, tx.Now, Outcome{Erased: did, Remains: remains[r.SubjectKind]}
	r.Outcome.Remains = append(slices.Clone(r.Outcome.Remains), "Backups made before "+tx.Now.UTC().Format("2 January 2006 15:04 MST")+": they hold it until they are deleted by whoever keeps them.")
	if r.Kind == Erasure {
		r.Label, r.Reason = "", ""
	}
	return nil
}

// remains says what is kept by the nature of the program, and why.
var remains = map[string][]string{
	"person": {
		"Entries of the log, which name the person by an identifier only: no leaf holds a name, and none can change without breaking every proof.",
		"What they wrote on matters (messages, findings, questions, drafts), under that identifier without a name: these are records of clients, kept for legal claims and duties (GDPR Art. 17(3)(b) and (e)).",
	},
	"client": {"Entries of the log, with identifiers only.", "What documents of matters that are still kept say about the client, until those are disposed of."},
	"matter": {"Entries of the log, with identifiers only: their values were sealed under the key that is destroyed.", "The matter's number, its legal holds, its retention schedule, the dates and rules of its docket, and this certificate.",
		"Copies that were taken out of the program before; the trail of each person names them. Evidence packs of a person or an organization, made in the last seven days, until those are over.",
		"For up to a minute, the key in the memory of other nodes. Nobody reaches the matter meanwhile: it is open to no organization."},
}

func (s *Service) erasePerson(ctx context.Context, tx *gate.Tx, p ident.PersonID) (did []string, err error) {
	about, err := tx.EraseValues(ctx, db.SQL(`(e.subject_kind = 'person' AND e.subject_id = ?) OR (e.subject_kind = 'invitation' AND EXISTS (SELECT 1 FROM invitation i JOIN person p ON p.email = i.email WHERE i.id = e.subject_id AND p.id = ?))
		OR (e.subject_kind = 'working_calendar' AND EXISTS (SELECT 1 FROM working_calendar c WHERE c.id = e.subject_id AND c.person_id = ?))`, p, p, p))
	if err != nil {
		return nil, err
	}
	from, err := tx.EraseValues(ctx, db.SQL(`e.person_id = ?`, p), "address")
	if err != nil {
		return nil, err
	}
	for _, away := range s.erase.Person {
		said, err := away(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		did = append(did, said...)
	}
	return append(did, fmt.Sprintf("The values of %d entries about them, and the network address of %d entries of theirs: salt and value; the leaves stay.", about, from)), nil
}

func (s *Service) eraseClient(ctx context.Context, tx *gate.Tx, c ident.ClientID) (did []string, err error) {
	about, err := tx.EraseValues(ctx, db.SQL(`e.subject_kind = 'client' AND e.subject_id = ?`, c))
	if err != nil {
		return nil, err
	}
	if did, err = s.erase.Client(ctx, tx, c); err != nil {
		return nil, err
	}
	return append(did, fmt.Sprintf("The values of %d entries about the client: salt and value; the leaves stay.", about)), nil
}

// dispose shuts a matter to everybody, has each feature take its words away, and destroys the key at last.
func (s *Service) dispose(ctx context.Context, tx *gate.Tx, m ident.MatterID) (did []string, err error) {
	holds, err := db.Column[ident.OrgID](ctx, tx, db.SQL(`SELECT org_id FROM matter_opening WHERE matter_id = ? AND until_at = ?`, m, gate.Forever))
	if err != nil {
		return nil, err
	}
	for _, o := range holds {
		if err := tx.ShutMatter(ctx, m, o); err != nil {
			return nil, err
		}
	}
	if err := tx.ForgetReasons(ctx, m); err != nil {
		return nil, err
	}
	for _, away := range s.erase.Matter {
		said, err := away(ctx, tx, m)
		if err != nil {
			return nil, err
		}
		did = append(did, said...)
	}
	if err := s.erase.Key(ctx, tx.Tx, m); err != nil {
		return nil, err
	}
	return append(did, "The reasons of its roles, openings and walls", "The matter's key: what was sealed under it (documents, messages, instructions, findings, questions, reasons, the values of its entries) can be read by nobody any more."), nil
}

// subjectOf is the page of an organization's requests as the policies see it.
func subjectOf(org ident.OrgID) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "privacy_request", ID: "list"}, Org: string(org), Attrs: map[string]any{"kind": "", "about": "", "made_by": ""}}
}
