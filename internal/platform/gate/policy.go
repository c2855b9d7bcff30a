package gate

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/platform/db"
)

//go:embed policies/*.cedar
var policyFiles embed.FS

// A policySet is the policies that are asked together, with the hash of their text.
type policySet struct {
	set   *cedar.PolicySet
	order []cedar.PolicyID // as they are written
	text  string
	hash  string
}

func embedded() (*policySet, error) {
	var text strings.Builder
	names, err := fs.Glob(policyFiles, "policies/*.cedar")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, n := range names {
		b, err := policyFiles.ReadFile(n)
		if err != nil {
			return nil, err
		}
		text.Write(b)
		text.WriteString("\n")
	}
	return parse(text.String())
}

// parse reads policies; each must carry @id, and a forbid must carry @name and @say, or it could not be explained.
func parse(text string) (*policySet, error) {
	list, err := cedar.NewPolicyListFromBytes("policies", []byte(text))
	if err != nil {
		return nil, fmt.Errorf("gate: policies: %w", err)
	}
	set := cedar.NewPolicySet()
	var order []cedar.PolicyID
	for _, p := range list {
		a := p.Annotations()
		id := string(a["id"])
		if id == "" || p.Effect() == cedar.Forbid && (a["name"] == "" || a["say"] == "") {
			return nil, fmt.Errorf("gate: the policy at line %d lacks @id, @name or @say", p.Position().Line)
		}
		if !set.Add(cedar.PolicyID(id), p) {
			return nil, fmt.Errorf("gate: two policies are called %s", id)
		}
		order = append(order, cedar.PolicyID(id))
	}
	sum := sha256.Sum256([]byte(text))
	return &policySet{set, order, text, hex.EncodeToString(sum[:])}, nil
}

// A ReleaseRule is a rule that every release must pass.
type ReleaseRule struct {
	authz.Rule
	Holds string // what is true while the gate is open
}

// Gates returns the gates of the embedded policies in the order in which they are written: every policy whose @id
// begins with "gate-". Clauses of an engagement are not among them; one that refuses is in the Decision.
func (v View) Gates() (out []ReleaseRule) {
	p := v.gate.base
	for _, id := range p.order {
		if strings.HasPrefix(string(id), "gate-") {
			a := p.set.Get(id).Annotations()
			out = append(out, ReleaseRule{authz.Rule{ID: string(id), Name: string(a["name"]), Say: string(a["say"]), Fix: string(a["fix"])}, string(a["holds"])})
		}
	}
	return out
}

// source is the text of a policy as it is written, without the comment before it; "" when there is none of that name.
func (p *policySet) source(id string) string {
	one := p.set.Get(cedar.PolicyID(id))
	if one == nil {
		return ""
	}
	text := p.text[one.Position().Offset:]
	for _, next := range p.order { // the next one ends it
		if n := p.set.Get(next).Position().Offset - one.Position().Offset; n > 0 && n < len(text) {
			text = text[:n]
		}
	}
	return text[:strings.LastIndexByte(text, ';')+1]
}

var sliced sync.Map // text of base and clauses → *policySet

// policies returns the base policies with the clauses of the engagement that are in force.
func (g *Gate) policies(ctx context.Context, q db.Reader, engagement string, now time.Time) (*policySet, error) {
	if engagement == "" {
		return g.base, nil
	}
	at := db.Micros(now)
	clauses, err := db.Column[string](ctx, q, db.SQL(`SELECT text FROM gate_clause WHERE engagement_id = ? AND from_at <= ? AND until_at > ? ORDER BY id`, engagement, at, at))
	if err != nil || len(clauses) == 0 {
		return g.base, err
	}
	text := g.base.text + strings.Join(clauses, "\n")
	if s, ok := sliced.Load(text); ok {
		return s.(*policySet), nil
	}
	s, err := parse(text)
	if err == nil {
		sliced.Store(text, s)
	}
	return s, err
}

// ErrPolicy is that a policy could not be evaluated: it asks for what the subject does not say. It is a deny.
var ErrPolicy = errors.New("gate: a policy cannot be evaluated")

// decide asks Cedar. Every forbid that applies is reported, so that a page can show all closed gates at once.
func (p *policySet) decide(who actor.Actor, now time.Time, action authz.Action, s authz.Subject, f facts) (authz.Decision, error) {
	d := authz.Decision{Policy: p.hash}
	resource, err := resourceEntity(s, f)
	if err != nil {
		return d, err
	}
	principal := types.NewEntityUID("Person", types.String(who.Person))
	if who.IsSystem() {
		principal = types.NewEntityUID("System", types.String(strings.TrimPrefix(who.Via, "job:")))
	}
	entities := types.EntityMap{
		principal: {UID: principal, Attributes: types.NewRecord(types.RecordMap{
			"id": types.String(who.Person), "org": types.String(who.Org), "side": types.String(f.side),
			"roles": stringSet(f.roles), "matter_roles": stringSet(f.matterRoles),
			"mfa":          types.Boolean(len(f.subject["person.mfa"]) > 0),
			"competencies": stringSet(f.subject["person.competency"]),
			"site":         types.String(last(f.subject["person.site"])), // country; "" where the organization is
		})},
		resource.UID: resource,
	}
	decision, diag := cedar.Authorize(p.set, entities, cedar.Request{
		Principal: principal, Action: types.NewEntityUID("Action", types.String(action)), Resource: resource.UID,
		Context: types.NewRecord(types.RecordMap{
			"session_mfa": types.Boolean(who.MFA),
			"stepped_up":  types.Boolean(!who.SteppedUpAt.IsZero() && now.Sub(who.SteppedUpAt) <= StepUpLasts && now.Sub(who.SteppedUpAt) >= -StepUpLasts),
			"via":         types.String(who.Via),
		})})
	if len(diag.Errors) > 0 {
		return d, fmt.Errorf("%w: %s on %s: %s", ErrPolicy, diag.Errors[0].PolicyID, action, diag.Errors[0].Message)
	}
	d.Allowed = decision == cedar.Allow
	for _, r := range diag.Reasons {
		a := p.set.Get(r.PolicyID).Annotations()
		d.Rules = append(d.Rules, authz.Rule{ID: string(r.PolicyID), Name: string(a["name"]), Say: string(a["say"]), Fix: string(a["fix"])})
	}
	slices.SortFunc(d.Rules, func(x, y authz.Rule) int { return strings.Compare(x.ID, y.ID) })
	return d, nil
}

// resourceEntity gives every resource the records matter and engagement, with a default for each fact, so that no
// policy errs on a missing attribute.
func resourceEntity(s authz.Subject, f facts) (types.Entity, error) {
	one := func(name string) types.String { return types.String(last(f.subject[name])) }
	attrs := types.RecordMap{
		"org": types.String(s.Org), "provider": types.String(s.Provider),
		"matter": types.NewRecord(types.RecordMap{
			"state": one("matter.state"), "data_class": one("matter.data_class"), "parties": one("matter.parties"),
			"supervisor": one("matter.supervisor"), "delegate": one("matter.delegate"),
			"restrictions": stringSet(f.subject["matter.restriction"]), "undertakings": stringSet(f.subject["matter.undertaking"]),
			"consents": stringSet(f.subject["matter.consent"]), "conflicts": stringSet(f.subject["matter.conflict"]),
		}),
		"engagement": types.NewRecord(types.RecordMap{
			"phase": one("engagement.phase"), "country": one("engagement.country"), "agreements": stringSet(f.subject["engagement.agreement"]),
		}),
		// The key that a consent must match, and the key that a conflict clearance must match.
		"consent_needed":  types.String(s.Provider + "|" + string(one("engagement.country")) + "|" + string(one("matter.data_class"))),
		"conflict_needed": types.String(s.Provider + "|" + string(one("matter.parties"))),
	}
	for name, v := range s.Attrs {
		switch v := v.(type) {
		case string:
			attrs[types.String(name)] = types.String(v)
		case bool:
			attrs[types.String(name)] = types.Boolean(v)
		case int64:
			attrs[types.String(name)] = types.Long(v)
		case []string:
			attrs[types.String(name)] = stringSet(v)
		default:
			return types.Entity{}, fmt.Errorf("gate: attribute %s of %s has type %T", name, s.Ref, v)
		}
	}
	kind := s.Kind
	if kind == "" {
		return types.Entity{}, fmt.Errorf("gate: a subject without a kind (%s)", strconv.Quote(s.ID))
	}
	uid := types.NewEntityUID(types.EntityType(strings.ToUpper(kind[:1])+kind[1:]), types.String(s.ID))
	return types.Entity{UID: uid, Attributes: types.NewRecord(attrs)}, nil
}

func last(vs []string) string {
	if len(vs) == 0 {
		return ""
	}
	return vs[len(vs)-1]
}

func stringSet(vs []string) types.Set {
	out := make([]types.Value, len(vs))
	for i, v := range vs {
		out[i] = types.String(v)
	}
	return types.NewSet(out...)
}

// onlyForbids checks the text of a contract clause together with the base it will be asked with.
func onlyForbids(base, clause string) error {
	list, err := cedar.NewPolicyListFromBytes("clause", []byte(clause))
	if err != nil {
		return err
	}
	for _, p := range list {
		if p.Effect() != cedar.Forbid {
			return fmt.Errorf("line %d permits", p.Position().Line)
		}
	}
	_, err = parse(base + clause)
	return err
}
