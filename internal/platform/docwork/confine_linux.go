//go:build amd64 || arm64

package docwork

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// bind ties the child to the parent: it dies with it, and a signal to one does not reach the other.
func bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// cpuSeconds bounds what one child may work in all; what one question may take, the parent sees to.
const cpuSeconds = 600

// confine gives up what reading a file needs not: processor time beyond a bound, writing, files, the network, programs.
func confine() error {
	for what, most := range map[int]uint64{unix.RLIMIT_CPU: cpuSeconds, unix.RLIMIT_DATA: memoryMax, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 64} {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("docwork: limit %d: %w", what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("docwork: no new privileges: %w", err)
	}
	if err := landlock(); err != nil {
		return err
	}
	return seccomp()
}

// landlock takes the file system away (Linux 5.13 and later); an older kernel has none, and seccomp below still stands.
func landlock() error {
	attr := unix.LandlockRulesetAttr{Handled_access_fs: 1<<13 - 1}                                                                           // every right of the first version of the interface
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0) //nolint:gosec // the kernel's own interface
	if errno == unix.ENOSYS || errno == unix.EOPNOTSUPP {
		return nil
	}
	if errno != 0 {
		return fmt.Errorf("docwork: landlock: %w", errno)
	}
	defer unix.Close(int(fd)) //nolint:errcheck // nothing was written
	// It binds one thread; the system calls that reach for files are refused to all of them below.
	runtime.LockOSThread()
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("docwork: landlock: %w", errno)
	}
	return nil
}

// refused are the system calls that nothing here needs after the start.
var refused = []uint32{
	unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_SOCKET, unix.SYS_SOCKETPAIR, unix.SYS_CONNECT, unix.SYS_BIND, unix.SYS_LISTEN, unix.SYS_SENDTO,
	unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_UNLINKAT, unix.SYS_RENAMEAT2,
	unix.SYS_MKDIRAT, unix.SYS_LINKAT, unix.SYS_SYMLINKAT, unix.SYS_FCHMODAT, unix.SYS_FCHOWNAT, unix.SYS_TRUNCATE, unix.SYS_MOUNT, unix.SYS_KEXEC_LOAD,
	unix.SYS_BPF, unix.SYS_IO_URING_SETUP, unix.SYS_ADD_KEY, unix.SYS_KEYCTL, unix.SYS_KILL, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD,
}

// seccomp has the kernel refuse those calls, with "not permitted", to every thread.
func seccomp() error {
	const loadNumber, loadArch = 0, 4 // offsets in struct seccomp_data
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: loadArch},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: auditArch, Jt: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_KILL_PROCESS}, // a call in another architecture's numbers
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: loadNumber},
	}
	all := append(append([]uint32{}, refused...), refusedHere...)
	for i, call := range all {
		filter = append(filter, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: call, Jt: uint8(len(all) - i)}) //nolint:gosec // far fewer than 255
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]} //nolint:gosec // far fewer than 65,535
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 && !errors.Is(errno, unix.ENOSYS) && !errors.Is(errno, unix.EINVAL) {
		return fmt.Errorf("docwork: seccomp: %w", errno)
	}
	return nil
}
