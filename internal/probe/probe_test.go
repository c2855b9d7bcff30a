package probe_test

import (
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/internal/document"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/db"
	"countersign/internal/platform/docwork"
	"countersign/internal/platform/keys"
	"countersign/internal/probe"
	"countersign/internal/testkit"
)

func TestMain(m *testing.M) {
	docwork.BeChild()
	os.Exit(m.Run())
}

// A door is a program of two routes: one that takes a file out for whoever may, and one that tests choose.
type door struct {
	s     *document.Service
	other func(ctx context.Context, person ident.PersonID, q probe.Question) probe.Answer
}

func (d *door) Routes() []probe.Route {
	return []probe.Route{{Pattern: "GET /versions/{id}/file"}, {Pattern: "POST /other/{id}"}}
}

func (d *door) As(_ context.Context, person ident.PersonID, org ident.OrgID) (probe.Ask, bool, error) {
	who := testkit.As(testkit.Junior)
	who.Person, who.Org = person, org
	return func(ctx context.Context, q probe.Question) probe.Answer {
		_, id, ok := strings.Cut(strings.TrimSuffix(q.Path, "/file"), "/versions/")
		if !ok {
			return d.other(ctx, person, q)
		}
		o, err := d.s.Open(ctx, who, ident.VersionID(id))
		switch fault.KindOf(err) {
		case fault.Forbidden:
			return probe.Answer{Status: 403}
		case fault.NotFound:
			return probe.Answer{Status: 404}
		}
		if err != nil {
			return probe.Answer{Status: 500}
		}
		defer o.Body.Close() //nolint:errcheck // it was only read
		body, _ := io.ReadAll(o.Body)
		return probe.Answer{Status: 200, Body: body}
	}, true, nil
}

type bench struct {
	*testkit.World
	*probe.Service
	door *door
	doc  document.Received
}

const secret = "The gate log of yard four names a driver on the ninth of March who was on no roster of that night."

func eachBench(t *testing.T, fn func(t *testing.T, b bench)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		ctx := t.Context()
		blobs, err := blob.Open(ctx, "file://"+t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		clock := &testkit.Clock{}
		ring := keys.NewRing(keys.NewMemoryKeeper(), clock.Now)
		if err := ring.Provision(ctx, testkit.Firm); err != nil {
			t.Fatal(err)
		}
		if err := w.DB.Write(ctx, func(tx *db.Tx) error { return ring.Make(ctx, tx, keys.Matter(testkit.Matter), testkit.Firm) }); err != nil {
			t.Fatal(err)
		}
		docs := document.NewService(document.Deps{Gate: w.Gate, Blobs: blobs, Keys: ring, Clock: clock.Now, Files: testkit.Files(t)})
		got, err := docs.Upload(ctx, testkit.As(testkit.Attorney), document.Upload{Matter: testkit.Matter, Kind: document.Source, Name: "Gate log.txt"}, strings.NewReader(secret))
		if err != nil {
			t.Fatal(err)
		}
		d := &door{docs, func(context.Context, ident.PersonID, probe.Question) probe.Answer { return probe.Answer{Status: 422} }}
		fn(t, bench{w, &probe.Service{Gate: w.Gate, Documents: docs, Door: d, Clock: w.Now}, d, got})
	})
}

// keep sets the rule that keeps sources in the country.
func (b bench) keep(t *testing.T) {
	t.Helper()
	err := b.Documents.SetResidency(t.Context(), testkit.As(testkit.Compliance), document.NewResidency{Scope: document.OnMatter, ScopeID: string(testkit.Matter), Covers: document.Sources})
	if err != nil {
		t.Fatal(err)
	}
}

// run asks for a probe, works its job and reads the report.
func (b bench) run(t *testing.T) probe.Probe {
	t.Helper()
	b.TakeJobs()
	id, err := b.Ask(t.Context(), testkit.As(testkit.Compliance), 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range b.TakeJobs() {
		if j, ok := j.(probe.WalkJob); ok {
			if err := b.Walk(t.Context(), j); err != nil {
				t.Fatal(err)
			}
		}
	}
	p, err := b.Probe(t.Context(), testkit.As(testkit.Partner), id)
	if err != nil || p.State != probe.Ended {
		t.Fatalf("%+v, %v", p, err)
	}
	return p
}

// A probe says who asked what and found what, and its requests leave nothing behind.
func TestReport(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		if p := b.run(t); len(p.Report.Drawn) != 0 || p.Report.Kept != 0 {
			t.Errorf("without a rule: %+v", p.Report)
		}
		b.keep(t)
		opened, refused := b.Entries(document.OpenFile)
		r := b.run(t).Report
		if len(r.Leaks) > 0 || len(r.Drawn) != 1 || r.Drawn[0].Blind != "" || r.Kept != 1 {
			t.Errorf("%+v", r)
		}
		if o, x := b.Entries(document.OpenFile); o != opened || x != refused {
			t.Errorf("the walk left %d entries and %d refusals", o-opened, x-refused)
		}
		var roles []string
		for _, w := range r.Walks {
			roles = append(roles, w.Role)
			if !w.Home && (w.Asked == 0 || w.Served > 0) {
				t.Errorf("%+v", w)
			}
		}
		for _, role := range []string{"junior", "peer reviewer", "senior reviewer", "team lead", "quality auditor"} {
			if !slices.ContainsFunc(roles, func(s string) bool { return strings.Contains(s, role) }) {
				t.Errorf("no %s among %q", role, roles)
			}
		}
		if len(r.AtHome) != 1 || r.AtHome[0].What != probe.TheFile {
			t.Errorf("at home: %+v", r.AtHome)
		}
		if done, _ := b.Entries(probe.Finish); done != 2 {
			t.Errorf("%d results among the entries", done)
		}
	})
}

// A leak is named with its route and who was given what; a compliance officer is told. A probe that cannot see says so.
func TestLeak(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		b.keep(t)
		b.door.other = func(_ context.Context, person ident.PersonID, q probe.Question) probe.Answer {
			if person == testkit.PersonID(testkit.Lead) && strings.HasSuffix(q.Path, string(b.doc.Document.ID)) {
				return probe.Answer{Status: 404, Body: []byte("<p>" + secret + "</p>")}
			}
			return probe.Answer{Status: 200, Type: "image/png", Body: []byte("\x89PNG")}
		}
		r := b.run(t).Report
		var said []string
		for _, l := range r.Leaks {
			said = append(said, l.Route+" "+l.What)
		}
		if !slices.Contains(said, "POST /other/{id} "+probe.TheFile) || !slices.Contains(said, "POST /other/{id} a picture, on a route that sends no pages") {
			t.Errorf("%q", said) // the words of a text file are its bytes
		}
		told := 0
		for _, j := range b.TakeJobs() {
			if strings.Contains(j.Kind(), "notice") {
				told++
			}
		}
		if told != 2 {
			t.Errorf("%d were told, want the compliance officer and the partner", told)
		}
		b.door.other = func(context.Context, ident.PersonID, probe.Question) probe.Answer { return probe.Answer{Status: 500} }
		b.Exec(db.SQL(`UPDATE person SET disabled_at = 1 WHERE id IN (?, ?, ?, ?, ?)`, testkit.PersonID(testkit.Attorney), testkit.PersonID(testkit.Partner), testkit.PersonID(testkit.Operations), testkit.PersonID(testkit.Compliance), testkit.PersonID(testkit.FirmAdmin)))
		id, err := b.Ask(t.Context(), testkit.As(testkit.Compliance), 4)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Walk(t.Context(), probe.WalkJob{ID: id}); err != nil {
			t.Fatal(err)
		}
		p, err := b.Probe(t.Context(), testkit.As(testkit.Compliance), id)
		if err != nil || p.Report.Blind() != 1 || p.Report.Walks[0].Failed == 0 {
			t.Errorf("nobody at home: %+v, %v", p.Report, err)
		}
	})
}

// A rule that is lifted while the probe walks ends what it kept: what is given after that is no leak.
func TestLiftedMeanwhile(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		b.keep(t)
		lifted := false
		b.door.other = func(ctx context.Context, _ ident.PersonID, _ probe.Question) probe.Answer {
			if !lifted {
				lifted = true
				b.Exec(db.SQL(`UPDATE residency SET lifted_at = ?, lifted_by = 'x'`, db.Micros(testkit.Noon)))
			}
			return probe.Answer{Status: 404}
		}
		if r := b.run(t).Report; len(r.Leaks) != 0 || !lifted {
			t.Errorf("%+v", r.Leaks)
		}
	})
}

// The firm alone asks and reads; one probe at a time.
func TestWhoMay(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		for _, who := range []string{testkit.Junior, testkit.Lead, testkit.Attorney} {
			_, err := b.Ask(ctx, testkit.As(who), 4)
			testkit.WantKind(t, err, fault.Forbidden)
			_, err = b.Board(ctx, testkit.As(who))
			testkit.WantKind(t, err, fault.Forbidden)
		}
		id, err := b.Ask(ctx, testkit.As(testkit.Compliance), 4)
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Ask(ctx, testkit.As(testkit.Partner), 4)
		testkit.WantKind(t, err, fault.Conflict)
		_, err = b.Probe(ctx, testkit.As(testkit.Stranger), id)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.Probe(ctx, testkit.As(testkit.Compliance), "none")
		testkit.WantKind(t, err, fault.NotFound)
	})
}

// Each night has one probe for every firm that keeps something, at two in its own zone.
func TestNightly(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		if err := b.Plan(ctx); err != nil {
			t.Fatal(err)
		}
		if jobs := b.TakeJobs(); len(jobs) != 0 {
			t.Errorf("nothing is kept, and %v waits", jobs)
		}
		b.keep(t)
		for range 2 {
			if err := b.Plan(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if jobs := b.TakeJobs(); len(jobs) != 1 {
			t.Errorf("%d jobs, want one", len(jobs))
		}
		board, err := b.Board(ctx, testkit.As(testkit.Compliance))
		if err != nil || len(board.Probes) != 0 || board.Kept != 1 {
			t.Fatalf("%+v, %v", board, err)
		}
		if next := board.Next.Sub(b.Now()); next <= 0 || next > 24*time.Hour {
			t.Errorf("the next one is in %v", next)
		}
	})
}
