package resource_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

// A plan is carried out from its JSON form, so nothing may be lost on the way, least of all the text of a document.
func TestObjectsComeBackFromJSONAsTheyWere(t *testing.T) {
	t.Parallel()
	for name, object := range map[string]resource.Object{
		"nothing there":     nil,
		"nothing to set":    {},
		"one of each":       {"s": "a", "yes": true, "no": false, "n": 3600, "list": []string{"a", "b"}, "tags": map[string]string{"k": "v"}},
		"empty ones":        {"s": "", "n": 0, "list": []string{}, "tags": map[string]string{}},
		"a document":        {"d": resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)},
		"its white space":   {"d": resource.Document("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}\n")},
		"HTML in it":        {"d": resource.Document(`{"Statement":[{"Sid":"<a>&b"}]}`)},
		"one like a map":    {"d": resource.Document(`{"Version":"2012-10-17"}`)},
		"one like verbatim": {"d": resource.Document(`{"verbatim":["x"]}`)},
		"no JSON":           {"d": resource.Document("Effect: Allow\x00\t\"")},
		"an empty one":      {"d": resource.Document("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, indent := range []string{"", "  "} {
				text, err := resource.Encode(resource.Change{Address: resource.At("k", "n"), After: object}, indent)
				if err != nil {
					t.Fatal(err)
				}
				var back resource.Change
				if err := json.Unmarshal(text, &back); err != nil {
					t.Fatalf("%v in %s", err, text)
				}
				if diff := cmp.Diff(object, back.After); diff != "" {
					t.Errorf("%s\n(-was +is):\n%s", text, diff)
				}
			}
		})
	}
}

func FuzzObject(f *testing.F) {
	f.Add([]byte(`{"a":"b","c":{"d":"e"},"f":{"g":1},"h":[],"i":2,"j":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var object resource.Object
		if json.Unmarshal(data, &object) != nil {
			return
		}
		text, err := resource.Encode(object, "")
		if err != nil {
			t.Fatalf("%v of %q", err, data)
		}
		var again resource.Object
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		second, err := resource.Encode(again, "")
		if err != nil || !bytes.Equal(text, second) {
			t.Fatalf("%v: %s is not %s", err, second, text)
		}
	})
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	a := resource.At("iam_policy_attachment", "group", "Dev", "aws:job-function/ViewOnlyAccess")
	text, err := a.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back resource.Address
	if err := back.UnmarshalText(text); err != nil || back != a {
		t.Errorf("%q comes back as %v, %v", text, back, err)
	}
	if diff := cmp.Diff([]string{"group", "Dev", "aws:job-function/ViewOnlyAccess"}, a.Parts(3)); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"iam_user", "/alice", "iam_user/"} {
		if _, err := resource.ParseAddress(bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Parts count with their owner, and the steps of one object as one.
func TestPlansCountObjects(t *testing.T) {
	t.Parallel()
	user, group := resource.At("iam_user", "u"), resource.At("iam_group", "g")
	there := resource.Object{}
	plan := resource.Plan{Changes: []resource.Change{
		{Address: user, Owner: user, After: there},
		{Address: resource.At("iam_membership", "u", "g"), Owner: user, After: there},
		{Address: resource.At("iam_policy_attachment", "group", "g", "P"), Owner: group, Before: there, OneWay: []string{"x"}},
		{Address: resource.At("iam_role", "r"), Owner: resource.At("iam_role", "r"), Before: there, Replace: true},
		{Address: resource.At("iam_role", "r"), Owner: resource.At("iam_role", "r"), After: there, Replace: true},
		{Address: resource.At("iam_role", "gone"), Owner: resource.At("iam_role", "gone"), Before: there},
	}}
	if diff := cmp.Diff(resource.Counts{Create: 1, Change: 1, Delete: 1, Replace: 1, OneWay: 1}, plan.Count()); diff != "" {
		t.Error(diff)
	}
}

func TestPlansThatNoPlannerMadeAreRefused(t *testing.T) {
	t.Parallel()
	there := resource.Object{}
	for name, changes := range map[string][]resource.Change{
		"waits for itself": {{Address: resource.At("k", "a"), After: there, Needs: []int{0}}},
		"waits for later":  {{Address: resource.At("k", "a"), After: there, Needs: []int{1}}, {Address: resource.At("k", "b"), After: there}},
		"waits for no one": {{Address: resource.At("k", "a"), After: there, Needs: []int{-1}}},
		"does nothing":     {{Address: resource.At("k", "a")}},
		"names nothing":    {{After: there}},
	} {
		if err := (&resource.Plan{Changes: changes}).Check(); err == nil {
			t.Errorf("a plan that %s is taken", name)
		}
	}
}
