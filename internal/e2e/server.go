package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"countersign/internal/kernel/ident"
	"countersign/internal/testkit"
)

// patience is how long anything on the way may take before the journey is given up: far beyond what a slow machine needs.
const patience = 60 * time.Second

// A Server is the running program.
type Server struct {
	URL  string // http://127.0.0.1:port
	Data string // its data folder

	Database string // address of its PostgreSQL database, "" on SQLite

	t   testing.TB
	cmd *exec.Cmd
	log *tail
	in  io.Closer // what the program writes to
}

// The binary is built once for all the tests of the run, into a folder that Main removes.
var built struct {
	sync.Once
	dir, path string
	err       error
}

// Main runs the tests of a package of journeys: func TestMain(m *testing.M) { os.Exit(e2e.Main(m)) }.
func Main(m *testing.M) int {
	code := m.Run()
	if common.s != nil {
		common.s.Kill()
	}
	if built.dir != "" {
		_ = os.RemoveAll(built.dir) // a leftover in the temporary folder is no failure
	}
	return code
}

func binary(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "countersign-e2e-"); built.err != nil {
			return
		}
		if built.err = sources(); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "countersign")
		out, err := exec.Command("go", "build", "-o", built.path, "countersign/cmd/countersign").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// sources looks at every file of the module, so that the test cache knows on what a journey depends: it does not see what the go
// command opens, and would remember a result of an older program.
func sources() error {
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return err
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin"):
			return filepath.SkipDir
		case d.Type().IsRegular():
			_, err = os.Stat(path)
		}
		return err
	})
}

// Demo builds the demonstration in a fresh folder, starts it and waits until it answers. It is stopped when the test ends.
func Demo(t testing.TB, more ...string) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser, no server")
	}
	s := &Server{t: t, Data: t.TempDir()}
	s.start(append([]string{"demo", "--data", s.Data, "--addr", "127.0.0.1:0"}, more...))
	t.Cleanup(s.Kill)
	return s
}

// common is a demonstration that journeys share which do not meet in it. Main stops it.
var common struct {
	sync.Once
	s *Server
}

// Common is the demonstration that the journeys of a run share, on PostgreSQL: each keeps to tasks of its own.
func Common(t testing.TB) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser, no server")
	}
	binary(t) // it fails in every test, not in the first alone
	common.Do(func() {
		s := &Server{t: t, Data: filepath.Join(built.dir, "demo"), Database: database(t)}
		s.start([]string{"demo", "--data", s.Data, "--addr", "127.0.0.1:0", "--database-url", s.Database})
		common.s = s
	})
	if common.s == nil {
		t.Fatal("the demonstration did not start")
	}
	return common.s
}

// database makes an empty one on the PostgreSQL server of the run, which is thrown away with it.
func database(t testing.TB) string {
	t.Helper()
	base := need(t, testkit.AddressEnv)
	name := "e2e_" + strings.ReplaceAll(ident.New(), "-", "")
	if err := exec1(base, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// Later makes it as if so much time had passed since a person was last there and last proved who they are. It needs PostgreSQL.
func (s *Server) Later(t testing.TB, email string, by time.Duration) {
	t.Helper()
	err := exec1(s.Database, "UPDATE session SET seen_at = seen_at - $1, stepped_up_at = stepped_up_at - $1 WHERE person_id = (SELECT id FROM person WHERE email = $2)", by.Microseconds(), email)
	if err != nil {
		t.Fatal(err)
	}
}

func exec1(address, statement string, args ...any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, statement, args...)
	return errors.Join(err, c.Close(ctx))
}

// Serve starts an installation on fresh data, in PostgreSQL, with further flags, and waits until it answers. It is stopped when the test ends.
func Serve(t testing.TB, more ...string) *Server {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser, no server")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // letters and invitations hold the address, so it is chosen before
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, Data: t.TempDir(), Database: database(t)}
	s.start(append([]string{"serve", "--database-url", s.Database, "--data", s.Data, "--addr", addr, "--base-url", "http://" + addr}, more...))
	t.Cleanup(s.Kill)
	return s
}

// Restart kills the program as a power cut would and starts it again on the same data, on another port.
func (s *Server) Restart() {
	s.t.Helper()
	args := s.cmd.Args[1:]
	s.Kill()
	s.start(args)
}

// Kill ends the program at once (SIGKILL); nothing is said to it before.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	_ = s.cmd.Wait()
	_ = s.in.Close()
}

// Stop asks the program to end (SIGTERM) and fails the test if it does not end well.
func (s *Server) Stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("the program did not stop well: %v\n%s", err, s.log)
	}
}

// Log is what the program has printed lately.
func (s *Server) Log() string { return s.log.String() }

var address = regexp.MustCompile(`https?://127\.0\.0\.1:[1-9][0-9]*`)

func (s *Server) start(args []string) {
	s.t.Helper()
	s.log = &tail{}
	s.cmd = exec.Command(binary(s.t), args...)
	out, in := io.Pipe()
	s.cmd.Stdout, s.cmd.Stderr = in, in
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	found := make(chan string, 1)
	go func() { // it ends when the pipe is closed below, after the program has ended
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			s.log.add(line)
			if url := address.FindString(line); url != "" {
				select {
				case found <- url:
				default:
				}
			}
			if err != nil {
				return
			}
		}
	}()
	s.in = in
	select {
	case s.URL = <-found:
	case <-time.After(5 * patience): // the demonstration writes a year of work first
		s.Kill()
		s.t.Fatalf("the program printed no address:\n%s", s.log)
	}
	s.answers()
}

func (s *Server) answers() {
	s.t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var res *http.Response
		if res, err = http.Get(s.URL + "/"); err == nil {
			_ = res.Body.Close()
			return
		}
	}
	s.t.Fatalf("the program does not answer: %v\n%s", err, s.log)
}

// A tail keeps the last lines of the program's output for the message of a failed test.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (l *tail) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	l.lines = l.lines[max(0, len(l.lines)-200):]
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "")
}
