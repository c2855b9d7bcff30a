package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/platform/backup"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/schema"
)

// ErrMissing is returned by a backup or a restore that is whole, of an installation that is not: versions list documents
// that were not in the bucket.
var ErrMissing = errors.New("documents are missing")

// listed gives the blobs of all versions.
const listed = `SELECT DISTINCT blob FROM version`

// sealedWords says where a restore finds words to open. The associated data are those of the packages that seal them.
var sealedWords = backup.Sealed{
	Samples: []backup.Sample{
		{Name: "entries", SQL: `SELECT CASE WHEN matter_id <> '' THEN 'matter/' || matter_id ELSE 'org/' || owner_org_id END, 'entry/' || id, openings
			FROM entry WHERE owner_org_id <> '' OR matter_id <> '' ORDER BY RANDOM() LIMIT ?`},
		{Name: "tasks", SQL: `SELECT 'matter/' || matter_id, 'task.instructions/' || id, instructions FROM task ORDER BY RANDOM() LIMIT ?`},
	},
	Versions: `SELECT id, 'matter/' || matter_id, blob, 'version/' || id, sha256, 'version.sha256/' || id FROM version WHERE id > ? ORDER BY id LIMIT ?`,
}

// A Backup is what the backup command is told.
type Backup struct {
	Out      string
	WithKeys bool
	Program  string // version of the program
	Report   io.Writer
	Progress backup.Progress
}

// Run writes the archive of an installation, beside a running server, and says what is in it.
func (b Backup) Run(ctx context.Context, c *config.Config) error {
	if _, err := os.Stat(c.SQLitePath()); c.DatabaseURL == "" && err != nil {
		return fmt.Errorf("there is no installation in %s: %w", c.Data, err)
	}
	d, err := OpenDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // it has only been read
	version, err := schema.At(ctx, d)
	if err != nil {
		return err
	}
	if version != schema.Version() {
		return fmt.Errorf("the database is at version %d and this program at %d: back it up with the release that serves it", version, schema.Version())
	}
	blobs, err := openBlobs(ctx, c)
	if err != nil {
		return err
	}
	defer blobs.Close() //nolint:errcheck // it has only been read
	key, made, err := archiveKey(c, d)
	if err != nil {
		return err
	}
	if b.WithKeys { // first: an archive of that name is then a backup in both parts
		if err := backup.WriteKeys(b.Out+".keys", key, c.Keys(), c.Data); err != nil {
			return err
		}
	}
	h, m, err := backup.Write(ctx, backup.Source{DB: d, Blobs: blobs, Key: key, Schema: version, Program: b.Program,
		Listed: db.SQL(listed), Now: time.Now(), Progress: b.Progress}, b.Out)
	if err != nil {
		return err
	}
	if made {
		defer fmt.Fprintf(b.Report, "%s was made for this backup: no backup of this installation opens without it.\n", filepath.Join(c.Data, backup.BackupKey))
	}
	return b.tell(c, h, m)
}

func openBlobs(ctx context.Context, c *config.Config) (*blob.Store, error) {
	address, err := c.Blobs()
	if err != nil {
		return nil, err
	}
	return blob.Open(ctx, address)
}

// archiveKey is the key of the SQLite file, or one that is made in the data folder for backups of a PostgreSQL.
func archiveKey(c *config.Config, d *db.DB) (k backup.Key, made bool, err error) {
	if d.Engine == db.SQLite {
		k, err = backup.ReadKey(backup.DatabaseKey, c.DatabaseKey())
		return k, false, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return k, false, err
	}
	return backup.EnsureKey(backup.BackupKey, filepath.Join(c.Data, backup.BackupKey))
}

func (b Backup) tell(c *config.Config, h backup.Header, m backup.Manifest) error {
	info, err := os.Stat(b.Out)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.Report, "%s holds the installation as it was on %s.\n\n", b.Out, h.At.Format("2 January 2006 at 15:04:05 UTC"))
	fmt.Fprintf(b.Report, "  rows       %d in %d tables, schema %d, from %s\n", m.RowCount(), len(m.Tables), h.Schema, h.Engine)
	fmt.Fprintf(b.Report, "  documents  %d sealed files, %s\n", len(m.Blobs), bytesOf(m.BlobBytes()))
	fmt.Fprintf(b.Report, "  archive    %s\n\n", bytesOf(info.Size()))
	if b.WithKeys {
		fmt.Fprintf(b.Report, "%s.keys opens all of it. Keep the two in different places: whoever has both can read everything.\n", b.Out)
	} else {
		fmt.Fprintf(b.Report, "It opens only with %s and the key files in %s, which are not in it. Keep a copy of them in another place.\n", h.Key, c.Keys())
	}
	return tellMissing(b.Report, m.Missing)
}

func tellMissing(w io.Writer, missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\nDamage: versions list %d documents that are not there. Their sealed files would be named\n", len(missing))
	for _, name := range missing[:min(len(missing), 20)] {
		fmt.Fprintf(w, "  %s\n", name)
	}
	return fmt.Errorf("%w: %d", ErrMissing, len(missing))
}

// bytesOf renders a size for people.
func bytesOf(n int64) string {
	units := []string{"bytes", "KB", "MB", "GB", "TB"}
	v, i := float64(n), 0
	for ; v >= 1000 && i < len(units)-1; i++ {
		v /= 1000
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}
