package world_test

import (
	"crypto/sha256"
	"reflect"
	"slices"
	"strings"
	"testing"

	"countersign/internal/demo/world"
)

func TestEveryKeyExists(t *testing.T) {
	person := func(where, key, org string) {
		t.Helper()
		p, ok := world.PersonBy(key)
		if !ok || (org != "" && p.Org != org) {
			t.Errorf("%s: person %q of %q is unknown", where, key, org)
		}
	}
	clients := map[string]bool{}
	for _, c := range world.Clients() {
		clients[c.Key] = true
	}
	for _, m := range world.Matters() {
		if !clients[m.Client] {
			t.Errorf("%s: client %q is unknown", m.Key, m.Client)
		}
		for _, k := range m.FirmTeam {
			person(m.Key, k, m.Firm)
		}
		for _, k := range m.Team {
			person(m.Key, k, m.Provider)
		}
		for _, w := range m.Walls {
			if slices.Contains(m.Team, w.Person) {
				t.Errorf("%s: %s is on the team and walled off", m.Key, w.Person)
			}
		}
	}
	files := map[string]bool{}
	for _, d := range world.Documents() {
		id := d.Matter + "/" + d.Name
		if files[id] {
			t.Errorf("two documents are called %s", id)
		}
		files[id] = true
	}
	for _, k := range world.Tasks() {
		m, ok := world.MatterBy(k.Matter)
		if !ok || len(k.Instructions) != 5 {
			t.Errorf("%s: matter %q, %d lines of instruction", k.Key, k.Matter, len(k.Instructions))
		}
		for _, who := range []string{k.Drafter, k.Holder} {
			if who != "" && !slices.Contains(append(slices.Clone(m.Team), m.FirmTeam...), who) {
				t.Errorf("%s: %s is not on the matter", k.Key, who)
			}
		}
		for _, f := range k.Files {
			if !files[k.Matter+"/"+f] {
				t.Errorf("%s: file %q is unknown", k.Key, f)
			}
		}
	}
}

func TestPeople(t *testing.T) {
	count, seen := map[string]int{}, map[string]bool{}
	for _, p := range world.People() {
		count[p.Org]++
		if seen[p.Email] || !strings.HasSuffix(p.Email, ".example") {
			t.Errorf("address %s is taken or not under .example", p.Email)
		}
		seen[p.Email] = true
	}
	want := map[string]int{"halsted": 8, "meridian": 12, "oakes": 5, "lakandula": 6}
	if !reflect.DeepEqual(count, want) {
		t.Errorf("people are %v, want %v", count, want)
	}
}

func TestDocumentsRenderTheSameEachTime(t *testing.T) {
	first, second := world.Documents(), world.Documents()
	medicaid := 0
	for i, d := range first {
		a, err := d.Bytes()
		if err != nil {
			t.Fatalf("%s/%s: %v", d.Matter, d.Name, err)
		}
		b, err := second[i].Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if sha256.Sum256(a) != sha256.Sum256(b) {
			t.Errorf("%s/%s differs from run to run", d.Matter, d.Name)
		}
		if d.DataClass == "medicaid" {
			medicaid++
		}
	}
	if len(first) < 110 || medicaid != 1 {
		t.Errorf("%d documents, %d of Medicaid; want at least 110 and 1", len(first), medicaid)
	}
}

func TestFinished(t *testing.T) {
	all := world.Finished(260)
	if !reflect.DeepEqual(all[:100], world.Finished(100)) {
		t.Error("a smaller year is not the head of a larger")
	}
	defective := map[string]int{}
	for _, d := range all {
		if d.Drafter == "" || d.Peer == "" || d.Senior == "" || d.Drafter == d.Peer || d.Peer == d.Senior || d.Drafter == d.Senior {
			t.Errorf("%s on %s: drafted by %q, reviewed by %q and %q", d.Key, d.Matter, d.Drafter, d.Peer, d.Senior)
		}
		if m, _ := world.MatterBy(d.Matter); !consented(m.Client, d.Released.Format("2006-01-02")) {
			t.Errorf("%s on %s was released before its client consented", d.Key, d.Matter)
		}
		if !d.Delivered.After(d.Released) || !d.Delivered.Before(world.Clock) {
			t.Errorf("%s: released %v, delivered %v", d.Key, d.Released, d.Delivered)
		}
		for _, f := range d.Findings {
			if f.Severity != "minor" {
				defective[d.Pilot]++
			}
		}
	}
	if defective["drafting"] != 0 || defective["research"] != 3 || defective[""] == 0 {
		t.Errorf("defective tasks are %v; the pilot's verdicts rest on 0 and 3", defective)
	}
}

func consented(client, on string) bool {
	for _, c := range world.Clients() {
		if c.Key == client {
			return c.ConsentOn != "" && c.ConsentOn <= on
		}
	}
	return false
}
