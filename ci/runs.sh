# shellcheck shell=sh
# Sourced by the scripts beside it: makes the flags of what works on an account the positional parameters.
#
#   BASELINE_OUT           the directory for reports; default .baseline/ci
#   BASELINE_RUNS          where runs are recorded, as in --runs: a directory, which is runs in BASELINE_OUT by default, or
#                          s3://BUCKET/PREFIX
#   BASELINE_LOCK_TIMEOUT  how long to wait while another run is under way in the account, as in 10m; default not at all
#   BASELINE_SANDBOX       the simulated account, where it is one
#
# BASELINE is the command itself: a path, or a name that is found in PATH; default baseline.

BASELINE=${BASELINE:-baseline}
out=${BASELINE_OUT:-.baseline/ci}

set -- "--runs=${BASELINE_RUNS:-$out/runs}" --color never \
	-o text -o "markdown=$out/report.md" -o "html=$out/report.html" -o "json=$out/report.json"
[ -z "${BASELINE_LOCK_TIMEOUT:-}" ] || set -- "$@" "--lock-timeout=$BASELINE_LOCK_TIMEOUT"
[ -z "${BASELINE_SANDBOX:-}" ] || set -- "$@" "--sandbox=$BASELINE_SANDBOX"
