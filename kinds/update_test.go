package kinds_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// An update calls for what differs, and for nothing else.
func TestUpdateCallsOnlyForWhatDiffers(t *testing.T) {
	for _, test := range []struct {
		name          string
		kind          resource.Kind
		before, after resource.Object
		calls         map[string]int
	}{
		{"nothing", "iam_user", settings{"tags": tags{"a": "1"}}, settings{"tags": tags{"a": "1"}}, map[string]int{}},
		{"one tag's value", "iam_user", settings{"tags": tags{"a": "1", "b": "2"}}, settings{"tags": tags{"a": "1", "b": "3"}}, map[string]int{"iam:TagUser": 1}},
		{"one tag less", "iam_user", settings{"tags": tags{"a": "1", "b": "2"}}, settings{"tags": tags{"a": "1"}}, map[string]int{"iam:UntagUser": 1}},
		{"another spelling, which is the same key", "iam_user", settings{"tags": tags{"Team": "data"}}, settings{"tags": tags{"team": "data"}}, map[string]int{"iam:TagUser": 1}},
		{"another spelling, which is another key", "iam_policy", settings{"tags": tags{"Team": "data"}}, settings{"tags": tags{"team": "data"}}, map[string]int{"iam:UntagPolicy": 1, "iam:TagPolicy": 1}},
		{"two spellings, which are two keys", "iam_policy", settings{"tags": tags{"Team": "data"}}, settings{"tags": tags{"Team": "data", "team": "x"}}, map[string]int{"iam:TagPolicy": 1}},
		{"a boundary", "iam_role", settings{}, settings{"boundary": "aws:PowerUserAccess"}, map[string]int{"iam:PutRolePermissionsBoundary": 1}},
		{"no boundary any more", "iam_role", settings{"boundary": "aws:PowerUserAccess"}, settings{}, map[string]int{"iam:DeleteRolePermissionsBoundary": 1}},
		{"the description, beside which the session length must not be lost", "iam_role", settings{"max_session": 7200}, settings{"max_session": 7200, "description": "d"}, map[string]int{"iam:UpdateRole": 1}},
		{"a path", "iam_group", settings{}, settings{"path": "/x/"}, map[string]int{"iam:UpdateGroup": 1}},
		{"a group's nothing", "iam_group", settings{}, settings{}, map[string]int{}},
		{"an alias's nothing", "iam_account_alias", settings{"alias": "acme"}, settings{"alias": "acme"}, map[string]int{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openSandbox(t, sandbox.Options{})
			always := settings{"document": resource.Document(denyS3), "trust": resource.Document(trustLambda)}
			before, after := complete(test.kind, always.With(test.before)), complete(test.kind, always.With(test.after))
			a := at(test.kind, "x")
			if test.kind == "iam_account_alias" {
				a = at(test.kind, "account")
			}
			s.write(resource.Change{Address: a, After: before})
			s.sandbox.ResetCalls()
			s.write(resource.Change{Address: a, Before: before, After: after})
			if diff := cmp.Diff(test.calls, s.sandbox.Calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			for name := range s.state()[a].Settings {
				if diff := cmp.Diff(after[name], s.state()[a].Settings[name], cmp.Comparer(sameDocument)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// AWS's own tags are no setting of ours: they tell who owns an object. The sandbox refuses to set them as AWS does, so they
// are written into its answers.
func TestTagsOfAWSAreNoSettings(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.open(live.Options{HTTPClient: rewriting{s.sandbox.Client(), "xxx:cloudformation:", "aws:cloudformation:"}})
	for _, a := range []resource.Address{at("iam_user", "x"), at("iam_role", "x"), at("iam_policy", "x")} {
		s.write(resource.Change{Address: a, After: settings{
			"tags":     tags{"xxx:cloudformation:stack-name": "web", "team": "data"},
			"document": resource.Document(denyS3), "trust": resource.Document(trustLambda),
		}})
		found := s.state()[a]
		if diff := cmp.Diff(tags{"team": "data"}, found.Settings.Map("tags")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a, diff)
		}
		if who := found.Facts[resource.FactOwner]; who != "CloudFormation stack web" {
			t.Errorf("%s belongs to %q", a, who)
		}
	}
}

// rewriting replaces a text by another in every answer.
type rewriting struct {
	client   *http.Client
	old, new string
}

func (w rewriting) Do(r *http.Request) (*http.Response, error) {
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(w.old), []byte(w.new))
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return answer, nil
}
