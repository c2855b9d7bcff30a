package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/blob"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/jobs"
	"countersign/internal/platform/keys"
	"countersign/internal/platform/live"
	"countersign/internal/schema"
)

// stores is everything that outlives a request.
type stores struct {
	db    *db.DB
	ring  *keys.Ring
	blobs *blob.Store
	hub   *live.Hub
	link  *live.Link
	kinds *jobs.Registry
	queue *jobs.Queue
	gate  *gate.Gate
}

func openStores(ctx context.Context, c *config.Config, now func() time.Time, log *slog.Logger) (s *stores, err error) {
	s = &stores{hub: &live.Hub{}, kinds: jobs.NewRegistry()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return s, err
	}
	if s.db, err = OpenDatabase(ctx, c); err != nil {
		return s, err
	}
	if err := schema.Migrate(ctx, s.db); err != nil {
		return s, err
	}
	keeper, err := keys.NewFileKeeper(c.Keys())
	if err != nil {
		return s, err
	}
	s.ring = keys.NewRing(keeper, time.Now)
	address, err := c.Blobs()
	if err != nil {
		return s, err
	}
	if s.blobs, err = blob.Open(ctx, address); err != nil {
		return s, err
	}
	if s.queue, err = jobs.Open(ctx, s.db, s.kinds, log); err != nil {
		return s, err
	}
	if s.link, err = live.Join(ctx, s.hub, s.db, log); err != nil {
		return s, err
	}
	s.gate, err = gate.New(gate.Deps{DB: s.db, Keys: scoped{s.ring}, Announce: s.hub.Publish, Now: now,
		Enqueue: func(ctx context.Context, tx *db.Tx, at time.Time, j gate.Job) error {
			return s.queue.Insert(ctx, tx, at, j)
		}})
	return s, err
}

func (s *stores) close() error {
	s.hub.Close()
	if s.link != nil {
		s.link.Close()
	}
	var errs []error
	if s.blobs != nil {
		errs = append(errs, s.blobs.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}

// OpenDatabase opens the configured engine. A new SQLite installation gets a fresh database key; an old one without
// its key is refused, because a fresh key would only hide that the right one is missing.
func OpenDatabase(ctx context.Context, c *config.Config) (*db.DB, error) {
	if c.DatabaseURL != "" {
		return db.OpenPostgres(ctx, c.DatabaseURL)
	}
	key, err := config.Secret(c.DatabaseKey())
	if errors.Is(err, fs.ErrNotExist) {
		if _, e := os.Stat(c.SQLitePath()); e == nil {
			return nil, fmt.Errorf("the database %s is there, but its key %s is not: restore the key file", c.SQLitePath(), c.DatabaseKey())
		}
		key, err = newKeyFile(c.DatabaseKey(), 64)
	}
	if err != nil {
		return nil, err
	}
	raw, err := hex.DecodeString(key)
	if err != nil || len(raw) != 64 {
		return nil, fmt.Errorf("%s does not hold a database key (128 hex digits)", c.DatabaseKey())
	}
	return db.OpenSQLite(c.SQLitePath(), raw)
}

// newKeyFile makes a file with so many random bytes in hex, and returns the hex.
func newKeyFile(path string, size int) (string, error) {
	raw := make([]byte, size)
	rand.Read(raw) //nolint:errcheck // never fails: crypto/rand aborts the program instead
	key := hex.EncodeToString(raw)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(key + "\n")
	return key, errors.Join(err, f.Sync(), f.Close())
}

// scoped gives the gate and the features the ring under the names by which they speak of keys: "matter/<id>", "org/<id>".
type scoped struct{ ring *keys.Ring }

func scope(name string) keys.Scope {
	kind, id, _ := strings.Cut(name, "/")
	if kind == "matter" {
		return keys.Matter(ident.MatterID(id))
	}
	return keys.Org(ident.OrgID(id))
}

func (k scoped) Seal(ctx context.Context, q db.Reader, name string, plain []byte, aad string) ([]byte, error) {
	return k.ring.Seal(ctx, q, scope(name), plain, aad)
}

func (k scoped) Open(ctx context.Context, q db.Reader, name string, sealed []byte, aad string) ([]byte, error) {
	return k.ring.Open(ctx, q, scope(name), sealed, aad)
}

// Make creates the data key of a new matter or organization in the transaction that creates it.
func (k scoped) Make(ctx context.Context, tx *db.Tx, name string, org ident.OrgID) error {
	return k.ring.Make(ctx, tx, scope(name), org)
}

// Provision creates the key file of a new organization, before the transaction that creates the organization.
func (k scoped) Provision(ctx context.Context, org ident.OrgID) error {
	return k.ring.Provision(ctx, org)
}
