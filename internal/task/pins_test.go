package task_test

import (
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/task"
	"countersign/internal/task/pin"
	"countersign/internal/testkit"
)

func (b *bench) pins(who string, t task.Task, v ident.VersionID) (pin.Board, string) {
	b.T.Helper()
	got, err := pin.New(b.Gate, b.s.Service).Board(b.T.Context(), testkit.As(who), t.ID, v)
	if err != nil {
		b.T.Fatal(err)
	}
	var say []string
	for _, p := range got.Pins {
		say = append(say, p.Text+" "+p.State)
	}
	return got, strings.Join(say, "|")
}

// A question is asked about a place in a document of the task, and stands there with the findings.
func TestPins(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		tk, v := b.submitted()
		elsewhere := b.second(tk, "other.docx", "two")
		ask := func(q task.NewQuestion) error {
			q.Task, q.Text, q.Proposed, q.Silence = tk.ID, "Which line?", "The last.", b.Now().Add(2*time.Hour)
			_, err := b.s.Ask(ctx, testkit.As(testkit.Junior), q)
			return err
		}
		foreign := b.file(b.drafting(), "foreign.docx", "three", testkit.Junior)
		for what, q := range map[string]task.NewQuestion{
			"another task's document": {Version: foreign, Page: 1}, "no document": {Version: "x", Page: 1}, "no page": {Version: v}, "a page of nothing": {Page: 1},
			"a place of nothing": {Area: "0,0,1,1"}, "no rectangle": {Version: v, Page: 1, Area: "0,0,2,2"}, "a negative page": {Version: v, Page: -1},
		} {
			if err := ask(q); fault.KindOf(err) != fault.Invalid || err == nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if n := b.Int(db.SQL(`SELECT COUNT(*) FROM question`)); n != 0 {
			t.Fatalf("%d questions are kept", n)
		}
		for _, q := range []task.NewQuestion{{Version: v, Page: 4, Area: "0.1,0.9,0.3,0.02"}, {Version: v, Page: 2}, {Version: elsewhere, Page: 1}, {}} {
			if err := ask(q); err != nil {
				t.Fatal(err)
			}
		}
		b.find(testkit.Peer, tk, v, "Wrong line.")
		board, say := b.pins(testkit.Peer, tk, v)
		if say != "Which line? open|Wrong line. open|Which line? open" || !board.Find || board.Pins[0].Number != 2 || !board.Pins[0].Question || board.Pins[2].Area != "0.1,0.9,0.3,0.02" {
			t.Errorf("%s: %+v", say, board)
		}
		if board, say := b.pins(testkit.Peer, tk, elsewhere); say != "Which line? open" || board.Find {
			t.Errorf("a file that is not handed in: %s, %+v", say, board)
		}
		if board, _ := b.pins(testkit.Junior, tk, v); board.Find || !board.Ask {
			t.Errorf("the author: %+v", board)
		}
		if board, _ := b.pins(testkit.Junior, tk, foreign); board.Ask || len(board.Pins) != 0 {
			t.Errorf("a document of another task: %+v", board)
		}
		d, err := b.s.Desk(ctx, testkit.As(testkit.Attorney), tk.ID)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]int{}
		for _, q := range d.Questions {
			said[q.File]++
			if (q.Version == v) != (q.File == "memo.docx" && q.FileN == 1 && q.Page > 0) {
				t.Errorf("%+v", q)
			}
		}
		if said["memo.docx"] != 2 || said["other.docx"] != 1 || said[""] != 1 {
			t.Errorf("%v", said)
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Rival} {
			_, err := pin.New(b.Gate, b.s.Service).Board(ctx, testkit.As(who), tk.ID, v)
			testkit.WantKind(t, err, fault.NotFound)
		}
	})
}

// What others found is not on the pages of who reviews blind.
func TestPinsOfABlindReview(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.blind()
		tk, v := b.submitted()
		mine := b.find(testkit.Peer, tk, v, "Peer's.")
		if err := b.s.SettleFinding(ctx, testkit.As(testkit.Peer), tk.ID, mine, "accepted"); err != nil {
			t.Fatal(err)
		}
		tk = b.must(b.s.Approve(ctx, testkit.As(testkit.Peer), task.Verdict{Task: tk.ID, Rev: tk.Rev}))
		tk = b.must(b.s.Take(ctx, testkit.As(testkit.Senior), tk.ID))
		b.find(testkit.Senior, tk, v, "Senior's.")
		if _, say := b.pins(testkit.Senior, tk, v); say != "Senior's. open" {
			t.Errorf("the blind reviewer sees %s", say)
		}
		if _, say := b.pins(testkit.Attorney, tk, v); say != "Peer's. accepted|Senior's. open" {
			t.Errorf("the attorney sees %s", say)
		}
	})
}
