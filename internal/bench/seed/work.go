package seed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/platform/ledger"
)

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// A work is where a task stands.
type work struct {
	matter              int
	state               string
	stage               int
	author, holder      int // indexes of People; -1: nobody
	made, due, finished time.Time
}

// at tells of the t-th task. Nine of ten are delivered, one in fifty is held, the rest is under way.
func (p *World) at(t int) work {
	w := work{matter: t / p.Size.TasksPer, holder: -1}
	m := p.Matters[w.matter]
	h := sha256.Sum256([]byte{byte(t), byte(t >> 8), byte(t >> 16), 9})
	roll, part := int(h[0])*4+int(h[1])%4, int(h[2]) // roll of 1,024
	w.author = m.team[part%3]
	w.made = p.Now.AddDate(-2, 0, 0).Add(time.Duration(t%p.Size.TasksPer) * 2 * 365 * 24 * time.Hour / time.Duration(p.Size.TasksPer)).Add(time.Duration(part) * time.Hour)
	w.due = w.made.Add(72 * time.Hour)
	switch {
	case roll < 922:
		w.state, w.stage, w.finished = "delivered", 3, w.made.Add(48*time.Hour)
		if w.finished.After(p.Now) {
			w.finished = p.Now.Add(-time.Duration(part) * time.Minute)
		}
	case roll < 942:
		w.state, w.due = []string{"paused", "declined", "recalled", "preparing"}[part%4], p.Now.Add(time.Duration(part)*time.Hour)
	default:
		w.state, w.stage, w.due = "open", part%4, p.Now.Add(time.Duration(part-40)*time.Hour)
		w.holder = []int{w.author, m.team[3], m.team[4], m.supervisor}[w.stage]
		if w.stage < 3 && h[3] < 64 {
			w.holder = -1
		}
	}
	return w
}

func (p *planter) name(person int) string {
	if person < 0 {
		return ""
	}
	return string(p.People[person].ID)
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func (p *planter) tasks() error {
	numbers := map[int]int64{}
	keys := []string{"draft", "peer", "senior", "attorney"}
	const columns = `id number firm_id matter_id engagement_id provider_id playbook_id playbook_n code title instructions acceptance state stage stage_key stages
		author_id holder_id supervisor_id rush due_at cycle made_by made_at released_at complete_at stage_at delivered_at rev`
	err := p.load("task", columns, p.Size.tasks(), func(t int) ([]any, error) {
		w := p.at(t)
		m := p.Matters[w.matter]
		numbers[m.firm]++
		self := id(kindTask, t)
		instructions, err := p.seal(m.ID, "Answer the second set of interrogatories. The client's answers are in the notes; object where the playbook says so.", "task.instructions/"+self)
		if err != nil {
			return nil, err
		}
		acceptance, err := p.seal(m.ID, "Every interrogatory is answered or objected to.\nCitations are checked.\nThe verification page is attached.", "task.acceptance/"+self)
		return []any{self, numbers[m.firm], string(p.orgs[m.firm].id), string(m.ID), id(kindEngagement, engagementOf(m)), string(p.orgs[m.provider].id), id(kindPlaybook, m.firm), int64(1), "LI-03",
			fmt.Sprintf("Responses to interrogatories, set %d", t%9+1), instructions, acceptance, w.state, int64(w.stage), keys[w.stage], int64(4),
			p.name(w.author), p.name(w.holder), p.name(m.supervisor), t%17 == 0, micros(w.due), int64(1), p.name(m.supervisor), micros(w.made), micros(w.made), micros(w.made), micros(w.made), micros(w.finished), int64(5)}, err
	})
	reviewers := p.load("task_reviewer", "task_id stage person_id", 2*p.Size.tasks(), func(i int) ([]any, error) {
		m := p.Matters[i/2/p.Size.TasksPer]
		return []any{id(kindTask, i/2), int64(1 + i%2), p.name(m.team[3+i%2])}, nil
	})
	counters := p.load("counter", "scope_id name n", 2, func(i int) ([]any, error) {
		return []any{string(p.orgs[i].id), "task", numbers[i]}, nil
	})
	return errors.Join(err, reviewers, counters)
}

// documents gives each task one piece of work product with its versions. Their bytes are not in the bucket.
func (p *planter) documents() error {
	err := p.load("document", "id matter_id task_id kind name state current_n made_by made_at rev", p.Size.tasks(), func(t int) ([]any, error) {
		w := p.at(t)
		return []any{id(kindDocument, t), string(p.Matters[w.matter].ID), id(kindTask, t), "work", "Responses.docx", "active", int64(p.Size.VersionsPer), p.name(w.author), micros(w.made), int64(p.Size.VersionsPer)}, nil
	})
	n := p.Size.VersionsPer
	return errors.Join(err, p.load("version", "id document_id matter_id n blob name size_bytes media_type author_id org_id stage reason made_at", n*p.Size.tasks(), func(i int) ([]any, error) {
		w := p.at(i / n)
		m := p.Matters[w.matter]
		return []any{id(kindVersion, i), id(kindDocument, i/n), string(m.ID), int64(i%n + 1), hash(fmt.Sprint("blob", i))[:32], "Responses.docx", int64(48_000 + i%9000),
			"application/vnd.openxmlformats-officedocument.wordprocessingml.document", p.name(w.author), string(p.orgs[m.provider].id), "draft", "Draft", micros(w.made) + int64(i%n)*3_600_000_000}, nil
	}))
}

// reviews hands each task in once, with one review and one settled finding.
func (p *planter) reviews() error {
	n := p.Size.tasks()
	return errors.Join(
		p.load("submission", "id task_id n author_id at", n, func(t int) ([]any, error) {
			w := p.at(t)
			return []any{id(kindSubmission, t), id(kindTask, t), int64(1), p.name(w.author), micros(w.made)}, nil
		}),
		p.load("submission_file", "submission_id document_id version_id", n, func(t int) ([]any, error) {
			return []any{id(kindSubmission, t), id(kindDocument, t), id(kindVersion, t*p.Size.VersionsPer)}, nil
		}),
		p.load("review", "id task_id submission_id stage reviewer_id verdict opened_at handed_at", n, func(t int) ([]any, error) {
			w := p.at(t)
			return []any{id(kindReview, t), id(kindTask, t), id(kindSubmission, t), int64(1), p.name(p.Matters[w.matter].team[3]), "approved", micros(w.made), micros(w.made)}, nil
		}),
		p.load("finding", "id task_id review_id number severity code version_id page quote text state raised_by raised_at rev", n, func(t int) ([]any, error) {
			w := p.at(t)
			m := p.Matters[w.matter]
			text, err := p.seal(m.ID, "The objection cites a rule that was renumbered.", "finding.text/"+id(kindFinding, t))
			return []any{id(kindFinding, t), id(kindTask, t), id(kindReview, t), int64(1), "minor", "D-M2", id(kindVersion, t*p.Size.VersionsPer), int64(2), []byte{}, text, "accepted",
				p.name(m.team[3]), micros(w.made), int64(1)}, err
		}))
}

var verbs = []string{"task.prepare", "task.release", "task.take", "document.upload", "task.submit", "task.approve", "task.return", "document.read", "task.sign_off", "document.export"}

// entries gives each task its trail, with real leaves and real seals.
func (p *planter) entries() error {
	n := p.Size.EntriesPer
	const columns = "id at verb subject_kind subject_id rev matter_id org_id owner_org_id person_id leaf openings"
	return p.load("entry", columns, n*p.Size.tasks(), func(i int) ([]any, error) {
		t, k := i/n, i%n
		w := p.at(t)
		m := p.Matters[w.matter]
		e := id(kindEntry, i)
		at := w.made.Add(time.Duration(k) * time.Hour)
		person, org := p.name(w.author), string(p.orgs[m.provider].id)
		l := ledger.Leaf{ID: e, At: at, Verb: verbs[k%len(verbs)], Subject: authz.Ref{Kind: "task", ID: id(kindTask, t)}, Rev: int64(k + 1), Matter: string(m.ID), Owner: string(p.orgs[m.firm].id),
			Actor: person, Org: org, Session: id(kindSession, w.author), Via: "web", Rule: "task-holder", Policy: policy}
		var openings []ledger.Opening
		for _, v := range [][2]string{{"state", "open"}, {"stage", "draft"}, {"holder", person}, {"address", "192.0.2.7"}} {
			salt := sha256.Sum256([]byte(e + v[0]))
			openings = append(openings, ledger.Opening{Name: v[0], Salt: salt[:], Value: v[1]})
			l.Fields = append(l.Fields, ledger.Commit(v[0], v[1], salt[:]))
		}
		leaf, err := l.Bytes()
		if err != nil {
			return nil, err
		}
		plain, err := json.Marshal(openings)
		if err != nil {
			return nil, err
		}
		sealed, err := p.seal(m.ID, string(plain), "entry/"+e)
		return []any{e, at.UnixMicro(), l.Verb, "task", l.Subject.ID, l.Rev, l.Matter, org, l.Owner, person, leaf, sealed}, err
	})
}

var policy = hash("policy")
