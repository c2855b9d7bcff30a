package web

import (
	"net/http"
	"net/url"

	"countersign/internal/ui"
)

// A Form is what was typed into a form that was refused: which of the page's forms, its values and what is wrong. The
// zero Form is a page that is shown for the first time.
type Form struct {
	Which  string
	Values url.Values
	Errors []ui.FieldError
	Status int
}

// Refused keeps the form called which of a request for the page that holds it.
func Refused(which string, r *http.Request, err error) Form {
	f := Form{Which: which, Values: r.PostForm, Errors: FieldErrors(err), Status: Status(err)}
	for i := range f.Errors {
		f.Errors[i].Name = which + "-" + f.Errors[i].Name
	}
	return f
}

// Field gives a field of the form called which its identifier and, after a refusal, its value and error.
func (f Form) Field(which string, p ui.FieldProps) ui.FieldProps {
	p.ID = "f-" + which + "-" + p.Name
	if f.Which != which {
		return p
	}
	p.Value = f.Values.Get(p.Name)
	for _, e := range f.Errors {
		if e.Name == which+"-"+p.Name {
			p.Error = e.Text
		}
	}
	return p
}

// Code is the status that a page with the form is sent with.
func (f Form) Code() int {
	if f.Which == "" {
		return http.StatusOK
	}
	return f.Status
}
