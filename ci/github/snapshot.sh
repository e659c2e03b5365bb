#!/bin/sh
# Finds the newest snapshot of the default branch.
#
#   BASELINE_WORKFLOW, BASELINE_ARTIFACT and GITHUB_TOKEN as in find-artifact.sh
#
# Output: run-id, of the run that has it.
set -eu
here=$(dirname "$0")

BASELINE_BRANCH=$(jq -r '.repository.default_branch // "main"' "$GITHUB_EVENT_PATH")
BASELINE_EVENTS='schedule workflow_dispatch push'
BASELINE_SHA=
export BASELINE_BRANCH BASELINE_EVENTS BASELINE_SHA
if run=$("$here/find-artifact.sh"); then
	echo "run-id=$run" >>"$GITHUB_OUTPUT"
	exit 0
fi
told="There is no snapshot to plan from. Run the workflow $BASELINE_WORKFLOW by hand once on the default branch, then run this job again."
echo "::error title=baseline::$told"
echo "$told" >>"$GITHUB_STEP_SUMMARY"
exit 1
