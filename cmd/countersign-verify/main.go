// Command countersign-verify checks a log of Countersign without Countersign: no server, no database, no network. It is
// small so that a stranger can read all of it; what it checks is in package proof.
//
//	countersign-verify --key KEY [--witness KEY]... DIR
//
// Exit status: 0 when all holds, 1 when something is wrong, 2 when it could not be checked.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"countersign/internal/platform/ledger/proof"
)

func main() { os.Exit(run()) }

func run() int {
	var keys proof.Keys
	flag.StringVar(&keys.Log, "key", "", "public key of the log, or a file that holds it")
	flag.Func("witness", "public key of a witness, or a file that holds it; may be given more than once", func(s string) error {
		keys.Witnesses = append(keys.Witnesses, strings.TrimSpace(s))
		return nil
	})
	flag.Parse()
	const broken, wrong = 2, 1
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "countersign-verify: name one folder with the files of a log")
		return broken
	}
	log, witnesses, err := keys.Read()
	if err != nil {
		fmt.Fprintln(os.Stderr, "countersign-verify:", err)
		return broken
	}
	r, err := proof.Verify(os.DirFS(flag.Arg(0)), log, witnesses...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "countersign-verify:", err)
		return broken
	}
	if err := proof.Tell(os.Stdout, r); err != nil {
		fmt.Fprintln(os.Stderr, "countersign-verify:", err)
		return broken
	}
	if !r.Holds() {
		return wrong
	}
	return 0
}
