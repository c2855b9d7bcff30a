package imports

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"countersign/internal/account"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// Verbs of this package.
const (
	Run  authz.Action = "import.run"
	Undo authz.Action = "import.undo"
)

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct {
	gate     *gate.Gate
	matters  *matter.Service
	accounts *account.Service
}

// New returns the import service.
func New(g *gate.Gate, m *matter.Service, a *account.Service) *Service { return &Service{g, m, a} }

// A Verdict is what becomes of a row.
type Verdict string

// The verdicts.
const (
	Make    Verdict = "make"    // will be made, or was
	There   Verdict = "there"   // is there already; nothing is done
	Refused Verdict = "refused" // breaks a rule; nothing is done
)

// A Row is one row of a file with what becomes of it.
type Row struct {
	Line    int
	Text    string // what the row names
	Verdict Verdict
	Say     string // why, unless it is made
}

// A Plan is what an import does, or did.
type Plan struct {
	Kind                 Kind
	Rows                 []Row
	Made, There, Refused int
}

func subject(id string, k Kind, org ident.OrgID) authz.Subject {
	return authz.Subject{Ref: authz.Ref{Kind: "import", ID: id}, Org: string(org), Attrs: map[string]any{"holds": string(k)}}
}

var errPreview = errors.New("imports: rolled back, as a preview is")

// Preview tells what importing the file would do. Nothing is written.
//
// Faults: Forbidden (role), Invalid (field "file" or "kind").
func (s *Service) Preview(ctx context.Context, who actor.Actor, k Kind, data []byte) (p Plan, err error) {
	records, err := parse(k, data)
	if err != nil {
		return p, err
	}
	err = s.gate.Write(ctx, who, Run, func(tx *gate.Tx) error {
		if err := tx.Permit(ctx, subject("preview", k, who.Org)); err != nil {
			return err
		}
		if p, _, err = s.take(ctx, tx, k, records); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return p, err
}

// Run imports the file: the rows that can be made are made together, the others are left out.
//
// Faults: Forbidden (role), Invalid (field "file" or "kind"), Conflict (no row can be made).
func (s *Service) Run(ctx context.Context, who actor.Actor, k Kind, name string, data []byte) (id string, p Plan, err error) {
	records, err := parse(k, data)
	if err != nil {
		return "", p, err
	}
	err = s.gate.Write(ctx, who, Run, func(tx *gate.Tx) error {
		id = ident.New()
		if err := tx.Permit(ctx, subject(id, k, who.Org)); err != nil {
			return err
		}
		var made []string
		if p, made, err = s.take(ctx, tx, k, records); err != nil {
			return err
		}
		if len(made) == 0 {
			return fault.New(fault.Conflict, "No row of this file can be made: each is there already or is refused.")
		}
		_, err := tx.Exec(ctx, db.SQL(`INSERT INTO import (id, org_id, kind, name, rows_made, made_by, made_at, undone_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
			id, who.Org, k, shorten(name), len(made), who.Person, db.Micros(tx.Now)))
		if err != nil {
			return err
		}
		for _, m := range made {
			if _, err := tx.Exec(ctx, db.SQL(`INSERT INTO import_row (import_id, kind, id) VALUES (?, ?, ?)`, id, k, m)); err != nil {
				return err
			}
		}
		tx.Record(gate.Entry{Subject: authz.Ref{Kind: "import", ID: id}, Rev: 1, Values: map[string]string{"kind": string(k), "rows": strconv.Itoa(len(made))}})
		return nil
	})
	return id, p, err
}

// shorten keeps a file name to what a list can show.
func shorten(name string) string {
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if r := []rune(name); len(r) > 100 {
		return string(r[:100])
	}
	return name
}

// take makes what can be made of the records, and returns the identifiers of what it made.
func (s *Service) take(ctx context.Context, tx *gate.Tx, k Kind, records []record) (p Plan, made []string, err error) {
	t := &taker{s: s, tx: tx, names: map[ident.MatterID][]matter.NewParty{}}
	one := map[Kind]func(context.Context, map[string]string) (Verdict, string, error){Clients: t.client, Matters: t.matter, Parties: t.party, Team: t.member, People: t.invite}[k]
	p = Plan{Kind: k, Rows: make([]Row, len(records))}
	for i, r := range records {
		row := Row{Line: r.line, Text: r.cells[columnsOf[k][0]], Verdict: Refused, Say: r.wrong}
		if k == Parties || k == Team {
			row.Text += ": " + r.cells[columnsOf[k][1]]
		}
		if r.wrong == "" {
			if row.Verdict, row.Say, err = one(ctx, r.cells); err != nil {
				if !fault.Correctable(err) && fault.KindOf(err) != fault.NotFound {
					return p, nil, err
				}
				row.Verdict, row.Say = Refused, fault.Say(err)
			}
		}
		p.Rows[i] = row
		switch row.Verdict {
		case Make:
			p.Made++
		case There:
			p.There++
		default:
			p.Refused++
		}
	}
	return p, t.made, t.flush(ctx)
}

// A taker makes rows of one file in one write.
type taker struct {
	s     *Service
	tx    *gate.Tx
	made  []string
	names map[ident.MatterID][]matter.NewParty // parties to add, as one change of each list
	order []ident.MatterID
}

func (t *taker) client(ctx context.Context, c map[string]string) (Verdict, string, error) {
	id, err := t.s.matters.ClientNamedIn(ctx, t.tx, c["name"])
	if err != nil || id != "" {
		return There, "A client of this name is there already.", err
	}
	id, err = t.s.matters.AddClientIn(ctx, t.tx, c["name"])
	t.made = append(t.made, string(id))
	return t.keep(err)
}

// keep forgets the last identifier when the row was refused.
func (t *taker) keep(err error) (Verdict, string, error) {
	if err != nil {
		t.made = t.made[:len(t.made)-1]
	}
	return Make, "", err
}

func (t *taker) matter(ctx context.Context, c map[string]string) (Verdict, string, error) {
	if id, err := t.matterNumbered(ctx, c["number"]); err != nil || id != "" {
		return There, "A matter of this number is there already.", err
	}
	client, err := t.s.matters.ClientNamedIn(ctx, t.tx, c["client"])
	if err != nil {
		return Refused, "", err
	}
	if client == "" {
		return Refused, "There is no client of this name. Import the clients first.", nil
	}
	supervisor, err := t.person(ctx, c["supervisor_email"])
	if err != nil {
		return Refused, "", err
	}
	delegate, err := t.person(ctx, c["delegate_email"])
	if err != nil {
		return Refused, "", err
	}
	if c["delegate_email"] != "" && delegate == "" {
		return Refused, "The delegate's address belongs to nobody of your firm.", nil
	}
	id, err := t.s.matters.OpenIn(ctx, t.tx, matter.NewMatter{Number: c["number"], Title: c["title"], Client: client,
		PracticeArea: strings.ToLower(c["practice_area"]), Jurisdiction: c["jurisdiction"], DataClass: strings.ToLower(c["data_class"]), Supervisor: supervisor, Delegate: delegate})
	t.made = append(t.made, string(id))
	return t.keep(err)
}

// matterNumbered finds a matter that the actor may know of.
func (t *taker) matterNumbered(ctx context.Context, number string) (id ident.MatterID, err error) {
	err = t.tx.QueryRow(ctx, db.SQL(`SELECT m.id FROM matter m WHERE m.firm_id = ? AND m.number = ? AND `, t.tx.Who.Org, strings.Join(strings.Fields(number), " ")).
		Join(t.tx.Visible("m.id"))).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// person finds someone by address among the members of the firm and of its providers.
func (t *taker) person(ctx context.Context, email string) (id ident.PersonID, err error) {
	err = t.tx.QueryRow(ctx, db.SQL(`SELECT p.id FROM person p JOIN member mb ON mb.person_id = p.id WHERE p.email = ? AND mb.until_at > ?
		AND (mb.org_id = ? OR mb.org_id IN (SELECT e.provider_id FROM engagement e WHERE e.firm_id = ? AND e.phase <> 'ended')) ORDER BY p.id LIMIT 1`,
		strings.ToLower(email), db.Micros(t.tx.Now), t.tx.Who.Org, t.tx.Who.Org)).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return id, err
}

// rolesIn reads the roles of a cell, by their identifiers: "partner compliance_officer".
func rolesIn(cell string) []string {
	return strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool { return r == ' ' || r == '+' || r == ';' || r == '|' })
}

func (t *taker) invite(ctx context.Context, c map[string]string) (Verdict, string, error) {
	email := strings.ToLower(strings.TrimSpace(c["email"]))
	var n int
	err := t.tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM member m JOIN person p ON p.id = m.person_id WHERE m.org_id = ? AND p.email = ? AND m.until_at > ?`,
		t.tx.Who.Org, email, db.Micros(t.tx.Now))).Scan(&n)
	if err != nil || n > 0 {
		return There, "The person is a member already.", err
	}
	err = t.tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM invitation WHERE org_id = ? AND email = ? AND accepted_at = 0 AND revoked_at = 0`, t.tx.Who.Org, email)).Scan(&n)
	if err != nil || n > 0 {
		return There, "The person is invited already.", err
	}
	id, err := t.s.accounts.InviteIn(ctx, t.tx, account.Invitation{Name: c["name"], Email: c["email"], Title: c["title"], Roles: rolesIn(c["roles"])})
	t.made = append(t.made, id)
	return t.keep(err)
}

const noMatter = "There is no matter of this number, or you may not know of it."

func (t *taker) party(ctx context.Context, c map[string]string) (Verdict, string, error) {
	id, err := t.matterNumbered(ctx, c["matter"])
	if err != nil {
		return Refused, "", err
	}
	name := strings.Join(strings.Fields(c["name"]), " ")
	switch {
	case id == "":
		return Refused, noMatter, nil
	case name == "" || len(name) > 200 || len(c["role"]) > 80:
		return Refused, "Give the party's name, in at most 200 characters.", nil
	}
	for _, p := range t.names[id] {
		if strings.EqualFold(p.Name, name) {
			return There, "The file names this party twice.", nil
		}
	}
	var n int
	err = t.tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM party WHERE matter_id = ? AND until_version = 0 AND LOWER(name) = LOWER(?)`, id, name)).Scan(&n)
	if err != nil || n > 0 {
		return There, "The party is on the list already.", err
	}
	if len(t.names[id]) == 0 {
		t.order = append(t.order, id)
	}
	t.names[id] = append(t.names[id], matter.NewParty{Name: name, Role: c["role"]})
	return Make, "", nil
}

func (t *taker) flush(ctx context.Context) error {
	for _, m := range t.order {
		ids, err := t.s.matters.AddPartiesIn(ctx, t.tx, m, t.names[m])
		if err != nil {
			return err
		}
		t.made = append(t.made, ids...)
	}
	return nil
}

func (t *taker) member(ctx context.Context, c map[string]string) (Verdict, string, error) {
	id, err := t.matterNumbered(ctx, c["matter"])
	if err != nil || id == "" {
		return Refused, noMatter, err
	}
	p, err := t.person(ctx, c["email"])
	if err != nil || p == "" {
		return Refused, "This address belongs to nobody of your firm or of its providers.", err
	}
	var n int
	err = t.tx.QueryRow(ctx, db.SQL(`SELECT COUNT(*) FROM access_grant WHERE person_id = ? AND scope_kind = 'matter' AND scope_id = ? AND until_at > ?`, p, id, db.Micros(t.tx.Now))).Scan(&n)
	if err != nil || n > 0 {
		return There, "The person is on the matter already.", err
	}
	t.made = append(t.made, string(id)+"|"+string(p))
	return t.keep(t.s.matters.AddToTeamIn(ctx, t.tx, id, p))
}

// A Past import.
type Past struct {
	ID       string
	Kind     Kind
	Name     string
	Made     int
	By       string
	At       time.Time
	UndoneAt time.Time // zero while it stands
}

// shown caps the list of past imports.
const shown = 50

// MayHold lists what files of the actor may hold.
//
// Faults: Forbidden (no kind at all).
func (s *Service) MayHold(ctx context.Context, who actor.Actor) (out []Kind, err error) {
	v := s.gate.View(who)
	var last authz.Decision
	for _, k := range Kinds {
		if last, err = v.May(ctx, Run, subject("list", k, who.Org)); err != nil {
			return nil, err
		}
		if last.Allowed {
			out = append(out, k)
		}
	}
	if len(out) == 0 {
		return nil, fault.Refused(last)
	}
	return out, nil
}

// Past returns the latest imports of the actor's organization.
//
// Faults: Forbidden (role).
func (s *Service) Past(ctx context.Context, who actor.Actor) ([]Past, error) {
	if _, err := s.MayHold(ctx, who); err != nil {
		return nil, err
	}
	return db.All(ctx, s.gate.View(who), db.SQL(`SELECT i.id, i.kind, i.name, i.rows_made, COALESCE(p.name, ''), i.made_at, i.undone_at FROM import i LEFT JOIN person p ON p.id = i.made_by
		WHERE i.org_id = ? ORDER BY i.made_at DESC, i.id DESC LIMIT ?`, who.Org, shown),
		func(rs *db.Rows, p *Past) error {
			return rs.Scan(&p.ID, &p.Kind, &p.Name, &p.Made, &p.By, db.At{T: &p.At}, db.At{T: &p.UndoneAt})
		})
}
