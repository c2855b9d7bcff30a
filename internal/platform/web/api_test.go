package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/fault"
	"countersign/internal/platform/web"
)

// A shelf is a verb with a memory, in place of the gate: it is done once per key.
type shelf struct {
	mu   sync.Mutex
	keys map[string]bool
	n    int
	err  error
}

func (s *shelf) done(_ context.Context, who actor.Actor) (authz.Action, string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "thing.put", "thing/1", s.keys[who.Key], nil
}

func (s *shelf) put(who actor.Actor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	if who.Key != "" && s.keys[who.Key] {
		return fault.New(fault.Conflict, "A request with this idempotency key was already carried out.")
	}
	s.keys[who.Key] = true
	s.n++
	return nil
}

type thing struct {
	Name string `json:"name" minLength:"2"`
	Note string `json:"note,omitempty"`
}

func door(s *shelf) http.Handler {
	mux := http.NewServeMux()
	api := web.NewAPI(mux, s.done)
	type in struct{ Body thing }
	web.Offer(api, web.Endpoint{ID: "thing.put", Path: "/things", Summary: "Put a thing", Status: 201},
		func(_ context.Context, who actor.Actor, in *in) (thing, error) { return in.Body, s.put(who) })
	type none struct{}
	web.Do(api, web.Endpoint{ID: "thing.drop", Path: "/things/drop", Summary: "Drop"}, func(_ context.Context, who actor.Actor, _ *none) error { return s.put(who) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			r = r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: actor.Actor{Person: "p", Org: "o", Via: "api"}}))
		}
		mux.ServeHTTP(w, r)
	})
}

func send(h http.Handler, method, path, body string, headers ...string) (*httptest.ResponseRecorder, map[string]any) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer t")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var doc map[string]any
	json.Unmarshal(w.Body.Bytes(), &doc) //nolint:errcheck // an empty body stays nil
	return w, doc
}

func TestProblems(t *testing.T) {
	rules := []authz.Rule{{ID: "gate-consent", Name: "Client consent", Say: "No consent.", Fix: "Record it."}}
	for _, c := range []struct {
		name, method, path, body, header, value string
		err                                     error
		status                                  int
		kind, detail                            string
	}{
		{name: "no token", method: "POST", path: "/things", body: `{"name":"ab"}`, header: "Authorization", status: 401, kind: "about:blank", detail: "Send an API token"},
		{name: "malformed", method: "POST", path: "/things", body: `{"name":`, status: 400, kind: "about:blank", detail: "not well-formed JSON"},
		{name: "no body", method: "POST", path: "/things", status: 400, kind: "about:blank", detail: "The body is missing"},
		{name: "too large", method: "POST", path: "/things", body: `{"name":"` + strings.Repeat("a", web.FormBytes) + `"}`, status: 413, kind: "about:blank", detail: "larger"},
		{name: "form", method: "POST", path: "/things", body: "name=ab", header: "Content-Type", value: "application/x-www-form-urlencoded", status: 415, kind: "about:blank", detail: "application/json"},
		{name: "shape", method: "POST", path: "/things", body: `{"name":"a"}`, status: 422, kind: "urn:countersign:fault:invalid", detail: "see errors"},
		{name: "unknown field", method: "POST", path: "/things", body: `{"name":"ab","colour":"x"}`, status: 422, kind: "urn:countersign:fault:invalid", detail: "see errors"},
		{name: "unknown query", method: "POST", path: "/things?x=1", body: `{"name":"ab"}`, status: 422, kind: "urn:countersign:fault:invalid", detail: "see errors"},
		{name: "key", method: "POST", path: "/things", body: `{"name":"ab"}`, header: "Idempotency-Key", value: strings.Repeat("k", 101), status: 422, kind: "urn:countersign:fault:invalid", detail: "see errors"},
		{name: "invalid", method: "POST", path: "/things", body: `{"name":"ab"}`, err: fault.InField("name", "Taken."), status: 422, kind: "urn:countersign:fault:invalid", detail: "Taken."},
		{name: "missing", method: "POST", path: "/things", body: `{"name":"ab"}`, err: fault.Missing(), status: 404, kind: "urn:countersign:fault:not-found", detail: "no such record"},
		{name: "forbidden", method: "POST", path: "/things", body: `{"name":"ab"}`, err: fault.Refused(authz.Decision{Rules: rules}), status: 403, kind: "urn:countersign:fault:forbidden", detail: "No consent."},
		{name: "conflict", method: "POST", path: "/things", body: `{"name":"ab"}`, err: fault.New(fault.Conflict, "Closed."), status: 409, kind: "urn:countersign:fault:conflict", detail: "Closed."},
		{name: "stale", method: "POST", path: "/things", body: `{"name":"ab"}`, err: fault.New(fault.Stale, "Moved."), status: 409, kind: "urn:countersign:fault:stale", detail: "Moved."},
		{name: "bug", method: "POST", path: "/things", body: `{"name":"ab"}`, err: errors.New("secret text"), status: 500, kind: "urn:countersign:fault:internal", detail: "Something went wrong"},
		{name: "no path", method: "GET", path: "/nothing", status: 404, kind: "about:blank", detail: "no such path"},
		{name: "method", method: "DELETE", path: "/things", status: 405, kind: "about:blank", detail: "POST"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, doc := send(door(&shelf{keys: map[string]bool{}, err: c.err}), c.method, web.APIPath+c.path, c.body, c.header, c.value)
			if w.Code != c.status || doc["status"] != float64(c.status) || w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%d %s %s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
			if doc["type"] != c.kind || !strings.Contains(doc["detail"].(string), c.detail) || doc["title"] == "" {
				t.Errorf("problem %v", doc)
			}
			if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "$schema") || strings.Contains(w.Body.String(), "aaa") {
				t.Errorf("the problem says too much: %.200s", w.Body)
			}
			switch c.name {
			case "forbidden":
				if r := doc["rules"].([]any)[0].(map[string]any); r["id"] != "gate-consent" || r["fix"] != "Record it." {
					t.Errorf("rules %v", doc["rules"])
				}
			case "invalid", "shape":
				if e := doc["errors"].([]any)[0].(map[string]any); e["location"] != "body.name" {
					t.Errorf("errors %v", doc["errors"])
				}
			}
		})
	}
}

func TestRepeated(t *testing.T) {
	s := &shelf{keys: map[string]bool{}}
	h := door(s)
	for i, want := range []int{201, 200, 200} {
		w, doc := send(h, "POST", web.APIPath+"/things", `{"name":"ab"}`, "Idempotency-Key", "k 1")
		if w.Code != want || (want == 200) != (w.Header().Get("Idempotency-Replayed") == "true") {
			t.Errorf("%d: %d %s", i, w.Code, w.Body)
		}
		if want == 200 && (doc["repeated"] != true || doc["action"] != "thing.put" || doc["subject"] != "thing/1") {
			t.Errorf("%d: %v", i, doc)
		}
	}
	// The same key on another path is another request; without a key every request is its own.
	if w, _ := send(h, "POST", web.APIPath+"/things/drop", "", "Idempotency-Key", "k 1"); w.Code != 204 {
		t.Errorf("another path: %d %s", w.Code, w.Body)
	}
	if w, _ := send(h, "POST", web.APIPath+"/things", `{"name":"ab"}`); w.Code != 201 {
		t.Errorf("without a key: %d", w.Code)
	}
	if s.n != 3 {
		t.Errorf("done %d times", s.n)
	}
}
