package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	parser "github.com/emersion/go-ical"

	"countersign/internal/deadline/ical"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func written(t *testing.T, c ical.Calendar) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Another program's parser reads back what is written.
func TestReadBack(t *testing.T) {
	chicago := zone(t, "America/Chicago")
	stamp := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)
	says := "Kestrel; Brandt, “Müller” \\ 東京 " + strings.Repeat("é", 90) + "\nsecond line\x00"
	text := written(t, ical.Calendar{Name: "Deadlines, all", Events: []ical.Event{
		{UID: "1@countersign", Sequence: 2, Stamp: stamp, Day: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), Summary: "2026-0001: Answer (D-1)", About: says, URL: "https://dockets.example/deadlines/1"},
		{UID: "2@countersign", Stamp: stamp, Start: time.Date(2026, 7, 6, 10, 0, 0, 0, chicago), Summary: "Hearing", Cancelled: true},
		{UID: "3@countersign", Stamp: stamp, Start: time.Date(2027, 1, 8, 23, 59, 0, 0, chicago), Summary: "Filing"},
		{UID: "4@countersign", Stamp: stamp, Start: time.Date(2027, 1, 8, 23, 59, 0, 0, time.UTC), Summary: "Filing abroad"},
	}})
	for l := range strings.SplitSeq(text, "\r\n") {
		if len(l) > 75 {
			t.Errorf("a line of %d octets: %s", len(l), l)
		}
	}
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		t.Error("a line ends without CRLF")
	}
	c, err := parser.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	all := c.Events()
	if len(all) != 4 {
		t.Fatalf("%d events", len(all))
	}
	if got, _ := all[0].Props.Text("DESCRIPTION"); got != strings.TrimSuffix(says, "\x00") {
		t.Errorf("%q", got)
	}
	if p := all[0].Props.Get("DTSTART"); p.Value != "20261130" || p.ValueType() != parser.ValueDate || all[0].Props.Get("DTEND").Value != "20261201" || all[0].Props.Get("SEQUENCE").Value != "2" {
		t.Errorf("%+v", p)
	}
	for i, want := range []string{"2026-07-06T15:00:00Z", "2027-01-09T05:59:00Z", "2027-01-08T23:59:00Z"} {
		at, err := all[i+1].DateTimeStart(time.UTC)
		if err != nil || at.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s, want %s; %v", at, want, err)
		}
	}
	if s, err := all[1].Status(); err != nil || s != parser.EventCancelled {
		t.Errorf("%s, %v", s, err)
	}
}

// A zone is defined for the years of its events: a program without a table of zones finds the same instants.
func TestZones(t *testing.T) {
	for _, c := range []struct {
		zone string
		at   string // by the clock there
		utc  string
	}{
		{"America/Chicago", "2026-03-08 01:59", "2026-03-08T07:59:00Z"}, {"America/Chicago", "2026-03-08 03:00", "2026-03-08T08:00:00Z"}, {"America/Chicago", "2026-01-01 00:00", "2026-01-01T06:00:00Z"},
		{"America/Chicago", "2026-12-31 23:59", "2027-01-01T05:59:00Z"}, {"America/Phoenix", "2026-07-01 09:00", "2026-07-01T16:00:00Z"}, {"Asia/Kolkata", "2026-07-01 09:00", "2026-07-01T03:30:00Z"},
	} {
		z := zone(t, c.zone)
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, z)
		if err != nil {
			t.Fatal(err)
		}
		text := written(t, ical.Calendar{Events: []ical.Event{{UID: "1", Start: at, Summary: "x"}}})
		if got := byDefinition(t, text, at.Format("20060102T150405")); got != c.utc {
			t.Errorf("%s in %s is %s, want %s\n%s", c.at, c.zone, got, c.utc, text)
		}
	}
}

// byDefinition turns a time of the calendar's one zone into UTC by its VTIMEZONE alone.
func byDefinition(t *testing.T, text, local string) string {
	t.Helper()
	c, err := parser.NewDecoder(strings.NewReader(text)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	best, offset := "", ""
	for _, z := range c.Children {
		if z.Name != "VTIMEZONE" {
			continue
		}
		for _, o := range z.Children {
			if s := o.Props.Get("DTSTART").Value; s <= local && s > best {
				best, offset = s, o.Props.Get("TZOFFSETTO").Value
			}
		}
	}
	at, err := time.Parse("20060102T150405 -0700", local+" "+offset)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC().Format(time.RFC3339)
}

func FuzzText(f *testing.F) {
	f.Add("a,b;c\\d\ne")
	f.Add(strings.Repeat("東", 60))
	f.Fuzz(func(t *testing.T, s string) {
		text := written(t, ical.Calendar{Events: []ical.Event{{UID: "1", Day: time.Unix(0, 0), Summary: s}}})
		if strings.Count(text, "BEGIN:") != 2 {
			t.Fatalf("%q adds a part: %s", s, text)
		}
		c, err := parser.NewDecoder(strings.NewReader(text)).Decode()
		if err != nil || len(c.Events()) != 1 {
			t.Fatalf("%q: %v in\n%s", s, err, text)
		}
	})
}
