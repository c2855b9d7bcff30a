package desk

import (
	"context"
	"strconv"
	"strings"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/task"
)

// QueueRows is how many tasks one page of the queue lists.
const QueueRows = 30

// A QueueFilter says which tasks are listed. All of it stands in the page's address.
type QueueFilter struct {
	Show   string // "mine", "waiting", "all", "finished"; "" is mine
	Matter ident.MatterID
	Stage  string // key of a stage
	After  string // Queue.Next of the page before
}

// A QueueLine is a task of the queue.
type QueueLine struct {
	Line
	Takes  bool   // the person may take it now
	WhyNot string // why they may not; "" when it does not wait
}

// A QueueMatter is a choice of the filter.
type QueueMatter struct {
	ID    ident.MatterID
	Title string
}

// A Queue is one page of work.
type Queue struct {
	Now                          time.Time
	Filter                       QueueFilter
	Provider                     bool // the person works for a provider, and may take what waits
	Lines                        []QueueLine
	Next                         string // of the next page; "" at the end
	Mine, Waiting, All, Finished int    // under the filter's matter and stage; Finished up to FinishedCounted
	Matters                      []QueueMatter
	Stages                       []task.Stage // of open work, each key once
}

var shows = map[string]string{
	"mine":     `t.state = 'open' AND t.holder_id = ?`,
	"waiting":  live + ` AND t.state = 'open' AND t.holder_id = ''`,
	"all":      live + ` AND t.state <> 'preparing'`,
	"finished": `t.state IN ('delivered', 'cancelled')`,
}

func (f QueueFilter) where(show string, me ident.PersonID) db.Frag {
	var args []any
	if show == "mine" {
		args = []any{me}
	}
	w := db.SQL(shows[show], args...)
	if f.Matter != "" {
		w = w.And(db.SQL(`t.matter_id = ?`, f.Matter))
	}
	if f.Stage != "" {
		w = w.And(db.SQL(`t.stage_key = ?`, f.Stage))
	}
	return w
}

// within is how a list of the queue sees matters: what is in one's own hands is little.
func within(v gate.View, show string) db.Frag {
	if show == "mine" {
		return v.Visible("t.matter_id")
	}
	return v.Reach("t.matter_id")
}

// Queue lists work: one's own, what waits for the team, all that is open, what is finished.
//
// Faults: Invalid (field "show" or "after": not of this list).
func (s *Service) Queue(ctx context.Context, who actor.Actor, f QueueFilter) (out Queue, err error) {
	defer fault.Wrap(&err, "desk.Queue(%s)", who.Person)
	if f.Show == "" {
		f.Show = "mine"
	}
	if _, ok := shows[f.Show]; !ok {
		return out, fault.InField("show", "Choose mine, waiting, all or finished.")
	}
	v, err := s.gate.View(who).Settle(ctx)
	if err != nil {
		return out, err
	}
	out = Queue{Now: v.Now, Filter: f}
	if _, out.Provider, err = roles(ctx, v); err != nil {
		return out, err
	}
	if err = out.count(ctx, v); err != nil {
		return out, err
	}
	if err := s.queuePage(ctx, v, &out); err != nil {
		return out, err
	}
	if out.Matters, err = queueMatters(ctx, v); err != nil {
		return out, err
	}
	out.Stages, err = stagesOfOpenWork(ctx, v, "")
	return out, err
}

// FinishedCounted is where counting what is finished ends: it only grows, and nobody needs the figure.
const FinishedCounted = 1000

func (out *Queue) count(ctx context.Context, v gate.View) (err error) {
	if out.Mine, err = count(ctx, v, v.Visible("t.matter_id"), out.Filter.where("mine", v.Who.Person)); err != nil {
		return err
	}
	q := db.SQL(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN t.state = 'open' AND t.holder_id = '' THEN 1 ELSE 0 END), 0) FROM task t WHERE 1 = 1`).
		And(out.Filter.where("all", ""), v.Reach("t.matter_id"))
	if err := v.QueryRow(ctx, q).Scan(&out.All, &out.Waiting); err != nil {
		return err
	}
	q = db.SQL(`SELECT COUNT(*) FROM (SELECT 1 FROM task t WHERE 1 = 1`).And(out.Filter.where("finished", ""), v.Reach("t.matter_id")).Join(db.SQL(` LIMIT ?) f`, FinishedCounted))
	return v.QueryRow(ctx, q).Scan(&out.Finished)
}

func (s *Service) queuePage(ctx context.Context, v gate.View, out *Queue) error {
	f := out.Filter
	after, order, err := f.cursor()
	if err != nil {
		return err
	}
	rows, err := lines(ctx, v, within(v, f.Show), f.where(f.Show, v.Who.Person).And(after), order, QueueRows+1)
	if err != nil {
		return err
	}
	if len(rows) > QueueRows {
		rows = rows[:QueueRows]
		out.Next = cursorOf(f.Show, rows[QueueRows-1].Task)
	}
	for _, l := range rows {
		q := QueueLine{Line: l}
		if l.State == task.Open && l.Holder == "" && l.Provider == v.Who.Org {
			d, err := task.MayWork(ctx, v, l.Task)
			if err != nil {
				return err
			}
			if q.Takes = d.Allowed; !d.Allowed {
				q.WhyNot = whyNotMe(d)
			}
		}
		out.Lines = append(out.Lines, q)
	}
	return nil
}

// cursor is where a page goes on: after the last row of the page before, in the order of the list.
func (f QueueFilter) cursor() (after db.Frag, order string, err error) {
	order = task.ByUrgency
	if f.Show == "finished" {
		order = `t.delivered_at DESC, t.id DESC`
	}
	if f.After == "" {
		return db.Frag{}, order, nil
	}
	rush, rest, _ := strings.Cut(f.After, ".")
	at, id, _ := strings.Cut(rest, ".")
	due, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !ident.Valid(id) || rush != "0" && rush != "1" {
		return db.Frag{}, "", fault.InField("after", "This page of the list is gone. Begin at the first.")
	}
	if f.Show == "finished" {
		return db.SQL(`t.delivered_at < ? OR (t.delivered_at = ? AND t.id < ?)`, due, due, id), order, nil
	}
	r := int64(rush[0] - '0')
	return db.SQL(`CASE WHEN t.rush THEN 0 ELSE 1 END > ? OR (CASE WHEN t.rush THEN 0 ELSE 1 END = ? AND (t.due_at > ? OR (t.due_at = ? AND t.id > ?)))`, r, r, due, due, id), order, nil
}

func cursorOf(show string, t task.Task) string {
	rush, at := "1", t.Due
	if t.Rush {
		rush = "0"
	}
	if show == "finished" {
		at = t.DoneAt
	}
	return rush + "." + strconv.FormatInt(db.Micros(at), 10) + "." + string(t.ID)
}

func queueMatters(ctx context.Context, v gate.View) ([]QueueMatter, error) {
	q := db.SQL(`SELECT m.id, m.title FROM matter m WHERE `).Join(v.Reach("m.id"), db.SQL(` AND EXISTS (SELECT 1 FROM task t WHERE t.matter_id = m.id AND `+live)).
		And(task.Seen(v.Who.Org)).Join(db.SQL(`) ORDER BY m.title, m.id LIMIT 200`))
	return db.All(ctx, v, q, func(rs *db.Rows, m *QueueMatter) error { return rs.Scan(&m.ID, &m.Title) })
}

// live is work that is not over, in the words of the index task_live.
const live = `t.state IN ('preparing', 'open', 'declined', 'paused', 'recalled')`

// inFirmsHands is work that the firm has to do something about, in the words of the index task_held.
const inFirmsHands = `t.state IN ('preparing', 'declined', 'recalled')`

// stagesOfOpenWork lists the stages of the playbook versions in use, in the order of a track: of one matter, or of all
// that the viewer can see.
func stagesOfOpenWork(ctx context.Context, v gate.View, m ident.MatterID) (out []task.Stage, err error) {
	within := v.Reach("t.matter_id")
	if m != "" {
		within = v.Visible("t.matter_id").And(db.SQL(`t.matter_id = ?`, m))
	}
	q := db.SQL(`SELECT DISTINCT t.playbook_id, t.playbook_n FROM task t WHERE `+live).And(within, task.Seen(v.Who.Org))
	texts, err := db.Column[string](ctx, v, db.SQL(`SELECT DISTINCT pv.stages FROM (`).Join(q, db.SQL(`) u JOIN playbook_version pv ON pv.playbook_id = u.playbook_id AND pv.n = u.playbook_n ORDER BY pv.stages`)))
	if err != nil {
		return nil, err
	}
	return merge(texts)
}

// merge puts several tracks into one: drafts first, acceptance last, reviews between in the order of first sight.
func merge(tracks []string) ([]task.Stage, error) {
	byKind := map[task.StageKind][]task.Stage{}
	seen := map[string]bool{}
	for _, text := range tracks {
		track, err := task.ParseStages(text)
		if err != nil {
			return nil, err
		}
		for _, st := range track {
			if !seen[st.Key] {
				seen[st.Key] = true
				byKind[st.Kind] = append(byKind[st.Kind], st)
			}
		}
	}
	return append(append(byKind[task.Draft], byKind[task.Review]...), byKind[task.Acceptance]...), nil
}
