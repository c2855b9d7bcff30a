package rule

import (
	_ "embed"
	"encoding/json"
	"slices"

	"countersign/internal/deadline/courtday"
	"countersign/internal/kernel/fault"
)

// A Chain is dates that hang on each other. Facts are given, the other links follow: compute the chain anew when a fact
// changes, and keep what it gave before.
type Chain struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Links []Link `json:"links"`
}

// A Link is one date of a chain: a fact (nothing but a name), a period from another link, or the earlier or later of some.
type Link struct {
	Name         string   `json:"name"`
	Rule         string   `json:"rule,omitempty"`
	After        string   `json:"after,omitempty"` // the link whose date starts the period
	Jurisdiction string   `json:"jurisdiction,omitempty"`
	Service      Service  `json:"service,omitempty"`
	Safe         bool     `json:"safe,omitempty"` // the earliest date instead of the expected
	EarlierOf    []string `json:"earlier_of,omitempty"`
	LaterOf      []string `json:"later_of,omitempty"`
}

// Given reports whether the link is a fact.
func (l Link) Given() bool { return l.Rule == "" && l.EarlierOf == nil && l.LaterOf == nil }

// A Dated is a link with its date; Known is false where a fact that it hangs on is missing.
type Dated struct {
	Link       Link
	Known      bool
	On         courtday.Day
	Derivation *Derivation // of a period
}

//go:embed chains.json
var chainsJSON []byte

// Chains are the chains that the program carries.
var Chains = loadChains(chainsJSON)

func loadChains(data []byte) (all []Chain) {
	if err := json.Unmarshal(data, &all); err != nil {
		panic(err)
	}
	for _, c := range all {
		if err := c.check(); err != nil {
			panic("chains.json: " + c.ID + ": " + err.Error())
		}
	}
	return all
}

// FindChain returns the chain with the id.
//
// Faults: NotFound.
func FindChain(id string) (Chain, error) {
	if i := slices.IndexFunc(Chains, func(c Chain) bool { return c.ID == id }); i >= 0 {
		return Chains[i], nil
	}
	return Chain{}, fault.New(fault.NotFound, "There is no chain "+quoted(id)+".")
}

// check refuses a link that hangs on one that comes later: so no chain runs in a circle.
func (c Chain) check() error {
	seen := map[string]bool{}
	for _, l := range c.Links {
		needs := append(slices.Clone(l.EarlierOf), l.LaterOf...)
		if l.Rule != "" {
			needs = append(needs, l.After)
			if _, err := Find(l.Rule); err != nil {
				return err
			}
		}
		for _, n := range needs {
			if !seen[n] {
				return fault.New(fault.Invalid, l.Name+" hangs on "+quoted(n)+", which does not come before it.")
			}
		}
		seen[l.Name] = true
	}
	return nil
}

// Compute dates the links from the facts. A fact may also replace what a rule gives: an order may set the date.
//
// Faults: Invalid.
func (c Chain) Compute(facts map[string]courtday.Day) ([]Dated, error) {
	for name := range facts {
		if !slices.ContainsFunc(c.Links, func(l Link) bool { return l.Name == name }) {
			return nil, fault.InField("given", "The chain has no date "+quoted(name)+".")
		}
	}
	out, at := make([]Dated, len(c.Links)), map[string]*Dated{}
	for i, l := range c.Links {
		d := &out[i]
		d.Link, at[l.Name] = l, d
		var err error
		switch fact, given := facts[l.Name]; {
		case given:
			d.On, d.Known = fact, true
		case l.Rule != "":
			err = d.derive(at[l.After])
		case l.EarlierOf != nil:
			d.choose(l.EarlierOf, at, func(a, b courtday.Day) bool { return a < b })
		case l.LaterOf != nil:
			d.choose(l.LaterOf, at, func(a, b courtday.Day) bool { return a > b })
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (d *Dated) derive(from *Dated) error {
	if !from.Known {
		return nil
	}
	r, err := Find(d.Link.Rule)
	if err != nil {
		return err
	}
	got, err := Derive(Request{Rule: r, Trigger: from.On, Jurisdiction: d.Link.Jurisdiction, Service: d.Link.Service})
	if err != nil {
		return err
	}
	d.On, d.Known, d.Derivation = got.Expected, true, &got
	if d.Link.Safe {
		d.On = got.Earliest
	}
	return nil
}

// choose takes the best of the limbs. A limb that is not known yet leaves it open: it might still be the one.
func (d *Dated) choose(limbs []string, at map[string]*Dated, better func(a, b courtday.Day) bool) {
	for i, name := range limbs {
		limb := at[name]
		if !limb.Known {
			d.Known = false
			return
		}
		if i == 0 || better(limb.On, d.On) {
			d.On, d.Known = limb.On, true
		}
	}
}
