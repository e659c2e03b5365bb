# shellcheck shell=sh
# Sourced by the scripts beside it: calls GitHub's REST API with curl and jq.
#
#   GITHUB_TOKEN       the token. It is never an argument of a command, where other processes could see it
#   GITHUB_API_URL     as GitHub sets it
#   GITHUB_REPOSITORY  as GitHub sets it
#
# It makes a directory $scratch, which goes when the script ends.

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=000

# api METHOD PATH [FILE]: one call, with FILE as the body. PATH is that within the repository. The answer is then in
# $scratch/answer and its status in $status, which is 000 where there was none. It fails unless the status is 2xx.
api() {
	: >"$scratch/answer"
	status=$(printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" |
		curl --config - --silent --show-error --max-time 60 --request "$1" \
			--header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' \
			${3:+--header 'Content-Type: application/json' --data-binary "@$3"} \
			--output "$scratch/answer" --write-out '%{http_code}' \
			"${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY$2") || status=000
	case $status in
	2*) ;;
	*) return 1 ;;
	esac
}

# all PATH FILE: puts the items of all pages of a list into FILE, as one JSON array. PATH has a query already.
all() {
	page=1
	echo '[]' >"$2"
	while [ "$page" -le 100 ]; do
		api GET "$1&per_page=100&page=$page" || return 1
		jq -s '.[0] + .[1]' "$2" "$scratch/answer" >"$scratch/joined" || return 1
		mv "$scratch/joined" "$2"
		[ "$(jq length "$scratch/answer")" = 100 ] || return 0
		page=$((page + 1))
	done
}

# why: what the last call was answered, as one line that is inert wherever it is shown.
why() {
	case $status in
	000) echo "no answer" ;;
	*) jq -r --arg status "$status" '"\($status) \(.message? // "" | tostring | gsub("[^A-Za-z0-9 ,.:/_-]"; "?") | .[0:200])"' "$scratch/answer" 2>/dev/null || echo "$status" ;;
	esac
}
