#!/bin/sh
# Writes bench/RESULTS.md: by the bench program when there is one, else from the Go benchmarks.
set -eu
cd "$(dirname -- "$0")/.."
mkdir -p bench
if [ -d bench/cmd/bench ]; then exec scripts/poppler.sh scripts/postgres.sh go run ./bench/cmd/bench; fi

out=$(mktemp)
trap 'rm -f "$out"' EXIT
scripts/postgres.sh go test -run '^$' -bench . -benchmem -count 3 ./... >"$out" || { cat "$out" >&2; exit 1; }
{
	echo '# Benchmarks'
	echo
	echo "$(date -u +%Y-%m-%d), $(uname -sm), $(getconf _NPROCESSORS_ONLN) processors, $(go env GOVERSION)."
	echo
	echo '```'
	grep -E '^(pkg:|cpu:|Benchmark)' "$out" || echo 'no benchmarks'
	echo '```'
} >bench/RESULTS.md
cat bench/RESULTS.md
