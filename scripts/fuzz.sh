#!/bin/sh
# Runs every fuzz target of the module for a while each: scripts/fuzz.sh 60s
set -eu
cd "$(dirname -- "$0")/.."
each=${1:-60s}
grep -rl --include='*_test.go' '^func Fuzz' internal | while read -r file; do
	sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$file" | while read -r target; do
		echo "== $(dirname "$file") $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$each" "./$(dirname "$file")" </dev/null || exit 1
	done || exit 1
done
