#!/bin/sh
# Keeps one issue open while there is something to tell, and closes it when there isn't.
#
#   BASELINE_EXIT_CODE  how the plan or the check ended: 0 is nothing to tell, 2 or 3 is something
#   GITHUB_TOKEN with issues: write, and what api.sh and marker.sh take
#
# After any other exit code nothing is known, and the issue stays as it is.
set -eu
here=$(dirname "$0")

case $BASELINE_EXIT_CODE in
0 | 2 | 3) ;;
*)
	echo "Nothing is known of the account, so the issue stays as it is."
	exit 0
	;;
esac

# shellcheck source=ci/github/api.sh
. "$here/api.sh"
# shellcheck source=ci/github/marker.sh
. "$here/marker.sh"

give_up() {
	echo "::error title=baseline::$1 ($(why)). The token needs issues: write."
	exit 1
}

body "$scratch/body"
about=$(printf '%s' "$marker" | sed 's/^<!-- baseline: [a-z]* of //; s/ -->$//')
case $BASELINE_SUBJECT in
check) title="Controls fail: $about" ;;
*) title="Drift: $about" ;;
esac

writer=$(jq -rn --arg author "$author" '$author | @uri')
all "/issues?state=open&creator=$writer&sort=created&direction=asc" "$scratch/listed" || give_up "the issues can't be listed"
jq 'map(select(has("pull_request") | not))' "$scratch/listed" >"$scratch/issues"
open=$(ours "$scratch/issues" number)

if [ "$BASELINE_EXIT_CODE" = 0 ]; then
	jq -Rs '{body: ., state: "closed", state_reason: "completed"}' "$scratch/body" >"$scratch/request"
	for number in $open; do
		api PATCH "/issues/$number" "$scratch/request" || give_up "issue $number can't be closed"
		echo "Issue $number is closed: there is nothing to tell any more."
	done
	[ -n "$open" ] || echo "There is nothing to tell, and no issue is open."
	exit 0
fi

number=$(printf '%s\n' "$open" | head -n 1)
if [ -n "$number" ]; then
	jq -Rs '{body: .}' "$scratch/body" >"$scratch/request"
	api PATCH "/issues/$number" "$scratch/request" || give_up "issue $number can't be written over"
	echo "Issue $number is written anew."
else
	jq -Rs --arg title "$title" '{title: $title, body: .}' "$scratch/body" >"$scratch/request"
	api POST "/issues" "$scratch/request" || give_up "the issue can't be opened"
	echo "Issue $(jq .number "$scratch/answer") is opened."
fi
