package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"countersign/internal/bench/seed"
	"countersign/internal/kernel/actor"
	"countersign/internal/kernel/ident"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
	"countersign/internal/schema"
)

// An installation is a seeded database with a gate in front of it.
type installation struct {
	engine db.Engine
	config config.Config
	db     *db.DB
	ring   *keys.Ring
	gate   *gate.Gate
	world  *seed.World
	took   time.Duration // to plant the world
}

// install makes an installation and plants a world in it.
func install(ctx context.Context, e db.Engine, size seed.Size, say func(string, ...any)) (in *installation, err error) {
	dir, err := os.MkdirTemp("", "countersign-bench-")
	if err != nil {
		return nil, err
	}
	in = &installation{engine: e, config: config.Config{Data: dir}}
	if err := in.open(ctx); err != nil {
		return nil, errors.Join(err, in.close())
	}
	keeper, err := keys.NewFileKeeper(in.config.Keys())
	if err != nil {
		return nil, errors.Join(err, in.close())
	}
	in.ring = keys.NewRing(keeper, time.Now)
	if err := schema.Migrate(ctx, in.db); err != nil {
		return nil, errors.Join(err, in.close())
	}
	in.world = seed.New(size, time.Now())
	begun := time.Now()
	if err := in.world.Plant(ctx, in.db, in.ring, func(step string) { say("%s: %s", e, step) }); err != nil {
		return nil, errors.Join(err, in.close())
	}
	in.took = time.Since(begun)
	in.gate, err = gate.New(gate.Deps{DB: in.db, Keys: sealer{in.ring}, Now: time.Now, Announce: func(...string) {},
		Enqueue: func(context.Context, *db.Tx, time.Time, gate.Job) error { return nil }})
	return in, err
}

func (in *installation) open(ctx context.Context) (err error) {
	if in.engine == db.SQLite {
		raw := make([]byte, 64)
		rand.Read(raw) //nolint:errcheck // never fails
		if err := os.WriteFile(in.config.DatabaseKey(), []byte(hex.EncodeToString(raw)+"\n"), 0o600); err != nil {
			return err
		}
		in.db, err = db.OpenSQLite(in.config.SQLitePath(), raw)
		return err
	}
	base := os.Getenv("COUNTERSIGN_TEST_POSTGRES")
	if base == "" {
		return errors.New("COUNTERSIGN_TEST_POSTGRES is not set: run scripts/bench.sh, which starts a server")
	}
	name := "bench_" + strings.ReplaceAll(ident.New(), "-", "")
	admin, err := db.OpenPostgres(ctx, base)
	if err != nil {
		return err
	}
	defer admin.Close() //nolint:errcheck // nothing is written after this
	// The server for tests runs without fsync; a write is measured with it.
	for _, text := range []string{"CREATE DATABASE " + name, "ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET synchronous_commit = on", "ALTER SYSTEM SET full_page_writes = on",
		"ALTER SYSTEM SET max_wal_size = '4GB'", "SELECT pg_reload_conf()"} {
		if _, err := admin.Pool().ExecContext(ctx, text); err != nil {
			return err
		}
	}
	u, err := url.Parse(base)
	if err != nil {
		return err
	}
	u.Path = "/" + name
	in.config.DatabaseURL = u.String()
	in.db, err = db.OpenPostgres(ctx, in.config.DatabaseURL)
	return err
}

func (in *installation) close() error {
	var err error
	if in.db != nil {
		err = in.db.Close()
	}
	return errors.Join(err, os.RemoveAll(in.config.Data))
}

// size of the database in bytes.
func (in *installation) size(ctx context.Context) (n int64) {
	if in.engine == db.Postgres {
		in.db.QueryRow(ctx, db.SQL(`SELECT pg_database_size(current_database())`)).Scan(&n) //nolint:errcheck // 0 is shown
		return n
	}
	for _, f := range []string{"", "-wal"} {
		if info, err := os.Stat(filepath.Join(in.config.Data, "countersign.db"+f)); err == nil {
			n += info.Size()
		}
	}
	return n
}

// sealer gives the gate the ring under the names by which it speaks of keys.
type sealer struct{ ring *keys.Ring }

func (s sealer) Seal(ctx context.Context, q db.Reader, name string, plain []byte, aad string) ([]byte, error) {
	scope, err := keys.ParseScope(name)
	if err != nil {
		return nil, err
	}
	return s.ring.Seal(ctx, q, scope, plain, aad)
}

func (s sealer) Open(ctx context.Context, q db.Reader, name string, sealed []byte, aad string) ([]byte, error) {
	scope, err := keys.ParseScope(name)
	if err != nil {
		return nil, err
	}
	return s.ring.Open(ctx, q, scope, sealed, aad)
}

// as is the actor of a seeded person.
func as(p seed.Person) actor.Actor {
	return actor.Actor{Person: p.ID, Org: p.Org, Session: ident.SessionID(p.ID), Via: "web", Address: "192.0.2.7", MFA: true, SteppedUpAt: time.Now()}
}
