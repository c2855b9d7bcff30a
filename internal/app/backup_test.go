package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/authz"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/backup"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/schema"
	"countersign/internal/testkit"
)

func quiet(string, int64, int64) {}

// onEngine is the configuration of an installation that does not exist yet.
func onEngine(t *testing.T, e db.Engine) *config.Config {
	t.Helper()
	c := &config.Config{Data: filepath.Join(t.TempDir(), "data")}
	if e == db.Postgres {
		d := testkit.BarePostgres(t)
		var name string
		if err := d.QueryRow(t.Context(), db.SQL(`SELECT current_database()`)).Scan(&name); err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(os.Getenv(testkit.AddressEnv))
		if err != nil {
			t.Fatal(err)
		}
		u.Path = "/" + name
		c.DatabaseURL = u.String()
	}
	return c
}

// put inserts a row; what is not given is the zero of its column.
func put(t *testing.T, d *db.DB, table string, values map[string]any) {
	t.Helper()
	ctx := t.Context()
	tables, err := d.Tables(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, tb := range tables {
		if tb.Name != table {
			continue
		}
		row := []any{}
		for _, f := range tb.Fields {
			v, ok := values[f.Name]
			if !ok {
				v = map[db.Kind]any{db.Text: "", db.Integer: int64(0), db.Boolean: false, db.Bytes: []byte{}, db.Real: 0.0}[f.Kind]
			}
			row = append(row, v)
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			q := db.SQL(`INSERT INTO `+table+` VALUES (`+strings.Repeat("?, ", len(row)-1)+`?)`, row...)
			_, err := tx.Exec(ctx, q)
			return err
		})
		if err != nil {
			t.Fatal(table, err)
		}
		return
	}
	t.Fatal("no table", table)
}

const documents = 7

// install makes a small installation with real keys: two matters, sealed words, documents of all sizes.
func install(t *testing.T, c *config.Config) {
	t.Helper()
	ctx := t.Context()
	s, err := openStores(ctx, c, func() time.Time { return testkit.Noon }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close() //nolint:errcheck // the test goes on with what is on the disk
	put(t, s.db, "org", map[string]any{"id": string(testkit.Firm), "kind": "firm", "name": "Halsted \"& Rowe\" LLP\n山田"})
	put(t, s.db, "person", map[string]any{"id": "p1", "email": "a@test.example", "keys_on": true})
	put(t, s.db, "client", map[string]any{"id": "c1", "firm_id": string(testkit.Firm)})
	if err := s.ring.Provision(ctx, testkit.Firm); err != nil {
		t.Fatal(err)
	}
	matters := []ident.MatterID{testkit.Matter, testkit.Shut}
	for i, m := range matters {
		put(t, s.db, "matter", map[string]any{"id": string(m), "firm_id": string(testkit.Firm), "client_id": "c1", "number": fmt.Sprint(i), "supervisor_id": "p1"})
	}
	err = s.gate.Write(ctx, actor.Actor{Via: "job:seed", Org: testkit.Firm}, "system.seed", func(tx *gate.Tx) error {
		for _, m := range matters {
			if err := s.ring.Make(ctx, tx.Tx, keys.Matter(m), testkit.Firm); err != nil {
				return err
			}
		}
		if err := s.ring.Make(ctx, tx.Tx, keys.Org(testkit.Firm), testkit.Firm); err != nil {
			return err
		}
		if err := tx.Permit(ctx, authz.Subject{Ref: authz.Ref{Kind: "system", ID: "seed"}}); err != nil {
			return err
		}
		for i := range 30 {
			tx.Record(gate.Entry{Subject: authz.Ref{Kind: "system", ID: fmt.Sprint(i)}, Matter: matters[i%2], Values: map[string]string{"said": "a word that matters"}})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{1})
	for i := range documents {
		addVersion(t, s, matters[i%2], i, random)
	}
}

func addVersion(t *testing.T, s *stores, m ident.MatterID, i int, random *rand.ChaCha8) {
	t.Helper()
	ctx := t.Context()
	id := fmt.Sprintf("v%d", i)
	key, err := s.ring.BlobKey(ctx, s.db, keys.Matter(m))
	if err != nil {
		t.Fatal(err)
	}
	content := make([]byte, []int{0, 1, 500, 65535, 65536, 65537, 3_000_000}[i])
	random.Read(content) //nolint:errcheck // never fails
	st, err := s.blobs.Put(ctx, key, "version/"+id, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	sum, err := s.ring.Seal(ctx, s.db, keys.Matter(m), st.SHA256[:], "version.sha256/"+id)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s.db, "document", map[string]any{"id": "d" + id, "matter_id": string(m), "name": "Order.pdf"})
	put(t, s.db, "version", map[string]any{"id": id, "document_id": "d" + id, "matter_id": string(m), "n": int64(1), "blob": st.Name, "sha256": sum, "size_bytes": st.Size, "author_id": "p1"})
}

func takeBackup(t *testing.T, c *config.Config) (file, report string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "b.tar")
	var out bytes.Buffer
	if err := (Backup{Out: file, WithKeys: true, Program: "test", Report: &out, Progress: quiet}).Run(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return file, out.String()
}

func restoreFrom(t *testing.T, file string, c *config.Config) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := Restore{In: file, KeysFile: file + ".keys", Report: &out, Progress: quiet}.Run(t.Context(), c)
	return out.String(), err
}

// dump is every row of an installation, in an order that does not depend on the engine.
func dump(t *testing.T, c *config.Config) string {
	t.Helper()
	ctx := t.Context()
	d, err := OpenDatabase(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only read
	var out strings.Builder
	for _, q := range []string{`SELECT id || name || kind FROM org`, `SELECT id || email || CASE WHEN keys_on THEN 'yes' ELSE 'no' END FROM person`,
		`SELECT id || number FROM matter ORDER BY id`, `SELECT id || CAST(at AS TEXT) || CAST(LENGTH(openings) AS TEXT) || verb FROM entry ORDER BY id`,
		`SELECT id || blob || CAST(size_bytes AS TEXT) FROM version ORDER BY id`} {
		rows, err := db.Column[string](ctx, d, db.SQL(q))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, rows)
	}
	return out.String()
}

func TestBackupAndRestoreBetweenEngines(t *testing.T) {
	engines := []db.Engine{db.SQLite, db.Postgres}
	for _, from := range engines {
		for _, to := range engines {
			t.Run(string(from)+" to "+string(to), func(t *testing.T) {
				t.Parallel()
				c := onEngine(t, from)
				install(t, c)
				file, report := takeBackup(t, c)
				if !strings.Contains(report, "7 sealed files") || !strings.Contains(report, "different places") {
					t.Error(report)
				}
				target := onEngine(t, to)
				report, err := restoreFrom(t, file, target)
				if err != nil {
					t.Fatal(err)
				}
				for _, want := range []string{"3 data keys opened", "30 opened", "7 versions read to the end, 3.2 MB"} {
					if !strings.Contains(report, want) {
						t.Errorf("the report does not say %q:\n%s", want, report)
					}
				}
				if got, want := dump(t, target), dump(t, c); got != want {
					t.Errorf("restored\n%s\nwant\n%s", got, want)
				}
				// What was restored can be backed up and restored again.
				again, _ := takeBackup(t, target)
				if _, err := restoreFrom(t, again, onEngine(t, from)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

func TestNothingIsWrittenInTheClear(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			c := onEngine(t, e)
			install(t, c)
			file, _ := takeBackup(t, c)
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"Halsted", "test.example", "system.seed", "Order.pdf"} {
				if bytes.Contains(raw, []byte(word)) {
					t.Errorf("the archive shows %q", word)
				}
			}
			for _, name := range []string{file, file + ".keys"} {
				if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", name, info.Mode(), err)
				}
			}
		})
	}
}

// Whatever happens to the file on its way, the answer is one sentence and the target stays empty.
func TestDamagedArchivesAreRefused(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	file, _ := takeBackup(t, c)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(t *testing.T, bytes []byte, want ...error) {
		t.Helper()
		broken := filepath.Join(t.TempDir(), "b.tar")
		if err := os.WriteFile(broken, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		target := onEngine(t, db.SQLite)
		err := Restore{In: broken, KeysFile: file + ".keys", Report: &strings.Builder{}, Progress: quiet}.Run(t.Context(), target)
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("err = %v", err)
		}
		ok := false
		for _, w := range want {
			ok = ok || errors.Is(err, w)
		}
		if !ok {
			t.Errorf("err = %v", err)
		}
		if left, err := os.ReadDir(target.Data); err == nil && len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
	for _, keep := range []int{0, 100, 700, 5000, len(whole) / 2, len(whole) - 20_000, len(whole) - 1500, len(whole) - 600, len(whole) - 1} {
		t.Run(fmt.Sprint("cut at ", keep), func(t *testing.T) { refuse(t, whole[:keep], backup.ErrCut, backup.ErrFormat) })
	}
	for i := range 60 {
		at := (len(whole) - 1) * i / 59
		t.Run(fmt.Sprint("flipped at ", at), func(t *testing.T) {
			flipped := bytes.Clone(whole)
			flipped[at] ^= 1
			refuse(t, flipped, backup.ErrDamaged, backup.ErrFormat, backup.ErrKey, backup.ErrCut, backup.ErrNewer)
		})
	}
	t.Run("longer", func(t *testing.T) { refuse(t, append(bytes.Clone(whole), 0), backup.ErrDamaged) })
}

func TestTargetsThatAreNotEmptyAreRefused(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	file, _ := takeBackup(t, c)
	before := dump(t, c)
	if _, err := restoreFrom(t, file, c); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("the installation itself: %v", err)
	}
	if dump(t, c) != before {
		t.Error("the installation changed")
	}
	pg := onEngine(t, db.Postgres)
	if _, err := restoreFrom(t, file, pg); err != nil {
		t.Fatal(err)
	}
	other := *pg
	other.Data = filepath.Join(t.TempDir(), "other")
	if _, err := restoreFrom(t, file, &other); err == nil || !strings.Contains(err.Error(), "database is not empty") {
		t.Errorf("a database in use: %v", err)
	}
	if left, _ := os.ReadDir(other.Data); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	if err := (Backup{Out: file, Report: &strings.Builder{}, Progress: quiet}).Run(t.Context(), c); err == nil {
		t.Error("a backup replaced another")
	}
}

func TestKeysAreNeeded(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	file, _ := takeBackup(t, c)
	run := func(keysFile string, change func(*config.Config)) error {
		target := onEngine(t, db.SQLite)
		change(target)
		return Restore{In: file, KeysFile: keysFile, Report: &strings.Builder{}, Progress: quiet}.Run(t.Context(), target)
	}
	none := func(*config.Config) {}
	if err := run("", none); err == nil || !strings.Contains(err.Error(), "sealed under database.key") {
		t.Errorf("no keys: %v", err)
	}
	other := onEngine(t, db.SQLite)
	install(t, other)
	otherFile, _ := takeBackup(t, other)
	if err := run(otherFile+".keys", none); !errors.Is(err, backup.ErrKey) {
		t.Errorf("another installation's keys: %v", err)
	}
	if err := run("", func(n *config.Config) { n.DatabaseKeyFile, n.KeysDir = c.DatabaseKey(), c.Keys() }); err != nil {
		t.Errorf("keys where they lie: %v", err)
	}
	empty := t.TempDir()
	if err := run("", func(n *config.Config) { n.DatabaseKeyFile, n.KeysDir = c.DatabaseKey(), empty }); err == nil || !strings.Contains(err.Error(), "key files of the organizations") {
		t.Errorf("the organizations' keys are not there: %v", err)
	}
}

func TestMissingDocumentsAreDamage(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	found, err := filepath.Glob(filepath.Join(c.Data, "blobs", "??", "*"))
	if err != nil || len(found) != documents {
		t.Fatal(found, err)
	}
	if err := os.Remove(found[0]); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.tar")
	var out bytes.Buffer
	err = Backup{Out: file, WithKeys: true, Report: &out, Progress: quiet}.Run(t.Context(), c)
	if !errors.Is(err, ErrMissing) || !strings.Contains(out.String(), "Damage: versions list 1 ") {
		t.Errorf("%v\n%s", err, out.String())
	}
	report, err := restoreFrom(t, file, onEngine(t, db.Postgres))
	if !errors.Is(err, ErrMissing) || !strings.Contains(report, "6 versions read to the end") {
		t.Errorf("%v\n%s", err, report)
	}
}

// A document that is not what its version says is found by the proof, though the archive is whole.
func TestProofFindsWhatWasWrongBefore(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	d, err := OpenDatabase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Write(t.Context(), func(tx *db.Tx) error { // two versions of one matter change places
		_, err := tx.Exec(t.Context(), db.SQL(`UPDATE version SET blob = (SELECT blob FROM version AS o WHERE o.id = 'v4') WHERE id = 'v2'`))
		return err
	})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	file, _ := takeBackup(t, c)
	target := onEngine(t, db.Postgres)
	if _, err := restoreFrom(t, file, target); err == nil || !strings.Contains(err.Error(), "version v2 does not open") {
		t.Errorf("err = %v", err)
	}
	pg, err := OpenDatabase(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close() //nolint:errcheck // only read
	if empty, err := backup.Empty(t.Context(), pg); err != nil || !empty {
		t.Errorf("rows were kept: %v, %v", empty, err)
	}
}

// A backup that is stopped in the middle leaves nothing under the name it was given.
func TestStoppedBackupLeavesNothing(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	dir := t.TempDir()
	err := Backup{Out: filepath.Join(dir, "b.tar"), Report: &strings.Builder{}, Progress: func(step string, done, _ int64) {
		if step == "documents" && done == 3 {
			stop()
		}
	}}.Run(ctx, c)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestNewerArchiveIsRefused(t *testing.T) {
	c := onEngine(t, db.SQLite)
	install(t, c)
	d, err := OpenDatabase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only read
	blobs, err := openBlobs(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := archiveKey(c, d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.tar")
	_, _, err = backup.Write(t.Context(), backup.Source{DB: d, Blobs: blobs, Key: key, Schema: schema.Version() + 1, Listed: db.SQL(listed), Progress: quiet}, file)
	if err != nil {
		t.Fatal(err)
	}
	if err := backup.WriteKeys(file+".keys", key, c.Keys(), c.Data); err != nil {
		t.Fatal(err)
	}
	if _, err := restoreFrom(t, file, onEngine(t, db.SQLite)); !errors.Is(err, backup.ErrNewer) {
		t.Errorf("err = %v", err)
	}
}

// An archive of an earlier release is restored at its own version and then brought up to this one.
func TestOlderArchiveIsBroughtUp(t *testing.T) {
	c := onEngine(t, db.SQLite)
	if err := os.MkdirAll(c.Keys(), 0o700); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDatabase(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only read
	old := schema.Version() - 1
	if err := schema.MigrateTo(t.Context(), d, old); err != nil {
		t.Fatal(err)
	}
	if at, err := schema.At(t.Context(), d); err != nil || at != old {
		t.Fatalf("at %d, %v", at, err)
	}
	put(t, d, "org", map[string]any{"id": "o"})
	blobs, err := openBlobs(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := archiveKey(c, d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "b.tar")
	_, _, err = backup.Write(t.Context(), backup.Source{DB: d, Blobs: blobs, Key: key, Schema: old, Listed: db.SQL(listed), Progress: quiet}, file)
	if err := errors.Join(err, backup.WriteKeys(file+".keys", key, c.Keys(), c.Data)); err != nil {
		t.Fatal(err)
	}
	target := onEngine(t, db.Postgres)
	if _, err := restoreFrom(t, file, target); err != nil {
		t.Fatal(err)
	}
	got, err := OpenDatabase(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close() //nolint:errcheck // only read
	if at, err := schema.At(t.Context(), got); err != nil || at != schema.Version() {
		t.Errorf("at %d, %v", at, err)
	}
}
