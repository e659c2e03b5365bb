package permissions_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/permissions"
	"baseline/policy"
	"baseline/resource"
)

const account = "111122223333"

// many is a plan that creates users.
func many(n int) *resource.Plan {
	plan := &resource.Plan{Account: account, Caller: "arn:aws-cn:iam::111122223333:user/ci"}
	for i := range n {
		plan.Changes = append(plan.Changes, resource.Change{
			Address: resource.At("iam_user", fmt.Sprintf("user%04d", i)), After: resource.Object{"path": "/people/", "tags": map[string]string{"a": "b"}},
		})
	}
	return plan
}

// allowed returns on what documents allow an action, and complains of documents that IAM would not take.
func allowed(t *testing.T, documents []string, action string) (on []string) {
	t.Helper()
	sids := map[string]bool{}
	for _, text := range documents {
		if size := policy.Size(text); size > policy.MaxManagedSize {
			t.Errorf("a document has %d characters", size)
		}
		if problems := policy.Check(text, policy.Managed); len(problems) > 0 {
			t.Errorf("%v", problems)
		}
		d, err := policy.Parse(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, s := range d.Statements {
			if sids[s.Sid] {
				t.Errorf("two statements are called %s", s.Sid)
			}
			sids[s.Sid] = true
			if slices.Contains(s.Actions, action) {
				on = append(on, s.Resources...)
			}
		}
	}
	return on
}

// What does not fit into one document comes in several, which name every object; so many that a role could not have them name all
// objects of the sort.
func TestDocumentsFit(t *testing.T) {
	for _, test := range []struct {
		users   int
		widened bool
	}{{1, false}, {300, false}, {3000, true}} {
		documents, widened, err := permissions.Carrying(many(test.users), true).Documents()
		if err != nil || widened != test.widened || len(documents) > permissions.MostDocuments {
			t.Errorf("%d users: %d documents, widened %v, %v", test.users, len(documents), widened, err)
		}
		for _, action := range []string{"iam:CreateUser", "iam:TagUser", "iam:DeleteUser", "iam:ListAccessKeys"} {
			on := allowed(t, documents, action)
			if test.widened {
				if diff := cmp.Diff([]string{"arn:aws-cn:iam::111122223333:user/*"}, on); diff != "" {
					t.Errorf("%d users, %s (-want +got):\n%s", test.users, action, diff)
				}
				continue
			}
			if slices.Sort(on); len(on) != test.users || on[0] != "arn:aws-cn:iam::111122223333:user/people/user0000" || len(slices.Compact(on)) != test.users {
				t.Errorf("%d users: %s is on %d", test.users, action, len(on))
			}
		}
	}
}

// A plan that only changes memberships reads no roles, and looks at nobody.
func TestAPlanReadsItsOwnKinds(t *testing.T) {
	plan := &resource.Plan{Account: account, Changes: []resource.Change{
		{Address: resource.At("iam_access_key", "alice", "AKIA1"), Before: resource.Object{"status": "Active"}, After: resource.Object{"status": "Inactive"}},
	}}
	want := []string{"iam:GetAccessKeyLastUsed", "iam:ListAccessKeys", "iam:SimulatePrincipalPolicy", "iam:UpdateAccessKey"}
	if diff := cmp.Diff(want, permissions.Carrying(plan, false).Actions()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a file has no word about, applying it cannot do.
func TestApplyingIsAboutTheFile(t *testing.T) {
	scope := kinds.Scope{Partition: "aws", Account: account}
	set := permissions.Applying(&resource.Want{Objects: map[resource.Address]resource.Object{
		resource.At("iam_group", "Readers"):                                    {"path": "/"},
		resource.At("iam_policy_attachment", "group", "Readers", "aws:Reader"): {},
	}}, scope)
	var changes []string
	for _, action := range set.Actions() {
		if _, name, _ := strings.Cut(action, ":"); !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "List") {
			changes = append(changes, name)
		}
	}
	// A group that goes takes its members, its policies and its attachments along.
	want := []string{
		"AddUserToGroup", "AttachGroupPolicy", "CreateGroup", "DeleteGroup", "DeleteGroupPolicy", "DetachGroupPolicy",
		"PutGroupPolicy", "RemoveUserFromGroup", "SimulatePrincipalPolicy", "UpdateGroup",
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The documents are JSON in the order that IAM's grammar has.
func TestDocumentsAreJSON(t *testing.T) {
	documents, _, err := permissions.Reading(nil, kinds.Scope{Partition: "aws", Account: account}).Documents()
	if err != nil || len(documents) != 1 || !json.Valid([]byte(documents[0])) {
		t.Fatalf("%v: %s", err, documents)
	}
	if !strings.HasPrefix(documents[0], "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Sid\": \"ReadTheAccount\",\n      \"Effect\": \"Allow\",\n      \"Action\": [") {
		t.Errorf("%s", documents[0])
	}
}

// What no list shows is changed under the names in the file, in their Regions; trails under any name in theirs. Only a file with a
// trail of the organization takes what such a one does, and a key that is not the file's is not made.
func TestApplyingIsAboutTheRegionsOfTheFile(t *testing.T) {
	scope := kinds.Scope{Partition: "aws", Account: account}
	set := permissions.Applying(&resource.Want{Extra: []resource.Kind{"cloudtrail_trail"}, Objects: map[resource.Address]resource.Object{
		resource.At("cloudtrail_trail", "eu-west-1", "audit"): {"bucket": "acme-logs", "log_role": "arn:aws:iam::111122223333:role/deliver"},
		resource.At("kms_key", "eu-west-1", "shared"):         {"policy_statements": resource.Document("{}"), "own": "B"},
		resource.At("logs_group", "us-east-1", "/audit"):      {"retention": 365},
	}}, scope)
	documents, _, err := set.Documents()
	if err != nil {
		t.Fatal(err)
	}
	for action, want := range map[string][]string{
		"cloudtrail:DeleteTrail":                            {"arn:aws:cloudtrail:eu-west-1:111122223333:trail/*"},
		"iam:PassRole":                                      {"arn:aws:iam::111122223333:role/deliver"},
		"kms:PutKeyPolicy":                                  {"arn:aws:kms:eu-west-1:111122223333:key/*"},
		"kms:CreateKey":                                     nil,
		"kms:ScheduleKeyDeletion":                           nil,
		"logs:DeleteRetentionPolicy":                        {"arn:aws:logs:us-east-1:111122223333:log-group:/audit:*"},
		"logs:AssociateKmsKey":                              nil,
		"iam:CreateServiceLinkedRole":                       nil,
		"organizations:ListAWSServiceAccessForOrganization": nil,
	} {
		if diff := cmp.Diff(want, allowed(t, documents, action)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}
