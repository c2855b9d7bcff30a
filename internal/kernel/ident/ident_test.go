package ident

import "testing"

func TestNewIsAVersion7UUIDThatSortsByBirth(t *testing.T) {
	early, late := at(1_700_000_000_000<<12), at(1_700_000_000_001<<12)
	if early >= late {
		t.Errorf("%s is not before %s", early, late)
	}
	if early[:13] != "018bcfe5-6800" {
		t.Errorf("time bits: %s", early)
	}
	before := ""
	for range 10_000 {
		id := New()
		if id <= before {
			t.Fatalf("%s was made after %s and sorts before it", id, before)
		}
		before = id
		if !Valid(id) || id[14] != '7' || (id[19] != '8' && id[19] != '9' && id[19] != 'a' && id[19] != 'b') {
			t.Fatalf("%s is not a version 7 UUID", id)
		}
	}
}

func TestValidRefusesJunk(t *testing.T) {
	for _, s := range []string{"", "x", "../../etc/passwd", "018bcfe5-6800-7000-8000-00000000000G", "018BCFE5-6800-7000-8000-000000000000", "018bcfe5x6800-7000-8000-000000000000"} {
		if Valid(s) {
			t.Errorf("%q passed", s)
		}
	}
}
