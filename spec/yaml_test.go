package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/spec"
)

func TestAliasesAndMergeKeys(t *testing.T) {
	b := mustLoad(t, `
users:
  alice: &person {path: /people/, tags: &tags {team: data, kind: person}}
  bob: *person
  carol: {<<: *person, path: /guests/}
  dave: {tags: {<<: [{team: ops}, *tags], kind: robot}}
`)
	tags := func(team, kind string) map[string]string { return map[string]string{"team": team, "kind": kind} }
	expected := objects{
		resource.At("iam_user", "alice"): {"path": "/people/", "tags": tags("data", "person")},
		resource.At("iam_user", "bob"):   {"path": "/people/", "tags": tags("data", "person")},
		resource.At("iam_user", "carol"): {"path": "/guests/", "tags": tags("data", "person")},
		resource.At("iam_user", "dave"):  {"tags": tags("ops", "robot")},
	}
	if diff := cmp.Diff(expected, b.Want.Objects); diff != "" {
		t.Errorf("objects (-expected +got):\n%s", diff)
	}
}

func TestAliasesCannotExplode(t *testing.T) {
	var bomb strings.Builder
	bomb.WriteString(head + "vars:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 30 {
		ten := strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", ")
		fmt.Fprintf(&bomb, "  a%d: &a%d [%s]\n", i+1, i+1, ten)
	}
	_, err := load(map[string]string{"baseline.yaml": bomb.String()}, spec.Env{})
	if err == nil || !strings.Contains(err.Error(), "the aliases of this file stand for more than 50000 values") {
		t.Errorf("got %v, expected a refusal", err)
	}
}

func TestCharactersOfDocuments(t *testing.T) {
	b := mustLoad(t, `policies: {A: {document: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "s3:*", Resource: "*", Condition: {StringEquals: {"aws:RequestTag/ä": "<&>\t\u20ac\U0001F600"}}}}}}`)
	got := string(b.Want.Objects[resource.At("iam_policy", "A")].Document("document"))
	if expected := `{"aws:RequestTag/ä":"<&>\t\u20ac\ud83d\ude00"}`; !strings.Contains(got, expected) {
		t.Errorf("%s is missing in %s", expected, got)
	}
}
