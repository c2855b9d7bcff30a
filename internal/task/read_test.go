package task_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/task"
	"countersign/internal/task/desk"
	"countersign/internal/testkit"
)

// needs writes what waits on a person as "kind title".
func (b *bench) needs(who string) (out []string) {
	b.T.Helper()
	h, err := b.s.Home(b.T.Context(), testkit.As(who))
	if err != nil {
		b.T.Fatal(err)
	}
	for _, n := range h.Needs {
		out = append(out, string(n.Kind)+" "+n.Line.Title)
	}
	return out
}

func (b *bench) wantNeeds(who string, want ...string) {
	b.T.Helper()
	if got := b.needs(who); !slices.Equal(got, want) {
		b.T.Errorf("%s: %q, want %q", who, got, want)
	}
}

func TestHomeSaysWhatNeedsEachPerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		titled := func(title string, hours int) task.Package {
			p := b.pack()
			p.Title, p.Due = title, b.Now().Add(time.Duration(hours)*time.Hour)
			return p
		}
		att, lead, junior := testkit.As(testkit.Attorney), testkit.As(testkit.Lead), testkit.As(testkit.Junior)
		b.must(b.s.Prepare(ctx, att, titled("Not released", 90)))
		b.released(titled("In the queue", 20))
		declined := b.released(titled("Declined", 30))
		b.must(b.s.Decline(ctx, lead, declined.ID, declined.Rev, []string{"Exhibit 4", " ", "The order"}))
		mine := b.must(b.s.Take(ctx, junior, b.released(titled("Mine", 5)).ID))
		if _, err := b.s.Ask(ctx, junior, task.NewQuestion{Task: mine.ID, Text: "Which date?", Proposed: "The postmark.", Silence: b.Now().Add(3 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		sub, v := b.submitted()
		b.find(testkit.Peer, sub, v, "Wrong cite.")
		b.wantNeeds(testkit.Peer, "review Reply memorandum")
		b.must(b.s.Return(ctx, testkit.As(testkit.Peer), task.Verdict{Task: sub.ID, Rev: sub.Rev}))
		ready, _ := b.accepting()

		b.wantNeeds(testkit.Junior, "fix Reply memorandum", "draft Mine") // what came back goes first, though due later
		b.wantNeeds(testkit.Lead, "assign In the queue")
		b.wantNeeds(testkit.Attorney, "answer Mine", "supply Declined", "sign Reply memorandum", "release Not released")
		b.wantNeeds(testkit.Peer)
		b.wantNeeds(testkit.Walled)
		b.wantNeeds(testkit.Stranger)

		h, err := b.s.Home(ctx, att)
		if err != nil {
			t.Fatal(err)
		}
		if q := h.Needs[0].Question; q.Text != "Which date?" || q.Proposed != "The postmark." || q.AskerName != testkit.Junior {
			t.Errorf("question %+v", q)
		}
		if m := h.Needs[1].Missing; !slices.Equal(m, []string{"Exhibit 4", "The order"}) {
			t.Errorf("missing %q", m)
		}
		if h.MovingTotal != 3 || len(h.Moving) != 3 || slices.ContainsFunc(h.Moving, func(l desk.Line) bool { return l.ID == ready.ID }) {
			t.Errorf("%d of %d move without her", len(h.Moving), h.MovingTotal)
		}
		if want := (desk.Counts{Open: 4, DueSoon: 1, Waiting: 1, Held: 1, Questions: 1, Preparing: 1}); h.Counts != want {
			t.Errorf("counts %+v, want %+v", h.Counts, want)
		}
		outside, err := b.s.Home(ctx, testkit.As(testkit.Walled))
		if err != nil || outside.MovingTotal != 0 || outside.Next != 0 || outside.Counts != (desk.Counts{}) {
			t.Errorf("who is screened from the matter sees figures of it: %+v, %v", outside, err)
		}
		prov, err := b.s.Home(ctx, lead)
		if err != nil || prov.Counts.Preparing != 0 || prov.Next != 1 {
			t.Errorf("the provider knows of a package that is not released: %+v, %v", prov.Counts, err)
		}
	})
}

func TestTheQueueIsPagedByKey(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for i := range desk.QueueRows + 3 {
			p := b.pack()
			p.Title, p.Rush = fmt.Sprintf("Task %02d", i), i%11 == 0
			p.Due = b.Now().Add(time.Duration(1+i%5) * time.Hour) // many share a due time
			b.released(p)
		}
		seen := map[ident.TaskID]bool{}
		var last desk.Line
		f := desk.QueueFilter{Show: "waiting"}
		for pages := 0; ; pages++ {
			q, err := b.s.Queue(ctx, testkit.As(testkit.Junior), f)
			if err != nil {
				t.Fatal(err)
			}
			if q.Waiting != desk.QueueRows+3 {
				t.Errorf("%d wait", q.Waiting)
			}
			for _, l := range q.Lines {
				if seen[l.ID] || !l.Takes {
					t.Errorf("%s: again %v, takes %v", l.Title, seen[l.ID], l.Takes)
				}
				if last.ID != "" && (l.Rush && !last.Rush || l.Rush == last.Rush && l.Due.Before(last.Due)) {
					t.Errorf("%s stands after %s", l.Title, last.Title)
				}
				seen[l.ID], last = true, l.Line
			}
			if f.After = q.Next; f.After == "" {
				break
			}
		}
		if len(seen) != desk.QueueRows+3 {
			t.Errorf("%d of %d were listed", len(seen), desk.QueueRows+3)
		}
		for _, bad := range []desk.QueueFilter{{Show: "theirs"}, {After: "x"}, {After: "1.2.3"}} {
			_, err := b.s.Queue(ctx, testkit.As(testkit.Junior), bad)
			testkit.WantKind(t, err, fault.Invalid)
		}
		q, err := b.s.Queue(ctx, testkit.As(testkit.Peer), desk.QueueFilter{Show: "waiting", Stage: "peer"})
		if err != nil || len(q.Lines) != 0 || q.Waiting != 0 {
			t.Errorf("the stage filter lets through %d, %v", len(q.Lines), err)
		}
	})
}

func TestBoardByStage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		p := b.pack()
		p.Playbook = short
		b.released(p)
		b.submitted()
		k, v := b.accepting()
		b.must(b.s.SignOff(ctx, testkit.As(testkit.Attorney), task.SignOff{Task: k.ID, Rev: k.Rev, Files: []ident.VersionID{v}}))
		held := b.drafting()
		b.must(b.s.Pause(ctx, testkit.As(testkit.Lead), held.ID, held.Rev, "Waiting."))
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger, testkit.Rival} {
			_, err := b.s.Board(ctx, testkit.As(who), testkit.Matter)
			testkit.WantKind(t, err, fault.NotFound)
		}
		board, err := b.s.Board(ctx, testkit.As(testkit.Peer), testkit.Matter)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range board.Columns {
			got = append(got, fmt.Sprintf("%s %d/%d", c.Stage.Key, len(c.Cards), c.Total))
		}
		if want := []string{"draft 1/1", "peer 1/1", "senior 0/0", "acceptance 0/0"}; !slices.Equal(got, want) {
			t.Errorf("columns %q, want %q", got, want)
		}
		if board.DeliveredTotal != 1 || board.HeldTotal != 1 || board.Firm {
			t.Errorf("delivered %d, held %d, firm %v", board.DeliveredTotal, board.HeldTotal, board.Firm)
		}
		b.Later(15 * 24 * time.Hour)
		if board, err = b.s.Board(ctx, testkit.As(testkit.Peer), testkit.Matter); err != nil || board.DeliveredTotal != 0 {
			t.Errorf("after fifteen days %d stay, %v", board.DeliveredTotal, err)
		}
	})
}

func TestTheDeskOfAReturnedTask(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, junior := t.Context(), testkit.As(testkit.Junior)
		k, v := b.submitted()
		b.find(testkit.Peer, k, v, "The cite is to the question.")
		k = b.must(b.s.Return(ctx, testkit.As(testkit.Peer), task.Verdict{Task: k.ID, Rev: k.Rev, Note: "Close."}))
		if err := b.s.Check(ctx, junior, k.ID, 1, true); err != nil {
			t.Fatal(err)
		}
		d, err := b.s.Desk(ctx, junior, k.ID)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Fixes) != 1 || d.Fixes[0].Text != "The cite is to the question." || d.Fixes[0].Quote != "88:14" || d.Fixes[0].File != "memo.docx v1" || d.Fixes[0].Category != "D-C1 Wrong cite" {
			t.Errorf("what to fix: %+v", d.Fixes)
		}
		if d.Instructions != "Answer the opposition." || !slices.Equal(d.Acceptance, []string{"Every statement carries a cite.", "Ten pages at most."}) {
			t.Errorf("package: %q %q", d.Instructions, d.Acceptance)
		}
		if !slices.Equal(d.Procedure.Steps, []string{"Read the notice", "List the exhibits"}) || len(d.Checks) != 2 || d.Checks[0].Done || !d.Checks[1].Done {
			t.Errorf("procedure: %+v %+v", d.Procedure, d.Checks)
		}
		if h := d.History; len(h) != 1 || h[0].Note != "First draft." || !slices.Equal(h[0].Files, []string{"memo.docx v1"}) || len(h[0].Verdicts) != 1 || h[0].Verdicts[0].Note != "Close." {
			t.Errorf("history: %+v", h)
		}
		if d.Track[0].State != "back" || d.Track[1].Who != testkit.Peer {
			t.Errorf("track: %+v", d.Track)
		}
		if !d.Acts.Submit.Ready() || !d.Acts.Ask.Ready() || d.Acts.Assign.Shown || d.Acts.Recall.Shown || d.Acts.Decline.Shown || d.Acts.Answer.Shown {
			t.Errorf("acts of the author: %+v", d.Acts)
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Stranger, testkit.Rival} {
			_, err := b.s.Desk(ctx, testkit.As(who), k.ID)
			testkit.WantKind(t, err, fault.NotFound)
		}
	})
}

// Every act that a desk shows as ready is one that the policies and the state would carry out, and none that it hides.
func TestADeskShowsNoDeadButtons(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, p := range presses() {
			for _, who := range []string{testkit.Attorney, testkit.Partner, testkit.Operations, testkit.Junior, testkit.Junior2, testkit.Peer, testkit.Senior, testkit.Lead, testkit.Auditor} {
				k, v := p.ready(b)
				d, err := b.s.Desk(t.Context(), testkit.As(who), k.ID)
				if err != nil {
					t.Fatal(err)
				}
				act, shown := actOf(d.Acts, p)
				if !shown {
					continue
				}
				err = p.do(b, testkit.As(who), k, v, k.Rev)
				refused := fault.KindOf(err) == fault.Forbidden && err != nil
				if act.Ready() == refused {
					t.Errorf("%s by %s: shown ready %v, pressed: %v", p.action, who, act.Ready(), err)
				}
			}
		}
	})
}

func actOf(a desk.Acts, p press) (desk.Act, bool) {
	switch p.action {
	case task.DoTake:
		return a.Take, true
	case task.DoAssign:
		return a.Assign, true
	case task.DoDecline:
		return a.Decline, true
	case task.DoCheck:
		return a.Check, true
	case task.DoSubmit:
		return a.Submit, true
	case task.DoAsk:
		return a.Ask, true
	case task.DoPause:
		return a.Pause, true
	case task.DoRecall:
		return a.Recall, true
	case task.DoCancel:
		return a.Cancel, true
	case task.DoRush:
		return a.Rush, true
	case task.DoAmend:
		return a.Amend, true
	case task.DoApprove:
		return a.Review, true
	case task.DoSignOff:
		return a.Sign, true
	}
	return desk.Act{}, false
}

func TestCandidatesSayWhyNot(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx, lead := t.Context(), testkit.As(testkit.Lead)
		k, _ := b.submitted() // with the peer, drafted by the junior
		_, people, err := b.s.Candidates(ctx, lead, k.ID)
		if err != nil {
			t.Fatal(err)
		}
		why := map[string]string{}
		for _, c := range people {
			why[c.Name] = c.WhyNot
		}
		for name, want := range map[string]string{
			testkit.Peer: "", testkit.Senior: "This person does not have the role that this stage needs.",
			testkit.Outside: "This person is not on the matter's team.", testkit.Walled: "This person is not on the matter's team.",
			testkit.Junior: "Who drafted this work may not review or sign it.",
		} {
			if got, ok := why[name]; !ok || got != want {
				t.Errorf("%s: %q (%v), want %q", name, got, ok, want)
			}
		}
		if people[0].Name != testkit.Peer || people[0].Load != 1 || !people[0].Holds {
			t.Errorf("first %+v", people[0])
		}
		_, _, err = b.s.Candidates(ctx, testkit.As(testkit.Junior), k.ID)
		testkit.WantKind(t, err, fault.Forbidden)
		_, _, err = b.s.Candidates(ctx, testkit.As(testkit.Rival), k.ID)
		testkit.WantKind(t, err, fault.NotFound)
	})
}
