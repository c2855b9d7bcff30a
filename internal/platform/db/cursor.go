package db

import (
	"strconv"
	"strings"

	"countersign/internal/kernel/ident"
)

// A Cursor is the place of a row in a list that is sorted by time and identifier, newest first: "1764068400000000-018b…".
// The zero Cursor is the start of the list.
type Cursor struct {
	At int64 // microseconds
	ID string
}

// ParseCursor reads what String wrote; anything else is the zero Cursor.
func ParseCursor(s string) Cursor {
	at, id, ok := strings.Cut(s, "-")
	n, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil || !ident.Valid(id) {
		return Cursor{}
	}
	return Cursor{n, id}
}

// String writes the cursor for an address; "" for the zero Cursor.
func (c Cursor) String() string {
	if c.ID == "" {
		return ""
	}
	return strconv.FormatInt(c.At, 10) + "-" + c.ID
}

// Older is the condition that a row stands behind the cursor; at and id are its columns, never user input.
func (c Cursor) Older(at, id string) Frag {
	if c.ID == "" {
		return SQL("")
	}
	return SQL(`(`+at+` < ? OR (`+at+` = ? AND `+id+` < ?))`, c.At, c.At, c.ID)
}
