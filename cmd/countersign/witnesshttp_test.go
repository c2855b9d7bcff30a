package main

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"countersign/internal/platform/ledger/proof"
)

// The statuses of C2SP tlog-witness, and that nothing is signed that was not kept first.
func TestWitnessAnswers(t *testing.T) {
	key := func(name string) (note.Signer, note.Verifier) {
		t.Helper()
		secret, public, err := proof.GenerateKey(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := note.NewSigner(secret)
		if err != nil {
			t.Fatal(err)
		}
		v, err := proof.LogKey(public)
		if err != nil {
			t.Fatal(err)
		}
		return s, v
	}
	log, known := key("log.example/one")
	other, _ := key("log.example/two")
	false1, _ := key("log.example/one")
	add := func(old int64, by note.Signer, leaves ...string) string {
		t.Helper()
		edge := &proof.Edge{}
		for _, l := range leaves {
			edge.Append(tlog.RecordHash([]byte(l)))
		}
		signed, err := proof.Sign(proof.Checkpoint{Origin: by.Name(), Size: edge.Size, Root: edge.Root()}, by)
		if err != nil {
			t.Fatal(err)
		}
		return string(proof.AddRequest(old, nil, signed))
	}
	secret, _, err := proof.GenerateKey("witness.example/firm")
	if err != nil {
		t.Fatal(err)
	}
	w, err := proof.NewWitness(known, secret)
	if err != nil {
		t.Fatal(err)
	}
	var disk error
	h := &witnessHandler{witness: w, keep: func() error { return disk }}
	ask := func(method, path, body string) (int, string, string) {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(method, path, strings.NewReader(body)))
		return rec.Code, rec.Body.String(), rec.Header().Get("Content-Type")
	}
	disk = errors.New("full")
	if code, body, _ := ask("POST", "/add-checkpoint", add(0, log, "a", "b")); code != 500 || strings.Contains(body, "witness.example") || w.Last.Size != 0 {
		t.Errorf("a full disk: %d %q", code, body)
	}
	disk = nil
	if code, body, _ := ask("POST", "/add-checkpoint", add(0, log, "a", "b")); code != 200 || !strings.HasPrefix(body, "— witness.example/firm ") {
		t.Fatalf("%d %q", code, body)
	}
	for what, c := range map[string]struct {
		method, path, body string
		want               int
	}{
		"another method":       {"GET", "/add-checkpoint", "", 404},
		"another path":         {"POST", "/", "", 404},
		"nonsense":             {"POST", "/add-checkpoint", "old\n", 400},
		"too long":             {"POST", "/add-checkpoint", "old 2\n\n" + strings.Repeat("x", largestAdd), 413},
		"another log":          {"POST", "/add-checkpoint", add(2, other, "a", "b", "c"), 404},
		"another key":          {"POST", "/add-checkpoint", add(2, false1, "a", "b", "c"), 403},
		"another history":      {"POST", "/add-checkpoint", add(2, log, "a", "x"), 409},
		"without a proof":      {"POST", "/add-checkpoint", add(2, log, "a", "b", "c"), 422},
		"the same, once again": {"POST", "/add-checkpoint", add(2, log, "a", "b"), 200},
	} {
		if code, body, _ := ask(c.method, c.path, c.body); code != c.want {
			t.Errorf("%s: %d %q, want %d", what, code, body, c.want)
		}
	}
	if code, body, kind := ask("POST", "/add-checkpoint", add(0, log, "a", "b", "c")); code != 409 || body != "2\n" || kind != "text/x.tlog.size" {
		t.Errorf("from another size: %d %q %s", code, body, kind)
	}
}
