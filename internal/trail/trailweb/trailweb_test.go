package trailweb_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
	"countersign/internal/trail"
	"countersign/internal/trail/trailweb"
)

func get(t *testing.T, mux *http.ServeMux, short, path string) *httptest.ResponseRecorder {
	t.Helper()
	chicago, err := time.LoadLocation("America/Chicago")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r = r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: testkit.As(short), Zone: chicago, Other: time.UTC}))
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

// pause records that the attorney paused something, and then waits.
func pause(t *testing.T, w *testkit.World, reason string) {
	t.Helper()
	err := w.Gate.Write(t.Context(), testkit.As(testkit.Attorney), "message.post", func(tx *gate.Tx) error {
		s := authz.Subject{Ref: authz.Ref{Kind: "message", ID: "-"}, Matter: string(testkit.Matter), Org: string(testkit.Firm), Attrs: map[string]any{"author": "", "on_kind": "matter"}}
		if err := tx.Permit(t.Context(), s); err != nil {
			return err
		}
		tx.Record(gate.Entry{Verb: "matter.edit", Subject: authz.Ref{Kind: "matter", ID: string(testkit.Matter)}, Matter: testkit.Matter, Owner: testkit.Firm, Values: map[string]string{"reason": reason}})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Later(time.Second)
}

func TestPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		trailweb.Routes(mux, trail.New(w.Gate))
		pause(t, w, "the <client> moved")
		var entry string
		if err := w.DB.QueryRow(t.Context(), db.SQL(`SELECT id FROM entry WHERE verb = 'matter.edit'`)).Scan(&entry); err != nil {
			t.Fatal(err)
		}
		at := "/matters/" + string(testkit.Matter) + "/trail"
		today := w.Now().Format(time.DateOnly)
		for _, c := range []struct {
			who, path string
			status    int
			says      string
		}{
			{testkit.Walled, at, 404, "There is no such record"},
			{testkit.Walled, at + ".csv", 404, "There is no such record"},
			{testkit.Walled, "/entries/" + entry, 404, "There is no such record"},
			{testkit.Junior, "/trail?of=org", 403, "compliance officers, administrators and leads"},
			{testkit.Junior, "/people/" + string(testkit.PersonID(testkit.Peer)) + "/trail", 404, "There is no such record"},
			{testkit.Junior, at, 200, "the &lt;client&gt; moved"},
			{testkit.Junior, at, 200, "Brandt v. Kestrel (2026-0001)"},
			{testkit.Junior, at + "?from=2031-01-01", 200, "No entry"},
			{testkit.Junior, at + "?from=" + today + "&until=" + today, 200, "the &lt;client&gt; moved"},
			{testkit.Junior, at + "?from=junk&until=junk&before=junk&side=junk", 200, "the &lt;client&gt; moved"},
			{testkit.Junior, at + "?what=documents", 200, "No entry"},
			{testkit.Junior, at + "?what=documents&refused=1", 200, at + ".csv?refused=1&amp;what=documents"},
			{testkit.Junior, "/trail", 200, "Your own trail"},
			{testkit.Compliance, "/trail?of=org", 200, "Trail of Halsted &amp; Rowe LLP"},
			{testkit.Junior, "/entries/" + entry, 200, "countersign/leaf/v1"},
			{testkit.Junior, "/entries/" + entry, 200, "Not shown to you"},
			{testkit.Compliance, "/entries/" + entry, 200, "192.0.2.7"},
			{testkit.Junior, at + ".csv", 200, "the <client> moved"},
		} {
			got := get(t, mux, c.who, c.path)
			body := got.Body.String()
			if got.Code != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%s %s: %d, want %d and %q in\n%s", c.who, c.path, got.Code, c.status, c.says, body[max(0, len(body)-1500):])
			}
		}
		got := get(t, mux, testkit.Junior, at+".csv")
		if got.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%v", got.Header())
		}
		if strings.Contains(get(t, mux, testkit.Junior, "/entries/"+entry).Body.String(), "192.0.2.7") {
			t.Error("the junior reads the attorney's address")
		}
	})
}

func TestOlderKeepsTheFilters(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		trailweb.Routes(mux, trail.New(w.Gate))
		for range 51 {
			pause(t, w, "again")
		}
		at := "/matters/" + string(testkit.Matter) + "/trail?what=access"
		body := get(t, mux, testkit.Junior, at).Body.String()
		_, rest, ok := strings.Cut(body, `rel="next" href="`)
		older, _, _ := strings.Cut(rest, `"`)
		if !ok || !strings.Contains(older, "what=access") {
			t.Fatalf("no way to older entries: %q", older)
		}
		body = get(t, mux, testkit.Junior, strings.ReplaceAll(older, "&amp;", "&")).Body.String()
		if n := strings.Count(body, `class="entry"`); n != 1 {
			t.Errorf("%d entries on the second page", n)
		}
	})
}
