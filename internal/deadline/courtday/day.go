package courtday

import (
	"time"

	"countersign/internal/kernel/fault"
)

// A Day is a date, in days since 1970-01-01. It has no zone: a court date is no instant.
type Day int32

// First and Last are the dates that holidays are known for.
var (
	First = On(1950, time.January, 1)
	Last  = On(2199, time.December, 31)
)

// ListedFrom and ListedTo are the years in which the holidays were compared with lists that others made.
const (
	ListedFrom = 2024
	ListedTo   = 2030
)

const secondsPerDay = 24 * 60 * 60

// On is the date; a day beyond the month's end runs into the next month, as time.Date has it.
func On(year int, month time.Month, day int) Day {
	return Of(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Of is the date that t shows in its own zone.
func Of(t time.Time) Day {
	return Day(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Parse reads YYYY-MM-DD, between First and Last.
//
// Faults: Invalid.
func Parse(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fault.New(fault.Invalid, "A date is written like 2026-11-06.")
	}
	if d := Of(t); d >= First && d <= Last {
		return d, nil
	}
	return 0, fault.New(fault.Invalid, "Dates are counted from "+First.String()+" to "+Last.String()+".")
}

// Time is midnight UTC of the date: for its parts, not as an instant.
func (d Day) Time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// Weekday is the day of the week. 1970-01-01 was a Thursday.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// Weekend reports a Saturday or Sunday.
func (d Day) Weekend() bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// Year is the year of the date.
func (d Day) Year() int { return d.Time().Year() }

// Months is the date n months on, or back when n is negative. A month that is too short gives its last day: a year
// after 29 February is 28 February.
func (d Day) Months(n int) Day {
	y, m, day := d.Time().Date()
	if last := On(y, m+time.Month(n)+1, 0); int(last.Time().Day()) < day {
		return last
	}
	return On(y, m+time.Month(n), day)
}

func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// Named is the date with its weekday, "Fri 2026-11-06".
func (d Day) Named() string { return d.Time().Format("Mon 2006-01-02") }

// MarshalText writes YYYY-MM-DD.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads it.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = Parse(string(text))
	return err
}
