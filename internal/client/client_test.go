package client_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/internal/client"
)

func TestAddress(t *testing.T) {
	for base, ok := range map[string]bool{
		"https://cs.example": true, "https://cs.example/": true, "http://localhost:8080": true, "http://127.0.0.1:1": true, "http://[::1]:1": true,
		"http://cs.example": false, "cs.example": false, "ftp://cs.example": false, "": false, "http://localhost.evil.example": false,
	} {
		if _, err := client.New(base, "cs_x"); (err == nil) != ok {
			t.Errorf("New(%q): %v", base, err)
		}
	}
	if _, err := client.New("https://cs.example", " \n"); err == nil {
		t.Error("an empty token is taken")
	}
}

func dial(t *testing.T, h http.HandlerFunc) *client.Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := client.New(s.URL, "cs_secret\n")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		exit   int
		has    string
	}{
		{403, `{"type":"urn:countersign:fault:forbidden","status":403,"detail":"No consent.","rules":[{"id":"gate-consent","name":"Client consent","say":"No consent.","fix":"Record it."}]}`, 4, "Client consent: No consent. Record it."},
		{422, `{"type":"urn:countersign:fault:invalid","detail":"Taken.","errors":[{"location":"body.name","message":"Taken."}]}`, 2, "Taken. (name)"},
		{422, `{"type":"urn:countersign:fault:invalid","detail":"See errors.","errors":[{"location":"body.x","message":"unexpected property"}]}`, 2, "body.x: unexpected property"},
		{404, `{"type":"urn:countersign:fault:not-found","detail":"None."}`, 3, "None."},
		{409, `{"type":"urn:countersign:fault:conflict","detail":"Closed."}`, 5, "Closed."},
		{409, `{"type":"urn:countersign:fault:stale","detail":"Moved."}`, 6, "Moved."},
		{500, `{"type":"urn:countersign:fault:internal","detail":"Failed.","reference":"abc"}`, 1, "reference abc"},
		{401, `{"detail":"Send a token."}`, 4, "Send a token."},
		{502, `<html>`, 1, "502"},
		{302, ``, 1, "302"},
	} {
		c := dial(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tc.status); w.Write([]byte(tc.body)) }) //nolint:errcheck // a test
		_, err := c.Post(context.Background(), "/x", nil, nil)
		p, ok := errors.AsType[*client.Problem](err)
		if !ok || p.ExitCode() != tc.exit || !strings.Contains(err.Error(), tc.has) {
			t.Errorf("%d %s: exit %d, %v", tc.status, tc.body, p.ExitCode(), err)
		}
	}
}

func TestRequests(t *testing.T) {
	keys := []string{}
	c := dial(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer cs_secret" || !strings.HasPrefix(r.URL.Path, "/api/v1/") {
			t.Errorf("%s %q", r.URL, r.Header)
		}
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		if keys[len(keys)-1] == "again" {
			w.Header().Set("Idempotency-Replayed", "true")
			w.Write([]byte(`{"repeated":true,"action":"task.take","subject":"task/1"}`)) //nolint:errcheck // a test
			return
		}
		if strings.HasSuffix(r.URL.Path, "/bytes") {
			w.Write([]byte("abc")) //nolint:errcheck // a test
			return
		}
		w.Write([]byte(`{"id":"t1","rev":3}`)) //nolint:errcheck // a test
	})
	var got client.Task
	if again, err := c.Post(context.Background(), "/tasks/t1/take", nil, &got); err != nil || again != nil || got.Rev != 3 {
		t.Errorf("%v %v %v", got, again, err)
	}
	c.Key = "again"
	if again, err := c.Post(context.Background(), "/tasks/t1/take", map[string]any{}, &got); err != nil || again == nil || again.Subject != "task/1" {
		t.Errorf("%v %v", again, err)
	}
	var b bytes.Buffer
	sum, err := c.Download(context.Background(), "v1", &b)
	if err != nil || b.String() != "abc" || sum[0] != 0xba || sum[31] != 0xad {
		t.Errorf("%q %x %v", b.String(), sum, err)
	}
	for told, ok := range map[string]bool{"sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:": true, "sha-256=:AAAWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:": false} {
		d := dial(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Repr-Digest", told)
			w.Write([]byte("abc"))
		}) //nolint:errcheck // a test
		if _, err := d.Download(context.Background(), "v1", &b); (err == nil) != ok {
			t.Errorf("%s: %v", told, err)
		}
	}
	if strings.Join(keys, ",") != ",again," {
		t.Errorf("keys %q: a key serves one request", keys)
	}
}
