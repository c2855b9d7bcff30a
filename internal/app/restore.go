package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"countersign/internal/platform/backup"
	"countersign/internal/platform/config"
	"countersign/internal/platform/db"
	"countersign/internal/platform/keys"
	"countersign/internal/schema"
)

// A Restore is what the restore command is told.
type Restore struct {
	In       string
	KeysFile string // the second file of a backup that was made with its keys; "" when the keys lie elsewhere
	Report   io.Writer
	Progress backup.Progress
}

// stagingName is the folder within the data folder where everything is put until it is proved. It lies inside, because a
// data folder is often a volume that cannot be replaced.
const stagingName = ".restoring"

// Run restores an archive into an empty installation and says what was proved. After an error the target is as empty
// as it was.
func (r Restore) Run(ctx context.Context, c *config.Config) (err error) {
	if err := emptyFolder(c.Data); err != nil {
		return err
	}
	k, given, err := r.keys(c)
	if err != nil {
		return err
	}
	a, err := backup.Open(ctx, r.In, k, schema.Version(), r.Progress)
	if err != nil {
		return fmt.Errorf("%s: %w", r.In, err)
	}
	defer a.Close() //nolint:errcheck // it has only been read
	staging := filepath.Join(c.Data, stagingName)
	if err := os.MkdirAll(staging, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	p, err := r.into(ctx, staged(c, staging), a, k, given)
	if err != nil {
		return err
	}
	if err := settle(staging, c.Data); err != nil {
		return err
	}
	return r.tell(c, a, p)
}

// emptyFolder refuses a folder that holds anything.
func emptyFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) == 1 && entries[0].Name() == stagingName:
		return fmt.Errorf("%s holds a restore that was stopped half way, or one that is running: if none is running, remove %s and try again", dir, filepath.Join(dir, stagingName))
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: a restore never touches what is there", dir)
	}
	return nil
}

// keys finds the key that sealed the archive: in the key file, or where --database-key-file says.
func (r Restore) keys(c *config.Config) (k backup.Key, all *backup.Keys, err error) {
	h, err := backup.ReadHeader(r.In)
	if err != nil {
		return k, nil, fmt.Errorf("%s: %w", r.In, err)
	}
	if r.KeysFile != "" {
		read, err := backup.ReadKeys(r.KeysFile)
		return read.Archive, &read, err
	}
	if c.DatabaseKeyFile == "" || c.KeysDir == "" {
		return k, nil, fmt.Errorf("%s is sealed under %s: give --keys with the key file of the backup, or --database-key-file with that key and --keys-dir with the folder of the organizations' keys", r.In, h.Key)
	}
	k, err = backup.ReadKey(h.Key, c.DatabaseKeyFile)
	return k, nil, err
}

// staged is the configuration under which everything that would lie in the data folder lies in dir.
func staged(c *config.Config, dir string) *config.Config {
	out := *c
	out.Data = dir
	return &out
}

// into builds the installation that c describes and proves it.
func (r Restore) into(ctx context.Context, c *config.Config, a *backup.Archive, k backup.Key, given *backup.Keys) (p backup.Proof, err error) {
	if given != nil {
		if err := given.Place(c.Keys(), c.Data); err != nil {
			return p, err
		}
	}
	if err := placeKey(c, k); err != nil {
		return p, err
	}
	d, err := OpenDatabase(ctx, c)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if empty, err := backup.Empty(ctx, d); err != nil || !empty {
		return p, errors.Join(err, unless(empty, "the database is not empty: a restore never touches what is there"))
	}
	if err := schema.MigrateTo(ctx, d, a.Header.Schema); err != nil {
		return p, err
	}
	keeper, err := keys.NewFileKeeper(c.Keys())
	if err != nil {
		return p, err
	}
	blobs, err := openBlobs(ctx, c)
	if err != nil {
		return p, err
	}
	defer blobs.Close() //nolint:errcheck // each document was made durable when it was stored
	p, err = a.Restore(ctx, backup.Target{DB: d, Blobs: blobs, Ring: keys.NewRing(keeper, time.Now), Sealed: sealedWords, Progress: r.Progress})
	if err != nil {
		return p, err
	}
	return p, schema.Migrate(ctx, d)
}

// placeKey puts the archive's key where the installation will look for it.
func placeKey(c *config.Config, k backup.Key) error {
	switch {
	case c.DatabaseURL == "" && k.Name == backup.DatabaseKey && c.DatabaseKeyFile == "":
		return k.Save(c.DatabaseKey())
	case c.DatabaseURL != "":
		return k.As(backup.BackupKey).Save(filepath.Join(c.Data, backup.BackupKey))
	}
	return nil // a PostgreSQL moves into SQLite, which gets a key of its own; or the key lies where it was said to lie
}

// settle moves everything out of the staging folder, the database last: without it there is no installation.
func settle(staging, data string) error {
	entries, err := os.ReadDir(staging)
	if err != nil {
		return err
	}
	database := filepath.Base((&config.Config{}).SQLitePath())
	for _, last := range []bool{false, true} {
		for _, e := range entries {
			if (e.Name() == database) != last {
				continue
			}
			if err := os.Rename(filepath.Join(staging, e.Name()), filepath.Join(data, e.Name())); err != nil {
				return err
			}
		}
	}
	d, err := os.Open(data)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func unless(ok bool, sentence string) error {
	if ok {
		return nil
	}
	return errors.New(sentence)
}

func (r Restore) tell(c *config.Config, a *backup.Archive, p backup.Proof) error {
	where := c.Data
	engine := db.SQLite
	if c.DatabaseURL != "" {
		engine = db.Postgres
		if u, err := url.Parse(c.DatabaseURL); err == nil {
			where += " and the database " + u.Host + u.Path
		}
	}
	h := a.Header
	fmt.Fprintf(r.Report, "%s is restored to %s.\n\n", r.In, where)
	fmt.Fprintf(r.Report, "  as it was on   %s (%s, schema %d, by %s); now on %s, schema %d\n", h.At.Format("2 January 2006 at 15:04:05 UTC"), h.Engine, h.Schema, h.Program, engine, schema.Version())
	fmt.Fprintf(r.Report, "  archive        every byte under its seal\n")
	fmt.Fprintf(r.Report, "  rows           %d in %d tables, each as many as the archive counted; every reference leads to a row\n", p.Rows, p.Tables)
	fmt.Fprintf(r.Report, "  keys           %d data keys opened with the organizations' keys\n", p.Keys)
	fmt.Fprintf(r.Report, "  sealed words   %d opened, drawn by lot\n", p.Words)
	fmt.Fprintf(r.Report, "  documents      %d versions read to the end, %s; each has the SHA-256 that was sealed with it\n", p.Documents, bytesOf(p.Bytes))
	if p.Locked > 0 {
		fmt.Fprintf(r.Report, "  not proved     what lies under %d data keys: their organizations' keys are not there\n", p.Locked)
	}
	fmt.Fprintf(r.Report, "\nNot in a backup: jobs that waited, and letters in the mail folder.\n")
	return tellMissing(r.Report, a.Manifest.Missing)
}
