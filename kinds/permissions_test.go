package kinds_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/resource"
)

// awaited are the kinds whose permissions are yet to be stated. A kind leaves the list when it states them, and no other joins it.
var awaited = []resource.Kind{
	"s3_bucket", "s3_bucket_policy", "s3_account_public_access_block", "kms_key", "logs_group", "logs_metric_filter",
	"cloudwatch_alarm", "sns_topic", "sns_subscription", "cloudtrail_trail",
}

// Every kind states what each of its functions takes.
func TestEveryKindStatesItsPermissions(t *testing.T) {
	for _, kind := range kinds.All() {
		stated := kind.Permissions
		for name, function := range map[string]struct {
			there   bool
			permits []kinds.Permit
		}{
			"List":   {kind.List != nil, stated.List},
			"Look":   {kind.Look != nil || kind.Find != nil || kind.Held != nil, stated.Look},
			"Create": {kind.Create != nil, stated.Create},
			"Update": {kind.Update != nil, stated.Update},
			"Delete": {kind.Delete != nil, stated.Delete},
		} {
			switch missing := function.there && len(function.permits) == 0; {
			case missing && slices.Contains(awaited, kind.Kind):
			case missing:
				t.Errorf("%s does not state what %s takes", kind.Kind, name)
			case !function.there && len(function.permits) > 0:
				t.Errorf("%s states what %s takes, and has none", kind.Kind, name)
			case len(function.permits) > 0 && slices.Contains(awaited, kind.Kind):
				t.Errorf("%s states its permissions: it is not awaited any more", kind.Kind)
			}
		}
	}
}

// calledActions are the actions that have another name than the call that takes them, or that no call is named for.
var calledActions = map[string]string{
	"iam:GetAccountAuthorizationDetails": "", "iam:PassRole": "", "iam:TagUser": "", "iam:TagRole": "", "iam:TagPolicy": "",
}

// Every call of IAM and of the tagging API in this package is among the permissions of some kind, or of the evidence; and nothing
// is among them that no call takes.
func TestPermissionsAreThoseOfTheCalls(t *testing.T) {
	stated := map[string]bool{}
	for _, kind := range kinds.All() {
		p := kind.Permissions
		for _, permit := range slices.Concat(p.List, p.Look, p.Create, p.Update, p.Delete) {
			stated[permit.Action] = true
		}
	}
	for _, permit := range kinds.EvidencePermissions(resource.Needs{Report: true, RootMFA: true, ServerCertificates: true, Watched: true}) {
		stated[permit.Action] = true
	}
	called := map[string]bool{}
	for action := range calledActions {
		called[action] = true
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	input := regexp.MustCompile(`\b(iam|tagging)\.([A-Z][A-Za-z]+)Input\b`)
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range input.FindAllStringSubmatch(string(text), -1) {
			called[strings.Replace(m[1], "tagging", "tag", 1)+":"+m[2]] = true
		}
	}
	for action := range stated { // those of other services go by other names, and are held by their kinds' own tests
		if !strings.HasPrefix(action, "iam:") && !strings.HasPrefix(action, "tag:") {
			delete(stated, action)
		}
	}
	if diff := cmp.Diff(called, stated); diff != "" {
		t.Errorf("actions (-called +stated):\n%s", diff)
	}
}

// A change takes what it calls and no more, on what it is about and no other.
func TestGrantsOfAChange(t *testing.T) {
	scope := kinds.Scope{Partition: "aws", Account: account, Paths: map[resource.Address][]string{at("iam_user", "known"): {"/p/"}}}
	for _, test := range []struct {
		change resource.Change
		want   []kinds.Grant
	}{
		{
			resource.Change{Address: at("iam_user", "alice"), After: settings{"path": "/p/", "boundary": "", "tags": tags{}}},
			[]kinds.Grant{{Action: "iam:CreateUser", Resource: "arn:aws:iam::111122223333:user/p/alice"}},
		},
		{
			resource.Change{
				Address: at("iam_user", "alice"),
				Before:  settings{"path": "/p/", "boundary": "aws:PowerUserAccess", "tags": tags{"Team": "a"}},
				After:   settings{"path": "/q/", "boundary": "", "tags": tags{"team": "a"}},
			},
			[]kinds.Grant{
				{Action: "iam:UpdateUser", Resource: "arn:aws:iam::111122223333:user/p/alice"},
				{Action: "iam:UpdateUser", Resource: "arn:aws:iam::111122223333:user/q/alice"},
				{Action: "iam:DeleteUserPermissionsBoundary", Resource: "arn:aws:iam::111122223333:user/p/alice"},
				{Action: "iam:DeleteUserPermissionsBoundary", Resource: "arn:aws:iam::111122223333:user/q/alice"},
				{Action: "iam:TagUser", Resource: "arn:aws:iam::111122223333:user/p/alice"},
				{Action: "iam:TagUser", Resource: "arn:aws:iam::111122223333:user/q/alice"},
			},
		},
		{
			resource.Change{Address: at("iam_policy_attachment", "user", "known", "P"), After: settings{}},
			[]kinds.Grant{{Action: "iam:AttachUserPolicy", Resource: "arn:aws:iam::111122223333:user/p/known"}},
		},
		{
			resource.Change{Address: at("iam_inline_policy", "group", "g", "P"), Before: settings{"document": resource.Document(denyS3)}},
			[]kinds.Grant{
				{Action: "iam:DeleteGroupPolicy", Resource: "arn:aws:iam::111122223333:group/g"},
				{Action: "iam:DeleteGroupPolicy", Resource: "arn:aws:iam::111122223333:group/*/g"},
			},
		},
		{
			resource.Change{
				Address: at("iam_policy", "p"), Facts: resource.Facts{"versions": "v3* v2"},
				Before: settings{"path": "/", "document": resource.Document(denyS3)}, After: settings{"path": "/", "document": resource.Document(readS3)},
			},
			[]kinds.Grant{
				{Action: "iam:ListPolicyVersions", Resource: "arn:aws:iam::111122223333:policy/p"},
				{Action: "iam:GetPolicyVersion", Resource: "arn:aws:iam::111122223333:policy/p"},
				{Action: "iam:CreatePolicyVersion", Resource: "arn:aws:iam::111122223333:policy/p"},
				{Action: "iam:SetDefaultPolicyVersion", Resource: "arn:aws:iam::111122223333:policy/p"},
			},
		},
		{
			resource.Change{Address: at("iam_access_key", "known", "AKIA1"), Before: settings{"status": "Active"}, After: settings{"status": "Inactive"}},
			[]kinds.Grant{{Action: "iam:UpdateAccessKey", Resource: "arn:aws:iam::111122223333:user/p/known"}},
		},
		{
			resource.Change{Address: kinds.AnyObject("iam_group", ""), Before: kinds.Any(), After: kinds.Any()},
			[]kinds.Grant{{Action: "iam:UpdateGroup", Resource: "arn:aws:iam::111122223333:group/*"}},
		},
		{
			resource.Change{Address: kinds.AnyObject("iam_policy_attachment", "role"), Before: kinds.Any()},
			[]kinds.Grant{{Action: "iam:DetachRolePolicy", Resource: "arn:aws:iam::111122223333:role/*"}},
		},
	} {
		var stated kinds.Permissions
		for _, kind := range kinds.All() {
			if kind.Kind == test.change.Address.Kind {
				stated = kind.Permissions
			}
		}
		got := kinds.Grants(stated.Writing(test.change.Op()), scope, test.change)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", test.change.Op(), test.change.Address, diff)
		}
	}
}
