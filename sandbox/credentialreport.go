package sandbox

import (
	"encoding/base64"
	"time"
)

const reportKindName = "report"

// credentialReportPlace is where the account's one report is.
var credentialReportPlace = placeOf(reportKindName, "account")

// A CredentialReport is AWS's list of the credentials of all users, made when it was asked for and not changed since.
// AWS needs some seconds to make one. Here it takes as many calls of GenerateCredentialReport as it has states, so that
// a client must ask again and no clock need run.
type CredentialReport struct {
	State   string    `json:"state"`
	Begun   time.Time `json:"begun"`
	Made    time.Time `json:"made,omitzero"`
	Content string    `json:"content,omitempty"`
}

// The states of a report, in order.
const (
	reportStarted    = "STARTED"
	reportInProgress = "INPROGRESS"
	reportComplete   = "COMPLETE"
)

// reportLife is how long a report is current: until then no new one is made, and after it the old one is not given out.
const reportLife = 4 * time.Hour

func (r *CredentialReport) place() place    { return credentialReportPlace }
func (r *CredentialReport) born() time.Time { return r.Begun }
func (r *CredentialReport) links() []string { return nil }

func (r *CredentialReport) expired(now time.Time) bool { return now.Sub(r.Made) > reportLife }

// credentialReportKind has reads only: to make a report changes nothing of what the account is.
func credentialReportKind() *kind {
	return &kind{
		name:   reportKindName,
		decode: decodeAs[CredentialReport],
		operations: []operation{
			read("GenerateCredentialReport", generateCredentialReport),
			read("GetCredentialReport", getCredentialReport),
		},
	}
}

// credentialReport is the report there is, or nil.
func (c *call) credentialReport() *CredentialReport {
	r, _ := c.store.get(credentialReportPlace).(*CredentialReport)
	return r
}

// generateCredentialReport takes the report one state further. The finished report tells of the account as of the call
// that finished it.
func generateCredentialReport(c *call) (answer, error) {
	old := c.credentialReport()
	switch {
	case old == nil || old.State == reportComplete && old.expired(c.now):
		c.put(&CredentialReport{State: reportStarted, Begun: c.now})
		return respondReportState(reportStarted, "No report exists. Starting a new report generation task")
	case old.State == reportStarted:
		c.put(&CredentialReport{State: reportInProgress, Begun: old.Begun})
		return respondReportState(reportInProgress, "")
	case old.State == reportInProgress:
		content, err := writeReport(c.reportRows())
		if err != nil {
			return done, err
		}
		c.put(&CredentialReport{State: reportComplete, Begun: old.Begun, Made: c.now, Content: content})
	}
	return respondReportState(reportComplete, "")
}

func respondReportState(state, description string) (answer, error) {
	return respond(func(w *xmlWriter) {
		w.text("State", state)
		w.optional("Description", description)
	})
}

func getCredentialReport(c *call) (answer, error) {
	r := c.credentialReport()
	switch {
	case r == nil:
		return done, refuse("ReportNotPresent", "Unknown")
	case r.State != reportComplete:
		return done, refuse("ReportInProgress", "Unknown")
	case r.expired(c.now):
		return done, refuse("ReportExpired", "Unknown")
	}
	return respond(func(w *xmlWriter) {
		w.text("Content", base64.StdEncoding.EncodeToString([]byte(r.Content)))
		w.text("ReportFormat", "text/csv")
		w.time("GeneratedTime", r.Made)
	})
}

// reportRows are root and then the users, sorted without regard to case.
func (c *call) reportRows() []reportRow {
	rows := []reportRow{c.root().reportRow(c.account)}
	for e := range c.store.all(userKindName) {
		if u, ok := e.(*User); ok && c.visible(u) {
			rows = append(rows, c.reportRow(u))
		}
	}
	return rows
}

func (c *call) reportRow(u *User) reportRow {
	row := reportRow{
		user:         u.Name,
		arn:          u.arn(c.account),
		created:      u.Created,
		mfa:          len(linked[*MFADevice](c, ownedBy(mfaDeviceName, u.ID))) > 0,
		keys:         standings(linked[*AccessKey](c, ownedBy(accessKeyName, u.ID))),
		certificates: standings(linked[*SigningCertificate](c, ownedBy(signingCertificateName, u.ID))),
	}
	p, ok := find[*LoginProfile](c, loginProfileName, u.ID)
	if !ok {
		return row
	}
	row.password, row.passwordChanged = true, p.changed()
	if u.PasswordLastUsed != nil {
		row.passwordUsed = *u.PasswordLastUsed
	}
	if policy, err := c.passwordPolicy(); err == nil && policy.MaxAge > 0 {
		row.passwordExpires = row.passwordChanged.AddDate(0, 0, policy.MaxAge)
	}
	return row
}
