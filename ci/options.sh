# shellcheck shell=sh
# Sourced by the scripts beside it: makes the flags that say what is planned the positional parameters.
#
#   BASELINE_FILES      files and directories, one a line; default baseline.yaml. None may be a symbolic link
#   BASELINE_VAR_FILES  files of variables, one a line
#   BASELINE_VARS       variables as name=value, one a line
#   BASELINE_ACCOUNT    the account, where the files name none
#   BASELINE_SANDBOX    a simulated account that is kept in this file, for trying things out
#
# BASELINE is the command itself: a path, or a name that is found in PATH; default baseline.

BASELINE=${BASELINE:-baseline}

# whole LINES: without the blanks around them, and without empty ones.
whole() {
	printf '%s\n' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d'
}

# unlinked PATH: whoever sends a pull request chooses what is behind a name in it. A link could make the command read, and its
# errors quote, what is none of the repository's, such as the environment of this very process.
unlinked() {
	rest=$1
	while :; do
		if [ -L "$rest" ]; then
			echo "error: $1: $rest is a symbolic link, which is not followed here" >&2
			echo "next:  put the file itself into the repository" >&2
			exit 4
		fi
		case $rest in
		*[!/]*/*) rest=${rest%/*} ;;
		*) return ;;
		esac
	done
}

set --
while IFS= read -r line; do
	case $line in
	'') continue ;;
	--file=baseline:*) ;;
	--file=* | --vars=*) unlinked "${line#*=}" ;;
	esac
	set -- "$@" "$line"
done <<END
$(whole "${BASELINE_FILES:-baseline.yaml}" | sed 's/^/--file=/')
$(whole "${BASELINE_VAR_FILES:-}" | sed 's/^/--vars=/')
$(whole "${BASELINE_VARS:-}" | sed 's/^/--var=/')
$(whole "${BASELINE_ACCOUNT:-}" | sed 's/^/--account=/')
$(whole "${BASELINE_SANDBOX:-}" | sed 's/^/--sandbox=/')
END
