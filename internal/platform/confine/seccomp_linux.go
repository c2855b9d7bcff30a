//go:build amd64 || arm64

package confine

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data.
const (
	loadNumber   = 0
	loadArch     = 4
	loadArgument = 16 // of the first argument, its lower half: both architectures are little-endian
)

// x32Call is from where the numbers of a third set of calls begin, which x86-64 kernels may answer too.
const x32Call = 1 << 30

// never are the system calls that nothing which is confined needs.
var never = []uint32{
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_MOUNT, unix.SYS_KEXEC_LOAD, unix.SYS_BPF, unix.SYS_IO_URING_SETUP,
	unix.SYS_ADD_KEY, unix.SYS_KEYCTL, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD, unix.SYS_CONNECT, unix.SYS_SENDTO,
}

// noFiles are those that reach for files, sockets and programs.
var noFiles = []uint32{
	unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_UNLINKAT,
	unix.SYS_RENAMEAT2, unix.SYS_MKDIRAT, unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_FCHMODAT, unix.SYS_FCHOWNAT, unix.SYS_TRUNCATE, unix.SYS_KILL,
}

// noEscape are those by which a program leaves its process group, and so outlives the kill, or makes itself another world.
var noEscape = []uint32{unix.SYS_SETSID, unix.SYS_SETPGID, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_SENDMSG, unix.SYS_SENDMMSG}

// refuse is a filter that answers the calls with "not permitted". own are further instructions; they see the number of the
// call, and run on to the end when it is allowed.
func refuse(own []unix.SockFilter, calls ...[]uint32) []unix.SockFilter {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: loadArch},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: auditArch, Jt: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS}, // a call in another architecture's numbers
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: loadNumber},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: x32Call, Jf: 1},
		notPermitted,
	}
	for _, some := range calls {
		for _, call := range some {
			filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jf: 1}, notPermitted)
		}
	}
	return append(append(filter, own...), unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
}

var notPermitted = unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}

func refuseAll() []unix.SockFilter { return refuse(nil, never, noFiles, gone) }

// refuseOutside leaves files to Landlock, and of the sockets those that stay on this machine and are connected to nothing.
func refuseOutside() []unix.SockFilter {
	return refuse([]unix.SockFilter{
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_SOCKET, Jf: 3},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: loadArgument},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.AF_UNIX, Jt: 1},
		notPermitted,
	}, never, noEscape)
}

// seccomp has the kernel run a filter on every call of every thread.
func seccomp(filter []unix.SockFilter) error {
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]} //nolint:gosec // far fewer than 65,535
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	switch {
	case errors.Is(errno, unix.ENOSYS), errors.Is(errno, unix.EINVAL):
		return ErrMissing
	case errno != 0:
		return fmt.Errorf("confine: seccomp: %w", errno)
	}
	return nil
}
