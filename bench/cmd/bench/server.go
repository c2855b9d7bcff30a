package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"countersign/internal/platform/db"
)

// A server is a running program.
type server struct {
	cmd   *exec.Cmd
	log   *os.File
	base  string
	ready time.Duration // from the start of the process to the first page
}

// start runs the program on the planted installation and waits for one page.
func (in *installation) start(ctx context.Context, binary string, first shot) (s *server, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	s = &server{base: "http://" + addr}
	if s.log, err = os.CreateTemp(in.config.Data, "server-*.log"); err != nil {
		return nil, err
	}
	s.cmd = exec.CommandContext(ctx, binary, "serve") //nolint:gosec // the program under measurement
	s.cmd.Env = append(os.Environ(), "COUNTERSIGN_DATA="+in.config.Data, "COUNTERSIGN_ADDR="+addr, "COUNTERSIGN_BASE_URL="+s.base, "COUNTERSIGN_LOG_LEVEL=warn")
	if in.engine == db.Postgres {
		s.cmd.Env = append(s.cmd.Env, "COUNTERSIGN_DATABASE_URL="+in.config.DatabaseURL)
	}
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	begun := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	for time.Since(begun) < time.Minute {
		err = first.send(ctx, client, s.base)
		if err == nil {
			s.ready = time.Since(begun)
			return s, nil
		}
		time.Sleep(2 * time.Millisecond)
	}
	said, _ := os.ReadFile(s.log.Name())
	return nil, fmt.Errorf("the program does not serve: %w\n%s\n%v", err, said, s.stop())
}

// stop ends the program as an operator would, and says what it complained of.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	err := s.cmd.Wait()
	if _, e := s.log.Seek(0, io.SeekStart); e == nil {
		if said, _ := io.ReadAll(s.log); strings.Contains(string(said), "WARN") || strings.Contains(string(said), "ERROR") {
			say("the program said:\n%s", said[:min(len(said), 2000)])
		}
	}
	s.log.Close() //nolint:errcheck // only read
	return err
}

// memory is the resident set now, and at most so far.
func (s *server) memory() (now, most int64, err error) { return memoryOf(s.cmd.Process.Pid) }

func memoryOf(pid int) (now, most int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for l := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(l, ":")
		kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			now = kb << 10
		case "VmHWM":
			most = kb << 10
		}
	}
	return now, most, nil
}
