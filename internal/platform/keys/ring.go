package keys

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"countersign/internal/kernel/ident"
	"countersign/internal/platform/db"
)

const (
	// keptFor bounds how long a withdrawn firm key still works on a node that was not told.
	keptFor = time.Minute
	// keptKeys bounds the memory for unwrapped keys: about 1 KB each.
	keptKeys = 4096
)

// A Ring seals and opens with the data keys of matters and organizations. Build one per process.
type Ring struct {
	keeper Keeper
	now    func() time.Time

	mu    sync.Mutex
	kept  map[Scope]*dataKey
	epoch uint64 // moves when a key is forgotten: a key loaded before that is used once and not kept
}

// NewRing returns the ring over keeper. now is real time, not the business clock: it ages the keys in memory.
func NewRing(keeper Keeper, now func() time.Time) *Ring {
	return &Ring{keeper: keeper, now: now, kept: map[Scope]*dataKey{}}
}

// Provision has the Keeper make the key of an organization, if it has none. Call it before the transaction that
// creates the organization: a key file is outside the database, and one left over from a rollback harms nobody.
func (r *Ring) Provision(ctx context.Context, org ident.OrgID) error {
	return r.keeper.Provision(ctx, firmKey(org))
}

// Make gives scope its data key, wrapped by the key of org. A scope that has one keeps it. ErrNoKey if org was
// not provisioned.
func (r *Ring) Make(ctx context.Context, tx *db.Tx, scope Scope, org ident.OrgID) error {
	wrapped, err := r.keeper.Wrap(ctx, firmKey(org), fresh(), scope.wrapAAD(org))
	if err != nil {
		return fmt.Errorf("keys: make %s: %w", scope, err)
	}
	n, err := tx.Exec(ctx, db.SQL(
		"INSERT INTO data_key (id, org_id, wrapped, made_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		scope.id, string(org), wrapped, db.Micros(r.now())))
	if err != nil {
		return fmt.Errorf("keys: make %s: %w", scope, err)
	}
	if n > 0 {
		// An earlier run of this transaction may have made another key, used it and rolled back.
		r.Forget(scope)
	}
	return nil
}

// Seal encrypts plain for a column. aad names the place, such as "message.body/" and the row's identifier: text
// moved to another place does not open. Empty seals to nil.
func (r *Ring) Seal(ctx context.Context, q db.Reader, scope Scope, plain []byte, aad string) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	k, err := r.key(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	return seal(k.column, plain, scope.columnAAD(aad)), nil
}

// Open decrypts what Seal made with the same scope and aad.
func (r *Ring) Open(ctx context.Context, q db.Reader, scope Scope, sealed []byte, aad string) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	k, err := r.key(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	plain, err := open(k.column, sealed, scope.columnAAD(aad))
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, scope)
	}
	return plain, nil
}

// Hash is the HMAC-SHA-256 of sum within the scope: equal for the same bytes in the same matter, and of no use to
// anyone without the matter's key.
func (r *Ring) Hash(ctx context.Context, q db.Reader, scope Scope, sum []byte) ([]byte, error) {
	k, err := r.key(ctx, q, scope)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, k.hash)
	h.Write(sum)
	return h.Sum(nil), nil
}

// BlobKey returns what seals and opens the blobs of the scope.
func (r *Ring) BlobKey(ctx context.Context, q db.Reader, scope Scope) (BlobKey, error) {
	k, err := r.key(ctx, q, scope)
	if err != nil {
		return BlobKey{}, err
	}
	return BlobKey{k.blob}, nil
}

// Destroy takes the data key of scope away, for ever: what was sealed under it opens no more, as soon as tx commits and the
// nodes that have the key in memory let go of it (a minute at most).
func (r *Ring) Destroy(ctx context.Context, tx *db.Tx, scope Scope) error {
	defer r.Forget(scope)
	_, err := tx.Exec(ctx, db.SQL("DELETE FROM data_key WHERE id = ?", scope.id))
	return err
}

// Forget drops the key of scope from memory: the next use asks the Keeper again.
func (r *Ring) Forget(scope Scope) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	delete(r.kept, scope)
}

// ForgetOrg drops every key that the key of org wraps: call it when the firm takes its key back.
func (r *Ring) ForgetOrg(org ident.OrgID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	for s, k := range r.kept {
		if k.org == org {
			delete(r.kept, s)
		}
	}
}

// key returns the unwrapped key of scope, from memory while it is young.
func (r *Ring) key(ctx context.Context, q db.Reader, scope Scope) (*dataKey, error) {
	r.mu.Lock()
	k, epoch := r.kept[scope], r.epoch
	r.mu.Unlock()
	if k != nil && r.now().Before(k.until) {
		return k, nil
	}
	k, err := r.load(ctx, q, scope)
	if err != nil {
		r.Forget(scope)
		return nil, fmt.Errorf("keys: open %s: %w", scope, err)
	}
	r.keep(scope, k, epoch)
	return k, nil
}

func (r *Ring) load(ctx context.Context, q db.Reader, scope Scope) (*dataKey, error) {
	var org string
	var wrapped []byte
	asked := r.now() // before the Keeper answers, so that a slow answer does not live longer
	err := q.QueryRow(ctx, db.SQL("SELECT org_id, wrapped FROM data_key WHERE id = ?", scope.id)).Scan(&org, &wrapped)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errors.New("it has no data key")
	}
	if err != nil {
		return nil, err
	}
	id := ident.OrgID(org)
	plain, err := r.keeper.Unwrap(ctx, firmKey(id), wrapped, scope.wrapAAD(id))
	if err != nil {
		return nil, err
	}
	return derive(plain, id, asked.Add(keptFor))
}

func (r *Ring) keep(scope Scope, k *dataKey, epoch uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.epoch != epoch {
		return
	}
	if len(r.kept) >= keptKeys {
		r.makeRoom()
	}
	r.kept[scope] = k
}

// makeRoom drops the keys that are too old, or any one if none is: which one matters little at this size.
func (r *Ring) makeRoom() {
	now := r.now()
	for s, k := range r.kept {
		if !now.Before(k.until) {
			delete(r.kept, s)
		}
	}
	for s := range r.kept {
		if len(r.kept) < keptKeys {
			return
		}
		delete(r.kept, s)
	}
}
