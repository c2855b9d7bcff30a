package matterweb

import (
	"net/http"
	"net/url"

	"countersign/internal/platform/web"
	"countersign/internal/ui"
)

// A form is what was typed into a form that was refused: which of the page's forms, its values and what is wrong.
type form struct {
	Which  string
	Values url.Values
	Errors []ui.FieldError
	Status int
}

func refused(which string, r *http.Request, err error) form {
	f := form{Which: which, Values: r.PostForm, Errors: web.FieldErrors(err), Status: web.Status(err)}
	for i := range f.Errors {
		f.Errors[i].Name = which + "-" + f.Errors[i].Name
	}
	return f
}

// field gives a field of the form called which its identifier and, after a refusal, its value and error.
func (f form) field(which string, p ui.FieldProps) ui.FieldProps {
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

func (f form) status() int {
	if f.Which == "" {
		return http.StatusOK
	}
	return f.Status
}
