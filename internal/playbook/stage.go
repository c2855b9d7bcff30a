package playbook

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/kernel/fault"
)

// A StageKind is what happens at a stage.
type StageKind string

// The kinds of stage.
const (
	Draft      StageKind = "draft"      // the work is written
	Review     StageKind = "review"     // somebody else checks it
	Acceptance StageKind = "acceptance" // the supervising attorney takes it over
)

// A Stage is one step on the way of a task from hand to hand.
type Stage struct {
	Key          string    `json:"key"` // stable within the playbook's versions: "peer"
	Name         string    `json:"name"`
	Kind         StageKind `json:"kind"`
	Role         string    `json:"role"`          // organization role that a person needs here
	BlindPercent int       `json:"blind_percent"` // of tasks, 0 to 100, whose reviewer sees no earlier finding; reviews only
}

// Roles that a stage can ask for.
const (
	RoleJunior   = "junior"
	RolePeer     = "peer_reviewer"
	RoleSenior   = "senior_reviewer"
	RoleAttorney = "supervising_attorney"
)

// rolesFor are the roles that may hold a stage of each kind. A review belongs to a reviewer, and the attorney comes
// last: she appears once, so a review of hers would shut her out of the acceptance.
var rolesFor = map[StageKind][]string{
	Draft:      {RoleJunior, RolePeer, RoleSenior},
	Review:     {RolePeer, RoleSenior},
	Acceptance: {RoleAttorney},
}

// MaxStages bounds a playbook's stages: a board still shows them side by side.
const MaxStages = 12

var stageKey = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// DefaultStages are those of a playbook that nobody has changed yet.
func DefaultStages() []Stage {
	return []Stage{
		{Key: "draft", Name: "Draft", Kind: Draft, Role: RoleJunior},
		{Key: "peer", Name: "Peer review", Kind: Review, Role: RolePeer, BlindPercent: 30},
		{Key: "senior", Name: "Senior review", Kind: Review, Role: RoleSenior},
		{Key: "acceptance", Name: "Attorney acceptance", Kind: Acceptance, Role: RoleAttorney},
	}
}

// CheckStages holds the rules that a firm cannot edit. Fields are named "stages", or "stage-2-name" for one stage,
// counted from 0.
//
// Faults: Invalid.
func CheckStages(stages []Stage) error {
	switch {
	case len(stages) < 2:
		return fault.InField("stages", "A playbook has at least a draft and an attorney acceptance.")
	case len(stages) > MaxStages:
		return fault.InField("stages", "A playbook has at most "+strconv.Itoa(MaxStages)+" stages.")
	case stages[0].Kind != Draft:
		return fault.InField("stages", "The first stage is the draft.")
	case stages[len(stages)-1].Kind != Acceptance:
		return fault.InField("stages", "The last stage is the attorney's acceptance.")
	}
	seen := map[string]bool{}
	for i, s := range stages {
		if err := s.check(i, i == 0, i == len(stages)-1); err != nil {
			return err
		}
		if seen[s.Key] {
			return fault.InField(stageField(i, "key"), "Two stages have the key “"+s.Key+"”: give one of them another.")
		}
		seen[s.Key] = true
	}
	return nil
}

func (s Stage) check(i int, first, last bool) error {
	name := strings.TrimSpace(s.Name)
	roles, known := rolesFor[s.Kind]
	switch {
	case !known:
		return fault.InField(stageField(i, "kind"), "A stage is a draft, a review or an acceptance.")
	case s.Kind == Draft && !first:
		return fault.InField("stages", "There is one draft stage, and it comes first.")
	case s.Kind == Acceptance && !last:
		return fault.InField("stages", "There is one acceptance, and it comes last.")
	case !stageKey.MatchString(s.Key):
		return fault.InField(stageField(i, "key"), "A stage's key is a short word in small letters, such as “peer”.")
	case name == "":
		return fault.InField(stageField(i, "name"), "Give the stage a name.")
	case utf8.RuneCountInString(name) > 60 || strings.ContainsAny(name, "\r\n"):
		return fault.InField(stageField(i, "name"), "A stage's name is one line of at most 60 characters.")
	case !slices.Contains(roles, s.Role):
		return fault.InField(stageField(i, "role"), roleRule(s.Kind))
	case s.BlindPercent < 0 || s.BlindPercent > 100:
		return fault.InField(stageField(i, "blind"), "The share of blind reviews lies between 0 and 100 per cent.")
	case s.Kind != Review && s.BlindPercent != 0:
		return fault.InField(stageField(i, "blind"), "Only a review can be blind.")
	}
	return nil
}

func roleRule(k StageKind) string {
	switch k {
	case Acceptance:
		return "The acceptance belongs to the supervising attorney."
	case Review:
		return "A review belongs to a peer reviewer or a senior reviewer."
	}
	return "A draft belongs to a junior, a peer reviewer or a senior reviewer."
}

func stageField(i int, part string) string { return "stage-" + strconv.Itoa(i) + "-" + part }
