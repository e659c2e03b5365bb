package requirements

import (
	"slices"
	"time"
)

// cloudShellFullAccess lets its holder move files between CloudShell and a browser, out of the account's sight.
const cloudShellFullAccess = "aws:AWSCloudShellFullAccess"

// cloudShell names who has the policy AWSCloudShellFullAccess.
func (j *judging) cloudShell() {
	rule := j.asked.CloudShell
	if rule == nil || !rule.Forbidden {
		return
	}
	for _, holder := range j.holders() {
		if slices.Contains(j.attached[holder], cloudShellFullAccess) && !j.excepted(rule.Exceptions, holder) {
			j.violate("cloudshell_full_access", holder, "has the policy "+cloudShellFullAccess+" attached", time.Time{},
				"detach it, and attach a policy that denies uploads and downloads if CloudShell is needed")
		}
	}
	j.expired("cloudshell_full_access", rule.Exceptions)
}
