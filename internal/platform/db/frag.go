package db

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// A Frag is a piece of SQL together with its arguments, so that clause and argument cannot drift apart when
// pieces are joined.
type Frag struct {
	Text string
	Args []any
}

// SQL returns a fragment. It panics when the numbers of ? and of arguments differ: that is a bug in the caller,
// found by the first test that runs it. A question mark inside a literal is not supported; pass it as an argument.
func SQL(text string, args ...any) Frag {
	if n := strings.Count(text, "?"); n != len(args) {
		panic(fmt.Sprintf("db: %d placeholders, %d arguments: %s", n, len(args), text))
	}
	return Frag{text, args}
}

// Join appends fragments in order, with nothing between them.
func (f Frag) Join(more ...Frag) Frag {
	out := Frag{f.Text, append([]any(nil), f.Args...)}
	for _, g := range more {
		out.Text += g.Text
		out.Args = append(out.Args, g.Args...)
	}
	return out
}

// And appends " AND (g)" for each fragment that has a text, so optional conditions read as a list.
func (f Frag) And(conditions ...Frag) Frag {
	for _, g := range conditions {
		if g.Text != "" {
			f = f.Join(Frag{" AND (" + g.Text + ")", g.Args})
		}
	}
	return f
}

// In is the condition that column equals one of values; no values match no row. column is never user input.
func In[T any](column string, values []T) Frag {
	if len(values) == 0 {
		return SQL("1 = 0")
	}
	f := Frag{Text: column + " IN (" + strings.Repeat("?, ", len(values)-1) + "?)"}
	for _, v := range values {
		f.Args = append(f.Args, v)
	}
	return f
}

var numbered [2]sync.Map // per engine: text with ? → text with numbers

// text numbers the placeholders: $1 for PostgreSQL, ?1 for SQLite, where $1 would be numbered by first appearance.
func (f Frag) text(e Engine) string {
	cache, mark := &numbered[0], byte('?')
	if e == Postgres {
		cache, mark = &numbered[1], '$'
	}
	if t, ok := cache.Load(f.Text); ok {
		return t.(string)
	}
	var b strings.Builder
	n := 0
	for i := range len(f.Text) {
		if f.Text[i] != '?' {
			b.WriteByte(f.Text[i])
			continue
		}
		n++
		b.WriteByte(mark)
		b.WriteString(strconv.Itoa(n))
	}
	cache.Store(f.Text, b.String())
	return b.String()
}

// InJSON is column IN the strings of a JSON array: one argument, however many they are.
func InJSON(e Engine, column, array string) Frag {
	if e == Postgres {
		return SQL(column+` = ANY(ARRAY(SELECT jsonb_array_elements_text(CAST(? AS jsonb))))`, array)
	}
	return SQL(column+` IN (SELECT value FROM json_each(?))`, array)
}

// EachJSON selects the strings of a JSON array with their places in it, from 0: columns place and value.
func EachJSON(e Engine, array string) Frag {
	if e == Postgres {
		return SQL(`SELECT j.ordinality - 1 AS place, j.value FROM jsonb_array_elements_text(CAST(? AS JSONB)) WITH ORDINALITY j`, array)
	}
	return SQL(`SELECT key AS place, value FROM json_each(?)`, array)
}
