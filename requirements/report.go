package requirements

import (
	"fmt"
	"slices"
	"time"

	"baseline/resource"
)

// report returns the credential report and tells the reader once how old it is and whom it does not know yet. Without one
// it returns nil, and the rules that ask for it are not checked.
func (j *judging) report(asking ...string) *resource.CredentialReport {
	if j.Evidence == nil || j.Evidence.Report == nil {
		for _, rule := range asking {
			j.unchecked(rule, "the credential report was not read")
		}
		return nil
	}
	report := j.Evidence.Report
	at := report.At.UTC().Format(time.RFC3339)
	j.notice(fmt.Sprintf("credentials are judged by AWS's report of %s, %s old; whoever breaks a rule by it was looked at again",
		at, ageText(j.Now.Sub(report.At))))
	// A user whom the file is about to create is among the users too, but AWS does not know it.
	unreported := 0
	for _, user := range j.users {
		_, reported := report.Users[user]
		if _, exists := j.Evidence.Users[user]; exists && !reported {
			unreported++
		}
	}
	switch {
	case unreported == 1:
		j.notice("1 user is not in the credential report of " + at + ", and is judged from the next one on, at most 4 hours later")
	case unreported > 1:
		j.notice(fmt.Sprintf("%d users are not in the credential report of %s, and are judged from the next one on, at most 4 hours later", unreported, at))
	}
	return report
}

// notice tells the reader something once, however many rules say it.
func (j *judging) notice(text string) {
	if !slices.Contains(j.out.Notices, text) {
		j.out.Notices = append(j.out.Notices, text)
	}
}
