package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/internal/evidence"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/fault"
	"countersign/internal/kernel/ident"
	"countersign/internal/testkit"
	"countersign/internal/trail"
)

// memory keeps packs.
type memory map[string][]byte

func (m memory) Put(_ context.Context, _ ident.OrgID, binding string, r io.Reader) (string, int64, error) {
	b, err := io.ReadAll(r)
	m[binding] = b
	return binding, int64(len(b)), err
}

func (m memory) Open(_ context.Context, _ ident.OrgID, binding, name string) (io.ReadCloser, error) {
	if b, ok := m[name]; ok && binding == name {
		return io.NopCloser(bytes.NewReader(b)), nil
	}
	return nil, os.ErrNotExist
}

func (m memory) Delete(_ context.Context, name string) error { delete(m, name); return nil }

func making() evidence.Making {
	return evidence.Making{Files: memory{},
		Report: func(_ context.Context, z *zip.Writer, p evidence.Pack, _ *time.Location) error {
			f, err := z.Create("pack.json")
			if err == nil {
				_, err = io.WriteString(f, p.About)
			}
			return err
		},
		Work: func(_ context.Context, _ actor.Actor, _ evidence.Scope, each func(name, sha256, said string, body io.Reader) error) error {
			if err := each("001 draft.txt", "abcd", "", strings.NewReader("draft")); err != nil {
				return err
			}
			return each("002", "", "It stays in the country.", nil)
		}}
}

// A pack is made by a job, for who asked and nobody else, and goes after a week.
func TestAskPack(t *testing.T) {
	eachBench(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		who := testkit.As(testkit.Compliance)
		_, err := b.s.AskPack(ctx, testkit.As(testkit.Walled), trail.Scope{Kind: "matter", ID: string(testkit.Matter)}, trail.Filter{}, false)
		testkit.WantKind(t, err, fault.NotFound)
		_, err = b.s.AskPack(ctx, who, trail.Scope{Kind: "org"}, trail.Filter{}, true)
		testkit.WantKind(t, err, fault.Invalid)
		id, err := b.s.AskPack(ctx, who, trail.Scope{Kind: "matter", ID: string(testkit.Matter)}, trail.Filter{}, true)
		if err != nil {
			t.Fatal(err)
		}
		if jobs := b.TakeJobs(); len(jobs) != 1 || jobs[0] != (evidence.Make{Pack: id}) {
			t.Fatalf("%+v", jobs)
		}
		_, _, err = b.s.TakeOut(ctx, who, id)
		testkit.WantKind(t, err, fault.Conflict)
		for range 2 { // a job that runs again
			if err := b.s.Make(ctx, evidence.Make{Pack: id}); err != nil {
				t.Fatal(err)
			}
		}
		for _, other := range []string{testkit.FirmAdmin, testkit.Lead} {
			_, err := b.s.Asked(ctx, testkit.As(other), id)
			testkit.WantKind(t, err, fault.NotFound)
			_, _, err = b.s.TakeOut(ctx, testkit.As(other), id)
			testkit.WantKind(t, err, fault.NotFound)
		}
		body, a, err := b.s.TakeOut(ctx, who, id)
		if err != nil || !a.Ready() {
			t.Fatalf("%+v, %v", a, err)
		}
		raw, _ := io.ReadAll(body) //nolint:errcheck // from memory
		z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("work/SHA256SUMS.txt")
		if err != nil {
			t.Fatal(err)
		}
		if list, _ := io.ReadAll(f); string(list) != "abcd  work/001 draft.txt\nnot included: 002: It stays in the country.\n" { //nolint:errcheck // from memory
			t.Errorf("%s", list)
		}
		b.clock.Advance(evidence.PackLasts + time.Hour)
		if err := b.s.SweepPacks(ctx); err != nil {
			t.Fatal(err)
		}
		_, _, err = b.s.TakeOut(ctx, who, id)
		testkit.WantKind(t, err, fault.Conflict)
	})
}
