package find_test

import (
	"strings"
	"testing"

	"countersign/internal/find"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/db"
	"countersign/internal/testkit"
)

func each(t *testing.T, fn func(t *testing.T, w *testkit.World, s *find.Service)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		pb := "00000000-0000-7000-8000-00000000b001"
		w.Exec(db.SQL(`INSERT INTO playbook (id, firm_id, code, name, practice_area, current_n, retired_at, made_at, rev) VALUES (?, ?, 'LI-03', 'Deposition summary', 'litigation', 1, 0, 1, 1)`, pb, testkit.Firm))
		for i, title := range []string{"Deposition summary, K. Brandt", "Depose 100% of_them", "Deposition prep"} {
			w.Exec(db.SQL(`INSERT INTO task (id, number, firm_id, matter_id, engagement_id, provider_id, playbook_id, playbook_n, code, title, instructions, acceptance,
				state, stage, stage_key, stages, returned, return_stage, author_id, holder_id, supervisor_id, rush, due_at, cycle, reason, made_by, made_at, released_by, released_at, complete_at, stage_at, delivered_at, rev)
				VALUES (?, ?, ?, ?, ?, ?, ?, 1, 'LI-03', ?, ?, ?, ?, 0, 'draft', 3, FALSE, 0, '', '', ?, FALSE, 1, 0, ?, '', 1, '', 1, 1, 1, 0, 1)`,
				"00000000-0000-7000-8000-00000000a00"+string("012"[i]), 209+i, testkit.Firm, testkit.Matter, testkit.Engagement, testkit.Provider, pb, title, []byte{}, []byte{},
				[]string{"open", "open", "preparing"}[i], testkit.PersonID(testkit.Attorney), []byte{}))
		}
		for i, state := range []string{"active", "quarantined"} {
			w.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, '', 'source', ?, '', ?, 1, '', 1, 1)`,
				"00000000-0000-7000-8000-00000000c00"+string("01"[i]), testkit.Matter, "Exhibit "+state, state))
		}
		fn(t, w, find.New(w.Gate))
	})
}

func titles(groups []find.Group) string {
	var out []string
	for _, g := range groups {
		for _, h := range g.Hits {
			out = append(out, h.Title)
		}
	}
	return strings.Join(out, "; ")
}

func TestFind(t *testing.T) {
	each(t, func(t *testing.T, _ *testkit.World, s *find.Service) {
		for _, c := range []struct{ who, q, want string }{
			{testkit.Walled, "brandt", ""},
			{testkit.Walled, "2026", ""},
			{testkit.Walled, "T-209", ""},
			{testkit.Walled, "exhibit", ""},
			{testkit.Outside, "dep", ""},
			{testkit.Stranger, "brandt", ""},
			{testkit.Stranger, "dep", ""},
			{testkit.Stranger, "junior", ""},
			{testkit.Junior, "kestrel", "Brandt v. Kestrel"}, // not by the client, and not the matter closed to the provider
			{testkit.Partner, "logistics", "Brandt v. Kestrel; Kestrel reorganization"},
			{testkit.Junior, "logistics", ""},
			{testkit.Junior, "BRANDT", "Brandt v. Kestrel; T-209 Deposition summary, K. Brandt"},
			{testkit.Junior, "kestrel brandt", "Brandt v. Kestrel; T-209 Deposition summary, K. Brandt; T-210 Depose 100% of_them; Exhibit active"}, // in any order, and by the matter
			{testkit.Junior, "brandt summ", "T-209 Deposition summary, K. Brandt"},
			{testkit.Junior, "kestrel depose", "T-210 Depose 100% of_them"}, // by the matter
			{testkit.Walled, "kestrel depose", ""},
			{testkit.Junior, "randt", ""}, // beginnings of words
			{testkit.Junior, "t-209", "T-209 Deposition summary, K. Brandt"},
			{testkit.Junior, "209", "T-209 Deposition summary, K. Brandt"},
			{testkit.Junior, "deposition", "T-209 Deposition summary, K. Brandt"},
			{testkit.Attorney, "deposition", "T-209 Deposition summary, K. Brandt; T-211 Deposition prep; LI-03 Deposition summary"},
			{testkit.Attorney, "li-03", "LI-03 Deposition summary"},
			{testkit.Junior, "100%", "T-210 Depose 100% of_them"},
			{testkit.Junior, "%", ""},
			{testkit.Junior, "_", ""},
			{testkit.Junior, `\`, ""},
			{testkit.Attorney, "exhibit", "Exhibit active"},
			{testkit.Attorney, "2026-0002", "Kestrel reorganization"},
			{testkit.Attorney, "jun", "junior; junior2"},
			{testkit.Junior, "attorney", "attorney"},
			{testkit.Junior, "compliance", ""}, // of the other side, and on no team
			{testkit.Junior, " ", ""},
			{testkit.Junior, "' OR 1=1 --", ""},
		} {
			groups, err := s.Find(t.Context(), testkit.As(c.who), c.q)
			if got := titles(groups); err != nil || got != c.want {
				t.Errorf("%s looks for %q: %q, %v", c.who, c.q, got, err)
			}
		}
		_, err := s.Find(t.Context(), testkit.As(testkit.Junior), strings.Repeat("x", 101))
		testkit.WantKind(t, err, fault.Invalid)
	})
}

func TestSecondLineAndLimit(t *testing.T) {
	each(t, func(t *testing.T, w *testkit.World, s *find.Service) {
		groups, err := s.Find(t.Context(), testkit.As(testkit.Partner), "brandt")
		if err != nil || groups[0].Hits[0].Second != "2026-0001 · Kestrel Logistics" {
			t.Errorf("%+v, %v", groups, err)
		}
		groups, err = s.Find(t.Context(), testkit.As(testkit.Junior), "brandt")
		if err != nil || groups[0].Hits[0].Second != "2026-0001" {
			t.Errorf("the provider reads %+v, %v", groups, err)
		}
		for i := range 9 {
			w.Exec(db.SQL(`INSERT INTO document (id, matter_id, task_id, kind, name, folder, state, current_n, made_by, made_at, rev) VALUES (?, ?, '', 'source', 'Exhibit many', '', 'active', 1, '', 1, 1)`,
				"00000000-0000-7000-8000-00000000d00"+string(rune('0'+i)), testkit.Matter))
		}
		groups, err = s.Find(t.Context(), testkit.As(testkit.Junior), "exhibit")
		if err != nil || len(groups) != 1 || len(groups[0].Hits) != 6 {
			t.Errorf("%+v, %v", groups, err)
		}
	})
}
