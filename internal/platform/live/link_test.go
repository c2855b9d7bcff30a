package live

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"countersign/internal/platform/db"
)

func join(t *testing.T, h *Hub, d *db.DB) *Link {
	t.Helper()
	l, err := Join(t.Context(), h, d, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func openPostgres(t *testing.T) *db.DB {
	t.Helper()
	server := os.Getenv("COUNTERSIGN_TEST_POSTGRES")
	if server == "" && testing.Short() {
		t.Skip("-short: PostgreSQL is not exercised")
	}
	if server == "" {
		t.Fatal("COUNTERSIGN_TEST_POSTGRES is not set")
	}
	d, err := db.OpenPostgres(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// take waits for something to take; a minute is far beyond every pause involved.
func take(t *testing.T, s *Subscription) ([]Topic, bool) {
	t.Helper()
	select {
	case <-s.Ready():
	case <-time.After(time.Minute):
		t.Fatal("nothing arrived within a minute")
	}
	return s.Take()
}

func TestTwoNodesTellEachOther(t *testing.T) {
	d := openPostgres(t)
	var here, there Hub
	join(t, &here, d)
	join(t, &there, d)
	mine, theirs := here.Subscribe(), there.Subscribe()
	here.Publish("a", "b")
	if got, all := take(t, theirs); all || !slices.Equal(got, []Topic{"a", "b"}) {
		t.Errorf("%v %v", got, all)
	}
	there.Publish("c")
	var got []Topic
	for len(got) < 3 { // a, b at once; c from there; no echo of a, b
		more, _ := take(t, mine)
		got = append(got, more...)
	}
	if !slices.Equal(got, []Topic{"a", "b", "c"}) {
		t.Errorf("%v", got)
	}
}

func TestABrokenConnectionIsMadeAnewAndEveryoneRefreshes(t *testing.T) {
	d := openPostgres(t)
	var here, there Hub
	join(t, &here, d)
	join(t, &there, d)
	s := there.Subscribe("a")
	if _, err := db.Column[bool](t.Context(), d, db.SQL(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND query = 'LISTEN countersign_live' AND pid <> pg_backend_pid()`)); err != nil {
		t.Fatal(err)
	}
	if _, all := take(t, s); !all {
		t.Error("not told to refresh")
	}
	here.Publish("a")
	if got, _ := take(t, s); !slices.Equal(got, []Topic{"a"}) {
		t.Errorf("%v", got)
	}
}

func TestOnSQLiteTheHubStandsAlone(t *testing.T) {
	d, err := db.OpenSQLite(filepath.Join(t.TempDir(), "test.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var h Hub
	join(t, &h, d)
	s := h.Subscribe("a")
	h.Publish("a")
	if got, _ := take(t, s); !slices.Equal(got, []Topic{"a"}) {
		t.Errorf("%v", got)
	}
}
