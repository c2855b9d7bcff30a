package deadline

import (
	"context"
	"strings"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
)

// PerPage caps a page of the docket.
const PerPage = 200

// A Filter narrows the docket. The zero Filter takes what is open.
type Filter struct {
	Matter   ident.MatterID
	Mine     bool   // of which the reader is the owner
	State    string // "" open, "satisfied", "cancelled", "all"
	Text     string // in number or title of the matter, or in what is due
	From, To courtday.Day
	After    string // Docket.After of the page before
}

// A Row is a deadline in a list.
type Row struct {
	Deadline
	MatterNumber string
	MatterTitle  string
	OwnerName    string
	Event        string // what happened, in the words of who entered it
	Calls        bool   // a reminder waits for an acknowledgement
	CallsReader  bool   // and it called the reader last
}

// Says is what is due: in the words of the rule, or for a date that an order sets in the words of who entered it.
func (r Row) Says() string {
	if r.Rule == ByHand && r.Event != "" {
		return r.Event
	}
	return r.Title
}

// A Docket is what is due, the earliest first.
type Docket struct {
	Rows  []Row
	Total int
	After string
	Today courtday.Day // in the reader's organization
	Waits Waits
}

// Waits is what waits for the reader.
type Waits struct {
	Entries    []TriggerRow // for a second entry
	Mismatches []TriggerRow
	Moves      []MoveRow
	Calls      []Row // reminders that wait for the reader's acknowledgement
}

// Count is how many things wait.
func (w Waits) Count() int {
	return len(w.Entries) + len(w.Mismatches) + len(w.Moves) + len(w.Calls)
}

// List returns the docket over all matters that the reader may know of.
func (s *Service) List(ctx context.Context, who actor.Actor, f Filter) (d Docket, err error) {
	defer fault.Wrap(&err, "deadline.List")
	v, err := s.gate.View(who).Settle(ctx)
	if err != nil {
		return d, err
	}
	if d.Today, err = today(ctx, v); err != nil {
		return d, err
	}
	cond := f.condition(v)
	if err := v.QueryRow(ctx, db.SQL(`SELECT COUNT(*)`+rowFrom).Join(cond)).Scan(&d.Total); err != nil {
		return d, err
	}
	if key, id, ok := strings.Cut(f.After, "_"); ok && ident.Valid(id) {
		cond = cond.And(db.SQL(`x.earliest > ? OR (x.earliest = ? AND d.id > ?)`, key, key, id))
	}
	d.Rows, err = rows(ctx, v, cond, PerPage+1)
	if len(d.Rows) > PerPage {
		d.Rows = d.Rows[:PerPage]
		last := d.Rows[PerPage-1]
		d.After = stored(last.Date.Earliest) + "_" + last.ID
	}
	if err != nil {
		return d, err
	}
	d.Waits, err = waits(ctx, v, f.Matter)
	return d, err
}

const rowFrom = ` FROM deadline d JOIN deadline_date x ON x.deadline_id = d.id AND x.seq = d.seq JOIN matter m ON m.id = d.matter_id JOIN person p ON p.id = d.owner_id JOIN docket_trigger t ON t.id = d.trigger_id WHERE `

func rows(ctx context.Context, v gate.View, cond db.Frag, limit int) ([]Row, error) {
	var titles [][]byte
	all, err := db.All(ctx, v, db.SQL(`SELECT `+deadlineColumns+`, `+dateColumns+`, m.number, m.title, p.name, t.title,
		EXISTS (SELECT 1 FROM deadline_reminder r WHERE r.deadline_id = d.id AND r.state = 'fired'),
		EXISTS (SELECT 1 FROM deadline_reminder r WHERE r.deadline_id = d.id AND r.state = 'fired' AND r.person_id = ?)`+rowFrom, v.Who.Person).
		Join(cond, db.SQL(` ORDER BY x.earliest, d.id LIMIT ?`, limit)), func(rs *db.Rows, r *Row) error {
		var title []byte
		err := rs.Scan(append(append(r.scan(), r.Date.scan()...), &r.MatterNumber, &r.MatterTitle, &r.OwnerName, &title, &r.Calls, &r.CallsReader)...)
		titles = append(titles, title)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Event, err = titleIn(ctx, v, all[i].Matter, titles[i], all[i].Trigger); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// titleIn is the title of an event in a list over many matters. One whose key is away must not take the dates of the
// others with it.
func titleIn(ctx context.Context, v gate.View, m ident.MatterID, sealed []byte, trigger string) (string, error) {
	s, err := opened(ctx, v, m, sealed, titleAAD(trigger))
	if err != nil && ctx.Err() == nil {
		return "An event whose words cannot be opened", nil
	}
	return s, err
}

func (f Filter) condition(v gate.View) db.Frag {
	cond := v.Reach("d.matter_id")
	if f.Matter != "" {
		cond = cond.And(db.SQL(`d.matter_id = ?`, f.Matter))
	}
	switch f.State {
	case "all":
	case string(Satisfied), string(Cancelled):
		cond = cond.And(db.SQL(`d.state = ?`, f.State))
	default:
		cond = cond.And(db.SQL(`d.state = ?`, Open))
	}
	if f.Mine {
		cond = cond.And(db.SQL(`d.owner_id = ?`, v.Who.Person))
	}
	if f.From != 0 {
		cond = cond.And(db.SQL(`x.latest >= ?`, stored(f.From)))
	}
	if f.To != 0 {
		cond = cond.And(db.SQL(`x.earliest <= ?`, stored(f.To)))
	}
	if text := line(f.Text); text != "" {
		like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(text)) + "%"
		cond = cond.And(db.SQL(`LOWER(m.number) LIKE ? ESCAPE '!' OR LOWER(m.title) LIKE ? ESCAPE '!' OR LOWER(d.title) LIKE ? ESCAPE '!'`, like, like, like))
	}
	return cond
}

// today is the day in the reader's organization.
func today(ctx context.Context, v gate.View) (courtday.Day, error) {
	var name string
	if err := v.QueryRow(ctx, db.SQL(`SELECT zone FROM org WHERE id = ?`, v.Who.Org)).Scan(&name); err != nil {
		return 0, err
	}
	return dayThere(v.Now, name), nil
}

// A TriggerRow is an event in a list. What was read is empty for who must not see it yet.
type TriggerRow struct {
	Trigger
	MatterNumber string
	MatterTitle  string
	Title        string
	On           courtday.Day // when in force
	By           string       // who entered it first
	ByReader     bool
	MayConfirm   bool
}

// A MoveRow is a proposed move in a list.
type MoveRow struct {
	ID           string
	Trigger      string
	Name         string // of the trigger
	Title        string
	Matter       ident.MatterID
	MatterNumber string
	MatterTitle  string
	From, To     courtday.Day
	By           string
	ByReader     bool
	MayApprove   bool
}

// waits finds what waits for the reader, and what of the reader's waits for somebody else.
func waits(ctx context.Context, v gate.View, m ident.MatterID) (w Waits, err error) {
	near := v.Reach("t.matter_id")
	if m != "" {
		near = near.And(db.SQL(`t.matter_id = ?`, m))
	}
	all, err := triggerRows(ctx, v, near.And(db.SQL(`t.state IN ('waiting', 'mismatch')`)))
	if err != nil {
		return w, err
	}
	for _, t := range all {
		if t.State == Mismatch {
			w.Mismatches = append(w.Mismatches, t)
		} else {
			w.Entries = append(w.Entries, t)
		}
	}
	if w.Moves, err = moveRows(ctx, v, near); err != nil {
		return w, err
	}
	cond := Filter{Matter: m}.condition(v).And(db.SQL(`EXISTS (SELECT 1 FROM deadline_reminder r WHERE r.deadline_id = d.id AND r.state = 'fired' AND (r.person_id = ? OR d.owner_id = ?))`, v.Who.Person, v.Who.Person))
	w.Calls, err = rows(ctx, v, cond, 50)
	return w, err
}

func triggerRows(ctx context.Context, v gate.View, cond db.Frag) ([]TriggerRow, error) {
	sealed := map[string][]byte{}
	all, err := db.All(ctx, v, db.SQL(`SELECT `+triggerColumns+`, t.title, m.number, m.title, p.name, e.person_id = ?, COALESCE(x.on_date, '') FROM docket_trigger t JOIN matter m ON m.id = t.matter_id
		JOIN docket_entry e ON e.trigger_id = t.id AND e.place = 1 AND e.until_at = ? JOIN person p ON p.id = e.person_id LEFT JOIN docket_date x ON x.trigger_id = t.id AND x.until_at = ? WHERE `, v.Who.Person, gate.Forever, gate.Forever).
		Join(cond, db.SQL(` ORDER BY t.made_at, t.id LIMIT 100`)), func(rs *db.Rows, t *TriggerRow) error {
		var title []byte
		err := rs.Scan(append(t.scan(), &title, &t.MatterNumber, &t.MatterTitle, &t.By, &t.ByReader, dayIn{&t.On})...)
		sealed[t.ID] = title
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		t := &all[i]
		if t.Title, err = titleIn(ctx, v, t.Matter, sealed[t.ID], t.ID); err != nil {
			return nil, err
		}
		if t.entered, err = enteredBy(ctx, v, t.ID); err != nil {
			return nil, err
		}
		d, err := v.May(ctx, DoConfirm, t.Subject())
		if err != nil {
			return nil, err
		}
		t.MayConfirm = d.Allowed && t.State == Waiting
	}
	return all, nil
}

func moveRows(ctx context.Context, v gate.View, near db.Frag) ([]MoveRow, error) {
	type row struct {
		MoveRow
		t     Trigger
		by    string
		title []byte
	}
	all, err := db.All(ctx, v, db.SQL(`SELECT `+triggerColumns+`, k.id, t.title, m.number, m.title, x.on_date, k.on_date, p.name, k.proposed_by FROM docket_move k JOIN docket_trigger t ON t.id = k.trigger_id
		JOIN docket_date x ON x.trigger_id = t.id AND x.seq = k.was_seq JOIN matter m ON m.id = t.matter_id JOIN person p ON p.id = k.proposed_by WHERE k.state = 'proposed' AND `).
		Join(near, db.SQL(` ORDER BY k.proposed_at, k.id LIMIT 100`)), func(rs *db.Rows, r *row) error {
		return rs.Scan(append(r.t.scan(), &r.ID, &r.title, &r.MatterNumber, &r.MatterTitle, dayIn{&r.From}, dayIn{&r.To}, &r.By, &r.by)...)
	})
	if err != nil {
		return nil, err
	}
	var out []MoveRow
	for _, r := range all {
		r.Trigger, r.Name, r.Matter, r.ByReader = r.t.ID, r.t.Name(), r.t.Matter, r.by == string(v.Who.Person)
		if r.Title, err = titleIn(ctx, v, r.Matter, r.title, r.t.ID); err != nil {
			return nil, err
		}
		r.t.entered = []string{r.by}
		d, err := v.May(ctx, DoApprove, r.t.Subject())
		if err != nil {
			return nil, err
		}
		r.MayApprove = d.Allowed
		out = append(out, r.MoveRow)
	}
	return out, nil
}

// Today is the day in the organization of who asks.
func (s *Service) Today(ctx context.Context, who actor.Actor) (courtday.Day, error) {
	return today(ctx, s.gate.View(who))
}
