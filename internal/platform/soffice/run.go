package soffice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"countersign/internal/platform/confine"
)

func available() bool { return confine.Available() }

// The names in the folder of a run.
const (
	profileDir = "profile"
	tempDir    = "tmp"
	outDir     = "out"
	fileName   = "file"
)

// settings keep macros from running and links from being followed, in a profile that is made for one run.
const settings = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
`

// PDF draws a file of one of Kinds. The PDF is of an untrusted program's making.
//
// Errors: ErrTooLong, ErrFailed, those of ctx, and of the machine.
func (p *Program) PDF(ctx context.Context, kind string, file io.Reader) (pdf []byte, err error) {
	if !Draws(kind) {
		return nil, fmt.Errorf("soffice: a file of kind %q", kind)
	}
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.turn }()
	dir, err := workFolder()
	if err != nil {
		return nil, fmt.Errorf("soffice: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := lay(dir, fileName+"."+kind, file); err != nil {
		return nil, fmt.Errorf("soffice: %w", err)
	}
	if err := p.run(ctx, dir, kind); err != nil {
		return nil, err
	}
	return take(dir)
}

// folderPrefix tells whose folder it is: other programs of this kind may run on the machine.
var folderPrefix = fmt.Sprintf("countersign-soffice-%d-", os.Getpid())

// workFolder makes a folder for one run, in memory where the system has a place for that.
func workFolder() (string, error) {
	for _, base := range []string{"/dev/shm", os.TempDir()} {
		if dir, err := os.MkdirTemp(base, folderPrefix); err == nil {
			return filepath.EvalSymlinks(dir)
		}
	}
	return "", errors.New("there is no folder for temporary files")
}

func lay(dir, name string, file io.Reader) error {
	user := filepath.Join(dir, profileDir, "user")
	for _, d := range []string{user, filepath.Join(dir, tempDir), filepath.Join(dir, outDir)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(user, "registrymodifications.xcu"), []byte(settings), 0o600); err != nil {
		return err
	}
	to, err := os.OpenFile(filepath.Join(dir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // a folder of this program's own
	if err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return errors.Join(err, to.Close())
}

// run starts this program as what becomes LibreOffice, and kills all of it when the time is over, or ctx is.
func (p *Program) run(ctx context.Context, dir, kind string) error {
	cmd, err := p.start(dir, kind)
	if err != nil {
		return fmt.Errorf("soffice: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	alarm := time.NewTimer(p.limit)
	defer alarm.Stop()
	var stopped error
	select {
	case err := <-ended:
		confine.KillGroup(cmd) // what it left behind
		if err != nil {
			return fmt.Errorf("%w: %w", ErrFailed, err)
		}
		return nil
	case <-alarm.C:
		stopped = ErrTooLong
	case <-ctx.Done():
		stopped = ctx.Err()
	}
	confine.KillGroup(cmd)
	<-ended //nolint:errcheck // how it ended does not matter
	return stopped
}

// How a run is started: in a world of its own, or beside the other processes of the machine.
const (
	apart  = "apart"
	beside = "beside"
)

// start runs it apart from everything where that is permitted, and where its folder and program are not hidden by it.
func (p *Program) start(dir, kind string) (*exec.Cmd, error) {
	hidden := strings.HasPrefix(dir, "/tmp/") || strings.HasPrefix(p.path, "/tmp/")
	err := errors.New("it cannot be started")
	for _, how := range p.ways {
		if how == apart && hidden {
			continue
		}
		cmd := exec.Command(p.self, Command, p.path, dir, kind, how) //nolint:gosec // the running program itself
		cmd.Env, cmd.Dir = []string{}, dir
		confine.Bind(cmd)
		if how == apart {
			confine.Apart(cmd)
		}
		if err = cmd.Start(); err == nil {
			return cmd, nil
		}
	}
	return nil, err
}

// take reads what was written. Whatever stands there must be a file, and no way out of the folder.
func take(dir string) ([]byte, error) {
	root, err := os.OpenRoot(filepath.Join(dir, outDir))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	defer root.Close() //nolint:errcheck // it is only read
	const name = fileName + ".pdf"
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 || info.Size() > maxPDF {
		return nil, fmt.Errorf("%w: no file of a size that is read", ErrFailed)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFailed, err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxPDF))
}
