// Command countersign-verify checks a log of Countersign, or an evidence pack, without Countersign: no server, no database, no network. It is
// small so that a stranger can read all of it; what it checks is in package proof.
//
//	countersign-verify --key KEY [--witness KEY]... DIR|PACK
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
		fmt.Fprintln(os.Stderr, "countersign-verify: name one folder with the files of a log, or one evidence pack")
		return broken
	}
	holds, err := proof.Check(os.Stdout, flag.Arg(0), keys)
	if err != nil {
		fmt.Fprintln(os.Stderr, "countersign-verify:", err)
		return broken
	}
	if !holds {
		return wrong
	}
	return 0
}
