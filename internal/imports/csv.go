package imports

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/internal/kernel/fault"
)

// Limits of a file.
const (
	MaxBytes = 2 << 20
	MaxRows  = 5000
)

// A Kind is what a file holds.
type Kind string

// The kinds.
const (
	Clients Kind = "clients"
	Matters Kind = "matters"
	Parties Kind = "parties"
	Team    Kind = "team"
	People  Kind = "people" // invitations to join the organization
)

// Kinds in the order in which they are imported.
var Kinds = []Kind{People, Clients, Matters, Parties, Team}

var columnsOf = map[Kind][]string{
	Clients: {"name"},
	Matters: {"number", "title", "client", "practice_area", "jurisdiction", "data_class", "supervisor_email", "delegate_email"},
	Parties: {"matter", "name", "role"},
	Team:    {"matter", "email"},
	People:  {"name", "email", "title", "roles"},
}

var examples = map[Kind]string{
	Clients: "name\r\nKestrel Logistics\r\n\"Vireo Systems, Inc.\"\r\n",
	Matters: "number,title,client,practice_area,jurisdiction,data_class,supervisor_email,delegate_email\r\n2026-0101,Brandt v. Kestrel,Kestrel Logistics,litigation,US-FED/IL,confidential,attorney@firm.example,\r\n",
	Parties: "matter,name,role\r\n2026-0101,Kestrel Logistics,defendant\r\n2026-0101,Karen L. Brandt,plaintiff\r\n",
	Team:    "matter,email\r\n2026-0101,paralegal@provider.example\r\n",
	People:  "name,email,title,roles\r\nRuth Feldman,ruth@firm.example,Operations manager,operations_manager\r\nAlan Dale,alan@firm.example,Partner,partner compliance_officer\r\n",
}

// Example is a file of the kind that would be taken; "" for an unknown kind.
func Example(k Kind) string { return examples[k] }

// Columns are the columns that a file of the kind must have, in any order.
func Columns(k Kind) []string { return columnsOf[k] }

// A record is one row of a file: its line and its cells by column. wrong says why the row cannot be taken as it stands.
type record struct {
	line  int
	cells map[string]string
	wrong string
}

func refuse(say string) error { return fault.InField("file", say) }

// parse reads a file: UTF-8 with or without a byte order mark, or Windows-1252; separated by commas or, as spreadsheets
// in much of Europe write it, semicolons.
//
// Faults: Invalid (field "file").
func parse(k Kind, data []byte) ([]record, error) {
	columns, ok := columnsOf[k]
	if !ok {
		return nil, fault.InField("kind", "Choose what the file holds.")
	}
	text, err := decode(data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	if head, _, _ := strings.Cut(text, "\n"); strings.Contains(head, ";") && !strings.Contains(head, ",") {
		r.Comma = ';'
	}
	head, err := r.Read()
	if err != nil {
		return nil, unreadable(err)
	}
	at, err := header(columns, head)
	if err != nil {
		return nil, err
	}
	var out []record
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(err)
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if len(out) == MaxRows {
			return nil, refuse("The file has more than " + strconv.Itoa(MaxRows) + " rows. Split it and import the parts one after the other.")
		}
		line, _ := r.FieldPos(0)
		out = append(out, row(line, at, len(head), cells))
	}
	if len(out) == 0 {
		return nil, refuse("The file has a header and no rows.")
	}
	return out, nil
}

// decode gives the text of a file as UTF-8.
func decode(data []byte) (string, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return "", refuse("The file is empty.")
	case len(data) > MaxBytes:
		return "", refuse("The file is larger than 2 MB. Split it and import the parts one after the other.")
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "", refuse("The file is UTF-16. Save it as \"CSV UTF-8\" and choose it again.")
	case bytes.IndexByte(data, 0) >= 0 || bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return "", refuse("This is not a CSV file. Save the sheet as \"CSV UTF-8\" and choose it again.")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if utf8.Valid(data) {
		return string(data), nil
	}
	var b strings.Builder
	for _, c := range data {
		r := rune(c)
		if c >= 0x80 && c < 0xa0 {
			if r = windows1252[c-0x80]; r == 0 {
				return "", refuse("The file is neither UTF-8 nor Windows-1252 text. Save it as \"CSV UTF-8\" and choose it again.")
			}
		}
		b.WriteRune(r)
	}
	return b.String(), nil
}

// windows1252 is bytes 0x80 to 0x9F; the rest are as in Latin-1. 0 is unassigned (WHATWG Encoding, index windows-1252).
var windows1252 = [32]rune{'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0, 0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ'}

func unreadable(err error) error {
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		return refuse("Line " + strconv.Itoa(p.StartLine) + " cannot be read: a quotation mark is opened and not closed, or stands inside a cell without being doubled.")
	}
	return refuse("The file cannot be read as CSV.")
}

// header finds where each column stands.
func header(columns, head []string) (map[string]int, error) {
	at := map[string]int{}
	for i, h := range head {
		name := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(h)), " ", "_")
		if !slices.Contains(columns, name) {
			return nil, refuse("The header names a column that is not known. The columns are: " + strings.Join(columns, ", ") + ".")
		}
		if _, twice := at[name]; twice {
			return nil, refuse("The header names the column " + name + " twice.")
		}
		at[name] = i
	}
	var missing []string
	for _, c := range columns {
		if _, ok := at[c]; !ok {
			missing = append(missing, c)
		}
	}
	if len(missing) > 0 {
		return nil, refuse("The header lacks: " + strings.Join(missing, ", ") + ".")
	}
	return at, nil
}

func row(line int, at map[string]int, width int, cells []string) record {
	r := record{line: line, cells: map[string]string{}}
	if len(cells) != width {
		r.wrong = "The row has " + strconv.Itoa(len(cells)) + " cells and the header " + strconv.Itoa(width) + "."
	}
	for name, i := range at {
		if i >= len(cells) {
			continue
		}
		cell := strings.TrimSpace(cells[i])
		if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
			r.wrong = "The cell " + name + " begins with " + cell[:1] + ", which a spreadsheet would run as a formula."
		}
		r.cells[name] = cell
	}
	return r
}
