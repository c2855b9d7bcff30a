package e2e

import (
	"testing"

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
	reader := Open(t, s.URL, "/sign-in", Wide)
	reader.Enter("Asha Deshpande")
	reader.Go("/record")
	reader.See("witness.tamsinoakes.example/firm")
	reader.Gone("Add a witness of your side")
}
