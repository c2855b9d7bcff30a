package imports_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"countersign/internal/account"
	"countersign/internal/imports"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/testkit"
)

func accounts(t *testing.T, w *testkit.World) *account.Service {
	t.Helper()
	secret, err := account.NewSecretKey(testkit.Key[:32])
	if err != nil {
		t.Fatal(err)
	}
	return account.New(account.Deps{Gate: w.Gate, Installation: secret, Now: w.Now, Mail: true})
}

type noKeys struct{}

func (noKeys) Make(context.Context, *db.Tx, string, ident.OrgID) error { return nil }

func TestBadFiles(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := imports.New(w.Gate, matter.New(w.Gate, noKeys{}), accounts(t, w))
		for name, c := range map[string]struct {
			kind imports.Kind
			data string
			say  string
		}{
			"unknown kind":   {"colours", "name\nx\n", "what the file holds"},
			"empty":          {imports.Clients, " \r\n", "empty"},
			"header only":    {imports.Clients, "name\r\n", "no rows"},
			"a spreadsheet":  {imports.Clients, "PK\x03\x04rest", "not a CSV file"},
			"UTF-16":         {imports.Clients, "\xff\xfen\x00a\x00", "UTF-16"},
			"neither coding": {imports.Clients, "name\nCaf\x81\n", "neither UTF-8 nor Windows-1252"},
			"open quote":     {imports.Clients, "name\n\"Kestrel\n", "quotation mark"},
			"stray quote":    {imports.Clients, "name\nThe \"Firm\n", "quotation mark"},
			"missing column": {imports.Parties, "matter,name\n1,x\n", "lacks: role"},
			"unknown column": {imports.Clients, "name,colour\nx,red\n", "not known"},
			"column twice":   {imports.Clients, "name,Name\nx,y\n", "twice"},
			"too many rows":  {imports.Clients, "name\n" + strings.Repeat("a\n", 10_000), "more than 5000 rows"},
			"too large":      {imports.Clients, "name\n" + strings.Repeat("a", imports.MaxBytes), "larger than 2 MB"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := s.Preview(t.Context(), testkit.As(testkit.Operations), c.kind, []byte(c.data))
				testkit.WantKind(t, err, fault.Invalid)
				if !strings.Contains(fault.Say(err), c.say) {
					t.Errorf("says %q, want %q in it", fault.Say(err), c.say)
				}
			})
		}
		for _, who := range []string{testkit.Lead, testkit.Attorney, testkit.Compliance} {
			_, err := s.Preview(t.Context(), testkit.As(who), imports.Clients, []byte("name\nx\n"))
			testkit.WantKind(t, err, fault.Forbidden)
		}
	})
}

// verdicts is "make there refused" in the order of the file.
func verdicts(p imports.Plan) string {
	var out []string
	for _, r := range p.Rows {
		out = append(out, string(r.Verdict))
	}
	return strings.Join(out, " ")
}

func TestPreviewRunAndUndo(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		m := matter.New(w.Gate, noKeys{})
		s, ctx, ops := imports.New(w.Gate, m, accounts(t, w)), t.Context(), testkit.As(testkit.Operations)
		count := func() string {
			return fmt.Sprint(w.Int(db.SQL(`SELECT COUNT(*) FROM client`)), w.Int(db.SQL(`SELECT COUNT(*) FROM matter`)),
				w.Int(db.SQL(`SELECT COUNT(*) FROM party WHERE until_version = 0`)), w.Int(db.SQL(`SELECT COUNT(*) FROM access_grant WHERE until_at = ?`, gate.Forever)))
		}
		var undo []string
		for _, f := range []struct {
			kind imports.Kind
			data string
			want string
		}{
			{imports.Clients, "\xef\xbb\xbfName\r\n\"Caf\xc3\xa9, Inc.\"\r\nkestrel logistics\r\n=cmd()\r\n\r\nVireo\r\nvireo\r\n", "make there refused make there"},
			{imports.Clients, "name;\n", ""}, // refused whole: the header has an unnamed column
			{imports.Clients, "name\nSoci\xe9t\xe9 \x96 Paris\n", "make"},
			{imports.Matters, "number,title,client,practice_area,jurisdiction,data_class,supervisor_email,delegate_email\n" +
				"I-1,In re Vireo,VIREO,Litigation,US,phi,attorney@test.example,operations@test.example\n" +
				"2026-0001,Old,Vireo,litigation,US,phi,attorney@test.example,\n" +
				"I-2,No such client,Nobody,litigation,US,phi,attorney@test.example,\n" +
				"I-3,No attorney,Vireo,litigation,US,phi,junior@test.example,\n" +
				"I-4,Short row,Vireo\n" +
				"I-5,No such delegate,Vireo,litigation,US,phi,attorney@test.example,x@y.example\n", "make there refused refused refused refused"},
			{imports.Parties, "role;matter;name\nclient;I-1;Vireo\n;I-1;Opponent\n;I-1;opponent\n;I-9;Nobody\n;I-1;\n", "make make there refused refused"},
			{imports.Team, "matter,email\nI-1,Junior@test.example\nI-1,attorney@test.example\nI-1,stranger@test.example\n2026-0001,walled@test.example\n", "make there refused there"},
		} {
			before := count()
			p, err := s.Preview(ctx, ops, f.kind, []byte(f.data))
			if f.want == "" {
				testkit.WantKind(t, err, fault.Invalid)
				continue
			}
			if err != nil || verdicts(p) != f.want {
				t.Fatalf("%s: %s, %v\nwant %s\n%+v", f.kind, verdicts(p), err, f.want, p.Rows)
			}
			if got := count(); got != before {
				t.Fatalf("the preview of %s wrote: %s, before %s", f.kind, got, before)
			}
			id, done, err := s.Run(ctx, ops, f.kind, string(f.kind)+".csv", []byte(f.data))
			if err != nil || verdicts(done) != f.want {
				t.Fatalf("%s: %s, %v", f.kind, verdicts(done), err)
			}
			undo = append(undo, id)
			_, _, err = s.Run(ctx, ops, f.kind, "again", []byte(f.data))
			testkit.WantKind(t, err, fault.Conflict)
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM client WHERE name = ?`, "Société – Paris")); n != 1 {
			t.Error("Windows-1252 was not read")
		}
		if done, _ := w.Entries(matter.Open); done != 1 {
			t.Errorf("%d matters have an entry, want 1", done)
		}
		clients, matters, parties, team := undo[0], undo[2], undo[3], undo[4]
		testkit.WantKind(t, s.Undo(ctx, testkit.As(testkit.Stranger), team), fault.NotFound)
		testkit.WantKind(t, s.Undo(ctx, testkit.As(testkit.Lead), team), fault.NotFound)
		testkit.WantKind(t, s.Undo(ctx, ops, clients), fault.Conflict) // Vireo has a matter
		testkit.WantKind(t, s.Undo(ctx, ops, matters), fault.Conflict) // it has parties and a team
		for _, id := range []string{team, parties} {
			if err := s.Undo(ctx, ops, id); err != nil {
				t.Fatal(err)
			}
			testkit.WantKind(t, s.Undo(ctx, ops, id), fault.Conflict)
		}
		past, err := s.Past(ctx, ops)
		if err != nil || len(past) != 5 {
			t.Errorf("past imports %+v, %v", past, err)
		}
	})
}

func TestUndoOfMattersRestores(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx, ops := imports.New(w.Gate, matter.New(w.Gate, noKeys{}), accounts(t, w)), t.Context(), testkit.As(testkit.Operations)
		open := func() string {
			return fmt.Sprint(w.Int(db.SQL(`SELECT COUNT(*) FROM client`)), w.Int(db.SQL(`SELECT COUNT(*) FROM matter`)),
				w.Int(db.SQL(`SELECT COUNT(*) FROM access_grant WHERE until_at = ?`, gate.Forever)), w.Int(db.SQL(`SELECT COUNT(*) FROM matter_opening WHERE until_at = ?`, gate.Forever)),
				w.Int(db.SQL(`SELECT COUNT(*) FROM gate_fact WHERE until_at = ?`, gate.Forever)))
		}
		before := open()
		clients, _, err := s.Run(ctx, ops, imports.Clients, "c.csv", []byte("name\nVireo\n"))
		if err != nil {
			t.Fatal(err)
		}
		w.Later(1e9)
		file := "number,title,client,practice_area,jurisdiction,data_class,supervisor_email,delegate_email\nI-1,In re Vireo,Vireo,other,US,phi,partner@test.example,attorney@test.example\n"
		matters, _, err := s.Run(ctx, ops, imports.Matters, "m.csv", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		w.Later(1e9)
		for _, id := range []string{matters, clients} {
			if err := s.Undo(ctx, ops, id); err != nil {
				t.Fatal(err)
			}
		}
		if after := open(); after != before {
			t.Errorf("after the undo %s, before the import %s", after, before)
		}
	})
}

// A list of people is taken in by an administrator of either side, and undone until somebody has accepted.
func TestPeople(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, ctx, admin := imports.New(w.Gate, matter.New(w.Gate, noKeys{}), accounts(t, w)), t.Context(), testkit.As(testkit.FirmAdmin)
		file := []byte("name,email,title,roles\nRuth Feldman,Ruth@firm.example,Operations,operations_manager\nAlan Dale,alan@firm.example,,partner compliance_officer\n" +
			"Partner,partner@test.example,,partner\nTwice,ruth@firm.example,,partner\nJunior,j@firm.example,,junior\nNobody,not an address,,partner\n")
		for _, who := range []string{testkit.Operations, testkit.Partner, testkit.Lead} {
			_, err := s.Preview(ctx, testkit.As(who), imports.People, file)
			testkit.WantKind(t, err, fault.Forbidden)
		}
		p, err := s.Preview(ctx, admin, imports.People, file)
		if got := verdicts(p); err != nil || got != "make make there there refused refused" {
			t.Fatalf("%s, %v", got, err)
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM invitation`)); n != 0 {
			t.Errorf("a preview invited %d people", n)
		}
		w.TakeJobs()
		id, _, err := s.Run(ctx, admin, imports.People, "people.csv", file)
		if err != nil {
			t.Fatal(err)
		}
		if jobs := w.TakeJobs(); len(jobs) != 2 || jobs[0].Kind() != "account.invitation" {
			t.Errorf("letters: %v", jobs)
		}
		w.Exec(db.SQL(`UPDATE invitation SET accepted_at = 5 WHERE email = 'alan@firm.example'`))
		testkit.WantKind(t, s.Undo(ctx, admin, id), fault.Conflict)
		w.Exec(db.SQL(`UPDATE invitation SET accepted_at = 0 WHERE email = 'alan@firm.example'`))
		testkit.WantKind(t, s.Undo(ctx, testkit.As(testkit.Operations), id), fault.Forbidden)
		if err := s.Undo(ctx, admin, id); err != nil {
			t.Fatal(err)
		}
		if n := w.Int(db.SQL(`SELECT COUNT(*) FROM invitation WHERE revoked_at = 0`)); n != 0 {
			t.Errorf("%d invitations outlive the undo", n)
		}
	})
}
