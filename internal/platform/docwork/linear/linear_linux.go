package linear

import (
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

// Memory is where modules get theirs.
func Memory() experimental.MemoryAllocator { return experimental.MemoryAllocatorFunc(reserve) }

// reserve fails as a whole: a module without its memory traps, and the child with it.
func reserve(_, most uint64) experimental.LinearMemory {
	b, err := unix.Mmap(-1, 0, int(most), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON) //nolint:gosec // bounded by the runtime's limit
	if err != nil {
		return mapped(nil)
	}
	return mapped(b)
}

type mapped []byte

// Reallocate returns the first size bytes, always in one place; nil when there are fewer.
func (m mapped) Reallocate(size uint64) []byte {
	if size > uint64(len(m)) {
		return nil
	}
	return m[:size]
}

func (m mapped) Free() {
	if m != nil {
		unix.Munmap(m) //nolint:errcheck // there is nobody to tell
	}
}
