package sla

import (
	"context"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/gate"
)

// The verbs, as they stand in policies, entries and routes.
const (
	DoMakeCalendar  authz.Action = "sla.make_calendar"
	DoSetWeek       authz.Action = "sla.set_week"
	DoAddDayOff     authz.Action = "sla.add_day_off"
	DoEndDayOff     authz.Action = "sla.end_day_off"
	DoPropose       authz.Action = "sla.propose_terms"
	DoAccept        authz.Action = "sla.accept_terms"
	DoDecline       authz.Action = "sla.decline_terms"
	DoWithdraw      authz.Action = "sla.withdraw_terms"
	DoPause         authz.Action = "sla.pause_clock"
	DoResume        authz.Action = "sla.resume_clock"
	ToReadCalendars authz.Action = "sla.read_calendars"
	ToReadTerms     authz.Action = "sla.read_terms"
)

// A Service is this package's verbs and questions. It holds no state of its own.
type Service struct{ gate *gate.Gate }

// New returns the service.
func New(g *gate.Gate) *Service { return &Service{g} }

// allowed refuses a question that the viewer may not ask.
func allowed(ctx context.Context, v gate.View, a authz.Action, s authz.Subject) error {
	d, err := v.May(ctx, a, s)
	switch {
	case err != nil || d.Allowed:
		return err
	case d.Policy == "":
		return fault.Missing()
	}
	return fault.Refused(d)
}

// may reports whether a button is worth showing.
func may(ctx context.Context, v gate.View, a authz.Action, s authz.Subject) (bool, error) {
	d, err := v.May(ctx, a, s)
	return d.Allowed, err
}

// dayIn is the day that a zone shows at an instant.
func dayIn(zone string, now time.Time) (string, error) {
	in, err := time.LoadLocation(zone)
	if err != nil {
		return "", err
	}
	return now.In(in).Format(time.DateOnly), nil
}
