#!/bin/sh
# Finds the plan that was reviewed before this commit came to this branch: the one of the last commit of its pull request.
#
#   BASELINE_WORKFLOW  the file of the workflow that plans pull requests
#   BASELINE_ARTIFACT  the name of the plan's artifact
#   GITHUB_TOKEN with actions: read and pull-requests: read, and what api.sh takes
#
# Outputs: run-id, of the run that has it, and pull-request, its number.
set -eu
here=$(dirname "$0")
# shellcheck source=ci/github/api.sh
. "$here/api.sh"

refuse() {
	told="Not applied: $1. Nothing was changed. To go on, run this workflow by hand (Actions, Run workflow): it plans this branch, and applies that plan when it has been approved."
	echo "::error title=baseline::$told"
	echo "$told" >>"$GITHUB_STEP_SUMMARY"
	exit 1
}

api GET "/commits/$GITHUB_SHA/pulls?per_page=100" || refuse "the pull requests of commit $GITHUB_SHA can't be listed ($(why); the token needs pull-requests: read)"
found=$(jq -r --arg sha "$GITHUB_SHA" --arg branch "$GITHUB_REF_NAME" '
	[.[] | select(.merged_at != null and .merge_commit_sha == $sha and .base.ref == $branch)][0]
	| values | "\(.number | numbers) \(.head.sha | gsub("[^0-9a-f]"; ""))"' "$scratch/answer")
[ -n "$found" ] || refuse "no pull request was merged with commit $GITHUB_SHA, so no plan of it was reviewed"

number=${found% *}
BASELINE_SHA=${found#* }
BASELINE_EVENTS=pull_request
export BASELINE_SHA BASELINE_EVENTS
if ! run=$("$here/find-artifact.sh"); then
	refuse "the last commit of pull request $number, $BASELINE_SHA, has no plan that is kept and that passed"
fi
{
	echo "run-id=$run"
	echo "pull-request=$number"
} >>"$GITHUB_OUTPUT"
echo "The plan of pull request $number was made in run $run."
