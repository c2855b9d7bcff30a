package window

import (
	"strings"
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	at := func(clock string) time.Time {
		c, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, c := range []struct{ networks, from, until, address, clock, shut string }{
		{"", "", "", "", "03:00", ""},
		{"203.0.113.0/24", "", "", "203.0.113.9", "03:00", ""},
		{"203.0.113.0/24", "", "", "203.0.114.9", "03:00", "network"},
		{"203.0.113.77/24", "", "", "::ffff:203.0.113.9", "03:00", ""},
		{"198.51.100.7, 2001:db8::/32", "", "", "2001:db8:1::5", "03:00", ""},
		{"198.51.100.7", "", "", "198.51.100.8", "03:00", "network"},
		{"198.51.100.7", "", "", "", "03:00", "network"},
		{"198.51.100.7", "", "", "not an address", "03:00", "network"},
		{"", "09:00", "19:00", "", "09:00", ""},
		{"", "09:00", "19:00", "", "18:59", ""},
		{"", "09:00", "19:00", "", "19:00", "hours"},
		{"", "22:00", "06:30", "", "23:10", ""},
		{"", "22:00", "06:30", "", "06:29", ""},
		{"", "22:00", "06:30", "", "12:00", "hours"},
		{"198.51.100.7", "22:00", "06:30", "", "12:00", "network hours"},
	} {
		w, err := Parse(c.networks, c.from, c.until)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		if got := strings.Join(w.Shut(c.address, at(c.clock)), " "); got != c.shut {
			t.Errorf("%+v: %q", c, got)
		}
		if again, err := Parse(w.Written(), c.from, c.until); err != nil || again.Written() != w.Written() {
			t.Errorf("%q does not read back: %v", w.Written(), err)
		}
	}
}

func TestWindowRefused(t *testing.T) {
	for _, c := range [][3]string{{"203.0.113.0/33", "", ""}, {"here", "", ""}, {strings.Repeat("198.51.100.7 ", 51), "", ""}, {"", "09:00", ""}, {"", "25:00", "26:00"}, {"", "9", "10"}, {"", "09:00", "09:00"}} {
		if w, err := Parse(c[0], c[1], c[2]); err == nil {
			t.Errorf("%q is taken: %+v", c, w)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("203.0.113.0/24, 2001:db8::/32", "09:00", "19:00", "203.0.113.4")
	f.Fuzz(func(t *testing.T, networks, from, until, address string) {
		w, err := Parse(networks, from, until)
		if err != nil {
			return
		}
		w.Shut(address, time.Unix(0, 0).UTC())
		if again, err := Parse(w.Written(), "", ""); err != nil || again.Written() != w.Written() {
			t.Errorf("%q does not read back: %v", w.Written(), err)
		}
	})
}
