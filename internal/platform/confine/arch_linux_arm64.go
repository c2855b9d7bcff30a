package confine

import "golang.org/x/sys/unix"

const auditArch = unix.AUDIT_ARCH_AARCH64

var gone []uint32 // this architecture never had the calls of older ones
