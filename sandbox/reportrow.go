package sandbox

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// reportColumns are the columns of a credential report, in order.
var reportColumns = []string{
	"user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
	"password_next_rotation", "mfa_active",
	"access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region",
	"access_key_1_last_used_service",
	"access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region",
	"access_key_2_last_used_service",
	"cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
}

// reportedRoot is what the report calls the root user.
const reportedRoot = "<root_account>"

// The words of a credential report in place of a value.
const (
	notApplicable = "N/A"
	noInformation = "no_information" // never, or before AWS took notice of it
	notSupported  = "not_supported"
)

// A reportRow is one user, or root, in a credential report. Zero times are unknown or never.
type reportRow struct {
	user, arn       string
	created         time.Time
	password        bool
	passwordUsed    time.Time
	passwordChanged time.Time
	// passwordExpires is when the password must be changed; zero when the account's policy lets passwords live.
	passwordExpires time.Time
	mfa             bool
	keys            [slotsPerUser]*standing
	certificates    [slotsPerUser]*standing
}

// fields are the row as it is written, in the order of reportColumns.
func (r reportRow) fields() []string {
	used, changed, expires := notApplicable, notApplicable, notApplicable
	if r.password {
		used = reportTime(r.passwordUsed, noInformation)
		changed = reportTime(r.passwordChanged, notApplicable)
		expires = reportTime(r.passwordExpires, notApplicable)
	}
	if r.user == reportedRoot {
		changed, expires = reportTime(r.passwordChanged, notSupported), notSupported
	}
	fields := []string{
		r.user, r.arn, reportTime(r.created, notApplicable), strconv.FormatBool(r.password), used, changed, expires,
		strconv.FormatBool(r.mfa),
	}
	for _, s := range r.keys {
		fields = append(fields, s.rotation()...)
		if s == nil || s.LastUsed == nil {
			fields = append(fields, notApplicable, notApplicable, notApplicable)
		} else {
			fields = append(fields, reportTime(s.LastUsed.Date, notApplicable), s.LastUsed.Region, s.LastUsed.Service)
		}
	}
	for _, s := range r.certificates {
		fields = append(fields, s.rotation()...)
	}
	return fields
}

// rotation are the two columns that keys and certificates have in common. An inactive one keeps its date.
func (s *standing) rotation() []string {
	if s == nil {
		return []string{"false", notApplicable}
	}
	return []string{strconv.FormatBool(s.Active), reportTime(s.Rotated, notApplicable)}
}

func reportTime(t time.Time, absent string) string {
	if t.IsZero() {
		return absent
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// writeReport writes rows as AWS does: lines end with a line feed, but for the last.
func writeReport(rows []reportRow) (string, error) {
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	records := [][]string{reportColumns}
	for _, r := range rows {
		records = append(records, r.fields())
	}
	if err := w.WriteAll(records); err != nil {
		return "", fmt.Errorf("write the credential report: %w", err)
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}

// readReport reads a credential report. Its columns are found by their names; others than the known ones are passed over.
func readReport(records [][]string) ([]reportRow, error) {
	if len(records) == 0 {
		return nil, errors.New("read the credential report: it is empty")
	}
	columns := map[string]int{}
	for i, name := range records[0] {
		columns[strings.TrimPrefix(name, "\ufeff")] = i // some tools put a byte order mark before the first
	}
	for _, name := range reportColumns {
		if _, found := columns[name]; !found {
			return nil, fmt.Errorf("read the credential report: it has no column %s", name)
		}
	}
	var rows []reportRow
	for _, record := range records[1:] {
		p := rowParser{columns: columns, record: record}
		row := p.row()
		if p.err != nil {
			return nil, fmt.Errorf("read the credential report: user %s: %w", row.user, p.err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// A rowParser reads the fields of one row and keeps the first error.
type rowParser struct {
	columns map[string]int
	record  []string
	err     error
}

func (p *rowParser) row() reportRow {
	r := reportRow{
		user:            p.text("user"),
		arn:             p.text("arn"),
		created:         p.time("user_creation_time"),
		passwordUsed:    p.time("password_last_used"),
		passwordChanged: p.time("password_last_changed"),
		passwordExpires: p.time("password_next_rotation"),
		mfa:             p.flag("mfa_active"),
	}
	// Older reports do not say whether root has a password; it had one then.
	r.password = r.user == reportedRoot && p.text("password_enabled") == notSupported || p.flag("password_enabled")
	for i := range slotsPerUser {
		key, certificate := fmt.Sprintf("access_key_%d_", i+1), fmt.Sprintf("cert_%d_", i+1)
		r.keys[i] = p.standing(key)
		if used := p.time(key + "last_used_date"); r.keys[i] != nil && !used.IsZero() {
			r.keys[i].LastUsed = &KeyUse{
				Date: used, Region: p.text(key + "last_used_region"), Service: p.text(key + "last_used_service"),
			}
		}
		r.certificates[i] = p.standing(certificate)
	}
	return r
}

// standing reads what keys and certificates have in common; nil is a free slot.
func (p *rowParser) standing(prefix string) *standing {
	s := standing{Active: p.flag(prefix + "active"), Rotated: p.time(prefix + "last_rotated")}
	if !s.Active && s.Rotated.IsZero() {
		return nil
	}
	return &s
}

func (p *rowParser) text(column string) string { return p.record[p.columns[column]] }

func (p *rowParser) flag(column string) bool {
	text := strings.ToLower(p.text(column))
	if text != "true" && text != "false" {
		p.fail(column, "neither true nor false")
	}
	return text == "true"
}

func (p *rowParser) time(column string) time.Time {
	text := p.text(column)
	switch text {
	case notApplicable, noInformation, notSupported:
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		p.fail(column, "not a date such as 2026-01-02T03:04:05Z")
	}
	return t.UTC()
}

func (p *rowParser) fail(column, what string) {
	if p.err == nil {
		p.err = fmt.Errorf("%s %q is %s", column, p.text(column), what)
	}
}
