package baselines_test

import (
	"bytes"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"baseline/baselines"
	"baseline/policy"
	"baseline/resource"
	"baseline/spec"
)

const account = "111122223333"

// load reads a baseline as the command does.
func load(t *testing.T, name string, env spec.Env) *spec.Baseline {
	t.Helper()
	path, err := baselines.File(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := spec.Load([]spec.Input{{Name: "baseline:" + name, FS: baselines.FS, Path: path}}, env)
	if err != nil {
		t.Fatalf("%s:\n%v", name, err)
	}
	return b
}

// each runs a test for every baseline, loaded with its defaults.
func each(t *testing.T, test func(t *testing.T, name string, b *spec.Baseline)) {
	t.Helper()
	all, err := baselines.List()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		t.Run(one.Name, func(t *testing.T) {
			test(t, one.Name, load(t, one.Name, spec.Env{Account: account}))
		})
	}
}

// document is a policy document of a baseline.
type document struct {
	at   resource.Address
	use  policy.Use
	text string
}

// documents returns all policy documents of a baseline by address.
func documents(t *testing.T, b *spec.Baseline) []document {
	t.Helper()
	var all []document
	for at, object := range b.Want.Objects {
		if object.Has("document") {
			use := policy.Managed
			if at.Kind == "iam_inline_policy" {
				use = policy.Inline
			}
			all = append(all, document{at, use, string(object.Document("document"))})
		}
		if object.Has("trust") {
			all = append(all, document{at, policy.Trust, string(object.Document("trust"))})
		}
	}
	if len(all) == 0 {
		t.Fatal("the baseline has no policy documents")
	}
	slices.SortFunc(all, func(a, b document) int { return a.at.Compare(b.at) })
	return all
}

// text returns the document of one object.
func text(t *testing.T, b *spec.Baseline, kind resource.Kind, name string) string {
	t.Helper()
	for _, d := range documents(t, b) {
		if d.at == resource.At(kind, name) {
			return d.text
		}
	}
	t.Fatalf("no document of %s/%s", kind, name)
	return ""
}

func statements(t *testing.T, d document) []policy.Statement {
	t.Helper()
	parsed, err := policy.Parse(d.text)
	if err != nil {
		t.Fatalf("%s: %v", d.at, err)
	}
	return parsed.Statements
}

func TestListIsWhatIsEmbedded(t *testing.T) {
	all, err := baselines.List()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, b := range all {
		names = append(names, b.Name)
		if len(b.About) < 20 || !strings.HasSuffix(b.About, ".") {
			t.Errorf("%s: the first comment line is to say in a sentence what it is, found %q", b.Name, b.About)
		}
	}
	for _, name := range []string{"analytics-pipeline", "audit-trail", "cis-level-1", "cis-level-2", "database-ledger", "least-privilege-starter", "partner-data-share", "rds-read-only"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not in the list %v", name, names)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("the list is not in order: %v", names)
	}
}

func TestReadReturnsTheFile(t *testing.T) {
	got, err := baselines.Read("rds-read-only")
	if err != nil {
		t.Fatal(err)
	}
	want, err := fs.ReadFile(baselines.FS, "rds-read-only.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("Read changed the text")
	}
}

func TestUnknownNameSaysWhereToLook(t *testing.T) {
	for _, name := range []string{"rds", "", "../baselines", "rds-read-only.yaml"} {
		_, fileErr := baselines.File(name)
		_, readErr := baselines.Read(name)
		for _, err := range []error{fileErr, readErr} {
			if err == nil || !strings.Contains(err.Error(), "baseline baselines list") {
				t.Errorf("name %q: got error %v, want one that names the command that lists them", name, err)
			}
		}
	}
}

func TestBaselinesFitEveryAccount(t *testing.T) {
	each(t, func(t *testing.T, name string, b *spec.Baseline) {
		if b.Name != name {
			t.Errorf("its name is %q", b.Name)
		}
		if b.Account != "" {
			t.Errorf("it is for account %s only", b.Account)
		}
		elsewhere := load(t, name, spec.Env{Account: "999900001111", Partition: "aws-us-gov", Region: "us-gov-west-1"})
		for _, d := range documents(t, elsewhere) {
			for _, fixed := range []string{account, "arn:aws:", "us-east-1"} {
				if strings.Contains(d.text, fixed) {
					t.Errorf("%s holds %s, though that depends on where it is used:\n%s", d.at, fixed, d.text)
				}
			}
		}
	})
}

func TestDocumentsAreSound(t *testing.T) {
	each(t, func(t *testing.T, _ string, b *spec.Baseline) {
		for _, d := range documents(t, b) {
			for _, problem := range policy.Check(d.text, d.use) {
				t.Errorf("%s: %+v", d.at, problem)
			}
			for _, s := range statements(t, d) {
				if d.use != policy.Trust && s.Sid == "" {
					t.Errorf("%s: a statement has no Sid, so that no review can name it", d.at)
				}
			}
		}
	})
}

// unscoped are the actions that AWS can grant on nothing narrower than "*", with the reason, which is that of the Service
// Authorization Reference.
var unscoped = map[string]string{
	"redshift:DescribeDataShares":            "has no resource type",
	"redshift:DescribeDataSharesForProducer": "has no resource type",
}

func TestNothingIsAllowedByWildcard(t *testing.T) {
	used := map[string]bool{}
	each(t, func(t *testing.T, _ string, b *spec.Baseline) {
		for _, d := range documents(t, b) {
			for _, s := range statements(t, d) {
				if s.Effect != policy.Allow {
					continue
				}
				if s.NotActions != nil || s.NotResources != nil || s.NotPrincipals != nil {
					t.Errorf("%s, %s: allows everything but something", d.at, s.Sid)
				}
				for _, action := range s.Actions {
					if strings.ContainsAny(action, "*?") {
						t.Errorf("%s, %s: allows the actions %s", d.at, s.Sid, action)
					}
					if slices.Contains(s.Resources, "*") {
						if used[action] = true; unscoped[action] == "" {
							t.Errorf("%s, %s: allows %s on every resource", d.at, s.Sid, action)
						}
					}
				}
				for _, principals := range s.Principals {
					if slices.Contains(principals, "*") {
						t.Errorf("%s: trusts everybody", d.at)
					}
				}
			}
		}
	})
	for action := range unscoped {
		if !used[action] {
			t.Errorf("%s is excused, but no baseline allows it on *", action)
		}
	}
}

// A list that is not declared is not compared with the account, so that additions to it would go unnoticed.
func TestEverythingIsPinned(t *testing.T) {
	pinned := map[resource.Kind][]resource.Kind{
		"iam_group": {"iam_inline_policy", "iam_policy_attachment"},
		"iam_user":  {"iam_inline_policy", "iam_membership", "iam_policy_attachment"},
		"iam_role":  {"iam_inline_policy", "iam_policy_attachment"},
	}
	settings := map[resource.Kind][]string{
		"iam_policy": {"document"},
		"iam_role":   {"trust", "max_session"},
	}
	each(t, func(t *testing.T, _ string, b *spec.Baseline) {
		for at, object := range b.Want.Objects {
			for _, kind := range pinned[at.Kind] {
				if !slices.Contains(b.Want.Complete[at], kind) {
					t.Errorf("%s: does not say which objects of kind %s are all", at, kind)
				}
			}
			for _, setting := range settings[at.Kind] {
				if !object.Has(setting) {
					t.Errorf("%s: does not say its %s", at, setting)
				}
			}
		}
	})
}

func TestUsersHaveNothingOfTheirOwn(t *testing.T) {
	each(t, func(t *testing.T, _ string, b *spec.Baseline) {
		for at := range b.Want.Objects {
			grants := at.Kind == "iam_policy_attachment" || at.Kind == "iam_inline_policy"
			if grants && strings.HasPrefix(at.Name, "user/") {
				t.Errorf("%s: a permission is given to a user", at)
			}
		}
	})
}

func TestDeclaredVariablesTakeOtherValues(t *testing.T) {
	values := map[string]string{
		"access_from":     "2031-02-03T04:05:06Z",
		"access_until":    "2031-12-30T22:59:58Z",
		"bucket":          "another-bucket",
		"database_user":   "another_user",
		"db_resource_id":  "db-ZYXWVUTSRQPONMLKJ",
		"email":           "another@example.org",
		"external_id":     "another-external-id",
		"function_name":   "another-function",
		"ledger":          "another-ledger",
		"partner_account": "777788889999",
		"source_network":  "198.51.100.0/25",
		"table_prefix":    "another-prefix-",
	}
	each(t, func(t *testing.T, name string, _ *spec.Baseline) {
		source, err := baselines.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		var declared struct{ Vars map[string]string }
		if err := yaml.Unmarshal(source, &declared); err != nil {
			t.Fatal(err)
		}
		for variable, preset := range declared.Vars {
			value := values[variable]
			if value == "" {
				t.Errorf("the test has no value for %s", variable)
				continue
			}
			b := load(t, name, spec.Env{Account: account, Vars: map[string]string{variable: value}})
			all, err := resource.Encode(b.Want.Objects, "")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(all), value) {
				t.Errorf("setting %s has no effect", variable)
			}
			if strings.Contains(strings.ReplaceAll(string(all), value, ""), preset) {
				t.Errorf("the default of %s, %s, is still there after it was set", variable, preset)
			}
		}
	})
}

// Who may become whom is the heart of each baseline, so it is written out here a second time.
func TestRolesTrustWhomTheyShall(t *testing.T) {
	const (
		ownAccountWithMFA = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]}`
		partnerWithExternalID = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Condition": {"StringEquals": {"sts:ExternalId": "my-data-sharing-id"}}}]}`
		lambda = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"Service": "lambda.amazonaws.com"}}]}`
		cloudTrail = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"Service": "cloudtrail.amazonaws.com"}}]}`
	)
	for _, test := range []struct{ baseline, role, trust string }{
		{"analytics-pipeline", "AnalyticsFunction", lambda},
		{"analytics-pipeline", "AnalyticsAnalyst", ownAccountWithMFA},
		{"audit-trail", "baseline-cloudtrail-audit", cloudTrail},
		{"partner-data-share", "PartnerDataShare", partnerWithExternalID},
		{"database-ledger", "LedgerOperator", ownAccountWithMFA},
		{"cis-level-1", "AWSSupportCases", ownAccountWithMFA},
		{"cis-level-2", "AWSSupportCases", ownAccountWithMFA},
		{"least-privilege-starter", "BreakGlass", ownAccountWithMFA},
	} {
		got := text(t, load(t, test.baseline, spec.Env{Account: account}), "iam_role", test.role)
		if !policy.Equal(got, test.trust) {
			t.Errorf("%s: role %s trusts\n%s\nwant\n%s", test.baseline, test.role, got, test.trust)
		}
	}
}

// What each principal may do and is denied, by baseline and policy. The resources tell "this one" from "all of them".
func TestPoliciesReachWhatTheyShall(t *testing.T) {
	tests := []struct{ baseline, policy, sid, effect, resource string }{
		{"analytics-pipeline", "AnalyticsTableAccess", "UsePublicTables", policy.Allow, "arn:aws:dynamodb:us-east-1:111122223333:table/*"},
		{"analytics-pipeline", "AnalyticsTableAccess", "NeverSensitiveTables", policy.Deny, "arn:aws:dynamodb:*:*:table/*"},
		{"analytics-pipeline", "AnalyticsFunctionLogs", "WriteOwnLogs", policy.Allow, "arn:aws:logs:us-east-1:111122223333:log-group:/aws/lambda/analytics-pipeline:log-stream:*"},
		{"analytics-pipeline", "AnalyticsInvoke", "InvokeTheFunction", policy.Allow, "arn:aws:lambda:us-east-1:111122223333:function:analytics-pipeline"},
		{"analytics-pipeline", "AnalyticsInvoke", "NoDirectDataAccess", policy.Deny, "*"},
		{"database-ledger", "AssumeLedgerOperator", "TakeOnTheRole", policy.Allow, "arn:aws:iam::111122223333:role/LedgerOperator"},
		{"database-ledger", "LedgerAppend", "OpenSession", policy.Allow, "arn:aws:qldb:us-east-1:111122223333:ledger/transactions"},
		{
			"audit-trail", "role/baseline-cloudtrail-audit/audit", "Deliver", policy.Allow,
			"arn:aws:logs:us-east-1:111122223333:log-group:/baseline/audit:log-stream:111122223333_CloudTrail_us-east-1*",
		},
		{"database-ledger", "LedgerAppend", "ReadAndInsert", policy.Allow, "arn:aws:qldb:us-east-1:111122223333:ledger/transactions/table/*"},
		{"least-privilege-starter", "DeveloperData", "ConnectToDatabases", policy.Allow, "arn:aws:rds-db:us-east-1:111122223333:dbuser:*/developer"},
		{"least-privilege-starter", "DeveloperData", "UseOwnTables", policy.Allow, "arn:aws:dynamodb:us-east-1:111122223333:table/dev-*"},
		{"least-privilege-starter", "NothingWithoutMFA", "DenyAllWithoutMFA", policy.Deny, "*"},
		{"partner-data-share", "DataShareReadOnly", "DescribeDataShares", policy.Allow, "*"},
		{"rds-read-only", "RDSReadOnlyPolicy", "DescribeInstances", policy.Allow, "arn:aws:rds:us-east-1:111122223333:db:*"},
		{"rds-read-only", "RDSReadOnlyPolicy", "ConnectAsReadOnlyUser", policy.Allow, "arn:aws:rds-db:us-east-1:111122223333:dbuser:db-ABCDEFGHIJKL01234/dev_readonly_user"},
	}
	var got, want []string
	for _, test := range tests {
		want = append(want, strings.Join([]string{test.baseline, test.policy, test.sid, test.effect, test.resource}, " "))
	}
	each(t, func(t *testing.T, name string, b *spec.Baseline) {
		for _, d := range documents(t, b) {
			if d.use == policy.Trust {
				continue
			}
			for _, s := range statements(t, d) {
				got = append(got, strings.Join([]string{name, d.at.Name, s.Sid, s.Effect, strings.Join(s.Resources, " ")}, " "))
			}
		}
	})
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statements (-want +got):\n%s", diff)
	}
}

func TestSensitiveTablesAreDeniedByTag(t *testing.T) {
	want := map[string]policy.Condition{
		"UsePublicTables":      {Operator: "StringEquals", Key: "aws:ResourceTag/AccessLevel", Values: []string{"Public"}},
		"NeverSensitiveTables": {Operator: "StringEquals", Key: "aws:ResourceTag/AccessLevel", Values: []string{"Sensitive"}},
	}
	b := load(t, "analytics-pipeline", spec.Env{Account: account})
	d := document{text: text(t, b, "iam_policy", "AnalyticsTableAccess")}
	got := map[string]policy.Condition{}
	for _, s := range statements(t, d) {
		if len(s.Conditions) == 1 {
			got[s.Sid] = s.Conditions[0]
		}
		if s.Effect == policy.Deny && !slices.Equal(s.Actions, []string{"dynamodb:*"}) {
			t.Errorf("%s denies %v only", s.Sid, s.Actions)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

func TestDatabaseIsOpenForATimeAndFromANetwork(t *testing.T) {
	want := []policy.Condition{
		{Operator: "DateGreaterThan", Key: "aws:CurrentTime", Values: []string{"2026-01-01T00:00:00Z"}},
		{Operator: "DateLessThan", Key: "aws:CurrentTime", Values: []string{"2027-01-01T00:00:00Z"}},
		{Operator: "IpAddress", Key: "aws:SourceIp", Values: []string{"203.0.113.0/24"}},
	}
	b := load(t, "rds-read-only", spec.Env{Account: account})
	for _, s := range statements(t, document{text: text(t, b, "iam_policy", "RDSReadOnlyPolicy")}) {
		if diff := cmp.Diff(want, s.Conditions); diff != "" {
			t.Errorf("conditions of %s (-want +got):\n%s", s.Sid, diff)
		}
	}
}

// A group is extended by a file of the user's own, as the baseline's comments say.
func TestUsersJoinTheGroupFromAnotherFile(t *testing.T) {
	people := spec.Input{Name: "people.yaml", Path: "people.yaml", FS: fstest.MapFS{
		"people.yaml": {Data: []byte("users:\n  alice: {groups: [DevelopersGroup]}\n")},
	}}
	b, err := spec.Load([]spec.Input{{FS: baselines.FS, Path: "rds-read-only.yaml"}, people}, spec.Env{Account: account})
	if err != nil {
		t.Fatal(err)
	}
	if at := resource.At("iam_membership", "alice", "DevelopersGroup"); b.Want.Objects[at] == nil {
		t.Errorf("%s is not wanted", at)
	}
}
