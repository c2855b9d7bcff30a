package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/platform/ledger/proof"
)

// TestRecord reads how far the record is proven, and registers a witness.
func TestRecord(t *testing.T) {
	t.Parallel()
	s := Common(t)
	officer := Open(t, s.URL, "/sign-in", Wide)
	officer.Enter("Paul Achterberg")
	officer.Follow("Record")
	officer.See("Entries in the tree")
	officer.Accessible()
	officer.Shot("record 1 wide")
	officer.Fill("#f-key", "not a key")
	officer.Send("Add the witness")
	officer.See("This is no public key")
	officer.Accessible()
	_, public, err := proof.GenerateKey("witness.tamsinoakes.example/firm")
	if err != nil {
		t.Fatal(err)
	}
	officer.Fill("#f-key", public)
	officer.Send("Add the witness")
	officer.See("The witness is registered")
	officer.See("Not yet")
	officer.Accessible()
	officer.Shot("record 2 witness")
	officer.Scheme("dark")
	officer.Accessible()
	officer.Shot("record 3 dark")
	officer.Scheme("light")
	officer.Width(Narrow)
	officer.Accessible()
	officer.Shot("record 4 narrow")
	// The trail of a matter as an evidence pack, checked by the program that a stranger runs.
	officer.Width(Wide)
	firm := s.As(t, "Margaret Ansel")
	matter := ""
	for _, m := range firm.API().Read("/matters")["matters"].([]any) {
		matter = m.(Doc)["id"].(string)
	}
	asked := firm.API().Do("/evidence", Doc{"kind": "matter", "id": matter, "with_work": true})
	path := ""
	for end := time.Now().Add(patience); path == "" && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		path, _ = firm.API().Read("/evidence/" + asked["id"].(string))["path"].(string)
	}
	status, body := firm.Get("/api/v1" + path)
	pack := filepath.Join(t.TempDir(), "evidence.zip")
	if err := os.WriteFile(pack, []byte(body), 0o600); err != nil || status != http.StatusOK {
		t.Fatalf("%d, %v", status, err)
	}
	var says strings.Builder
	key := firm.API().Read("/record")["public"].(string)
	if holds, err := proof.Check(&says, pack, proof.Keys{Log: key}); err != nil || !holds || !strings.Contains(says.String(), "each of these entries is in the log") {
		t.Errorf("%v, %v: %s", holds, err, says.String())
	}
	if dir := os.Getenv("COUNTERSIGN_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "evidence.zip"), []byte(body), 0o600); err != nil {
			t.Error(err)
		}
	}
	asker := Open(t, s.URL, "/sign-in", Wide)
	asker.Enter("Margaret Ansel")
	asker.Go("/matters/" + matter + "/trail")
	asker.Click("input[name=work]")
	asker.Send("Evidence pack")
	asker.See("Take the pack")
	asker.Accessible()
	asker.Shot("record 5 pack")
	reader := Open(t, s.URL, "/sign-in", Wide)
	reader.Enter("Asha Deshpande")
	reader.Go("/record")
	reader.See("witness.tamsinoakes.example/firm")
	reader.Gone("Add a witness of your side")
}
