// Package fault classifies errors by what the caller may do about them.
//
// Owns: kinds, the sentence for the person, the rule a refusal names.
// Invariants: the zero Kind is Internal, so an error that nobody classified is a bug and its text is never shown;
// a sentence holds no document content, no name and no identifier of a walled record.
// Not here: status codes (package web) and exit codes (cmd); each surface maps a Kind in one place.
package fault

import (
	"errors"
	"fmt"

	"countersign/internal/kernel/authz"
)

// A Kind is the class of an error.
type Kind uint8

// The kinds, with their HTTP status and exit code.
const (
	Internal  Kind = iota // bug or broken dependency: 500, exit 1
	Invalid               // a field breaks its own rule: 422, exit 2
	NotFound              // absent or behind an ethical wall, never distinguished: 404, exit 3
	Forbidden             // visible, but not this actor's: 403, exit 4
	Conflict              // the record's state forbids it: 409, exit 5
	Stale                 // changed since the caller read it: 409, exit 6
)

// An Error carries a Kind and a sentence that is safe to show to the user.
type Error struct {
	Kind  Kind
	Say   string       // shown to the user; holds no document content and no names
	Field string       // form field at fault, if one is
	Rules []authz.Rule // Forbidden: the rules that refuse, the first of them named in Say
}

func (e *Error) Error() string { return e.Say }

// New returns an error of the given kind.
func New(k Kind, say string) error { return &Error{Kind: k, Say: say} }

// Missing is the error for a record that is absent or walled: one sentence, so that nothing tells the two apart.
func Missing() error { return New(NotFound, "There is no such record, or you may not know of it.") }

// Refused is the Forbidden error of a decision that denies. With no rule that forbids, nothing permits.
func Refused(d authz.Decision) error {
	if len(d.Rules) == 0 {
		return New(Forbidden, "Your role does not include this.")
	}
	return &Error{Kind: Forbidden, Say: d.Rules[0].Say, Rules: d.Rules}
}

// Rules returns the rules that a Forbidden error names, or none.
func Rules(err error) []authz.Rule {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Rules
	}
	return nil
}

// InField returns an Invalid error about one form field.
func InField(field, say string) error { return &Error{Kind: Invalid, Say: say, Field: field} }

// KindOf returns the kind of err; Internal if nobody classified it.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Say returns the sentence that may be shown to the user.
func Say(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Say
	}
	return "Something went wrong on our side. Nothing was changed."
}

// Field returns the form field at fault, or "".
func Field(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Field
	}
	return ""
}

// Correctable reports whether the user can put the error right by changing or
// resending the form: the page shows the form again instead of an error page.
func Correctable(err error) bool {
	k := KindOf(err)
	return err != nil && (k == Invalid || k == Conflict || k == Stale)
}

// Wrap adds an operation to *errp. Use it deferred:
//
//	defer fault.Wrap(&err, "task.SubmitDraft(%s)", id)
//
// Arguments are identifiers only: error text reaches logs.
func Wrap(errp *error, format string, args ...any) {
	if *errp != nil {
		*errp = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *errp)
	}
}
