package main

import (
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/rogpeppe/go-internal/testscript"

	"countersign/internal/testkit"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"countersign": main})
}

// The command line against the demonstration, as a person types it.
func TestScript(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the demonstration")
	}
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, Setup: func(e *testscript.Env) error {
		e.Setenv("XDG_CACHE_HOME", testkit.FilesCache()) // compiled once for all runs
		return nil
	}, Cmds: map[string]func(*testscript.TestScript, bool, []string){
		"waitfor": waitFor, "exits": exits, "capture": capture, "pdf": makePDF,
	}})
}

// waitFor waits until a file holds a match of a pattern, and keeps what its group matched: waitfor FILE PATTERN NAME.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	for range 1200 {
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil {
			if m := regexp.MustCompile(args[1]).FindSubmatch(b); m != nil {
				ts.Setenv(args[2], string(m[1]))
				return
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s never holds %s", args[0], args[1])
}

// capture keeps what a pattern's group matched in the last output: capture PATTERN NAME.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	m := regexp.MustCompile(args[0]).FindStringSubmatch(ts.ReadFile("stdout"))
	if m == nil {
		ts.Fatalf("no %s in the output", args[0])
	}
	ts.Setenv(args[1], m[1])
}

// exits runs the program and wants an exit code: exits CODE ARG…
func exits(ts *testscript.TestScript, _ bool, args []string) {
	got := 0
	if err := ts.Exec("countersign", args[1:]...); err != nil {
		got = -1
		if m := regexp.MustCompile(`exit status (\d+)`).FindStringSubmatch(err.Error()); m != nil {
			fmt.Sscan(m[1], &got) //nolint:errcheck // it is digits
		}
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// makePDF writes a PDF of pages that say what they are told: pdf FILE PASSWORD PAGE…
func makePDF(ts *testscript.TestScript, _ bool, args []string) {
	p := fpdf.New("P", "mm", "Letter", "")
	p.SetFont("Helvetica", "", 12)
	if args[1] != "" {
		p.SetProtection(fpdf.CnProtectPrint, args[1], args[1]+" of its owner")
	}
	for _, says := range args[2:] {
		p.AddPage()
		p.Cell(40, 10, says)
	}
	ts.Check(p.OutputFileAndClose(ts.MkAbs(args[0])))
}
