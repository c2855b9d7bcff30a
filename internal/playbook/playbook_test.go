package playbook_test

import (
	"slices"
	"testing"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/playbook"
	"countersign/internal/testkit"
)

// A bench is a world whose firm has the default playbooks.
type bench struct {
	*testkit.World
	*playbook.Service
}

func eachBench(t *testing.T, fn func(t *testing.T, b bench)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		b := bench{w, playbook.NewService(w.Gate)}
		if _, err := b.ImportCatalogue(t.Context(), testkit.As(testkit.Operations)); err != nil {
			t.Fatal(err)
		}
		w.TakeTopics()
		fn(t, b)
	})
}

// byCode returns the playbook with a code of the catalogue.
func (b bench) byCode(t *testing.T, code string) playbook.Card {
	t.Helper()
	l, err := b.List(t.Context(), testkit.As(testkit.Operations), playbook.Filter{Find: code})
	if err != nil || len(l.Cards) != 1 {
		t.Fatalf("%s: %d cards, %v", code, len(l.Cards), err)
	}
	return l.Cards[0]
}

func (b bench) pin(id ident.PlaybookID, n int64, matter ident.MatterID, number int64) ident.TaskID {
	task := ident.TaskID(ident.New())
	blank := []byte{}
	b.Exec(db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance,
			state, stage, stage_key, stages, returned, return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason, made_by, made_at,
			released_by, released_at, complete_at, stage_at, delivered_at, rev)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'LI-03', 'Responses', ?, ?, 'open', 0, 'draft', 4, FALSE, 0, '', '', ?, FALSE, 1, 0, ?, '', 1, '', 1, 1, 1, 0, 1)`,
		task, number, testkit.Firm, matter, testkit.Engagement, testkit.Provider, id, n, blank, blank, testkit.PersonID(testkit.Attorney), blank))
	return task
}

func TestImportCatalogueTwice(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx := playbook.NewService(w.Gate), t.Context()
		for _, who := range []string{testkit.Compliance, testkit.FirmAdmin, testkit.Lead, testkit.Junior} {
			_, err := s.ImportCatalogue(ctx, testkit.As(who))
			testkit.WantKind(t, err, fault.Forbidden)
		}
		for i, want := range []playbook.Imported{{Playbooks: 85, Defects: 17}, {}} {
			got, err := s.ImportCatalogue(ctx, testkit.As(testkit.Operations))
			if err != nil || got != want {
				t.Errorf("import %d: %+v, %v", i, got, err)
			}
		}
		if done, refused := w.Entries(playbook.Import); done != 2 || refused != 4 {
			t.Errorf("%d entries, %d refusals", done, refused)
		}
		sh, err := s.List(ctx, testkit.As(testkit.Attorney), playbook.Filter{Area: "litigation", Find: "PRIVILEGE log"})
		if err != nil || len(sh.Cards) != 1 || sh.Cards[0].Code != "LI-02" || sh.Total != 85 || len(sh.Areas) != 7 || !sh.Edits {
			t.Fatalf("%+v, %v", sh, err)
		}
		page, err := s.Sheet(ctx, testkit.As(testkit.Compliance), sh.Cards[0].ID, 0)
		if err != nil || page.Edits || page.Version.State != playbook.InForce || page.Version.Offshore != playbook.Conditional ||
			page.Version.Body.Condition == "" || len(page.Version.Body.Checklist("peer")) != 4 || page.Version.Stages[1].BlindPercent != 30 {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

func TestVersionsFromDraftToRelease(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, ops := t.Context(), testkit.As(testkit.Operations)
		card := b.byCode(t, "LI-03")
		seen, hidden := b.pin(card.ID, 1, testkit.Matter, 7), b.pin(card.ID, 1, testkit.Shut, 8)

		for _, c := range []struct {
			who  string
			id   ident.PlaybookID
			want fault.Kind
		}{
			{testkit.Compliance, card.ID, fault.Forbidden},
			{testkit.Stranger, card.ID, fault.NotFound},
			{testkit.Lead, card.ID, fault.NotFound},
			{testkit.Operations, ident.PlaybookID(ident.New()), fault.NotFound},
			{testkit.Operations, "../x", fault.NotFound},
		} {
			_, err := b.StartVersion(ctx, testkit.As(c.who), c.id)
			testkit.WantKind(t, err, c.want)
		}
		if done, refused := b.Entries(playbook.StartVersion); done != 0 || refused != 5 {
			t.Errorf("%d entries, %d refusals", done, refused)
		}

		v, err := b.StartVersion(ctx, ops, card.ID)
		if err != nil || v.N != 2 || v.State != playbook.Drafting {
			t.Fatalf("%+v, %v", v, err)
		}
		_, err = b.StartVersion(ctx, ops, card.ID)
		testkit.WantKind(t, err, fault.Conflict)

		e := editOf(v)
		e.Stages = []playbook.Stage{v.Stages[0], {Key: "cite", Name: "Cite check", Kind: playbook.Review, Role: playbook.RoleSenior, BlindPercent: 100}, v.Stages[3]}
		e.Body.Steps = append([]string{"read the file plan"}, e.Body.Steps...)
		e.Body.Checklists = []playbook.Checklist{{StageKey: "cite", Items: []string{"every cite opened"}}}
		e.Note = "One cite check in place of two reviews"
		for name, c := range map[string]struct {
			edit func(*playbook.Edit)
			want fault.Kind
		}{
			"released":          {func(e *playbook.Edit) { e.N = 1 }, fault.Conflict},
			"no such version":   {func(e *playbook.Edit) { e.N = 9 }, fault.NotFound},
			"old form":          {func(e *playbook.Edit) { e.Rev = 7 }, fault.Stale},
			"no acceptance":     {func(e *playbook.Edit) { e.Stages = e.Stages[:2] }, fault.Invalid},
			"checklist astray":  {func(e *playbook.Edit) { e.Body.Checklists = []playbook.Checklist{{StageKey: "peer"}} }, fault.Invalid},
			"rush is slower":    {func(e *playbook.Edit) { e.RushHours = e.TurnaroundHours + 1 }, fault.Invalid},
			"unknown template":  {func(e *playbook.Edit) { e.Template = ident.VersionID(ident.New()) }, fault.Invalid},
			"no condition":      {func(e *playbook.Edit) { e.Body.Condition = " " }, fault.Invalid},
			"note of two lines": {func(e *playbook.Edit) { e.Note = "a\nb" }, fault.Invalid},
		} {
			bad := e
			c.edit(&bad)
			_, err := b.EditVersion(ctx, ops, bad)
			if fault.KindOf(err) != c.want || err == nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		saved, err := b.EditVersion(ctx, ops, e)
		if err != nil || saved.Rev != 2 {
			t.Fatalf("%+v, %v", saved, err)
		}

		_, err = b.ReleaseVersion(ctx, ops, playbook.Release{Playbook: card.ID, N: 2, Rev: 1})
		testkit.WantKind(t, err, fault.Stale)
		b.TakeTopics()
		// The attorney supervises both matters; operations is wide; both see both tasks. The answer is the releaser's own view.
		out, err := b.ReleaseVersion(ctx, ops, playbook.Release{Playbook: card.ID, N: 2, Rev: 2})
		if err != nil || len(out.Older) != 2 || out.Older[0].Task != seen || out.Older[1].Task != hidden {
			t.Fatalf("%+v, %v", out.Older, err)
		}
		if got := b.TakeTopics(); !slices.Equal(got, []string{playbook.Topic(testkit.Firm)}) {
			t.Errorf("announced %v", got)
		}
		_, err = b.EditVersion(ctx, ops, playbook.Edit{Playbook: card.ID, N: 2, Rev: 3, Offshore: playbook.No, TurnaroundHours: 1, RushHours: 1, Stages: playbook.DefaultStages()})
		testkit.WantKind(t, err, fault.Conflict)

		// Work begun keeps its version; the provider reads it through the task and in no other way.
		old, err := b.ForTask(ctx, testkit.As(testkit.Junior), seen)
		if err != nil || old.N != 1 || len(old.Stages) != 4 || old.Body.Steps[0] == "read the file plan" {
			t.Errorf("%+v, %v", old, err)
		}
		for _, who := range []string{testkit.Walled, testkit.Outside, testkit.Rival, testkit.Stranger} {
			_, err := b.ForTask(ctx, testkit.As(who), seen)
			testkit.WantKind(t, err, fault.NotFound)
		}
		_, err = b.ForTask(ctx, testkit.As(testkit.Junior), hidden)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.Sheet(ctx, testkit.As(testkit.Junior), card.ID, 1)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.List(ctx, testkit.As(testkit.Junior), playbook.Filter{})
		testkit.WantKind(t, err, fault.Forbidden)

		c, err := b.Compare(ctx, testkit.As(testkit.Compliance), card.ID, 1, 2)
		var parts []string
		for _, x := range c.Changes {
			parts = append(parts, x.Part)
		}
		if want := []string{"Stages", "Steps", "Checklist: Draft", "Checklist: Cite check", "Checklist: Peer review", "Checklist: Senior review"}; err != nil || !slices.Equal(parts, want) {
			t.Errorf("%v, %v", parts, err)
		}
	})
}

func TestRetire(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, ops := t.Context(), testkit.As(testkit.Operations)
		id := b.byCode(t, "LI-05").ID
		testkit.WantKind(t, b.Retire(ctx, testkit.As(testkit.FirmAdmin), id), fault.Forbidden)
		testkit.WantKind(t, b.Retire(ctx, testkit.As(testkit.Rival), id), fault.NotFound)
		if err := b.Retire(ctx, ops, id); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.Retire(ctx, ops, id), fault.Conflict)
		_, err := b.StartVersion(ctx, ops, id)
		testkit.WantKind(t, err, fault.Conflict)
		if l, err := b.List(ctx, ops, playbook.Filter{Retired: true}); err != nil || len(l.Cards) != 1 {
			t.Errorf("%d retired, %v", len(l.Cards), err)
		}
	})
}

func TestNewPlaybook(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		for _, c := range []struct {
			who   string
			in    playbook.NewRequest
			want  fault.Kind
			field string
		}{
			{testkit.Junior, playbook.NewRequest{Code: "X-1", Name: "Binder", Area: "litigation"}, fault.Forbidden, ""},
			{testkit.Partner, playbook.NewRequest{Code: "x 1", Name: "Binder", Area: "litigation"}, fault.Invalid, "code"},
			{testkit.Partner, playbook.NewRequest{Code: "LI-03", Name: "Binder", Area: "litigation"}, fault.Invalid, "code"},
			{testkit.Partner, playbook.NewRequest{Code: "X-1", Name: " ", Area: "litigation"}, fault.Invalid, "name"},
			{testkit.Partner, playbook.NewRequest{Code: "X-1", Name: "Binder", Area: "a\nb"}, fault.Invalid, "area"},
		} {
			_, err := b.NewPlaybook(ctx, testkit.As(c.who), c.in)
			testkit.WantKind(t, err, c.want)
			if fault.Field(err) != c.field {
				t.Errorf("%+v: field %q", c.in, fault.Field(err))
			}
		}
		v, err := b.NewPlaybook(ctx, testkit.As(testkit.Partner), playbook.NewRequest{Code: "X-1", Name: "Binder", Area: "litigation"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.ReleaseVersion(ctx, testkit.As(testkit.Partner), playbook.Release{Playbook: v.Playbook, N: 1, Rev: 1}); err != nil {
			t.Error(err)
		}
		if done, _ := b.Entries(playbook.New); done != 1 {
			t.Errorf("%d entries", done)
		}
	})
}

func TestDefects(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx, att := t.Context(), testkit.As(testkit.Attorney)
		d := playbook.Defect{Code: "D-M7", Severity: "major", Name: "Exhibit order", Points: 3}
		testkit.WantKind(t, b.AddDefect(ctx, testkit.As(testkit.Peer), d), fault.Forbidden)
		bad := d
		bad.Severity = "grave"
		testkit.WantKind(t, b.AddDefect(ctx, att, bad), fault.Invalid)
		if err := b.AddDefect(ctx, att, d); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.AddDefect(ctx, att, d), fault.Invalid)
		d.Rev, d.Points = 1, 5
		if err := b.EditDefect(ctx, att, d); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.EditDefect(ctx, att, d), fault.Stale)
		testkit.WantKind(t, b.RetireDefect(ctx, testkit.As(testkit.Stranger), "D-M7", 2), fault.NotFound)
		if err := b.RetireDefect(ctx, att, "D-M7", 2); err != nil {
			t.Fatal(err)
		}
		testkit.WantKind(t, b.RetireDefect(ctx, att, "D-M7", 3), fault.Conflict)
		list, err := b.Taxonomy(ctx, testkit.As(testkit.Compliance))
		if err != nil || len(list) != 18 || list[17].Code != "D-M7" || list[17].Points != 5 || list[0].Severity != "critical" {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = b.Taxonomy(ctx, actor.Actor{Person: testkit.PersonID(testkit.Peer), Org: testkit.Provider})
		testkit.WantKind(t, err, fault.Forbidden)
	})
}

func editOf(v playbook.Version) playbook.Edit {
	return playbook.Edit{Playbook: v.Playbook, N: v.N, Rev: v.Rev, Offshore: v.Offshore, TurnaroundHours: v.TurnaroundHours, RushHours: v.RushHours,
		Stages: v.Stages, Body: v.Body, Template: v.Template, Note: v.Note}
}
