package wall

import (
	"testing"
	"time"
)

func TestAt(t *testing.T) {
	for _, c := range []struct {
		zone, shown string
		second      bool
		want        string
	}{
		{"America/New_York", "2026-03-04 09:00", First, "2026-03-04T14:00:00Z"},
		{"America/New_York", "2026-03-08 02:30", First, "2026-03-08T07:00:00Z"}, // skipped: 03:00 EDT
		{"America/New_York", "2026-03-08 02:30", Second, "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-03-08 02:00", First, "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-03-08 03:00", First, "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-11-01 01:30", First, "2026-11-01T05:30:00Z"}, // shown twice
		{"America/New_York", "2026-11-01 01:30", Second, "2026-11-01T06:30:00Z"},
		{"America/New_York", "2026-11-01 02:00", First, "2026-11-01T07:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", First, "2026-10-03T15:30:00Z"}, // half an hour
		{"Pacific/Apia", "2011-12-30 12:00", First, "2011-12-30T10:00:00Z"},        // a whole day skipped
		{"Pacific/Apia", "2011-12-29 23:00", First, "2011-12-30T09:00:00Z"},
		{"Asia/Kolkata", "2026-03-04 18:30", Second, "2026-03-04T13:00:00Z"},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := time.Parse("2006-01-02 15:04", c.shown)
		if err != nil {
			t.Fatal(err)
		}
		if got := At(loc, shown, c.second).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.shown, c.zone, got, c.want)
		}
	}
}
