package render_test

import (
	"bytes"
	"strings"
	"testing"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

func TestSettingsInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		setting string
		was, is any
		want    string
	}{
		{setting: "max_session", was: 3600, is: 5400, want: "~ max_session  1h -> 90m"},
		{setting: "max_age", was: 0, is: 90, want: "~ max_age  never -> 90d"},
		{setting: "max_age", was: 90, is: 0, want: "~ max_age  90d -> never"},
		{setting: "reuse_prevention", was: 24, is: 0, want: "~ reuse_prevention  24 -> none"},
		{setting: "min_length", was: 8, is: 14, want: "~ min_length  8 -> 14"},
		{setting: "symbols", was: false, is: true, want: "~ symbols  no -> yes"},
		{setting: "retention", was: 0, is: 30, want: "~ retention  never -> 30d"},
		{setting: "rotation", was: 365, is: 0, want: "~ rotation  365d -> never"},
		{setting: "organization", was: true, is: false, want: "~ organization  all accounts of it -> none"},
		{setting: "path", was: "/", is: "/db/", want: "~ path  / -> /db/"},
		{setting: "description", was: "", is: "two words", want: `+ description  "two words"`},
		{setting: "description", was: "x", is: "", want: "- description  x"},
		{setting: "boundary", was: "arn:aws:iam::aws:policy/PowerUserAccess", is: "arn:aws:iam::111122223333:policy/db/B", want: "~ boundary  aws:PowerUserAccess -> B"},
		{setting: "boundary", was: nil, is: "arn:aws:iam::444455556666:policy/B", want: "+ boundary  arn:aws:iam::444455556666:policy/B"},
		{setting: "tags", was: tags("a", "1"), is: tags("a", ""), want: `~ tag a  1 -> ""`},
		{setting: "client_ids", was: []string{"a", "b"}, is: []string{"b"}, want: "- client_ids  a"},
		{setting: "document", was: resource.Document(trustAll), is: resource.Document(trustAll + "\n"), want: "~ document  other text of the same meaning"},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p := plan(change("iam_thing", "x", resource.Object{c.setting: c.was}, resource.Object{c.setting: c.is}))
			if err := render.Plan(&out, p, render.Reading{}, render.Style{}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), "\n    "+c.want+"\n") {
				t.Errorf("no line %q in\n%s", c.want, out.String())
			}
		})
	}
}

// Of what is new, a text counts what most of its kind share, if that is worth the line. What changes is always shown.
func TestUsualSettingsAreCounted(t *testing.T) {
	t.Parallel()
	alarm := resource.Object{"metric": "m/x", "statistic": "Sum", "period": 300}
	for _, c := range []struct {
		name   string
		before resource.Object
		usual  []string
		want   string
	}{
		{"several", nil, []string{"period", "statistic"}, "    + metric  m/x\n    · 2 usual settings; -o json shows them\n"},
		{"one", nil, []string{"period"}, "    + metric     m/x\n    + period     5m\n    + statistic  Sum\n"},
		{"a change", alarm.With(resource.Object{"statistic": "p99"}), []string{"period", "statistic"}, "    ~ statistic  p99 -> Sum\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			made := change("cloudwatch_alarm", "x", c.before, alarm)
			made.Usual = c.usual
			p := plan(made)
			var out bytes.Buffer
			if err := render.Plan(&out, p, render.Reading{}, render.Style{}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), "\n"+c.want+"\n") {
				t.Errorf("no lines\n%sin\n%s", c.want, out.String())
			}
			if whole := reported(t, ofPlan(p), render.FormJSON); !strings.Contains(whole, `"period": 300`) {
				t.Errorf("JSON leaves a setting out: %s", whole)
			}
		})
	}
}

func TestNamesOfParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		part, owner resource.Address
		want        string
	}{
		{"group of a user", resource.At("iam_membership", "alice", "Developers"), alice, "group Developers"},
		{"user of a group", resource.At("iam_membership", "alice", "Developers"), developers, "member alice"},
		{"policy of another account", resource.At("iam_policy_attachment", "user", "alice", "arn:aws:iam::444455556666:policy/p/X"), alice, "policy arn:aws:iam::444455556666:policy/p/X"},
		{"policy by ARN", resource.At("iam_policy_attachment", "user", "alice", "arn:aws:iam::111122223333:policy/p/X"), alice, "policy X"},
		{"unknown kind", resource.At("iam_lucky_charm", "alice", "7"), alice, "lucky charm 7"},
		{"access key", resource.At("iam_access_key", "alice", "AKIAIOSFODNN7EXAMPLE"), alice, "access key AKIAIOSFODNN7EXAMPLE"},
		{"service-specific credential", resource.At("iam_service_specific_credential", "alice", "ACCAEXAMPLE"), alice, "service-specific credential ACCAEXAMPLE"},
		{"SSH public key", resource.At("iam_ssh_public_key", "alice", "APKAEXAMPLE"), alice, "SSH public key APKAEXAMPLE"},
		{"signing certificate", resource.At("iam_signing_certificate", "alice", "TA7SMPLE"), alice, "signing certificate TA7SMPLE"},
		{"kind that begins with the owner's", resource.At("iam_user_badge", "alice", "7"), alice, "badge 7"},
		{"one of its kind", resource.At("iam_login_profile", "alice"), alice, "console password"},
		{"name that is not the owner's", resource.At("log_stream", "other"), alice, "stream other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			p := plan(resource.Change{Address: c.part, Owner: c.owner, After: exists})
			if err := render.Plan(&out, p, render.Reading{}, render.Style{}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), "\n    + "+c.want+"\n") {
				t.Errorf("no part %q in\n%s", c.want, out.String())
			}
		})
	}
}

// A finding that stands for several controls of the file's benchmark says for how many.
func TestAFindingSaysForHowManyControlsItStands(t *testing.T) {
	t.Parallel()
	for want, controls := range map[string][]string{
		"high · trail.alarms\n":                          nil,
		"high · trail.alarms · CIS 7.0 5.1\n":            {"CIS 7.0 5.1", "Security Hub CloudWatch.1", "CIS 3.0 4.1"},
		"high · trail.alarms · CIS 7.0 5.1 and 2 more\n": {"CIS 7.0 5.1", "CIS 7.0 5.2", "CIS 7.0 5.15", "CIS 3.0 4.1"},
	} {
		p := plan()
		p.Findings = []resource.Finding{{Rule: "trail.alarms", Subject: alice, Severity: resource.High, Seen: "x", Controls: controls}}
		var out bytes.Buffer
		if err := render.Plan(&out, p, render.Reading{}, render.Style{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("no heading %q in\n%s", want, out.String())
		}
		if review, first := reported(t, ofPlan(p), render.FormMarkdown), strings.TrimPrefix(strings.TrimSpace(want), "high · trail.alarms · "); controls != nil && !strings.Contains(review, first) {
			t.Errorf("no %q in\n%s", first, review)
		}
	}
}
