# shellcheck shell=sh
# Sourced by the scripts beside it: makes the body of a comment or an issue from a report, and finds the one that has it.
#
#   BASELINE_REPORT   the report, as Markdown
#   BASELINE_ID       tells reports on several baselines apart where a report can't
#   BASELINE_SUBJECT  what the report is about: plan or check
#   BASELINE_AUTHOR   the login that the token writes as; default github-actions[bot]
#
# A report begins with a line that is the same whenever it is about the same. A report on files so invalid that nobody knows
# what they are for has no such line. So the body has one of its own: instead of the report's, or after it. Nothing else
# is taken for ours, and nothing that somebody else wrote is, whatever it begins with.

author=${BASELINE_AUTHOR:-github-actions[bot]}
own="<!-- baseline-ci: $BASELINE_SUBJECT of files, id $BASELINE_ID -->"
marker=$(head -n 1 "$BASELINE_REPORT")
case $marker in
'<!-- baseline: '*' -->') ;;
*) marker= ;;
esac

# limit is how long GitHub lets a body be, in characters. Counting bytes is never too kind.
limit=65536

# body FILE: writes the report into FILE with its markers, and as the last line where it comes from. What would make it too
# long is left out: a report that is as long as it may be goes as it is.
body() {
	where="Of commit \`$(commit)\`, by [this job]($GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID), which keeps it as a page, too."
	if [ -n "$marker" ]; then
		{ printf '%s\n%s\n' "$marker" "$own" && tail -n +2 "$BASELINE_REPORT"; } >"$1"
	else
		{ printf '%s\n' "$own" && cat "$BASELINE_REPORT"; } >"$1"
	fi
	if [ $(($(wc -c <"$1") + ${#where} + 2)) -le $limit ]; then
		printf '\n%s\n' "$where" >>"$1"
	elif [ "$(wc -c <"$1")" -gt $limit ]; then
		cat "$BASELINE_REPORT" >"$1"
	fi
}

# commit: the one that was planned. In a pull request GITHUB_SHA is a merge that nobody knows.
commit() {
	jq -r --arg sha "$GITHUB_SHA" '.pull_request.head.sha? // $sha | gsub("[^0-9a-f]"; "")' "$GITHUB_EVENT_PATH"
}

# ours FILE: prints the numbers, under NAME, of the items in FILE, a JSON array, that have this report's marker: ours FILE NAME.
ours() {
	jq -r --arg author "$author" --arg marker "$marker" --arg own "$own" --arg name "$2" '
		.[] | select(.user.login? == $author)
		| (.body // "" | split("\n")[0:2] | map(rtrimstr("\r"))) as $lines
		| select(if $marker == "" then $lines | index($own) else $lines[0] == $marker or $lines[0] == $own end)
		| .[$name]' "$1"
}
