package ui

import "github.com/a-h/templ"

// attributes are what every kind of control has in common.
func (f FieldProps) attributes() templ.OrderedAttributes {
	var all templ.OrderedAttributes
	text := func(name, value string) {
		if value != "" {
			all = append(all, templ.KV[string, any](name, value))
		}
	}
	flag := func(name string, on bool) {
		if on {
			all = append(all, templ.KV[string, any](name, true))
		}
	}
	text("id", f.id())
	text("name", f.Name)
	text("aria-describedby", f.described())
	if f.Error != "" {
		text("aria-invalid", "true")
	}
	text("autocomplete", f.Autocomplete)
	text("inputmode", f.InputMode)
	text("placeholder", f.Placeholder)
	text("accept", f.Accept)
	text("data-keep", f.Keep)
	flag("required", f.Required)
	flag("readonly", f.ReadOnly)
	flag("disabled", f.Disabled)
	flag("multiple", f.Multiple)
	return all
}
