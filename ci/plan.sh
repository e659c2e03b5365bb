#!/bin/sh
# Plans, and writes all that reviewers and later jobs need of the plan into one directory.
#
#   BASELINE_OUT      the directory; default .baseline/ci. Reports that are in it already go
#   BASELINE_LIVE     a snapshot to plan from, without credentials; default: the account itself is asked
#   BASELINE_FAIL_ON  end with 3 when there are findings of this severity or worse
#
# and what options.sh takes. It ends with the exit code of baseline: 0 for no changes, 2 for changes, 3 for findings, and
# any other for a plan that could not be made. The directory then holds plan.json, which apply takes, and report.md,
# report.html and report.sarif. The reports are there for files that are invalid, too; plan.json is not.
set -eu
out=${BASELINE_OUT:-.baseline/ci}
mkdir -p "$out"
rm -f "$out"/report.* "$out/plan.json"

here=$(dirname "$0")
# shellcheck source=ci/options.sh
. "$here/options.sh"

[ -z "${BASELINE_LIVE:-}" ] || set -- "$@" "--live=$BASELINE_LIVE"
[ -z "${BASELINE_FAIL_ON:-}" ] || set -- "$@" "--fail-on=$BASELINE_FAIL_ON"
exec "$BASELINE" plan "$@" --detailed-exitcode --out "$out/plan.json" --color never \
	-o text -o "markdown=$out/report.md" -o "html=$out/report.html" -o "sarif=$out/report.sarif"
