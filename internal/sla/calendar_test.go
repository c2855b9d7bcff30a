package sla_test

import (
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/sla"
	"countersign/internal/testkit"
)

// Calendars change from tomorrow on; yesterday stays as it was counted, and each side keeps its own.
func TestCalendars(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, ops := t.Context(), testkit.As(testkit.Operations)
		id := b.office()
		count := func() time.Duration {
			p, err := b.s.Calendar(ctx, ops, id)
			b.ok(err)
			var d time.Duration
			for _, s := range p.Hours().Open(b.Now().AddDate(0, 0, -14), b.Now().Add(14*time.Hour)) {
				d += s.To.Sub(s.From)
			}
			return d
		}
		before := count()
		for field, in := range map[string]sla.NewWeek{
			"from":   {Calendar: id, From: "2026-11-23", Shifts: []sla.Shift{{Days: workdays, Open: 1, Close: 2}}}, // today
			"shifts": {Calendar: id, From: "2026-11-24"},
		} {
			if err := b.s.SetWeek(ctx, ops, in); fault.Field(err) != field {
				t.Errorf("%s: %v", field, err)
			}
		}
		b.ok(b.s.SetWeek(ctx, ops, sla.NewWeek{Calendar: id, From: "2026-11-24", Shifts: []sla.Shift{{Days: workdays, Open: 600, Close: 601}}}))
		b.ok(b.s.AddDayOff(ctx, ops, sla.NewDayOff{Calendar: id, Kind: "holiday", Name: "Thanksgiving", First: "2026-11-26", Last: "2026-11-27"}))
		if err := b.s.AddDayOff(ctx, ops, sla.NewDayOff{Calendar: id, Kind: "holiday", Name: "Yesterday", First: "2026-11-22", Last: "2026-11-22"}); fault.Field(err) != "first" {
			t.Errorf("a holiday in the past: %v", err)
		}
		if after := count(); after != before || before == 0 {
			t.Errorf("the fortnight before has %v, had %v", after, before)
		}
		p, err := b.s.Calendar(ctx, ops, id)
		b.ok(err)
		if w := p.Week("2026-11-24"); len(w) != 1 || w[0].Open != 600 || len(p.Week("2026-11-23")) != 1 || p.Week("2026-11-23")[0].Open != 540 {
			t.Errorf("week %+v", w)
		}
		if len(p.Off) != 1 || p.Off[0].Last() != "2026-11-27" || !p.MaySet || p.First != "2026-11-24" {
			t.Errorf("page %+v", p)
		}
		b.ok(b.s.EndDayOff(ctx, ops, id, p.Off[0].ID))
		testkit.WantKind(t, b.s.EndDayOff(ctx, ops, id, p.Off[0].ID), fault.Conflict)
		testkit.WantKind(t, b.s.SetWeek(ctx, ops, sla.NewWeek{Calendar: id, Rev: 1, From: "2026-12-01", Shifts: []sla.Shift{{Days: workdays, Open: 1, Close: 2}}}), fault.Stale)
		if done, _ := b.Entries(sla.DoSetWeek); done != 2 {
			t.Errorf("%d entries", done)
		}
	})
}

// Who may do and see what with calendars.
func TestCalendarAccess(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		id := b.office()
		lead, junior := testkit.As(testkit.Lead), testkit.As(testkit.Junior)
		shift := sla.NewWeek{Calendar: id, From: "2026-12-01", Shifts: []sla.Shift{{Days: workdays, Open: 1, Close: 2}}}
		testkit.WantKind(t, b.s.SetWeek(ctx, lead, shift), fault.NotFound) // another organization's
		testkit.WantKind(t, b.s.SetWeek(ctx, testkit.As(testkit.Attorney), shift), fault.Forbidden)
		_, err := b.s.MakeCalendar(ctx, junior, sla.NewCalendar{Kind: sla.OfOrg, Name: "Mine", Zone: "Asia/Kolkata"})
		testkit.WantKind(t, err, fault.Forbidden)

		org, err := b.s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfOrg, Name: "Pune", Zone: "Asia/Kolkata"})
		b.ok(err)
		_, err = b.s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfOrg, Name: "Pune again", Zone: "Asia/Kolkata"})
		testkit.WantKind(t, err, fault.Conflict)
		_, err = b.s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfPerson, Person: testkit.PersonID(testkit.Attorney), Name: "Not ours", Zone: "Asia/Kolkata", Base: org})
		testkit.WantKind(t, err, fault.Invalid)
		own, err := b.s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfPerson, Person: testkit.PersonID(testkit.Junior), Name: "Junior", Zone: "Asia/Kolkata", Base: org})
		b.ok(err)
		leave := sla.NewDayOff{Calendar: own, Kind: "leave", Name: "Wedding", First: "2026-11-23", Last: "2026-11-24"} // it is still the 23rd in Pune
		b.ok(b.s.AddDayOff(ctx, junior, leave))
		testkit.WantKind(t, b.s.AddDayOff(ctx, testkit.As(testkit.Junior2), leave), fault.Forbidden)

		l, err := b.s.Calendars(ctx, testkit.As(testkit.Operations))
		if err != nil || len(l.Mine) != 1 || len(l.Others) != 1 || l.Others[0].OrgName != "Meridian" || !l.MayKeep {
			t.Errorf("%v: %+v", err, l)
		}
		_, err = b.s.Calendar(ctx, testkit.As(testkit.Operations), own) // leave is nobody else's
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.s.Calendar(ctx, testkit.As(testkit.Stranger), id)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.s.Calendar(ctx, lead, id)
		b.ok(err)
		if l, err = b.s.Calendars(ctx, junior); err != nil || l.MayKeep || len(l.Mine) != 2 || !l.Mine[1].Inherits() {
			t.Errorf("%v: %+v", err, l)
		}
		for _, in := range []sla.NewCalendar{{Kind: "team", Name: "x", Zone: "UTC"}, {Kind: sla.OfSite, Name: "x", Zone: "Local"}, {Kind: sla.OfSite, Zone: "UTC"}, {Kind: sla.OfPerson, Name: "x", Zone: "UTC"},
			{Kind: sla.OfSite, Name: "x", Zone: "UTC", Base: ident.New()}, {Kind: sla.OfSite, Name: "x", Zone: "UTC", Person: testkit.PersonID(testkit.Junior)}} {
			_, err := b.s.MakeCalendar(ctx, lead, in)
			testkit.WantKind(t, err, fault.Invalid)
		}
	})
}

// Both sides together: New York 9 to 17 and Pune 13:30 to 22:30 share 09:00 to 12:00 in winter.
func TestWindow(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, lead := t.Context(), testkit.As(testkit.Lead)
		if _, ok, err := b.s.Window(ctx, lead, testkit.Matter); ok || err != nil {
			t.Errorf("without calendars: %v, %v", ok, err)
		}
		b.office()
		org, err := b.s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfOrg, Name: "Pune", Zone: "Asia/Kolkata"})
		b.ok(err)
		b.ok(b.s.SetWeek(ctx, lead, sla.NewWeek{Calendar: org, From: "2026-11-01", Shifts: []sla.Shift{{Days: workdays, Open: 13*60 + 30, Close: 22*60 + 30}}}))
		own, err := b.s.MakeCalendar(ctx, lead, sla.NewCalendar{Kind: sla.OfPerson, Person: testkit.PersonID(testkit.Junior), Name: "Junior", Zone: "Asia/Kolkata", Base: org})
		b.ok(err)
		b.ok(b.s.AddDayOff(ctx, lead, sla.NewDayOff{Calendar: own, Kind: "leave", Name: "Leave", First: "2026-11-23", Last: "2026-11-23"}))
		w, ok, err := b.s.Window(ctx, testkit.As(testkit.Attorney), testkit.Matter)
		if err != nil || !ok || len(w.Joint) != 1 {
			t.Fatalf("%v, %v: %+v", ok, err, w)
		}
		if j := w.Joint[0]; !j.From.Equal(testkit.Noon.Add(-time.Hour)) || !j.To.Equal(testkit.Noon.Add(2*time.Hour)) {
			t.Errorf("joint %v", j)
		}
		if !w.Firm.Open || !w.Provider.Open || !w.Provider.Until.Equal(testkit.Noon.Add(2*time.Hour)) || !w.Next.IsZero() || w.Provider.Zone.String() != "Asia/Kolkata" {
			t.Errorf("%+v", w)
		}
		if n := w.Provider.OnShift; len(n) != 3 || n[0] != testkit.Junior2 || n[1] != testkit.Peer || n[2] != testkit.Senior { // one on leave, one walled
			t.Errorf("on shift %v", n)
		}
		b.Later(3 * time.Hour)
		if w, _, err = b.s.Window(ctx, lead, testkit.Matter); err != nil || w.Provider.Open || len(w.Provider.OnShift) != 0 || !w.Next.Equal(testkit.Noon.Add(23*time.Hour)) {
			t.Errorf("%v: later %+v", err, w)
		}
		_, _, err = b.s.Window(ctx, testkit.As(testkit.Walled), testkit.Matter)
		testkit.WantKind(t, err, fault.NotFound)
	})
}
