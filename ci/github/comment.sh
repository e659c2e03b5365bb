#!/bin/sh
# Writes a report as a comment on the pull request: over the comment that has it already, or as a new one.
#
#   GITHUB_TOKEN with pull-requests: write, and what api.sh and marker.sh take. GITHUB_EVENT_PATH names the pull request.
#
# A comment that can't be written is said in the log and in the job's summary, and fails nothing: the token of a pull
# request from a fork may only read.
set -eu
here=$(dirname "$0")
# shellcheck source=ci/github/api.sh
. "$here/api.sh"
# shellcheck source=ci/github/marker.sh
. "$here/marker.sh"

give_up() {
	told="The comment on the pull request could not be written: $1 ($(why)). The report is in this summary."
	case $status in
	401 | 403 | 404) told="$told The token needs pull-requests: write, which it never has in a pull request from a fork." ;;
	esac
	echo "::warning title=baseline::$told"
	printf '\n> %s\n' "$told" >>"$GITHUB_STEP_SUMMARY"
	exit 0
}

number=$(jq -r '.pull_request.number? // empty | numbers' "$GITHUB_EVENT_PATH")
if [ -z "$number" ]; then
	echo "This event is of no pull request: there is nothing to comment on."
	exit 0
fi

body "$scratch/body"
jq -Rs '{body: .}' "$scratch/body" >"$scratch/request"
all "/issues/$number/comments?sort=created" "$scratch/comments" || give_up "the comments can't be listed"
id=$(ours "$scratch/comments" id | head -n 1)
if [ -n "$id" ]; then
	api PATCH "/issues/comments/$id" "$scratch/request" || give_up "comment $id can't be written over"
	echo "Comment $id is written anew."
else
	api POST "/issues/$number/comments" "$scratch/request" || give_up "there can be no new one"
	echo "Comment $(jq .id "$scratch/answer") is written."
fi
