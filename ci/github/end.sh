#!/bin/sh
# Says how the command ended, for the steps and jobs that follow.
#
#   BASELINE_EXIT_CODE  its exit code
#   BASELINE_OUT        the directory with its reports
#
# Outputs: exit-code, and sarif, which is empty where there is no such report. A command that could not even begin leaves no
# report; then one that says so is written, for what an earlier job has told must not stand for this one.
set -eu
: "${BASELINE_EXIT_CODE:?says how the command ended}"
if [ ! -f "$BASELINE_OUT/report.md" ]; then
	printf '## No report\n\nThe command ended with exit code %s before there was one. The log of the job says why.\n' \
		"$BASELINE_EXIT_CODE" >"$BASELINE_OUT/report.md"
fi
{
	echo "exit-code=$BASELINE_EXIT_CODE"
	if [ -f "$BASELINE_OUT/report.sarif" ]; then
		echo "sarif=$BASELINE_OUT/report.sarif"
	else
		echo "sarif="
	fi
} >>"$GITHUB_OUTPUT"
