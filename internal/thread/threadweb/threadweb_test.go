package threadweb_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/mail"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
	"countersign/internal/thread"
	"countersign/internal/thread/threadweb"
)

type nobox struct{}

func (nobox) Send(context.Context, mail.Message) error { return nil }

// ask sends a request as a person; form nil is a GET.
func ask(t *testing.T, mux *http.ServeMux, short, path string, form url.Values, part bool) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if part {
		r.Header.Set("X-Part", "1")
	}
	if short != "" {
		r = r.WithContext(web.WithReader(r.Context(), web.Reader{Actor: testkit.As(short), Zone: time.UTC, Other: time.UTC}))
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func TestPages(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := thread.New(w.Gate, nobox{}, "http://localhost:8080")
		mux := http.NewServeMux()
		threadweb.Routes(mux, s)
		threadweb.OpenRoutes(mux, s)
		at := "/matters/" + string(testkit.Matter) + "/thread"

		for _, c := range []struct {
			who, path string
			form      url.Values
			status    int
			says      string
		}{
			{testkit.Walled, at, nil, 404, "There is no such record"},
			{testkit.Walled, at, url.Values{"body": {"hello"}}, 404, "There is no such record"},
			{testkit.Junior, "/matters/junk/thread", nil, 404, "There is no such record"},
			{testkit.Junior, "/messages/junk", nil, 404, "There is no such record"},
			{testkit.Junior, "/notices/junk", nil, 404, "There is no such record"},
			{testkit.Junior, at, nil, 200, "Nothing has been said"},
			{testkit.Junior, at, url.Values{"body": {""}}, 422, "Write the message."},
			{testkit.Junior, at, url.Values{"body": {strings.Repeat("x", thread.MaxBody+1)}}, 422, "xxxxxxxx</textarea>"},
			{testkit.Junior, at, url.Values{"body": {"<b>bold</b> page 3"}}, 303, ""},
			{testkit.Attorney, at, nil, 200, "&lt;b&gt;bold&lt;/b&gt; page 3"},
			{testkit.Attorney, at, nil, 200, `data-keep="thread/`},
			{testkit.Junior, "/notices", nil, 200, "Nothing waits for you here"},
			{testkit.Junior, "/notices/settings", url.Values{"digest": {"on"}}, 303, ""},
			{testkit.Junior, "/notices/read", url.Values{}, 303, ""},
			{"", "/mail/stop/guess", nil, 200, "End the mails"},
			{"", "/mail/stop/guess", url.Values{}, 404, "There is no such record"},
		} {
			got := ask(t, mux, c.who, c.path, c.form, false)
			if got.Code != c.status || !strings.Contains(got.Body.String(), c.says) {
				t.Errorf("%s %s %v: %d, want %d and %q in\n%s", c.who, c.path, c.form != nil, got.Code, c.status, c.says, tail(got.Body.String()))
			}
		}
		part := ask(t, mux, testkit.Attorney, at, nil, true).Body.String()
		if !strings.HasPrefix(strings.TrimSpace(part), `<div id="messages" data-live-topic="matter/`) || strings.Contains(part, "<textarea") || strings.Contains(part, "<html") {
			t.Errorf("the live part is\n%s", part)
		}
	})
}

func TestEditAndHistory(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := thread.New(w.Gate, nobox{}, "")
		mux := http.NewServeMux()
		threadweb.Routes(mux, s)
		id, err := s.Post(t.Context(), testkit.As(testkit.Junior), "matter", string(testkit.Matter), "page 3")
		if err != nil {
			t.Fatal(err)
		}
		at := "/messages/" + string(id)
		for _, c := range []struct {
			who    string
			form   url.Values
			status int
			says   string
		}{
			{testkit.Attorney, url.Values{"rev": {"1"}, "body": {"mine"}}, 403, "Only who wrote a message may edit it."},
			{testkit.Junior, url.Values{"body": {"page 4"}}, 422, "Open the message again"},
			{testkit.Junior, url.Values{"rev": {"1"}, "body": {"page 3"}}, 422, "The text is as it was"},
			{testkit.Junior, url.Values{"rev": {"1"}, "body": {"page 4"}}, 303, ""},
			{testkit.Junior, url.Values{"rev": {"1"}, "body": {"page 5"}}, 409, "page 5</textarea>"},
			{testkit.Attorney, nil, 200, "page 3"},
		} {
			got := ask(t, mux, c.who, at, c.form, false)
			if got.Code != c.status || !strings.Contains(got.Body.String(), c.says) {
				t.Errorf("%s %v: %d, want %d and %q in\n%s", c.who, c.form, got.Code, c.status, c.says, tail(got.Body.String()))
			}
		}
		if body := ask(t, mux, testkit.Attorney, at, nil, false).Body.String(); strings.Contains(body, "<textarea") {
			t.Error("a reader is offered to edit another's words")
		}
		if body := ask(t, mux, testkit.Attorney, "/matters/"+string(testkit.Matter)+"/thread", nil, false).Body.String(); !strings.Contains(body, "1 earlier text") {
			t.Error("the thread does not say that the message was edited")
		}
	})
}

func TestANoticeIsReadByOpeningIt(t *testing.T) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s := thread.New(w.Gate, nobox{}, "")
		mux := http.NewServeMux()
		threadweb.Routes(mux, s)
		n := gate.Notice{ID: ident.New(), Person: testkit.PersonID(testkit.Junior), What: "mention", Matter: testkit.Matter, By: testkit.PersonID(testkit.Attorney),
			Subject: authz.Ref{Kind: "matter", ID: string(testkit.Matter)}}
		if err := s.Deliver(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if body := ask(t, mux, testkit.Junior, "/notices", nil, false).Body.String(); !strings.Contains(body, "attorney mentions you on Brandt v. Kestrel") {
			t.Errorf("%s", tail(body))
		}
		list, _, err := s.Notices(t.Context(), testkit.As(testkit.Junior), false, thread.Cursor{}, 5)
		if err != nil {
			t.Fatal(err)
		}
		if menu := threadweb.Menu(list); len(menu) != 1 || menu[0].Href != "/notices/"+n.ID {
			t.Errorf("%+v", menu)
		}
		got := ask(t, mux, testkit.Junior, "/notices/"+n.ID, nil, false)
		if got.Code != 303 || got.Header().Get("Location") != "/matters/"+string(testkit.Matter) {
			t.Errorf("%d to %q", got.Code, got.Header().Get("Location"))
		}
		if left, _ := s.Unread(t.Context(), testkit.As(testkit.Junior)); left != 0 {
			t.Errorf("%d unread", left)
		}
	})
}

func tail(s string) string { return s[max(0, len(s)-1500):] }
