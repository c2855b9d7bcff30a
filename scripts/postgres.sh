#!/bin/sh
# Runs a command with a private PostgreSQL that is thrown away afterwards:
#     scripts/postgres.sh go test ./...
# The command finds the server's address in COUNTERSIGN_TEST_POSTGRES. When that is set already, this only runs the command.
set -eu

if [ -n "${COUNTERSIGN_TEST_POSTGRES:-}" ]; then exec "$@"; fi
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

find_postgres() {
	newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
	if [ -n "$newest" ] && [ -x "$newest/initdb" ]; then echo "$newest"; return; fi
	found=$(command -v initdb || true)
	if [ -n "$found" ]; then dirname -- "$(readlink -f -- "$found")"; fi
}

bin=$(find_postgres)
if [ -z "$bin" ]; then
	install_package postgresql PostgreSQL
	bin=$(find_postgres)
fi
[ -n "$bin" ] || { echo "postgres.sh: initdb is still not found" >&2; exit 1; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/countersign-pg.XXXXXX")
# PostgreSQL refuses to run as root.
as=""
if [ "$(id -u)" = 0 ]; then
	chown nobody "$dir"
	as="runuser -u nobody --"
fi

stop() {
	trap - EXIT INT TERM HUP
	cd /
	$as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap stop EXIT
trap 'stop; exit 130' INT
trap 'stop; exit 143' TERM HUP

# Run from the folder itself: the caller's may be closed to the unprivileged user.
in_dir() { (cd "$dir" && $as "$@"); }

in_dir "$bin/initdb" -D "$dir/data" -U app -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$dir.log" 2>&1 ||
	{ cat "$dir.log" >&2; rm -f "$dir.log"; exit 1; }
rm -f "$dir.log"

# A port is asked for and then used: between the two another program may take it, so a few are tried.
port=""
for try in 1 2 3 4 5; do
	port=$(( 20000 + ( $$ * 7 + try * 1009 ) % 12000 ))
	if in_dir "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 \
		-o "-k $dir -p $port -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB" \
		start >/dev/null 2>&1; then break; fi
	port=""
done
if [ -z "$port" ]; then
	echo "postgres.sh: PostgreSQL did not start:" >&2
	cat "$dir/server.log" >&2
	exit 1
fi

COUNTERSIGN_TEST_POSTGRES="postgres://app@127.0.0.1:$port/postgres?sslmode=disable"
export COUNTERSIGN_TEST_POSTGRES
status=0
"$@" || status=$?
exit "$status"
