#!/bin/sh
# Checks the account against the requirements of the files, and writes the reports into one directory.
#
#   BASELINE_OUT      the directory; default .baseline/ci. Reports that are in it already go
#   BASELINE_FAIL_ON  end with 3 when something of this severity or worse fails; default low
#
# and what options.sh takes. It ends with the exit code of baseline: 0 when all is well, 3 when something fails, and any
# other for a check that could not be made. The directory then holds report.md, report.html, report.sarif and report.json.
set -eu
out=${BASELINE_OUT:-.baseline/ci}
mkdir -p "$out"
rm -f "$out"/report.*

here=$(dirname "$0")
# shellcheck source=ci/options.sh
. "$here/options.sh"

[ -z "${BASELINE_FAIL_ON:-}" ] || set -- "$@" "--fail-on=$BASELINE_FAIL_ON"
exec "$BASELINE" check "$@" --color never \
	-o text -o "markdown=$out/report.md" -o "html=$out/report.html" -o "sarif=$out/report.sarif" -o "json=$out/report.json"
