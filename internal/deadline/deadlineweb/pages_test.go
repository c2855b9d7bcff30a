package deadlineweb_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"countersign/internal/deadline"
	"countersign/internal/deadline/courtday"
	"countersign/internal/deadline/deadlineweb"
	"countersign/internal/platform/web"
	"countersign/internal/testkit"
)

// A site is the pages over a small world.
type site struct {
	*testkit.World
	s *deadline.Service
	h http.Handler
}

func each(t *testing.T, fn func(t *testing.T, x site)) {
	testkit.EachWorld(t, func(t *testing.T, w *testkit.World) {
		s, mux := deadline.New(w.Gate), http.NewServeMux()
		deadlineweb.Routes(mux, s)
		deadlineweb.FeedRoutes(mux, s, "https://dockets.example")
		fn(t, site{w, s, mux})
	})
}

// call asks for a page, or posts a form, as a person of the small world.
func (x site) call(t *testing.T, who, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	ctx := web.WithReader(r.Context(), web.Reader{Actor: testkit.As(who), Name: who, Zone: time.UTC, Other: time.UTC})
	w := httptest.NewRecorder()
	x.h.ServeHTTP(w, r.WithContext(ctx))
	return w
}

func (x site) post(t *testing.T, who, path string, status int, form ...string) string {
	t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		v.Set(form[i], form[i+1])
	}
	w := x.call(t, who, "POST", path, v)
	if w.Code != status {
		t.Fatalf("%s %s: status %d, want %d\n%s", who, path, w.Code, status, text(w.Body.String()))
	}
	if status == http.StatusSeeOther {
		return w.Header().Get("Location")
	}
	return w.Body.String()
}

func (x site) get(t *testing.T, who, path string, status int, has, not string) string {
	t.Helper()
	w := x.call(t, who, "GET", path, nil)
	body := w.Body.String()
	if w.Code != status || !strings.Contains(body, has) || not != "" && strings.Contains(body, not) {
		t.Errorf("%s %s: status %d, want %d, with %q and without %q\n%s", who, path, w.Code, status, has, not, text(body))
	}
	return body
}

var tags = regexp.MustCompile(`<[^>]*>`)

// text is a page without its markup, for failures.
func text(page string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
}

var served = []string{"rule", "rule:FRCP-12A1AI", "on", "2026-11-02", "service", "personal", "jurisdiction", "US-FED/IL"}

func with(more ...string) []string { return append(append([]string{}, served...), more...) }

const matter = "/matters/" + string(testkit.Matter)

func TestTwoPeopleOnThePages(t *testing.T) {
	each(t, func(t *testing.T, x site) {
		x.get(t, testkit.Junior, "/deadlines", 200, "No deadline is in force", "")
		x.get(t, testkit.Junior, matter+"/deadlines", 200, "Nothing is docketed", "")
		x.get(t, testkit.Junior, matter+"/events/new", 200, "You are the first of two", "")
		page := x.post(t, testkit.Junior, matter+"/events", 200, with("do", "preview", "title", "Served")...)
		if !strings.Contains(page, "Mon 23 Nov 2026") || !strings.Contains(page, "FRCP 6(a)(1)") || !strings.Contains(page, `value="2026-11-02"`) {
			t.Errorf("the preview: %s", text(page))
		}
		if page := x.post(t, testkit.Junior, matter+"/events", 200, "do", "preview", "rule", "chain:federal-civil/defendant_appeared", "on", "2026-11-02"); !strings.Contains(page, "From this date alone nothing follows") {
			t.Errorf("a date of a chain: %s", text(page))
		}
		if page := x.post(t, testkit.Junior, matter+"/events", 200, "do", "preview", "rule", "chain:perm-rfe/perm_certified", "on", "2026-11-02"); !strings.Contains(page, "the safe date") {
			t.Errorf("a date of a chain: %s", text(page))
		}
		if page := x.post(t, testkit.Junior, matter+"/events", 422, with("do", "enter")...); !strings.Contains(page, "Say what happened") {
			t.Errorf("without a title: %s", text(page))
		}
		at := x.post(t, testkit.Junior, matter+"/events", 303, with("do", "enter", "title", "Complaint served", "note", "left with the clerk")...)
		x.get(t, testkit.Junior, at, 200, "Mon 2 Nov 2026", "Enter it again")
		x.get(t, testkit.Attorney, at, 200, "Enter it again", "2 Nov")
		x.get(t, testkit.Attorney, at, 200, "Complaint served", "left with the clerk")
		x.get(t, testkit.Attorney, "/deadlines", 200, "Enter again", "2 Nov")
		x.get(t, testkit.Junior2, at, 200, "Waits for a second entry", "2 Nov")
		x.get(t, testkit.Walled, at, 404, "", "Complaint")

		x.post(t, testkit.Attorney, at+"/confirm", 303, "rule", "rule:FRCP-12A1AI", "on", "2026-11-03", "service", "personal", "jurisdiction", "US-FED/IL")
		x.get(t, testkit.Junior, at, 200, "Look again at the day.", "manner of service.")
		x.get(t, testkit.Junior, at, 200, `value="2026-11-02"`, "")
		x.get(t, testkit.Junior, "/deadlines", 200, "Entries differ", "")
		x.post(t, testkit.Attorney, at+"/correct", 303, served...)
		x.get(t, testkit.Junior, at, 200, "In force", "Correct your entry")

		d, err := x.s.List(t.Context(), testkit.As(testkit.Attorney), deadline.Filter{})
		if err != nil || len(d.Rows) != 1 {
			t.Fatal(len(d.Rows), err)
		}
		one := "/deadlines/" + d.Rows[0].ID
		x.get(t, testkit.Attorney, one, 200, "FRCP 12(a)(1)(A)(i)", "")
		x.get(t, testkit.Junior, one, 200, "Exclude Mon 2026-11-02 and count 21 days on", "Mark as satisfied")
		x.get(t, testkit.Walled, one, 404, "", "")
		x.get(t, testkit.Attorney, matter+"/docket", 200, "Exclude Mon 2026-11-02", "")
		x.get(t, testkit.Attorney, "/deadlines?view=month", 200, "November 2026", "")
		x.get(t, testkit.Attorney, "/deadlines?view=month&month=2027-02", 200, "February 2027", "D-1")
		x.get(t, testkit.Attorney, "/deadlines?q=nothing", 200, "Nothing matches", "D-1")
		x.get(t, testkit.Attorney, "/deadlines.csv", 200, "D-1,2026-0001,Brandt v. Kestrel,2026-11-23", "")
		x.get(t, testkit.Attorney, matter+"/deadlines.csv", 200, "D-1,", "")
		x.get(t, testkit.Stranger, "/deadlines.csv", 200, "deadline,matter", "D-1")
		x.get(t, testkit.Stranger, matter+"/deadlines.csv", 404, "", "D-1")

		if page := x.post(t, testkit.Junior, at+"/move", 200, "do", "preview", "on", "2026-11-09", "service", "personal", "reason", "return of service"); !strings.Contains(page, "7 days later") {
			t.Errorf("the preview of a move: %s", text(page))
		}
		x.post(t, testkit.Junior, at+"/move", 303, "do", "propose", "on", "2026-11-09", "service", "personal", "reason", "return of service")
		page = x.get(t, testkit.Attorney, at, 200, "Approve the move", "")
		x.get(t, testkit.Attorney, "/deadlines", 200, "Approve a move", "")
		move := regexp.MustCompile(`/moves/([0-9a-f-]+)"`).FindStringSubmatch(page)
		seen := regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(page)
		if move == nil || seen == nil {
			t.Fatal(text(page))
		}
		x.post(t, testkit.Attorney, at+"/moves/"+move[1], 409, "do", "approve", "seen", "0000")
		x.post(t, testkit.Attorney, at+"/moves/"+move[1], 303, "do", "approve", "seen", seen[1])
		x.get(t, testkit.Attorney, one, 200, "the original", "")
		x.post(t, testkit.Attorney, one+"/satisfy", 422, "reason", "")
		x.post(t, testkit.Attorney, one+"/satisfy", 303, "reason", "Answer filed")
		x.get(t, testkit.Attorney, one, 200, "Answer filed", "Mark as satisfied")
		x.get(t, testkit.Attorney, matter+"/deadlines", 200, "Satisfied and cancelled", "")
		x.get(t, testkit.Attorney, matter+"/docket", 200, "the original", "")
		x.get(t, testkit.Attorney, "/deadlines?state=satisfied", 200, "D-1", "")
	})
}

func TestMonthsAndFormulas(t *testing.T) {
	each(t, func(t *testing.T, x site) {
		on := courtday.On(2026, time.December, 2)
		w := deadline.What{Rule: "FRCP-12A1AI", On: on, Service: "personal", Jurisdiction: "US-FED/IL"}
		id, err := x.s.Enter(t.Context(), testkit.As(testkit.Attorney), deadline.NewTrigger{Matter: testkit.Matter, What: w, Title: "Served"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := x.s.Confirm(t.Context(), testkit.As(testkit.Partner), id, w); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/deadlines?view=month&month=2026-12", "/deadlines?within=90&mine=1", "/deadlines?state=all", "/deadlines?after=nonsense"} {
			x.get(t, testkit.Attorney, path, 200, "<a ", "")
		}
		x.get(t, testkit.Attorney, "/deadlines?view=month&month=2026-12", 200, "2026-0001", "")
		x.get(t, testkit.Attorney, "/deadlines/nonsense", 404, "", "")
		x.get(t, testkit.Attorney, "/events/nonsense", 404, "", "")
	})
}

func TestFeedPages(t *testing.T) {
	each(t, func(t *testing.T, x site) {
		x.get(t, testkit.Junior, "/calendar-feeds", 200, "No calendar program fetches yet", "")
		x.get(t, testkit.Junior, "/calendar-feeds?matter="+string(testkit.Matter), 200, "Make an address for 2026-0001", "")
		x.get(t, testkit.Walled, "/calendar-feeds?matter="+string(testkit.Matter), 404, "", "2026-0001")
		page := x.post(t, testkit.Junior, "/calendar-feeds", 200)
		at := regexp.MustCompile(`https://dockets\.example(/calendar/cal_[\w-]+\.ics)`).FindStringSubmatch(page)
		if at == nil {
			t.Fatal(text(page))
		}
		if w := x.call(t, testkit.Stranger, "GET", at[1], nil); w.Code != 200 || w.Header().Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.HasPrefix(w.Body.String(), "BEGIN:VCALENDAR\r\n") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		page = x.get(t, testkit.Junior, "/calendar-feeds", 200, "Deadlines of every matter", "cal_")
		id := regexp.MustCompile(`/calendar-feeds/([0-9a-f-]+)/end`).FindStringSubmatch(page)
		x.post(t, testkit.Junior, "/calendar-feeds/"+id[1]+"/end", 303)
		x.get(t, testkit.Junior, at[1], 404, "", "VCALENDAR")
	})
}
