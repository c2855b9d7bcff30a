package deadlineweb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/internal/deadline"
	"countersign/internal/deadline/deadlineweb"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
)

type doc = map[string]any

// ask sends a request to the API and returns its document.
func ask(t *testing.T, h http.Handler, who, method, path string, body any, status int) (out doc) {
	t.Helper()
	text := []byte{}
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, web.APIPath+path, strings.NewReader(string(text)))
	r.Header.Set("Content-Type", "application/json")
	a := testkit.As(who)
	a.Via = "api"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: a})))
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	if w.Code != status {
		t.Fatalf("%s %s %s: %d, want %d: %s", who, method, path, w.Code, status, w.Body)
	}
	return out
}

func TestTheDocketOverTheAPI(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		deadlineweb.API(web.NewAPI(mux, w.Gate.Done), deadline.New(w.Gate))
		read := doc{"rule": "FRCP-12A1AI", "on": "2026-11-02", "service": "personal", "jurisdiction": "US-FED/IL"}
		entered := doc{"matter": testkit.Matter, "title": "Complaint served"}
		for k, v := range read {
			entered[k] = v
		}
		ask(t, mux, testkit.Junior, "POST", "/events", doc{"matter": testkit.Matter, "title": "x", "on": "soon"}, 422)
		id := ask(t, mux, testkit.Junior, "POST", "/events", entered, 201)["id"].(string)
		if e := ask(t, mux, testkit.Attorney, "GET", "/events/"+id, nil, 200); e["blind"] != true || len(e["entries"].([]any)) != 0 {
			t.Errorf("%v", e)
		}
		ask(t, mux, testkit.Junior2, "POST", "/events/"+id+"/confirm", read, 403)
		if out := ask(t, mux, testkit.Attorney, "POST", "/events/"+id+"/confirm", read, 200); out["agree"] != true {
			t.Errorf("%v", out)
		}
		list := ask(t, mux, testkit.Junior, "GET", "/deadlines?mine=true&from=2026-11-01&to=2026-12-31", nil, 200)["deadlines"].([]any)
		if len(list) != 1 || list[0].(doc)["expected"] != "2026-11-23" {
			t.Fatalf("%v", list)
		}
		one := list[0].(doc)["id"].(string)
		if d := ask(t, mux, testkit.Attorney, "GET", "/deadlines/"+one, nil, 200); len(d["dates"].([]any)) != 1 || d["over_at"] != "2026-11-24T06:00:00Z" {
			t.Errorf("%v", d)
		}
		ask(t, mux, testkit.Walled, "GET", "/deadlines/"+one, nil, 404)
		move := doc{"on": "2026-11-09", "service": "personal", "reason": "return of service"}
		p := ask(t, mux, testkit.Junior, "POST", "/events/"+id+"/moves/preview", move, 200)
		m := ask(t, mux, testkit.Junior, "POST", "/events/"+id+"/moves", move, 201)["id"].(string)
		ask(t, mux, testkit.Attorney, "POST", "/moves/"+m+"/approve", doc{"seen": p["seen"]}, 204)
		ask(t, mux, testkit.Attorney, "POST", "/moves/"+m+"/refuse", doc{"reason": "late"}, 409)
		ask(t, mux, testkit.Attorney, "POST", "/deadlines/"+one+"/satisfy", doc{"reason": "filed"}, 204)
		ask(t, mux, testkit.Attorney, "POST", "/deadlines/"+one+"/acknowledge", nil, 409)
		if path := ask(t, mux, testkit.Junior, "POST", "/calendar-feeds", doc{"matter": testkit.Matter}, 201)["path"].(string); !strings.HasPrefix(path, "/calendar/cal_") {
			t.Error(path)
		}
		feeds := ask(t, mux, testkit.Junior, "GET", "/calendar-feeds", nil, 200)["feeds"].([]any)
		ask(t, mux, testkit.Junior, "POST", "/calendar-feeds/"+feeds[0].(doc)["id"].(string)+"/end", nil, 204)
		ask(t, mux, testkit.Walled, "POST", "/calendar-feeds", doc{"matter": testkit.Matter}, 404)
	})
}
