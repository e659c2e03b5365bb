#!/bin/sh
# Finds the newest successful run of a workflow that has an artifact.
#
#   BASELINE_WORKFLOW  the workflow's file in .github/workflows
#   BASELINE_ARTIFACT  the artifact's name
#   BASELINE_EVENTS    the events that the run may come from, as words
#   BASELINE_SHA       the commit that it is of; or
#   BASELINE_BRANCH    the branch of this repository that it is of. A branch of a fork may have the same name
#   GITHUB_TOKEN with actions: read, and what api.sh takes
#
# Prints the run's id. It ends with 3 where there is none, and says so on stderr. Anybody can put an artifact of any name into a
# run of a workflow of their own; so the workflow, the event and the commit or branch decide, which GitHub vouches for.
set -eu
here=$(dirname "$0")
# shellcheck source=ci/github/api.sh
. "$here/api.sh"

case $BASELINE_WORKFLOW in
'' | .* | *[!A-Za-z0-9._-]*)
	echo "error: a workflow is named by its file, as in baseline-plan.yml, not $BASELINE_WORKFLOW" >&2
	exit 1
	;;
esac

give_up() {
	echo "error: $1 ($(why)); the token needs actions: read" >&2
	exit 1
}

query=$(jq -rn --arg sha "${BASELINE_SHA:-}" --arg branch "${BASELINE_BRANCH:-}" \
	'[if $sha != "" then "head_sha=\($sha | @uri)" else "branch=\($branch | @uri)" end, "status=success"] | join("&")')
api GET "/actions/workflows/$BASELINE_WORKFLOW/runs?$query&per_page=100" || give_up "the runs of $BASELINE_WORKFLOW can't be listed"
runs=$(jq -r --arg sha "${BASELINE_SHA:-}" --arg branch "${BASELINE_BRANCH:-}" --arg events "$BASELINE_EVENTS" \
	--arg repository "$GITHUB_REPOSITORY" '
	.workflow_runs | sort_by(.created_at) | reverse | map(
		select(.conclusion == "success")
		| select(.event as $e | $events | split(" ") | index($e))
		| select(if $sha != "" then .head_sha == $sha
		         else .head_branch == $branch and .head_repository.full_name == $repository end)
		| .id | numbers) | .[0:10][]' "$scratch/answer")

name=$(jq -rn --arg name "$BASELINE_ARTIFACT" '$name | @uri')
for run in $runs; do
	api GET "/actions/runs/$run/artifacts?name=$name&per_page=100" || give_up "the artifacts of run $run can't be listed"
	if jq -e --arg name "$BASELINE_ARTIFACT" '.artifacts | any(.name == $name and (.expired | not))' "$scratch/answer" >/dev/null; then
		echo "$run"
		exit 0
	fi
done
echo "error: no successful run of $BASELINE_WORKFLOW for ${BASELINE_SHA:-$BASELINE_BRANCH} has an artifact $BASELINE_ARTIFACT that is still there" >&2
exit 3
