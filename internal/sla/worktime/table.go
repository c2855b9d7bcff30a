package worktime

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// A Table answers the rows of a CSV file. Columns are found by their names; those that it does not know are passed over.
type Table struct {
	needs   []string
	answers []string
	row     func(calendars map[string]Calendar, get func(string) string) ([]string, error)
}

// The tables.
var (
	// DueTable: calendar, start, business_minutes → due_utc, due_local.
	DueTable = Table{[]string{"calendar", "start", "business_minutes"}, []string{"due_utc", "due_local"}, due}
	// ElapsedTable: calendar, start, end, pauses ("start/end;start/end") → elapsed_business_minutes, begun minutes left out.
	ElapsedTable = Table{[]string{"calendar", "start", "end"}, []string{"elapsed_business_minutes"}, elapsed}
	// OverlapTable: us_calendar, offshore_calendar, us_local_date → overlap_minutes, windows, and how far apart the clocks are at noon.
	OverlapTable = Table{[]string{"us_calendar", "offshore_calendar", "us_local_date"},
		[]string{"overlap_minutes", "windows_utc", "windows_us_local", "windows_offshore_local", "hours_apart"}, overlap}
)

// Answer reads rows from in and writes the answers of each under its id to out. A row that cannot be answered is left out; the
// error names the first such line, after everything else was answered.
func (t Table) Answer(in io.Reader, calendars map[string]Calendar, out io.Writer) error {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return errors.New("there is no first line with the names of the columns")
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))] = i
	}
	for _, name := range append([]string{"id"}, t.needs...) {
		if _, ok := at[name]; !ok {
			return fmt.Errorf("there is no column %s", name)
		}
	}
	w := csv.NewWriter(out)
	if err := w.Write(append([]string{"id"}, t.answers...)); err != nil {
		return err
	}
	var first error
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err == nil {
			get := func(name string) string {
				if i, ok := at[name]; ok && i < len(record) {
					return strings.TrimSpace(record[i])
				}
				return ""
			}
			var cells []string
			if cells, err = t.row(calendars, get); err == nil {
				err = w.Write(append([]string{get("id")}, cells...))
			}
		}
		if err != nil && first == nil {
			first = fmt.Errorf("line %d: %w", line, err)
		}
		if _, broken := errors.AsType[*csv.ParseError](err); broken {
			break
		}
	}
	w.Flush()
	return errors.Join(first, w.Error())
}

func calendar(calendars map[string]Calendar, name string) (Calendar, error) {
	if c := calendars[name]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("there is no calendar %q", name)
}

func at(column, s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, fmt.Errorf("%s: %q is no instant, such as 2026-03-04T10:00:00-05:00", column, s)
	}
	return t, nil
}

// instants are written with their offset, UTC as +00:00.
const offset = "2006-01-02T15:04:05-07:00"

func due(calendars map[string]Calendar, get func(string) string) ([]string, error) {
	c, err := calendar(calendars, get("calendar"))
	if err != nil {
		return nil, err
	}
	start, err := at("start", get("start"))
	if err != nil {
		return nil, err
	}
	n, err := strconv.ParseInt(get("business_minutes"), 10, 32)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("business_minutes: %q is no number of minutes", get("business_minutes"))
	}
	t, err := Due(c, start, time.Duration(n)*time.Minute)
	if err != nil {
		return nil, err
	}
	return []string{t.UTC().Format(offset), t.In(c.Zone()).Format(offset)}, nil
}

func elapsed(calendars map[string]Calendar, get func(string) string) ([]string, error) {
	c, err := calendar(calendars, get("calendar"))
	if err != nil {
		return nil, err
	}
	start, err := at("start", get("start"))
	if err != nil {
		return nil, err
	}
	end, err := at("end", get("end"))
	if err != nil {
		return nil, err
	}
	if end.Before(start) {
		return nil, errors.New("end: it is before the start")
	}
	var pauses []Span
	for p := range strings.SplitSeq(get("pauses"), ";") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		from, to, _ := strings.Cut(p, "/")
		var s Span
		if s.From, err = at("pauses", from); err == nil {
			s.To, err = at("pauses", to)
		}
		if err != nil {
			return nil, err
		}
		pauses = append(pauses, s)
	}
	return []string{strconv.FormatInt(int64(Elapsed(c, start, end, pauses)/time.Minute), 10)}, nil
}

func overlap(calendars map[string]Calendar, get func(string) string) ([]string, error) {
	us, err := calendar(calendars, get("us_calendar"))
	if err != nil {
		return nil, err
	}
	offshore, err := calendar(calendars, get("offshore_calendar"))
	if err != nil {
		return nil, err
	}
	day, err := time.Parse(time.DateOnly, get("us_local_date"))
	if err != nil {
		return nil, fmt.Errorf("us_local_date: %q is no day, such as 2026-03-04", get("us_local_date"))
	}
	windows, ahead := Joint(us, offshore, day)
	var total time.Duration
	var utc, here, there []string
	for _, s := range windows {
		total += s.To.Sub(s.From)
		utc = append(utc, s.From.UTC().Format("2006-01-02T15:04Z")+"/"+s.To.UTC().Format("2006-01-02T15:04Z"))
		here = append(here, s.From.In(us.Zone()).Format("15:04")+"-"+s.To.In(us.Zone()).Format("15:04"))
		there = append(there, s.From.In(offshore.Zone()).Format("Mon 15:04")+"-"+s.To.In(offshore.Zone()).Format("Mon 15:04"))
	}
	return []string{strconv.FormatInt(int64(total/time.Minute), 10), strings.Join(utc, ";"), strings.Join(here, ";"), strings.Join(there, ";"), hours(ahead)}, nil
}

// hours is a difference of clocks, "9:30:00".
func hours(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	return fmt.Sprintf("%s%d:%02d:%02d", sign, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}
