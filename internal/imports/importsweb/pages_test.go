package importsweb_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/internal/account"
	"countersign/internal/imports"
	"countersign/internal/imports/importsweb"
	"countersign/internal/kernel/ident"
	"countersign/internal/matter"
	"countersign/internal/platform/db"
	"countersign/internal/platform/web"
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

func call(t *testing.T, h http.Handler, who, method, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, body)
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: testkit.As(who), Zone: time.UTC, Other: time.UTC})))
	return w
}

func upload(t *testing.T, h http.Handler, who, kind, data string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("kind", kind); err != nil {
		t.Fatal(err)
	}
	f, err := m.CreateFormFile("file", "list.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, data); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	return call(t, h, who, "POST", "/import/preview", m.FormDataContentType(), &b)
}

func TestPreviewConfirmUndo(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		mux := http.NewServeMux()
		importsweb.Routes(mux, imports.New(w.Gate, matter.New(w.Gate, noKeys{}), accounts(t, w)))
		const form = "application/x-www-form-urlencoded"
		if got := call(t, mux, testkit.Lead, "GET", "/import", "", nil); got.Code != 403 {
			t.Errorf("a provider's lead: %d", got.Code)
		}
		for _, k := range imports.Kinds {
			got := call(t, mux, testkit.FirmAdmin, "GET", "/import/example/"+string(k), "", nil)
			if got.Code != 200 {
				t.Fatalf("example %s: %d", k, got.Code)
			}
			if got := upload(t, mux, testkit.FirmAdmin, string(k), got.Body.String()); got.Code != 200 {
				t.Errorf("the example of %s is refused: %d", k, got.Code)
			}
		}
		if got := upload(t, mux, testkit.Operations, "clients", "nom\nx\n"); got.Code != 422 || !strings.Contains(got.Body.String(), "not known") {
			t.Errorf("a wrong header: %d", got.Code)
		}
		if got := upload(t, mux, testkit.Operations, "clients", strings.Repeat("x", 3<<20)); got.Code != 422 {
			t.Errorf("a file of 3 MB: %d", got.Code)
		}
		seen := upload(t, mux, testkit.Operations, "clients", "name\nVireo\n<b>bold</b>\n")
		if seen.Code != 200 || strings.Contains(seen.Body.String(), "<b>bold") || w.Int(db.SQL(`SELECT COUNT(*) FROM client`)) != 1 {
			t.Fatalf("preview: %d, %d clients", seen.Code, w.Int(db.SQL(`SELECT COUNT(*) FROM client`)))
		}
		packed := regexp.MustCompile(`name="data" value="([^"]+)"`).FindStringSubmatch(seen.Body.String())[1]
		confirm := func(data string) int {
			v := url.Values{"kind": {"clients"}, "name": {"list.csv"}, "data": {data}}
			return call(t, mux, testkit.Operations, "POST", "/import", form, strings.NewReader(v.Encode())).Code
		}
		if got := confirm(packed[:len(packed)/2]); got != 422 {
			t.Errorf("half a file: %d", got)
		}
		if got := confirm(packed); got != 303 || w.Int(db.SQL(`SELECT COUNT(*) FROM client`)) != 3 {
			t.Errorf("confirmed: %d, %d clients", got, w.Int(db.SQL(`SELECT COUNT(*) FROM client`)))
		}
		if got := confirm(packed); got != 409 {
			t.Errorf("confirmed twice: %d", got)
		}
		page := call(t, mux, testkit.Operations, "GET", "/import", "", nil).Body.String()
		action := regexp.MustCompile(`/import/[0-9a-f-]{36}/undo`).FindString(page)
		if got := call(t, mux, testkit.Operations, "POST", action, form, nil); got.Code != 303 || w.Int(db.SQL(`SELECT COUNT(*) FROM client`)) != 1 {
			t.Errorf("undo %s: %d", action, got.Code)
		}
	})
}
