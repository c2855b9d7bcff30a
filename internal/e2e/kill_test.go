package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"image/png"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/internal/client"
)

// kills is how often the program is killed: COUNTERSIGN_KILLS for the nightly run.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("COUNTERSIGN_KILLS")); err == nil {
		return n
	}
	return 3
}

// What was acknowledged is there after a power cut, whole, and nothing is half there; a page that was sent is on record.
func TestKilledAtAnyMoment(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no server")
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var s *Server
			if engine == "sqlite" {
				s = Demo(t)
			} else {
				s = Demo(t, "--database-url", database(t))
			}
			matter := ""
			junior := s.As(t, "Asha Deshpande")
			for _, m := range junior.API().Read("/matters")["matters"].([]any) {
				if strings.HasPrefix(m.(Doc)["title"].(string), "Brandt") {
					matter = m.(Doc)["id"].(string)
				}
			}
			token := s.As(t, "Margaret Ansel").Token()
			var acked sync.Map // "message/…" or "version/…" → what it must be
			for round := range kills() {
				stop := make(chan struct{})
				var writers sync.WaitGroup
				for w := range 3 {
					writers.Go(func() { keepWriting(s.URL, token, matter, fmt.Sprintf("%d.%d", round, w), &acked, stop) })
				}
				// Between none and some hundred writes have been acknowledged when the cord is pulled.
				time.Sleep(time.Duration(100+rand.IntN(900)) * time.Millisecond)
				s.Kill()
				close(stop)
				writers.Wait()
				s.Restart()
				a, err := client.New(s.URL, token)
				if err != nil {
					t.Fatal(err)
				}
				whole(t, a, matter, &acked)
			}
			n, pages := 0, 0
			acked.Range(func(k, _ any) bool {
				if n++; strings.HasPrefix(k.(string), "page/") {
					pages++
				}
				return true
			})
			if n < 5*kills() || pages == 0 {
				t.Errorf("only %d writes and pages were acknowledged, %d of them pages: the test tried nothing", n, pages)
			}
		})
	}
}

// keepWriting posts messages and uploads files until the program is gone, and keeps what was acknowledged.
func keepWriting(base, token, matter, name string, acked *sync.Map, stop chan struct{}) {
	a, err := client.New(base, token)
	if err != nil {
		return
	}
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		default:
		}
		text := fmt.Sprintf("message %s.%d", name, i)
		var made struct{ ID string }
		if _, err := a.Post(context.Background(), "/threads/matter/"+matter, Doc{"text": text}, &made); err != nil {
			return
		}
		acked.Store("message/"+made.ID, text)
		body := bytes.Repeat([]byte(text), 1+i%5000)
		var got struct{ Version, Document struct{ ID string } }
		if _, err := a.Upload(context.Background(), "/matters/"+matter+"/documents?kind=source&folder=Killed&name="+url.QueryEscape(text)+".txt", bytes.NewReader(body), &got); err != nil {
			return
		}
		acked.Store("version/"+got.Version.ID, sha256.Sum256(body))
		if i%3 == 0 {
			if err := a.Get(context.Background(), "/versions/"+got.Version.ID+"/pages", &struct{}{}); err != nil {
				return
			}
			if sees(base, token, got.Version.ID) {
				acked.Store("page/"+got.Version.ID, got.Document.ID)
			}
		}
	}
}

// sees reads page 1 of a version, and whether it came whole.
func sees(base, token, version string) bool {
	rq, err := http.NewRequestWithContext(context.Background(), "GET", base+"/api/v1/versions/"+version+"/pages/1", nil)
	if err != nil {
		return false
	}
	rq.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(rq)
	if err != nil {
		return false
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	_, err = png.Decode(res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}

// whole reads everything that was acknowledged, and every document of the folder whether it was or not.
func whole(t *testing.T, a *client.Client, matter string, acked *sync.Map) {
	t.Helper()
	said := map[string]string{}
	for before := ""; ; {
		var page struct {
			Messages []struct{ ID, Text string }
			Older    string
		}
		if err := a.Get(t.Context(), "/threads/matter/"+matter+"?before="+url.QueryEscape(before), &page); err != nil {
			t.Fatal(err)
		}
		for _, m := range page.Messages {
			said[m.ID] = m.Text
		}
		if before = page.Older; before == "" {
			break
		}
	}
	var versions []string
	for after := ""; ; {
		var page struct {
			Documents []struct {
				Version string
				Size    int64 `json:"size_bytes"`
			}
			After string
		}
		if err := a.Get(t.Context(), "/matters/"+matter+"/documents?folder=Killed&after="+url.QueryEscape(after), &page); err != nil {
			t.Fatal(err)
		}
		for _, d := range page.Documents {
			versions = append(versions, d.Version)
		}
		if after = page.After; after == "" {
			break
		}
	}
	sums := map[string][32]byte{}
	for _, v := range versions {
		var b bytes.Buffer
		sum, err := a.Download(t.Context(), v, &b)
		if err != nil {
			t.Errorf("version %s is listed and does not open: %v", v, err)
		}
		sums[v] = sum
	}
	acked.Range(func(k, want any) bool {
		kind, id, _ := strings.Cut(k.(string), "/")
		if kind == "message" && said[id] != want {
			t.Errorf("message %s was acknowledged and reads %q", id, said[id])
		}
		if kind == "version" && sums[id] != want {
			t.Errorf("version %s was acknowledged and has other bytes, or none", id)
		}
		if kind == "page" {
			var who struct {
				Pages []struct{ Version string }
			}
			if err := a.Get(t.Context(), "/documents/"+want.(string)+"/readers", &who); err != nil || len(who.Pages) != 1 || who.Pages[0].Version != id {
				t.Errorf("a page of version %s was sent and is not on record: %+v, %v", id, who, err)
			}
		}
		return true
	})
}
