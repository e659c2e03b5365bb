#!/bin/sh
# Runs a command as a step that succeeds: record.sh COMMAND [ARGUMENT ...]. How it ended becomes the output exit-code, so
# that what is reported afterwards is reported however it ended. Nothing that it prints can give orders to the runner, which
# takes every line that begins with two colons for one.
set -eu
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
code=0
"$@" 2>&1 || code=$?
printf '\n::%s::\n' "$token"
printf 'exit-code=%s\n' "$code" >>"$GITHUB_OUTPUT"
