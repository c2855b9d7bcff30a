package schema

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"

	"countersign/internal/platform/db"
)

//go:embed migrations
var embedded embed.FS

// words are the type words of a migration for each engine. Every ${WORD} that a file uses must be here.
var words = map[db.Engine]*strings.Replacer{
	db.SQLite:   strings.NewReplacer("${BLOB}", "BLOB"),
	db.Postgres: strings.NewReplacer("${BLOB}", "BYTEA"),
}

// ErrNewer is returned for a database that a later release has migrated.
var ErrNewer = errors.New("schema: the database is newer than this program")

// lockID is the key of the PostgreSQL advisory lock under which one node migrates: "csgn" in ASCII.
const lockID = 0x6373676e

// Migrate brings the database up to the version of the program. It may be called by several nodes at once.
// It returns ErrNewer, wrapped in one sentence for the operator, when the database is ahead of the program.
func Migrate(ctx context.Context, d *db.DB) error {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	return migrate(ctx, d, files)
}

// Version is the number of the last migration in the program: the version of every database it has migrated.
func Version() int64 {
	names, err := fs.Glob(embedded, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0
	}
	v, err := goose.NumericComponent(path.Base(names[len(names)-1])) // Glob sorts, the numbers have leading zeros
	if err != nil {
		return 0
	}
	return v
}

// Digest names the whole set of migrations: 16 hexadecimal digits that change when any of their text does.
func Digest() string {
	h := sha256.New()
	names, _ := fs.Glob(embedded, "migrations/*.sql") // the pattern is valid: no error
	for _, name := range names {
		text, _ := embedded.ReadFile(name) // embedded: it is there
		fmt.Fprintf(h, "%s %d\n%s", name, len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func migrate(ctx context.Context, d *db.DB, files fs.FS) error {
	p, err := provider(d, files)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("schema: read the version: %w", err)
	}
	if have > want {
		return fmt.Errorf("%w: it is at version %d and the program knows %d; start the newer release, or restore a backup made before it", ErrNewer, have, want)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}

// provider does not close what it opens: goose would close the pool that the program goes on to use.
func provider(d *db.DB, files fs.FS) (*goose.Provider, error) {
	rendered, err := render(files, d.Engine)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	dialect := database.DialectSQLite3
	if d.Engine == db.Postgres {
		dialect = database.DialectPostgres
		// Asked once a second: a node that waits for another's migration is ready soon after it.
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID), lock.WithLockTimeout(1, 600))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(dialect, d.Pool(), rendered, options...)
}

// render puts the engine's words into the migration files, in memory. A word that no engine knows is an error:
// the engine's own message would point at a place in a text that is in no file.
func render(files fs.FS, e db.Engine) (fs.FS, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		sqlText := words[e].Replace(string(text))
		if _, after, found := strings.Cut(sqlText, "${"); found {
			word, _, _ := strings.Cut(after, "}")
			return nil, fmt.Errorf("%s: no engine knows the word ${%s}", name, word)
		}
		out[name] = &fstest.MapFile{Data: []byte(sqlText)}
	}
	return out, nil
}
