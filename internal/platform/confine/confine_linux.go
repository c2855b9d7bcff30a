//go:build amd64 || arm64

package confine

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Bind ties a child to its parent: it dies with it, and a signal to one does not reach the other. Start it from a thread
// that lasts.
func Bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// Apart gives a child that Bind tied a world of its own, without networks, other processes and shared mounts, in which it may
// mount. Where that is not permitted the child does not start.
func Apart(cmd *exec.Cmd) {
	a := cmd.SysProcAttr
	a.Cloneflags = unix.CLONE_NEWUSER | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWPID
	a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
	a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
}

// Mount puts an empty folder in memory, of so many bytes, over one that is there: in a child that is Apart.
func Mount(path string, bytes int64) error {
	if err := unix.Mount("tmpfs", path, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, fmt.Sprintf("size=%d,mode=0700", bytes)); err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	return nil
}

// KillGroup kills a child that Bind tied, and all that it started.
func KillGroup(cmd *exec.Cmd) {
	unix.Kill(-cmd.Process.Pid, unix.SIGKILL) //nolint:errcheck // it may be dead already
}

// All gives up memory and processor time beyond the limits, files, the network and programs. On a kernel without Landlock or
// seccomp what is left of it holds.
func All(l Limits) error {
	if err := limit(l); err != nil {
		return err
	}
	if err := landlock(nil); err != nil && !errors.Is(err, ErrMissing) {
		return err
	}
	if err := seccomp(refuseAll()); err != nil && !errors.Is(err, ErrMissing) {
		return err
	}
	return nil
}

// Folders gives up what All does but for folders, and programs in them. It binds the thread that calls it, and what that
// thread runs next: the caller does exec and nothing else. Of folders that are not there nothing is allowed.
//
// Errors: ErrMissing, before anything is given up but the limits.
func Folders(l Limits, keep []Folder) error {
	if err := limit(l); err != nil {
		return err
	}
	if err := landlock(keep); err != nil {
		return err
	}
	return seccomp(refuseOutside())
}

// Available reports whether Folders can do what it says.
func Available() bool {
	_, errno := landlockVersion()
	return errno == 0
}

func limit(l Limits) error {
	for what, most := range map[int]uint64{unix.RLIMIT_CPU: l.CPUSeconds, unix.RLIMIT_DATA: l.MemoryBytes, unix.RLIMIT_FSIZE: l.FileBytes, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: l.Files} {
		if err := unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}); err != nil {
			return fmt.Errorf("confine: limit %d: %w", what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("confine: no new privileges: %w", err)
	}
	return nil
}

func landlockVersion() (int, syscall.Errno) {
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	return int(v), errno //nolint:gosec // a small number
}

// The rights of Landlock: those that a file knows too, and those that reading takes.
const (
	fileRights = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_TRUNCATE | unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	readRights = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_READ_DIR
)

// rights are all that a version of Landlock can take away.
func rights(version int) uint64 {
	all := uint64(1<<13 - 1)
	if version >= 2 {
		all |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		all |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 5 {
		all |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	return all
}

// landlock takes the file system away but for what is kept (Linux 5.13 and later).
func landlock(keep []Folder) error {
	version, errno := landlockVersion()
	if errno == unix.ENOSYS || errno == unix.EOPNOTSUPP {
		return ErrMissing
	}
	if errno != 0 {
		return fmt.Errorf("confine: landlock: %w", errno)
	}
	all := rights(version)
	attr := unix.LandlockRulesetAttr{Handled_access_fs: all}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0) //nolint:gosec // the kernel's own interface
	if errno != 0 {
		return fmt.Errorf("confine: landlock: %w", errno)
	}
	defer unix.Close(int(fd)) //nolint:errcheck // nothing was written
	for _, f := range keep {
		if err := allow(fd, f, all); err != nil {
			return err
		}
	}
	// It binds one thread; the system calls that reach for files are refused to all of them by All.
	runtime.LockOSThread()
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("confine: landlock: %w", errno)
	}
	return nil
}

func allow(ruleset uintptr, f Folder, all uint64) error {
	fd, err := unix.Open(f.Path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	defer unix.Close(fd)                                                                   //nolint:errcheck // nothing was written
	rule := unix.LandlockPathBeneathAttr{Allowed_access: readRights, Parent_fd: int32(fd)} //nolint:gosec // a small number
	switch {
	case f.Write:
		rule.Allowed_access = all
	case f.Meet:
		rule.Allowed_access = unix.LANDLOCK_ACCESS_FS_MAKE_SOCK | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE
	}
	var is unix.Stat_t
	if err := unix.Fstat(fd, &is); err != nil {
		return fmt.Errorf("confine: %w", err)
	}
	if is.Mode&unix.S_IFMT != unix.S_IFDIR {
		rule.Allowed_access &= fileRights & all
	}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, ruleset, unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 { //nolint:gosec // the kernel's own interface
		return fmt.Errorf("confine: landlock: %w", errno)
	}
	return nil
}
