package keys

import (
	"context"
	"sync"

	"countersign/internal/kernel/fault"
)

// keyBytes is the length of every key in this package.
const keyBytes = 32

// ErrNoKey is the fault when the Keeper does not have the firm's key: withdrawn, destroyed, or never provisioned.
var ErrNoKey = fault.New(fault.Internal, "The firm's key is not available: nothing under it can be read or written.")

// A Keeper holds firm keys and wraps data keys with them. The methods are safe for concurrent use. Unwrap fails
// unless it is given the same key name and aad as Wrap was. A key that is not there is ErrNoKey.
type Keeper interface {
	// Provision makes the named key if the Keeper has none of that name, durably. A Keeper that cannot make
	// keys reports whether the key is there.
	Provision(ctx context.Context, key string) error
	Wrap(ctx context.Context, key string, plain, aad []byte) ([]byte, error)
	Unwrap(ctx context.Context, key string, wrapped, aad []byte) ([]byte, error)
}

// A MemoryKeeper keeps firm keys in memory: for tests.
type MemoryKeeper struct {
	mu   sync.Mutex
	keys map[string][]byte
}

// NewMemoryKeeper returns a Keeper with no keys.
func NewMemoryKeeper() *MemoryKeeper { return &MemoryKeeper{keys: map[string][]byte{}} }

// Provision implements Keeper.
func (m *MemoryKeeper) Provision(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys[key] == nil {
		m.keys[key] = fresh()
	}
	return nil
}

// Revoke withdraws a key, as a firm does that takes its key back.
func (m *MemoryKeeper) Revoke(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, key)
}

// Wrap implements Keeper.
func (m *MemoryKeeper) Wrap(_ context.Context, key string, plain, aad []byte) ([]byte, error) {
	k, err := m.get(key)
	if err != nil {
		return nil, err
	}
	return wrap(k, plain, aad)
}

// Unwrap implements Keeper.
func (m *MemoryKeeper) Unwrap(_ context.Context, key string, wrapped, aad []byte) ([]byte, error) {
	k, err := m.get(key)
	if err != nil {
		return nil, err
	}
	return unwrap(k, wrapped, aad)
}

func (m *MemoryKeeper) get(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := m.keys[key]; k != nil {
		return k, nil
	}
	return nil, ErrNoKey
}
