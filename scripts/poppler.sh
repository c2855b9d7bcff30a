#!/bin/sh
# Runs a command with poppler, beside which the reading of PDF files is tested and measured:
#     scripts/poppler.sh go test ./internal/platform/docwork
# COUNTERSIGN_PDFTOTEXT is its pdftotext. When that is set already, this only runs the command.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/lib.sh"

if [ -z "${COUNTERSIGN_PDFTOTEXT:-}" ]; then
	command -v pdftotext >/dev/null 2>&1 || install_package poppler-utils 'poppler (pdftotext)'
	COUNTERSIGN_PDFTOTEXT=$(command -v pdftotext)
fi

export COUNTERSIGN_PDFTOTEXT
exec "$@"
