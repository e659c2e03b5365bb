#!/bin/sh
# Ends the job as the command ended, by what the inputs ask for.
#
#   BASELINE_COMMAND          the input command
#   BASELINE_EXIT_CODE        how the command ended, as exit code of baseline
#   BASELINE_FAIL_ON_CHANGES  true where a plan with changes fails
#   BASELINE_RUNS             where runs are recorded, as in --runs, unless it is a directory, which is kept as an artifact
set -eu

code=$BASELINE_EXIT_CODE
fail() {
	echo "::error title=baseline $BASELINE_COMMAND::$1"
	exit "$code"
}

case $BASELINE_COMMAND:$code in
*:0) echo "Done." ;;
plan:2)
	[ "${BASELINE_FAIL_ON_CHANGES:-}" != true ] || fail "There are changes, and fail-on-changes asks to fail for them."
	echo "There are changes."
	;;
drift:2 | drift:3 | check:3) echo "There is something to tell: the issue has it." ;;
plan:3) fail "There are findings that fail-on asks to fail for." ;;
*:4) fail "A file is invalid: the report says where." ;;
apply:5) fail "The account asks for other changes than were reviewed. Nothing was changed. To go on, run this workflow by hand (Actions, Run workflow): it plans this branch, and applies that plan when it has been approved." ;;
apply:6) fail "Refused. Nothing was changed. The log says why; where the plan was of other files, run this workflow by hand (Actions, Run workflow): it plans this branch, and applies that plan when it has been approved." ;;
rollback:9) fail "Objects were changed after the run. Nothing was changed. The log names them. With credentials that may, baseline rollback RUN --skip-drifted takes back the rest." ;;
*:7)
	if [ -n "${BASELINE_RUNS:-}" ]; then
		fail "A run is not done: the log names it. Finish it or take it back, from anywhere: baseline apply --resume RUN --runs $BASELINE_RUNS, or baseline rollback RUN --runs $BASELINE_RUNS."
	fi
	fail "A run is not done: the log names it. Get its record (the artifact), and finish it with baseline apply --resume RUN --runs DIR, or take it back with baseline rollback RUN --runs DIR."
	;;
*:8) fail "Another run is under way in the account: the log says whose. Nothing was changed. Run this job again when that has ended, or have it wait (lock-timeout)." ;;
*) fail "It ended with exit code $code: the log says why." ;;
esac
