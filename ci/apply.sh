#!/bin/sh
# Applies a plan, if it is the one that was reviewed. It needs jq.
#
#   BASELINE_PLAN      the plan, made just now by asking the account; default plan.json in BASELINE_OUT
#   BASELINE_REVIEWED  the plan that was reviewed. It may have been made from a snapshot
#   BASELINE_OUT       the directory for reports; default .baseline/ci
#   BASELINE_ALLOW     what to allow, as words: one-way, large, weaker-audit; default nothing
#
# and what runs.sh takes.
#
# The reviewed plan says what may happen, and no more: what is carried out is the plan of now, which was made from the
# files that are here. So nobody can have changes made that these files don't ask for, whatever they put in the place of the
# reviewed plan.
#
# It ends with the exit code of baseline, or with that of same-plan.sh where the plans differ; then nothing was changed, and
# what differs is also in the file differences in BASELINE_OUT.
set -eu
here=$(dirname "$0")
out=${BASELINE_OUT:-.baseline/ci}
plan=${BASELINE_PLAN:-$out/plan.json}
mkdir -p "$out"
rm -f "$out/differences"

code=0
"$here/same-plan.sh" "$plan" "${BASELINE_REVIEWED:?names the plan that was reviewed}" >"$out/differences" || code=$?
if [ "$code" != 0 ]; then
	echo "error: the plan is not the one that was reviewed; nothing was changed" >&2
	sed 's/^/  /' "$out/differences" >&2
	exit "$code"
fi
rm -f "$out/differences" "$out"/report.*

# shellcheck source=ci/runs.sh
. "$here/runs.sh"
for word in ${BASELINE_ALLOW:-}; do
	case $word in
	one-way | large | weaker-audit) set -- "$@" "--allow-$word" ;;
	*)
		echo "error: BASELINE_ALLOW takes one-way, large and weaker-audit, not $word" >&2
		exit 1
		;;
	esac
done
exec "$BASELINE" apply "$plan" "$@"
