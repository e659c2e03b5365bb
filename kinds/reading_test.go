package kinds_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// A read of the account costs pages, not objects.
func TestReadOfALargeAccountIsNineCalls(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	for i := range 50 {
		s.write(resource.Change{Address: at("iam_policy", fmt.Sprintf("p%d", i)), After: settings{"document": resource.Document(denyS3), "tags": tags{"n": "1"}}})
	}
	for i := range 10 {
		s.write(resource.Change{Address: at("iam_group", fmt.Sprintf("g%d", i)), After: settings{"path": "/"}})
	}
	for i := range 100 {
		s.write(resource.Change{Address: at("iam_role", fmt.Sprintf("r%d", i)), After: settings{"trust": resource.Document(trustLambda)}})
	}
	for i := range 1000 {
		name := fmt.Sprintf("u%d", i)
		s.write(resource.Change{Address: at("iam_user", name), After: settings{"tags": tags{"n": "1"}}})
		s.write(resource.Change{Address: at("iam_membership", name, "g1"), After: settings{}})
	}
	for i := range 40 {
		name := fmt.Sprintf("i%d", i)
		s.write(resource.Change{Address: at("iam_instance_profile", name), After: settings{"tags": tags{"n": "1"}}})
		s.write(resource.Change{Address: at("iam_instance_profile_role", name, "r1"), After: settings{}})
	}
	s.open(live.Options{HTTPClient: s.sandbox.Client()})
	s.sandbox.ResetCalls()
	if got, want := len(s.state()), 50+10+100+1000+1000+40+40; got != want {
		t.Errorf("%d objects, want %d", got, want)
	}
	want := map[string]int{
		"sts:GetCallerIdentity": 1, "iam:GetAccountAuthorizationDetails": 2, "iam:ListRoles": 1, "iam:GetAccountSummary": 1,
		"iam:GetAccountPasswordPolicy": 1, "iam:ListAccountAliases": 1, "iam:ListInstanceProfiles": 1, "tag:GetResources": 1,
	}
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if got := s.account.Calls(); got != 9 {
		t.Errorf("%d calls, want 9", got)
	}
}

func TestShortPagesAreFollowedToTheEnd(t *testing.T) {
	s := openSandbox(t, sandbox.Options{ShortPages: true})
	for i := range 1000 {
		s.write(resource.Change{Address: at("iam_user", fmt.Sprintf("u%d", i)), After: settings{"path": "/"}})
		s.write(resource.Change{Address: at("iam_role", fmt.Sprintf("r%d", i)), After: settings{"trust": resource.Document(trustLambda), "description": "d"}})
	}
	s.sandbox.ResetCalls()
	state := s.state()
	if len(state) != 2000 {
		t.Errorf("%d objects, want 2000", len(state))
	}
	for _, action := range []string{"iam:GetAccountAuthorizationDetails", "iam:ListRoles"} {
		if s.sandbox.Calls()[action] < 2 {
			t.Errorf("%s had no page to follow", action)
		}
	}
	for address, found := range state {
		if address.Kind == "iam_role" && found.Settings.Text("description") != "d" {
			t.Errorf("%s has lost its description", address)
		}
	}
}

func TestDeniedReadNamesEveryMissingPermission(t *testing.T) {
	s := openSandbox(t, sandbox.Options{Faults: sandbox.Faults{Deny: []string{
		"iam:GetAccountAuthorizationDetails", "iam:ListRoles", "iam:GetAccountPasswordPolicy",
	}}})
	_, err := s.account.Read(t.Context(), live.Ask{})
	wantClass(t, err, resource.Denied)
	for _, permission := range []string{"iam:GetAccountAuthorizationDetails", "iam:ListRoles", "iam:GetAccountPasswordPolicy"} {
		if n := strings.Count(err.Error(), permission+": AccessDenied"); n != 1 {
			t.Errorf("%s is named %d times in: %v", permission, n, err)
		}
	}
}

func TestAnyOtherDeniedReadIsAnError(t *testing.T) {
	for _, action := range []string{"iam:ListAccountAliases", "iam:GetAccountSummary", "iam:GetAccountPasswordPolicy"} {
		s := openSandbox(t, sandbox.Options{Faults: sandbox.Faults{Deny: []string{action}}})
		_, err := s.account.Read(t.Context(), live.Ask{})
		wantClass(t, err, resource.Denied)
	}
}

func TestTagsOfPolicies(t *testing.T) {
	stranger, mine := at("iam_policy", "Stranger"), at("iam_policy", "Mine")
	for _, test := range []struct {
		name string
		deny []string
		want map[resource.Address]any
		// calls is what was spent on tags.
		calls   map[string]int
		notices int
	}{
		{
			name:  "in bulk",
			want:  map[resource.Address]any{mine: tags{"team": "data"}, stranger: tags{}},
			calls: map[string]int{"tag:GetResources": 1},
		},
		{
			name: "unknown where bulk is denied", deny: []string{"tag:GetResources"},
			want:    map[resource.Address]any{mine: nil, stranger: nil},
			calls:   map[string]int{"tag:GetResources": 1},
			notices: 1,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openSandbox(t, sandbox.Options{})
			s.write(resource.Change{Address: mine, After: settings{"path": "/x/", "document": resource.Document(denyS3), "tags": tags{"team": "data"}}})
			s.write(resource.Change{Address: stranger, After: settings{"document": resource.Document(denyS3)}})
			s.sandbox.SetFaults(sandbox.Faults{Deny: test.deny})
			s.sandbox.ResetCalls()
			reading, err := s.account.Read(t.Context(), live.Ask{})
			if err != nil {
				t.Fatal(err)
			}
			got := map[resource.Address]any{mine: reading.State[mine].Settings["tags"], stranger: reading.State[stranger].Settings["tags"]}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tags (-want +got):\n%s", diff)
			}
			calls := s.sandbox.Calls()
			maps.DeleteFunc(calls, func(action string, _ int) bool { return action != "tag:GetResources" && action != "iam:GetPolicy" })
			if diff := cmp.Diff(test.calls, calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if len(reading.Notices) != test.notices {
				t.Errorf("notices: %q", reading.Notices)
			}
		})
	}
}

// A failure to read tags is no permission to guess: only a denial leads to the slower way.
func TestTagsThatFailToBeReadAreAnError(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.sandbox.SetFaults(sandbox.Faults{Fail: map[string]sandbox.Failure{"tag:GetResources": {Code: "InvalidParameterException"}}})
	_, err := s.account.Read(t.Context(), live.Ask{})
	wantClass(t, err, resource.Invalid)
}

// The path of a policy is part of its ARN, and comes from the read or from the change that made it.
func TestPoliciesThatWereReadCanBeReferredTo(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	for _, o := range []object{fence, trusted} {
		s.write(resource.Change{Address: o.address, After: o.settings})
	}
	attach := resource.Change{Address: at("iam_policy_attachment", "user", "Trusted", "Fence"), After: settings{}}

	s.open(live.Options{HTTPClient: s.sandbox.Client()})
	if err := s.account.Write(t.Context(), attach); err == nil || !strings.Contains(err.Error(), `"Fence"`) {
		t.Errorf("a policy that nobody has seen: %v", err)
	}
	s.state()
	s.write(attach)
	if _, attached := s.state()[attach.Address]; !attached {
		t.Error("it is not attached")
	}
}

// What another tool owns is seen, and with it all that hangs on it.
func TestOwners(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	client := s.client()
	role := func(name string, tagged ...types.Tag) {
		t.Helper()
		_, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{
			RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(trustLambda), Tags: tagged,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	role("OrganizationAccountAccessRole")
	role("AWSControlTowerExecution")
	role("aws-controltower-AdministratorExecutionRole")
	role("stacksets-exec-0123")
	role("by-terraform", tag("managed-by", "terraform"))
	role("by-pulumi", tag("ManagedBy", "Pulumi"))
	role("by-people", tag("managed-by", "the platform team"))
	role("plain")
	linked, err := client.CreateServiceLinkedRole(t.Context(), &iam.CreateServiceLinkedRoleInput{AWSServiceName: aws.String("autoscaling.amazonaws.com")})
	if err != nil {
		t.Fatal(err)
	}
	s.write(resource.Change{Address: at("iam_inline_policy", "role", "by-terraform", "p"), After: settings{"document": resource.Document(denyS3)}})
	s.write(resource.Change{Address: at("iam_policy_attachment", "role", "by-terraform", "aws:ReadOnlyAccess"), After: settings{}})

	got := map[string]string{}
	for address, found := range s.state() {
		got[address.String()] = found.Facts[resource.FactOwner]
	}
	want := map[string]string{
		"iam_role/OrganizationAccountAccessRole":                     "AWS Organizations",
		"iam_role/AWSControlTowerExecution":                          "AWS Control Tower",
		"iam_role/aws-controltower-AdministratorExecutionRole":       "AWS Control Tower",
		"iam_role/stacksets-exec-0123":                               "CloudFormation StackSets",
		"iam_role/by-terraform":                                      "Terraform",
		"iam_inline_policy/role/by-terraform/p":                      "Terraform",
		"iam_policy_attachment/role/by-terraform/aws:ReadOnlyAccess": "Terraform",
		"iam_role/by-pulumi":                                         "Pulumi",
		"iam_role/by-people":                                         "",
		"iam_role/plain":                                             "",
		"iam_role/" + *linked.Role.RoleName:                          "AWS service",
	}
	for address := range got {
		if strings.HasPrefix(address, "iam_policy_attachment/role/AWSServiceRole") {
			want[address] = "AWS service"
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("owners (-want +got):\n%s", diff)
	}
}

func TestCreatingInIAMIsOneWrite(t *testing.T) {
	for _, s := range iamSamples {
		subject := openSandbox(t, sandbox.Options{})
		for _, need := range s.needs {
			subject.write(resource.Change{Address: need.address, After: complete(need.address.Kind, need.settings)})
		}
		subject.sandbox.ResetCalls()
		subject.write(resource.Change{Address: s.address, After: complete(s.address.Kind, s.first)})
		calls := subject.sandbox.Calls()
		delete(calls, "sts:GetCallerIdentity")
		if n := slices.Collect(maps.Values(calls)); len(n) != 1 || n[0] != 1 {
			t.Errorf("%s: %v, want one call", s.address, calls)
		}
	}
}
