package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"countersign/internal/platform/db"
)

// site is a small program behind the middleware; log receives its lines as JSON.
func site(log *bytes.Buffer, m *Metrics) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /matters/{id}", func(w http.ResponseWriter, r *http.Request) {
		SetSession(r.Context(), "018f-session")
		w.Write([]byte("twelve bytes")) //nolint:errcheck // a recorder
	})
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
	})
	mux.HandleFunc("POST /panic", func(http.ResponseWriter, *http.Request) { panic("Ana Müller") })
	mux.HandleFunc("POST /half", func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte("half")) //nolint:errcheck // a recorder
		panic("bug")
	})
	type key struct{}
	replacing := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Route(mux).ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, 1)))
	})
	return Middleware(NewLogger(log, "json", "info"), m, replacing)
}

func do(t *testing.T, h http.Handler, log *bytes.Buffer, method, target string) (*httptest.ResponseRecorder, map[string]any) {
	t.Helper()
	log.Reset()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, log)
	}
	return w, line
}

func TestARequestIsOneLineOfIdentifiers(t *testing.T) {
	var log bytes.Buffer
	h := site(&log, nil)
	for _, tt := range []struct {
		method, target, route string
		status, bytes         float64
	}{
		{"GET", "/matters/42?email=ana@example.com", "GET /matters/{id}", 200, 12},
		{"GET", "/stream", "GET /stream", 200, 0},
		{"GET", "/reset/onetimetoken", "unmatched", 404, 19},
		{"BREW", "/matters/42", "unmatched", 405, 19},
	} {
		_, line := do(t, h, &log, tt.method, tt.target)
		if line["route"] != tt.route || line["status"] != tt.status || line["bytes"] != tt.bytes {
			t.Errorf("%s: %v", tt.target, line)
		}
		delete(line, "request") // a random identifier may hold any digits
		delete(line, "took")
		delete(line, "time")
		for key, value := range line {
			for _, private := range []string{"/42", "ana@", "onetimetoken", "192.0.2.1", "BREW"} {
				if s, ok := value.(string); ok && strings.Contains(s, private) {
					t.Errorf("%s holds %q", key, s)
				}
			}
		}
	}
	if _, line := do(t, h, &log, "GET", "/matters/42"); line["session"] != "018f-session" {
		t.Errorf("%v", line)
	}
}

func TestAPanicIsA500WithAReferenceAndNoText(t *testing.T) {
	var log bytes.Buffer
	w, line := do(t, site(&log, nil), &log, "POST", "/panic")
	if w.Code != 500 || !strings.Contains(w.Body.String(), line["request"].(string)) || line["status"] != 500.0 || line["level"] != "ERROR" {
		t.Errorf("%d %s %v", w.Code, w.Body, line)
	}
	if strings.Contains(log.String(), "Müller") {
		t.Error("the log holds what the panic said")
	}
	if line["route"] != "POST /panic" {
		t.Errorf("route %v", line["route"])
	}
}

func TestHalfAnAnswerBreaksTheConnection(t *testing.T) {
	var log bytes.Buffer
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("%v", p)
		}
	}()
	site(&log, nil).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/half", nil))
}

func TestSecretsAreStruckOut(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		var log bytes.Buffer
		l := NewLogger(&log, format, "warn")
		l.Info("dropped")
		l.Warn("kept", "smtp_password", "hunter2", slog.Group("g", "Email", "hunter2"), "matter", "m1")
		if s := log.String(); strings.Contains(s, "hunter2") || !strings.Contains(s, "m1") || strings.Contains(s, "dropped") {
			t.Errorf("%s: %s", format, s)
		}
	}
}

func TestMetrics(t *testing.T) {
	var log bytes.Buffer
	m := NewMetrics()
	d, err := db.OpenSQLite(t.TempDir()+"/m.db", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	m.WatchPool("main", d.Pool())
	m.WatchStates("countersign_jobs", "Jobs by state.", func(context.Context) (map[string]int, error) { return map[string]int{"waiting": 3}, nil })
	m.WatchStates("countersign_broken", "Fails.", func(context.Context) (map[string]int, error) { return nil, errors.New("no") })
	do(t, site(&log, m), &log, "GET", "/matters/42")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`countersign_http_request_seconds_count{method="GET",route="GET /matters/{id}",status="200"} 1`,
		`countersign_jobs{state="waiting"} 3`, `go_sql_max_open_connections{db_name="main"} 1`, "go_goroutines", "countersign_http_requests_in_flight 0",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if w.Code != 200 || strings.Contains(w.Body.String(), "/matters/42") {
		t.Errorf("%d; or a path is a label", w.Code)
	}
}

func TestMetricsListenOnLoopbackOnly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := NewMetrics().Listen(ctx, "127.0.0.1:0"); err != nil {
		t.Error(err)
	}
	if err := NewMetrics().Listen(ctx, ":0"); err == nil {
		t.Error("listened on every address")
	}
}
