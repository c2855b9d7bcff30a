package soffice

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"countersign/internal/platform/confine"
)

// BeChild makes this process LibreOffice if it was started for that; then it does not return. The program calls it first.
func BeChild() {
	if len(os.Args) != 6 || os.Args[1] != Command {
		return
	}
	if err := become(os.Args[2], os.Args[3], os.Args[4], os.Args[5] == apart); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}

var limits = confine.Limits{CPUSeconds: 90, MemoryBytes: 2 << 30, FileBytes: 256 << 20, Files: 512}

// within are what a program needs of the system. There is nothing of an installation's in them: no setting, no key, no data,
// and not the folder that tells of other processes.
var within = []confine.Folder{
	{Path: "/usr"}, {Path: "/lib"}, {Path: "/lib64"}, {Path: "/bin"}, {Path: "/etc/fonts"}, {Path: "/etc/libreoffice"}, {Path: "/etc/ld.so.cache"},
	{Path: "/var/lib/libreoffice"}, {Path: "/var/cache/fontconfig"}, {Path: "/dev/urandom"}, {Path: "/dev/random"}, {Path: "/dev/null", Write: true},
}

// meeting is where LibreOffice insists on making a socket, by which a second one of the same profile would find it. Where it
// cannot be apart it is let into the machine's: it cannot read there, and could remove files of the server's user.
const meeting = "/tmp"

// become gives up everything but the folder and what is in within, and runs the program in its own place.
func become(program, dir, kind string, alone bool) error {
	at, err := filepath.EvalSymlinks(program)
	if err != nil {
		return err
	}
	home := filepath.Dir(at)
	if filepath.Base(home) == "program" { // a suite of its own folder, such as /opt/libreoffice/program
		home = filepath.Dir(home)
	}
	meet := confine.Folder{Path: meeting, Meet: true}
	if alone {
		if err := confine.Mount(meeting, 16<<20); err != nil {
			return err
		}
		meet = confine.Folder{Path: meeting, Write: true} // it is nobody else's
	}
	keep := append([]confine.Folder{{Path: dir, Write: true}, {Path: home}, meet}, within...)
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := confine.Folders(limits, keep); err != nil {
		return err
	}
	return syscall.Exec(program, []string{program, "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault", "--nofirststartwizard", "-env:UserInstallation=file://" + in(profileDir),
		"--convert-to", "pdf", "--outdir", in(outDir), in(fileName + "." + kind)}, //nolint:gosec // the installed LibreOffice
		[]string{"PATH=/usr/bin:/bin", "HOME=" + dir, "TMPDIR=" + in(tempDir), "XDG_CONFIG_HOME=" + in(profileDir), "XDG_CACHE_HOME=" + in(tempDir), "XDG_RUNTIME_DIR=" + in(tempDir), "LANG=C.UTF-8", "SAL_USE_VCLPLUGIN=svp"})
}
