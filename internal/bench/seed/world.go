package seed

import (
	"fmt"
	"math/rand/v2"
	"time"

	"countersign/internal/kernel/ident"
)

// A Size says how much there is.
type Size struct {
	People, Matters int
	Apart           int // matters on which Reader is, and nothing else
	TasksPer        int // of a matter
	EntriesPer      int // of a task
	VersionsPer     int // of a task's document
}

// Sizes of worlds.
var (
	Full  = Size{People: 200, Matters: 3000, Apart: 20, TasksPer: 33, EntriesPer: 10, VersionsPer: 3} // 99,000 tasks, 990,000 entries, 297,000 versions
	Bare  = Size{People: 200, Matters: 3000, Apart: 20, TasksPer: 33, VersionsPer: 1}                 // Full without its trail
	Small = Size{People: 40, Matters: 60, Apart: 20, TasksPer: 12, EntriesPer: 6, VersionsPer: 2}
)

// The counts that follow.
func (s Size) tasks() int { return s.Matters * s.TasksPer }

// A Person is somebody with an open session.
type Person struct {
	ID    ident.PersonID
	Org   ident.OrgID
	Role  string
	Wide  bool
	Token string // secret of the session
}

type org struct {
	id            ident.OrgID
	kind, country string
	name, zone    string
	people        []int // indexes of World.People
}

// A Matter is one that has been seeded.
type Matter struct {
	ID         ident.MatterID
	firm       int // index of orgs
	provider   int
	supervisor int   // index of People
	firmTeam   []int // of the firm
	team       []int // of the provider: juniors, peer, senior
}

// A World says who and what there is.
type World struct {
	Size    Size
	Now     time.Time
	People  []Person
	Matters []Matter
	Reader  Person // a junior of the first provider on Size.Apart matters; the last of People

	orgs   []org
	random *rand.Rand
}

// id is a valid identifier that sorts by kind and number.
func id(kind, n int) string { return fmt.Sprintf("0190%04x-0000-7000-8000-%012x", kind, n) }

const (
	kindOrg = iota + 1
	kindPerson
	kindEngagement
	kindClient
	kindMatter
	kindPlaybook
	kindTask
	kindDocument
	kindVersion
	kindEntry
	kindGrant
	kindOpening
	kindFact
	kindSession
	kindSubmission
	kindReview
	kindFinding
	kindWall
	kindMember
)

// Task is the i-th task of the m-th matter, or the next that both sides know of.
func (w *World) Task(m, i int) ident.TaskID {
	for k := range w.Size.TasksPer {
		t := m*w.Size.TasksPer + (i+k)%w.Size.TasksPer
		if w.at(t).state != "preparing" {
			return ident.TaskID(id(kindTask, t))
		}
	}
	return ""
}

// Held lists tasks that are open in the hands of somebody, with who that is.
func (w *World) Held(most int) (out []Holding) {
	for t := range w.Size.tasks() {
		k := w.at(t)
		if k.state == "open" && k.holder >= 0 && k.stage == 0 && len(out) < most {
			m := w.Matters[k.matter]
			out = append(out, Holding{ident.TaskID(id(kindTask, t)), m.ID, ident.EngagementID(id(kindEngagement, engagementOf(m))), w.orgs[m.firm].id, w.orgs[m.provider].id, w.People[k.holder], w.People[m.supervisor].ID})
		}
	}
	return out
}

// A Holding is a draft in somebody's hands.
type Holding struct {
	Task           ident.TaskID
	Matter         ident.MatterID
	Engagement     ident.EngagementID
	Firm, Provider ident.OrgID
	Holder         Person
	Supervisor     ident.PersonID
}

var firmRoles = []string{"operations_manager", "compliance_officer", "partner", "administrator"}
var providerRoles = []string{"team_lead", "quality_auditor"}

// New lays a world out; Plant writes it.
func New(s Size, now time.Time) *World {
	w := &World{Size: s, Now: now.UTC().Truncate(time.Second), random: rand.New(rand.NewPCG(20261125, 7))} //nolint:gosec // the same world every time
	for i, o := range []org{
		{kind: "firm", country: "US", name: "Aldous & Byrne LLP", zone: "America/Chicago"},
		{kind: "firm", country: "US", name: "Crane Oakes LLP", zone: "America/New_York"},
		{kind: "provider", country: "IN", name: "Meridian", zone: "Asia/Kolkata"},
		{kind: "provider", country: "PH", name: "Lakandula", zone: "Asia/Manila"},
	} {
		o.id = ident.OrgID(id(kindOrg, i))
		w.orgs = append(w.orgs, o)
	}
	w.employ()
	for i := range s.Matters {
		w.Matters = append(w.Matters, w.matter(i))
	}
	w.admitReader()
	return w
}

// admitReader puts one more person on the team of some matters, after all work was given to others.
func (w *World) admitReader() {
	const provider = 2
	i := len(w.People)
	w.Reader = Person{ID: ident.PersonID(id(kindPerson, i)), Org: w.orgs[provider].id, Role: "junior", Token: fmt.Sprintf("bench-%037d", i)}
	w.People = append(w.People, w.Reader)
	for m, left := 0, w.Size.Apart; m < len(w.Matters) && left > 0; m++ {
		if w.Matters[m].provider == provider {
			w.Matters[m].team = append(w.Matters[m].team, i)
			left--
		}
	}
}

// employ gives each firm a fifth of the people and each provider three tenths.
func (w *World) employ() {
	for o := range w.orgs {
		n := w.Size.People / 5
		if w.orgs[o].kind == "provider" {
			n = w.Size.People * 3 / 10
		}
		for i := range n {
			p := Person{ID: ident.PersonID(id(kindPerson, len(w.People))), Org: w.orgs[o].id, Token: fmt.Sprintf("bench-%037d", len(w.People))}
			p.Role, p.Wide = w.role(w.orgs[o].kind, i)
			w.orgs[o].people = append(w.orgs[o].people, len(w.People))
			w.People = append(w.People, p)
		}
	}
}

func (w *World) role(kind string, i int) (role string, wide bool) {
	if kind == "firm" {
		if i < len(firmRoles) {
			return firmRoles[i], firmRoles[i] != "administrator"
		}
		return "supervising_attorney", false
	}
	if i < len(providerRoles) {
		return providerRoles[i], true
	}
	return []string{"junior", "junior", "peer_reviewer", "senior_reviewer"}[i%4], false
}

func (w *World) matter(i int) Matter {
	m := Matter{ID: ident.MatterID(id(kindMatter, i))}
	if w.random.IntN(10) < 4 {
		m.firm = 1
	}
	m.provider = 2
	if w.random.IntN(10) < 3 {
		m.provider = 3
	}
	attorneys := w.with(m.firm, "supervising_attorney")
	m.supervisor = attorneys[w.random.IntN(len(attorneys))]
	m.firmTeam = []int{m.supervisor}
	juniors := w.with(m.provider, "junior")
	first := w.random.IntN(len(juniors))
	for k := range 3 {
		m.team = append(m.team, juniors[(first+k)%len(juniors)])
	}
	for _, role := range []string{"peer_reviewer", "senior_reviewer"} {
		of := w.with(m.provider, role)
		m.team = append(m.team, of[w.random.IntN(len(of))])
	}
	return m
}

func (w *World) with(o int, role string) (out []int) {
	for _, p := range w.orgs[o].people {
		if w.People[p].Role == role {
			out = append(out, p)
		}
	}
	return out
}

// With lists the people of a role.
func (w *World) With(role string) (out []Person) {
	for _, p := range w.People {
		if p.Role == role {
			out = append(out, p)
		}
	}
	return out
}

// OnTeam lists the matters on whose team a person is.
func (w *World) OnTeam(p ident.PersonID) (out []int) {
	for i, m := range w.Matters {
		for _, k := range append(append([]int{}, m.team...), m.firmTeam...) {
			if w.People[k].ID == p {
				out = append(out, i)
			}
		}
	}
	return out
}

// Crowd is a world in which all but a few matters are none of Reader's business.
func Crowd(matters int) Size {
	return Size{People: 200, Matters: matters, Apart: 20, TasksPer: 10, EntriesPer: 0, VersionsPer: 1}
}

// FirmOf and ProviderOf say whose a matter is.
func (w *World) FirmOf(m int) ident.OrgID { return w.orgs[w.Matters[m].firm].id }

// ProviderOf is the provider that works on a matter.
func (w *World) ProviderOf(m int) ident.OrgID { return w.orgs[w.Matters[m].provider].id }
