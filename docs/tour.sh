#!/bin/sh
# A tour of baseline in a simulated AWS account: plan, apply, a second plan that is empty, and rollback.
# It needs Go and sh, works in a temporary directory, and leaves nothing behind.
set -eu

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
trap 'exit 130' INT TERM

cd "$(dirname "$0")/.."
echo "Building the command ..."
go build -o "$home/baseline" ./cmd/baseline
cd "$home"
PATH=$home:$PATH

run() {
	printf '\n\n$ %s\n\n' "$*"
	"$@"
}

run baseline plan --sandbox account.db -f baseline:rds-read-only
run baseline apply --sandbox account.db -f baseline:rds-read-only --auto-approve
run baseline plan --sandbox account.db -f baseline:rds-read-only
run baseline rollback --sandbox account.db --auto-approve
run baseline runs
