//go:build !linux

package linear

import "github.com/tetratelabs/wazero/experimental"

// Memory is where modules get theirs: nil stands for Go's memory.
func Memory() experimental.MemoryAllocator { return nil }
