package seed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
	"countersign/internal/platform/gate"
	"countersign/internal/platform/keys"
)

// Plant writes the world into an empty, migrated database.
func (w *World) Plant(ctx context.Context, d *db.DB, ring *keys.Ring, progress func(string)) error {
	tables, err := d.Tables(ctx, d)
	if err != nil {
		return err
	}
	p := &planter{World: w, ctx: ctx, db: d, ring: ring, progress: progress, tables: map[string]db.Table{}}
	for _, t := range tables {
		p.tables[t.Name] = t
	}
	if d.Engine == db.SQLite {
		if _, err := d.Pool().ExecContext(ctx, "PRAGMA cache_size = -100000"); err != nil {
			return err
		}
		defer d.Pool().ExecContext(context.WithoutCancel(ctx), "PRAGMA cache_size = -2000") //nolint:errcheck // the default again
	}
	again, err := p.dropIndexes()
	if err != nil {
		return err
	}
	for _, step := range []func() error{p.people, p.access, p.keys, p.engagements, p.matters, p.tasks, p.documents, p.reviews, p.entries, again} {
		if err := step(); err != nil {
			return err
		}
	}
	settle := "ANALYZE"
	if d.Engine == db.Postgres {
		settle = "VACUUM (ANALYZE)" // as autovacuum does within a minute of such a load
	}
	_, err = d.Pool().ExecContext(ctx, settle)
	return err
}

type planter struct {
	*World
	ctx      context.Context
	db       *db.DB
	ring     *keys.Ring
	tables   map[string]db.Table
	progress func(string)
}

// load writes n rows. columns are separated by spaces; row gives their values, and columns that are not named are zero.
func (p *planter) load(table, columns string, n int, row func(i int) ([]any, error)) error {
	t, ok := p.tables[table]
	if !ok {
		return fmt.Errorf("seed: there is no table %s", table)
	}
	names := strings.Fields(columns)
	given := map[string]bool{}
	for _, c := range names {
		given[c] = true
	}
	var rest []any
	for _, f := range t.Fields {
		if !given[f.Name] {
			names = append(names, f.Name)
			rest = append(rest, zero(f.Kind))
		}
	}
	if len(names) != len(t.Fields) {
		return fmt.Errorf("seed: %s does not have all of %s", table, columns)
	}
	p.progress(fmt.Sprintf("%s %d", table, n))
	i := 0
	return p.db.Write(p.ctx, func(tx *db.Tx) error {
		_, err := tx.Load(p.ctx, table, names, func() ([]any, error) {
			if i == n {
				return nil, io.EOF
			}
			v, err := row(i)
			i++
			return append(v, rest...), err
		})
		return err
	})
}

func zero(k db.Kind) any {
	switch k {
	case db.Integer:
		return int64(0)
	case db.Boolean:
		return false
	case db.Bytes:
		return []byte{}
	case db.Real:
		return 0.0
	}
	return ""
}

// dropIndexes takes the indexes away that no constraint rests on, and returns what makes them again: loading sorted once
// is faster than in a million places.
func (p *planter) dropIndexes() (again func() error, err error) {
	type index struct{ name, text string }
	q := db.SQL(`SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE 'river%'`)
	if p.db.Engine == db.Postgres {
		q = db.SQL(`SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename NOT LIKE 'river%' AND tablename <> 'goose_db_version'
			AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conname = indexname)`)
	}
	all, err := db.All(p.ctx, p.db, q, func(rs *db.Rows, x *index) error { return rs.Scan(&x.name, &x.text) })
	if err != nil {
		return nil, err
	}
	run := func(text func(index) string) error {
		for _, x := range all {
			if _, err := p.db.Pool().ExecContext(p.ctx, text(x)); err != nil {
				return err
			}
		}
		return nil
	}
	again = func() error {
		p.progress(fmt.Sprintf("indexes %d", len(all)))
		return run(func(x index) string { return x.text })
	}
	return again, run(func(x index) string { return "DROP INDEX " + x.name })
}

func (p *planter) people() error {
	err := p.load("org", "id kind name country zone made_at rev", len(p.orgs), func(i int) ([]any, error) {
		o := p.orgs[i]
		return []any{string(o.id), o.kind, o.name, o.country, o.zone, int64(1), int64(1)}, nil
	})
	begun := p.Now.AddDate(-2, 0, 0).UnixMicro()
	return errors.Join(err,
		p.load("person", "id name email zone keys_on made_at rev totp_secret", len(p.People), func(i int) ([]any, error) {
			return []any{string(p.People[i].ID), fmt.Sprintf("%s %d", given[i%len(given)], i), fmt.Sprintf("person%d@bench.example", i), "UTC", true, begun, int64(1), []byte{1}}, nil
		}),
		p.load("member", "person_id org_id title from_at until_at rev", len(p.People), func(i int) ([]any, error) {
			return []any{string(p.People[i].ID), string(p.People[i].Org), p.People[i].Role, begun, gate.Forever, int64(1)}, nil
		}),
		p.load("session", "id token_hash kind person_id org_id mfa made_at seen_at ends_at stepped_up_at", len(p.People), func(i int) ([]any, error) {
			now := p.Now.UnixMicro()
			return []any{id(kindSession, i), hash(p.People[i].Token), "web", string(p.People[i].ID), string(p.People[i].Org), true, now, now, p.Now.Add(11 * time.Hour).UnixMicro(), now}, nil
		}),
	)
}

var given = []string{"Asha Rao", "Bela Novak", "Carmen Diaz", "Dev Menon", "Esther Cole", "Farid Haddad", "Grace Lim"}

// keys gives every matter and organization its data key, in the way the product does.
func (p *planter) keys() error {
	for _, o := range p.orgs {
		if err := p.ring.Provision(p.ctx, o.id); err != nil {
			return err
		}
	}
	p.progress(fmt.Sprintf("data_key %d", len(p.Matters)+len(p.orgs)))
	return p.db.Write(p.ctx, func(tx *db.Tx) error {
		for _, o := range p.orgs {
			if err := p.ring.Make(p.ctx, tx, keys.Org(o.id), o.id); err != nil {
				return err
			}
		}
		for _, m := range p.Matters {
			if err := p.ring.Make(p.ctx, tx, keys.Matter(m.ID), p.orgs[m.firm].id); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *planter) seal(m ident.MatterID, words, place string) ([]byte, error) {
	return p.ring.Seal(p.ctx, p.db, keys.Matter(m), []byte(words), place)
}
