package blob

import (
	"bytes"
	"context"
	"io/fs"
	"sync"
)

// memory is the bucket that tests use.
type memory struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func newMemory() *memory { return &memory{objects: map[string][]byte{}} }

func (m *memory) create(_ context.Context, name string) (object, error) {
	return &memoryObject{m: m, name: name}, nil
}

func (m *memory) read(ctx context.Context, name string, off int64, p []byte) (int, int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.objects[name]
	if !ok {
		return 0, 0, fs.ErrNotExist
	}
	return copy(p, b[min(off, int64(len(b))):]), int64(len(b)), nil
}

func (m *memory) remove(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, name)
	return nil
}

func (m *memory) close() error { return nil }

type memoryObject struct {
	bytes.Buffer
	m    *memory
	name string
}

func (o *memoryObject) commit() error {
	o.m.mu.Lock()
	defer o.m.mu.Unlock()
	o.m.objects[o.name] = o.Bytes()
	return nil
}

func (o *memoryObject) abort() {}
