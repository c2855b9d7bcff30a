package ui

// FieldProps describe one field of a form. A refused form keeps what was typed: Value is what came in.
type FieldProps struct {
	Name  string // of the form value; the id is "f-" + Name unless ID is given
	ID    string
	Label string
	Hint  string // below the field, in place of an error
	Error string // what is wrong and what would be right; "" for none
	Value string

	Kind         string // type of the input ("email", "date", "file" …); "textarea" and "select" too; "" is text
	Options      []Option
	Rows         int    // of a textarea; 0 is three
	Autocomplete string // "username", "one-time-code" …
	InputMode    string // "numeric" …
	Placeholder  string // an example, never the label
	Accept       string // of a file field
	Required     bool   // fields without it say "optional"
	Filter       bool   // of a list: may stay empty, and does not say "optional"
	ReadOnly     bool
	Disabled     bool
	Code         bool   // wide figures, for one-time codes
	Keep         string // key under which unsent text is kept in the browser; "" keeps nothing
	Multiple     bool   // several files
}

// Option is one choice of a select or of Choices.
type Option struct {
	Value, Label, Hint string
	Disabled           bool
}

// FieldError is one line of the summary of a refused form.
type FieldError struct{ Name, Text string }

// HiddenField is posted with a form and not shown.
type HiddenField struct{ Name, Value string }

func (f FieldProps) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + f.Name
}

func (f FieldProps) described() string {
	switch {
	case f.Error != "":
		return f.id() + "-error"
	case f.Hint != "":
		return f.id() + "-hint"
	}
	return ""
}

func (f FieldProps) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

func (f FieldProps) rows() string {
	if f.Rows == 0 {
		return "3"
	}
	return itoa(f.Rows)
}

// UploadProps describe an upload form.
type UploadProps struct {
	Action, Name, Label string
	ID                  string // of the file field; "" makes it of the name. Two on a page need two
	Accept              string // file types, "" for any
	Next                string // page after the upload; "" is this one. Without script the receiver decides, told by a field "back"
	Multiple            bool
	Hidden              []HiddenField
}

func (u UploadProps) id() string {
	if u.ID != "" {
		return u.ID
	}
	return "f-" + u.Name
}
