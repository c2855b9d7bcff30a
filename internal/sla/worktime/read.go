package worktime

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Read reads calendars by their names:
//
//	{"calendars": {"NY": {"tz": "America/New_York", "shifts": [{"days": [0, 1], "open": "09:00", "close": "17:00"}], "holidays": ["2026-01-01"]}},
//	 "combined": {"BOTH": {"op": "intersection", "of": ["NY", "KOL"]}}}
//
// Days count from Monday, 0.
func Read(r io.Reader) (map[string]Calendar, error) {
	var in struct {
		Calendars map[string]struct {
			TZ     string
			Shifts []struct {
				Days        []int
				Open, Close string
			}
			Holidays []string
		}
		Combined map[string]combination
	}
	if err := json.NewDecoder(r).Decode(&in); err != nil {
		return nil, fmt.Errorf("worktime: the calendars: %w", err)
	}
	out := map[string]Calendar{}
	for name, c := range in.Calendars {
		zone, err := time.LoadLocation(c.TZ)
		if err != nil || c.TZ == "" {
			return nil, fmt.Errorf("worktime: calendar %s: %q is no zone", name, c.TZ)
		}
		s := &Shifts{In: zone, Closed: map[string]bool{}}
		for _, x := range c.Shifts {
			var one Shift
			if one.Open, err = minutes(x.Open); err == nil {
				one.Close, err = minutes(x.Close)
			}
			for _, d := range x.Days {
				if d < 0 || d > 6 {
					err = fmt.Errorf("day %d", d)
					break
				}
				one.Days[d] = true
			}
			if err != nil {
				return nil, fmt.Errorf("worktime: calendar %s: a shift: %w", name, err)
			}
			s.Shifts = append(s.Shifts, one)
		}
		for _, h := range c.Holidays {
			if _, err := time.Parse(time.DateOnly, h); err != nil {
				return nil, fmt.Errorf("worktime: calendar %s: %q is no day", name, h)
			}
			s.Closed[h] = true
		}
		out[name] = Remember(s)
	}
	return out, combine(out, in.Combined)
}

type combination struct {
	Op string
	Of []string
}

// combine adds calendars that are made of others; those of those come after what they are made of.
func combine(out map[string]Calendar, left map[string]combination) error {
	for len(left) > 0 {
		done := len(out)
		for name, x := range left {
			var of []Calendar
			for _, part := range x.Of {
				if c := out[part]; c != nil {
					of = append(of, c)
				}
			}
			if len(of) < len(x.Of) {
				continue
			}
			switch x.Op {
			case "union":
				out[name] = Remember(Union(of))
			case "intersection":
				out[name] = Remember(Intersection(of))
			default:
				return fmt.Errorf("worktime: calendar %s: %q is no combination: union or intersection", name, x.Op)
			}
			delete(left, name)
		}
		if len(out) == done {
			return errors.New("worktime: combined calendars are made of some that are not there, or of themselves")
		}
	}
	return nil
}

func minutes(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}
