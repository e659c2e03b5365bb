#!/bin/sh
# Finishes a run that was cut short or failed, or takes one back, with nothing but its record.
#
#   BASELINE_COMMAND  resume or rollback
#   BASELINE_RUN      the run; default the last one, which for a rollback is the last apply that was not taken back
#   BASELINE_ALLOW    what to allow a rollback: weaker-audit; default nothing
#   BASELINE_OUT      the directory for reports; default .baseline/ci. Reports that are in it already go
#
# and what runs.sh takes. Nobody is asked: whoever starts it has looked at the run. It ends with the exit code of baseline.
set -eu
here=$(dirname "$0")
out=${BASELINE_OUT:-.baseline/ci}
mkdir -p "$out"
rm -f "$out"/report.*

run=${BASELINE_RUN:-}
case $run in
*[!A-Za-z0-9-]* | -*)
	echo "error: BASELINE_RUN takes the id of a run, as in 20261121-140211" >&2
	exit 1
	;;
esac

# shellcheck source=ci/runs.sh
. "$here/runs.sh"
case $BASELINE_COMMAND:${BASELINE_ALLOW:-} in
resume:) exec "$BASELINE" apply --resume "${run:-last}" "$@" ;;
rollback:) ;;
rollback:weaker-audit) set -- "$@" --allow-weaker-audit ;;
*)
	echo "error: BASELINE_ALLOW takes weaker-audit for a rollback, and nothing for a resume, which was allowed already" >&2
	exit 1
	;;
esac
[ -z "$run" ] || set -- "$run" "$@"
exec "$BASELINE" rollback --auto-approve "$@"
