#!/bin/sh
# Checks what the action was asked for, and says where its files are.
#
#   BASELINE_COMMAND, BASELINE_ID, BASELINE_BINARY, BASELINE_RUNS  the inputs command, id, binary and runs
#
# Outputs: directory, for all files of this id; binary, the command; runs, for --runs; runs-directory, which is to be kept
# as an artifact, and empty where runs are recorded elsewhere.
set -eu

refuse() {
	echo "::error title=baseline::$1"
	exit 1
}

case $BASELINE_COMMAND in
plan | apply | drift | check | snapshot) ;;
resume | rollback)
	[ -n "$BASELINE_RUNS" ] || refuse "the input runs says where the run is recorded, as in s3://BUCKET/PREFIX"
	;;
*) refuse "the input command takes plan, apply, resume, rollback, drift, check or snapshot" ;;
esac
case $BASELINE_ID in
'' | *[!A-Za-z0-9._-]* | .*) refuse "the input id takes letters, digits, '.', '_' and '-', and begins with none of the dots" ;;
esac
case $BASELINE_RUNS in
*'
'*) refuse "the input runs is one line" ;;
esac

directory=$RUNNER_TEMP/baseline/$BASELINE_ID
runs=${BASELINE_RUNS:-$directory/runs}
mkdir -p "$directory" "$RUNNER_TEMP/baseline/bin"
{
	echo "directory=$directory"
	echo "binary=${BASELINE_BINARY:-$RUNNER_TEMP/baseline/bin/baseline}"
	echo "runs=$runs"
	case $runs in
	*://*) echo "runs-directory=" ;;
	*) echo "runs-directory=$runs" ;;
	esac
} >>"$GITHUB_OUTPUT"
