#!/bin/sh
# Takes a snapshot of the account, from which pull requests are planned without credentials.
#
#   BASELINE_OUT   the directory for it; default .baseline/ci. The file is account.snapshot
#   BASELINE_LOOK  how closely single objects are looked at: needed, declared or all; default declared
#
# and what options.sh takes. It ends with the exit code of baseline.
set -eu
out=${BASELINE_OUT:-.baseline/ci}
mkdir -p "$out"
rm -f "$out/account.snapshot"

here=$(dirname "$0")
# shellcheck source=ci/options.sh
. "$here/options.sh"

[ -z "${BASELINE_LOOK:-}" ] || set -- "$@" "--look=$BASELINE_LOOK"
exec "$BASELINE" snapshot "$@" -o "$out/account.snapshot"
