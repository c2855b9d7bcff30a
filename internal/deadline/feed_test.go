package deadline_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	parser "github.com/emersion/go-ical"

	"countersign/internal/deadline"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

// fetched is a calendar as a program reads it.
func (w world) fetched(t *testing.T, token string) (events []parser.Event, text string) {
	t.Helper()
	c, err := w.s.Calendar(t.Context(), token, "https://dockets.example")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Write(&b); err != nil {
		t.Fatal(err)
	}
	read, err := parser.NewDecoder(strings.NewReader(b.String())).Decode()
	if err != nil {
		t.Fatalf("%v in %s", err, b.String())
	}
	return read.Events(), b.String()
}

func TestFeedFollowsAMove(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		id := w.agreed(t, answer(t, "2026-11-02"))
		token, err := w.s.MakeFeed(ctx, testkit.As(testkit.Junior), "")
		if err != nil {
			t.Fatal(err)
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM calendar_feed WHERE token = ?`, token)); n != 0 {
			t.Error("the token is stored")
		}
		was, text := w.fetched(t, token)
		if len(was) != 1 || was[0].Props.Get("DTSTART").Value != "20261123" || was[0].Props.Get("SEQUENCE").Value != "0" || strings.Contains(text, "Kestrel") || strings.Contains(text, "clerk") {
			t.Fatalf("%s", text)
		}
		move, err := w.s.ProposeMove(ctx, testkit.As(testkit.Junior), deadline.NewMove{Trigger: id, On: day(t, "2026-11-09"), Service: "personal", Reason: "return of service"})
		if err != nil {
			t.Fatal(err)
		}
		if still, _ := w.fetched(t, token); still[0].Props.Get("DTSTART").Value != "20261123" {
			t.Error("a proposal moved the calendar")
		}
		w.Later(time.Hour)
		if err := w.s.ApproveMove(ctx, testkit.As(testkit.Attorney), move, ""); err != nil {
			t.Fatal(err)
		}
		now, text := w.fetched(t, token)
		if now[0].Props.Get("UID").Value != was[0].Props.Get("UID").Value || now[0].Props.Get("SEQUENCE").Value != "1" || now[0].Props.Get("DTSTART").Value != "20261130" ||
			now[0].Props.Get("DTSTAMP").Value == was[0].Props.Get("DTSTAMP").Value {
			t.Errorf("%s", text)
		}
		if err := w.s.Satisfy(ctx, testkit.As(testkit.Attorney), w.only(t, testkit.Attorney, deadline.Filter{}).ID, "filed"); err != nil {
			t.Fatal(err)
		}
		if over, _ := w.fetched(t, token); over[0].Props.Get("STATUS").Value != "CANCELLED" || over[0].Props.Get("SEQUENCE").Value != "2" {
			t.Errorf("%+v", over[0].Props)
		}
		w.Later(31 * 24 * time.Hour)
		if c, err := w.s.Calendar(ctx, token, ""); err != nil || len(c.Events) != 0 {
			t.Errorf("%d events, %v", len(c.Events), err)
		}
	})
}

func TestFeedShowsWhatItsPersonSees(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		ctx := t.Context()
		w.agreed(t, answer(t, "2026-12-02"))
		all, err := w.s.MakeFeed(ctx, testkit.As(testkit.Junior), "")
		if err != nil {
			t.Fatal(err)
		}
		one, err := w.s.MakeFeed(ctx, testkit.As(testkit.Junior), testkit.Matter)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.s.MakeFeed(ctx, testkit.As(testkit.Walled), testkit.Matter)
		testkit.WantKind(t, err, fault.NotFound)
		if c, err := w.s.Calendar(ctx, one, ""); err != nil || len(c.Events) != 1 || c.Name != "Deadlines of 2026-0001" {
			t.Errorf("%+v, %v", c, err)
		}
		walled, err := w.s.MakeFeed(ctx, testkit.As(testkit.Walled), "")
		if err != nil {
			t.Fatal(err)
		}
		if c, err := w.s.Calendar(ctx, walled, ""); err != nil || len(c.Events) != 0 {
			t.Errorf("behind the wall: %+v, %v", c, err)
		}
		w.System(func(ctx context.Context, tx *gate.Tx) error {
			_, _, err := tx.RaiseWall(ctx, testkit.Firm, testkit.Matter, testkit.PersonID(testkit.Junior), "conflict")
			return err
		})
		for _, token := range []string{all, one} {
			if c, err := w.s.Calendar(ctx, token, ""); err != nil || len(c.Events) != 0 || strings.Contains(c.Name, "2026") {
				t.Errorf("a wall was raised: %+v, %v", c, err)
			}
		}
		_, err = w.s.Calendar(ctx, "cal_nonsense", "")
		testkit.WantKind(t, err, fault.NotFound)
		_, err = w.s.Calendar(ctx, "", "")
		testkit.WantKind(t, err, fault.NotFound)
		list, _, err := w.s.Feeds(ctx, testkit.As(testkit.Junior))
		if err != nil || len(list) != 2 || list[1].MatterNumber != "" {
			t.Fatalf("%+v, %v", list, err)
		}
		testkit.WantKind(t, w.s.EndFeed(ctx, testkit.As(testkit.Lead), list[0].ID), fault.NotFound)
		if err := w.s.EndFeed(ctx, testkit.As(testkit.Junior), list[0].ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.s.Calendar(ctx, all, "")
		testkit.WantKind(t, err, fault.NotFound)
		w.Later(367 * 24 * time.Hour)
		_, err = w.s.Calendar(ctx, one, "")
		testkit.WantKind(t, err, fault.NotFound)
	})
}

func TestFeedOfWhoLeft(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		token, err := w.s.MakeFeed(t.Context(), testkit.As(testkit.Junior), "")
		if err != nil {
			t.Fatal(err)
		}
		w.Exec(db.SQL(`UPDATE member SET until_at = ? WHERE person_id = ?`, db.Micros(w.Now()), testkit.PersonID(testkit.Junior)))
		_, err = w.s.Calendar(t.Context(), token, "")
		testkit.WantKind(t, err, fault.NotFound)
	})
}

// At most twenty addresses are open; one of a matter that is gone can be ended still.
func TestFeedsHaveALimit(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		for range 20 {
			if _, err := w.s.MakeFeed(t.Context(), testkit.As(testkit.Junior), ""); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.s.MakeFeed(t.Context(), testkit.As(testkit.Junior), "")
		testkit.WantKind(t, err, fault.Conflict)
		testkit.WantKind(t, w.s.EndFeed(t.Context(), testkit.As(testkit.Junior), ident.New()), fault.NotFound)
	})
}
