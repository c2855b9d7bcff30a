#!/bin/sh
# Runs a command with what the browser tests need:
#     scripts/browser.sh go test ./internal/e2e/...
# COUNTERSIGN_CHROMIUM is the browser, COUNTERSIGN_AXE the accessibility checker (axe.min.js), fetched once into the user's cache.
# When both are set already, this only runs the command.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

axe_version=4.14.1
# The registry's integrity value of that version, in hexadecimal.
axe_sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5

find_browser() {
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		if command -v "$name"; then return; fi
	done
	true
}

if [ -z "${COUNTERSIGN_CHROMIUM:-}" ]; then
	COUNTERSIGN_CHROMIUM=$(find_browser)
	if [ -z "$COUNTERSIGN_CHROMIUM" ]; then
		install_package chromium Chromium
		COUNTERSIGN_CHROMIUM=$(find_browser)
	fi
fi

fetch_axe() {
	command -v npm >/dev/null 2>&1 || install_package npm npm
	work=$(mktemp -d "${TMPDIR:-/tmp}/countersign-axe.XXXXXX")
	if ! (cd "$work" && npm pack --silent "axe-core@$axe_version" >/dev/null 2>npm.log </dev/null); then
		cat "$work/npm.log" >&2
		rm -rf "$work"
		echo "browser.sh: axe-core $axe_version could not be fetched; set COUNTERSIGN_AXE to an axe.min.js of that version" >&2
		exit 1
	fi
	got=$({ sha512sum "$work/axe-core-$axe_version.tgz" 2>/dev/null || shasum -a 512 "$work/axe-core-$axe_version.tgz"; } | cut -d' ' -f1)
	if [ "$got" != "$axe_sha512" ]; then
		rm -rf "$work"
		echo "browser.sh: the axe-core package that came is not the one pinned here: SHA-512 $got" >&2
		exit 1
	fi
	tar -xzf "$work/axe-core-$axe_version.tgz" -C "$work" package/axe.min.js
	mkdir -p "$cache"
	mv "$work/package/axe.min.js" "$cache/axe.min.js.$$"
	mv "$cache/axe.min.js.$$" "$cache/axe.min.js"
	rm -rf "$work"
}

if [ -z "${COUNTERSIGN_AXE:-}" ]; then
	cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/countersign/axe-core-$axe_version"
	[ -s "$cache/axe.min.js" ] || fetch_axe
	COUNTERSIGN_AXE="$cache/axe.min.js"
fi

export COUNTERSIGN_CHROMIUM COUNTERSIGN_AXE
exec "$@"
