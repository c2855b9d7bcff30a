package schema

import (
	"context"
	"fmt"
	"io/fs"

	"countersign/internal/platform/db"
)

// At is the version of a database.
func At(ctx context.Context, d *db.DB) (int64, error) {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return 0, err
	}
	p, err := provider(d, files)
	if err != nil {
		return 0, fmt.Errorf("schema: %w", err)
	}
	return p.GetDBVersion(ctx)
}

// MigrateTo brings an empty database up to an earlier version, so that the rows of a backup made at that version fit;
// Migrate then takes them the rest of the way.
func MigrateTo(ctx context.Context, d *db.DB, version int64) error {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	p, err := provider(d, files)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	return nil
}
