package demo

import (
	"context"
	"maps"
	"slices"
	"time"

	"countersign/internal/demo/world"
	"countersign/internal/kernel/ident"
	"countersign/internal/sla"
)

// keepHours begins the calendar of an organization.
func (b *builder) keepHours(ctx context.Context, h world.Hours) error {
	role := "team_lead"
	zone := ""
	for _, o := range world.Orgs() {
		if o.Key == h.Org {
			zone = o.Zone
			if o.Kind == "firm" {
				role = "operations_manager"
			}
		}
	}
	who := b.as(holding(h.Org, role))
	id, err := b.SLA.MakeCalendar(ctx, who, sla.NewCalendar{Kind: sla.OfOrg, Name: h.Name, Zone: zone})
	if err != nil {
		return err
	}
	b.calendars[h.Org] = id
	week := sla.Shift{Days: [7]bool{true, true, true, true, true}, Open: h.Open, Close: h.Close}
	if err := b.SLA.SetWeek(ctx, who, sla.NewWeek{Calendar: id, From: begin.Format(time.DateOnly), Shifts: []sla.Shift{week}}); err != nil {
		return err
	}
	for _, day := range slices.Sorted(maps.Keys(h.Closed)) {
		if err := b.SLA.AddDayOff(ctx, who, sla.NewDayOff{Calendar: id, Kind: "holiday", Name: h.Closed[day], First: day, Last: day}); err != nil {
			return err
		}
	}
	return nil
}

// agree has a firm propose terms in the provider's hours, and the provider accept them.
func (b *builder) agree(ctx context.Context, e world.Engagement, id ident.EngagementID) error {
	terms := sla.NewTerms{Engagement: id, Calendar: b.calendars[e.Provider], Agreed: 960, Own: 720, Shares: "draft 60, peer 20, senior 20", Cap: 20, Questions: true}
	terms.Credits = "0 5, 240 10, 480 20"
	_, err := b.SLA.Propose(ctx, b.as(holding(e.Firm, "operations_manager")), terms)
	if err != nil {
		return err
	}
	return b.SLA.Settle(ctx, b.as(holding(e.Provider, "team_lead")), sla.Settlement{Engagement: id, Version: 1, To: sla.Agreed})
}
