#!/bin/sh
# Compares a plan with the one that was reviewed: same-plan.sh PLAN REVIEWED. It needs jq.
#
# Two plans are the same when they are for one account and one baseline, from the same files, and would make the same changes
# of the same objects, ids included, with the same losses. When they were made, by whom, and whether from a snapshot or the
# account makes no difference, and neither do findings and remarks.
#
# It ends with 0 when they are the same; with 5 when the account asks for other changes now; with 6 when the plan is for other
# files, another account or another baseline, or is no plan. What differs is on stdout, with nothing in it that a terminal or
# Markdown would act on.
set -eu
plan=$1
reviewed=$2

for file in "$plan" "$reviewed"; do
	if ! jq -e '.format == 2 and (.changes | type == "array")' "$file" >/dev/null 2>&1; then
		echo "$file is no plan of this version of baseline"
		exit 6
	fi
done

differences=$(jq -rn --slurpfile now "$plan" --slurpfile was "$reviewed" '
	def plain: tostring | gsub("[^A-Za-z0-9+=,.@_/: -]"; "?");
	def does: if has("before") | not then "create" elif has("after") | not then "delete" else "update" end;
	def bare: .changes | map(del(.reason, .notes, .needs));
	def steps: bare | map({key: "\(does) \(.address)", value: .}) | from_entries;
	def files: [.files[]? | {key: .path, value: .sha256}] | from_entries;
	def between(a; b; gone; new; other):
		([a, b] | add | keys[]) as $k
		| if (b | has($k) | not) then "\(gone): \($k | plain)"
		  elif (a | has($k) | not) then "\(new): \($k | plain)"
		  elif a[$k] != b[$k] then "\(other): \($k | plain)"
		  else empty end;
	$now[0] as $now | $was[0] as $was
	| ($now | files) as $f | ($was | files) as $g | ($now | steps) as $s | ($was | steps) as $t
	| if $now.account != $was.account then "6 the reviewed plan is for account \($was.account | plain), and this is \($now.account | plain)" else empty end,
	  if $now.baseline != $was.baseline then "6 the reviewed plan is of baseline \($was.baseline | plain), and this is \($now.baseline | plain)" else empty end,
	  if ($now.inputs // []) != ($was.inputs // []) then "6 the reviewed plan was made from other inputs" else empty end,
	  between($g; $f; "6 reviewed with a file that is not here"; "6 reviewed without this file"; "6 reviewed with another version of this file"),
	  if $s == $t and ($now | bare | sort) != ($was | bare | sort) then "5 an object is reviewed with other steps" else empty end,
	  between($t; $s; "5 reviewed, but not to be done now"; "5 not reviewed, but to be done now"; "5 reviewed in another form"),
	  if ($now.large // []) != ($was.large // []) then "5 it exceeds other limits now than it did when it was reviewed" else empty end')

[ -n "$differences" ] || exit 0
printf '%s\n' "$differences" | sed 's/^[56] //'
if printf '%s\n' "$differences" | grep -q '^6 '; then
	exit 6
fi
exit 5
