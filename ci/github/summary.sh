#!/bin/sh
# Adds a report to the job's summary.
#
#   BASELINE_REPORT       the report, as Markdown
#   BASELINE_DIFFERENCES  in what a plan differs from the reviewed one, one a line; said first. May be missing
set -eu

if [ -s "${BASELINE_DIFFERENCES:-}" ]; then
	{
		printf '## Not applied\n\nThe plan is not the one that was reviewed. Nothing was changed.\n\n'
		sed 's/^/    /' "$BASELINE_DIFFERENCES" # a block of code
		printf '\nThis is the plan of now:\n\n'
	} >>"$GITHUB_STEP_SUMMARY"
fi
cat "$BASELINE_REPORT" >>"$GITHUB_STEP_SUMMARY"
