package kinds

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// ReportWait is how long AWS is left between two questions whether it has made a credential report. That takes some seconds, in
// large accounts more.
const ReportWait = 2 * time.Second

// reportTries is how often AWS is asked for a report before we give up: for five minutes.
const reportTries = 150

// CredentialReport returns AWS's own list of the credentials of all users. AWS keeps a report for four hours; where there is
// none so young, one is made and waited for.
func (r *Reader) CredentialReport(ctx context.Context) (*resource.CredentialReport, error) {
	return r.report.get(func() (*resource.CredentialReport, error) {
		for tries := 0; ; {
			found, err := r.IAM.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
			switch {
			case err == nil && found.GeneratedTime == nil:
				return nil, errors.New("credential report: AWS does not say when it was made")
			case err == nil:
				return ParseCredentialReport(found.Content, *found.GeneratedTime)
			case !unready(err):
				return nil, err
			}
			if err := r.makeReport(ctx, &tries); err != nil {
				return nil, err
			}
		}
	})
}

// unready reports whether AWS said that there is no report to be had now, but could be.
func unready(err error) bool {
	switch code(err) {
	case "ReportNotPresent", "ReportExpired", "ReportInProgress":
		return true
	}
	return false
}

// makeReport asks for a report until AWS says that one is complete, and counts how often. That may be one whose end is so near
// that it has expired when it is fetched; so every round waits at least once.
func (r *Reader) makeReport(ctx context.Context, tries *int) error {
	for waited := false; ; waited = true {
		made, err := r.IAM.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
		switch *tries++; {
		case err != nil:
			return err
		case waited && made.State == types.ReportStateTypeComplete:
			return nil
		case *tries >= reportTries:
			return fmt.Errorf("credential report: AWS has not made it after being asked %d times (its state is %s); try again later", *tries, made.State)
		}
		if err := r.Clock.Sleep(ctx, r.ReportWait); err != nil {
			return err
		}
	}
}

// rootRow is how the report calls the root user, of whom the account summary tells the truth of now.
const rootRow = "<root_account>"

// ParseCredentialReport reads a report in the form AWS makes it, which is CSV with a header. The columns may come in any order
// and with others among them. Root's row is left out. A value that is not of its column's form is an error that names the user
// and the column: what is not understood must not look like "never".
func ParseCredentialReport(content []byte, at time.Time) (*resource.CredentialReport, error) {
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("credential report: %w", err)
	}
	if len(rows) == 0 {
		return nil, errors.New("credential report: it is empty")
	}
	columns := map[string]int{}
	for i, name := range rows[0] {
		if _, twice := columns[name]; twice {
			return nil, fmt.Errorf("credential report: there are two columns %q", name)
		}
		columns[name] = i
	}
	report := &resource.CredentialReport{At: at.UTC(), Users: make(map[string]resource.ReportedUser, len(rows)-1)}
	for _, cells := range rows[1:] {
		row := reportRow{columns: columns, cells: cells}
		user := row.user()
		if row.err != nil {
			return nil, row.err
		}
		if row.name == rootRow {
			continue
		}
		if _, twice := report.Users[row.name]; twice {
			return nil, fmt.Errorf("credential report: there are two rows for user %q", row.name)
		}
		report.Users[row.name] = user
	}
	return report, nil
}

// reportRow reads one row of a report and keeps the first mistake in it.
type reportRow struct {
	columns map[string]int
	cells   []string
	name    string
	err     error
}

func (r *reportRow) user() (user resource.ReportedUser) {
	if r.name = r.cell("user"); r.name == "" && r.err == nil {
		r.err = errors.New("credential report: a row names no user")
	}
	if r.name == rootRow {
		return user
	}
	return resource.ReportedUser{
		Created:         r.time("user_creation_time"),
		Password:        r.flag("password_enabled"),
		PasswordChanged: r.time("password_last_changed"),
		PasswordUsed:    r.time("password_last_used"),
		MFA:             r.flag("mfa_active"),
		Keys:            [2]resource.ReportedKey{r.key("access_key_1"), r.key("access_key_2")},
		Certificates:    [2]resource.ReportedKey{r.certificate("cert_1"), r.certificate("cert_2")},
	}
}

func (r *reportRow) key(place string) resource.ReportedKey {
	key := r.certificate(place)
	key.Used = r.time(place + "_last_used_date")
	return key
}

func (r *reportRow) certificate(place string) resource.ReportedKey {
	return resource.ReportedKey{Active: r.flag(place + "_active"), Rotated: r.time(place + "_last_rotated")}
}

func (r *reportRow) cell(column string) string {
	i, ok := r.columns[column]
	if !ok {
		if r.err == nil {
			r.err = fmt.Errorf("credential report: there is no column %q", column)
		}
		return ""
	}
	return r.cells[i]
}

// nothing reports whether a cell holds one of the words that AWS writes in place of a value.
func nothing(cell string) bool {
	return cell == "N/A" || cell == "no_information" || cell == "not_supported"
}

func (r *reportRow) flag(column string) bool {
	cell := r.cell(column)
	switch {
	case strings.EqualFold(cell, "true"): // AWS's guide writes TRUE, AWS true
		return true
	case strings.EqualFold(cell, "false"), nothing(cell):
	default:
		r.malformed(column, cell, "true nor false")
	}
	return false
}

func (r *reportRow) time(column string) time.Time {
	cell := r.cell(column)
	if nothing(cell) {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, cell)
	if err != nil {
		r.malformed(column, cell, "a time nor a word for none")
		return time.Time{}
	}
	return at.UTC()
}

func (r *reportRow) malformed(column, cell, form string) {
	if r.err == nil {
		r.err = fmt.Errorf("credential report: user %q, column %q: %q is neither %s", r.name, column, cell, form)
	}
}
