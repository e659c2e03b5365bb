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
