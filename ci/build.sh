#!/bin/sh
# Builds the command from the source that this script came with. It needs Go.
#
#   BASELINE  where to put it
set -eu
cd "$(dirname "$0")/.."
# Nothing of where it is called from has a say in what is built.
GOFLAGS='' GOWORK=off exec go build -o "${BASELINE:?says where to put the command}" ./cmd/baseline
