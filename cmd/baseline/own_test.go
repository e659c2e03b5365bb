package main

import (
	"testing"

	"baseline/resource"
)

func TestAPlanMustNotTakeItsOwnCredentials(t *testing.T) {
	t.Parallel()
	gone := func(a resource.Address) resource.Change {
		return resource.Change{Address: a, Before: resource.Object{"path": "/"}}
	}
	status := func(key, before, after string) resource.Change {
		return resource.Change{Address: resource.At("iam_access_key", key), Before: resource.Object{"status": before}, After: resource.Object{"status": after}}
	}
	plan := &resource.Plan{Changes: []resource.Change{
		gone(resource.At("iam_user", "ci")), gone(resource.At("iam_role", "Deploy")), gone(resource.At("iam_group", "people")),
		{Address: resource.At("iam_user", "kept"), Before: resource.Object{"path": "/"}, After: resource.Object{"path": "/x/"}},
		status("bob/AKIAIOSFODNN7EXAMPLE", "Active", "Inactive"),
		status("carol/AKIAI44QH8DHBEXAMPLE", "Inactive", "Active"),
		{Address: resource.At("iam_membership", "dave/baseline-require-mfa"), After: resource.Object{}},
	}}
	for _, c := range []struct {
		arn, key string
		harmed   bool
	}{
		{"arn:aws:iam::111122223333:user/ci", "", true},
		{"arn:aws-cn:iam::111122223333:user/teams/build/ci", "", true},
		{"arn:aws:sts::111122223333:assumed-role/Deploy/github", "", true},
		{"arn:aws:sts::111122223333:assumed-role/ci/Deploy", "", false},
		{"arn:aws:iam::111122223333:user/ci/other", "", false},
		{"arn:aws:iam::111122223333:user/kept", "", false},
		{"arn:aws:iam::111122223333:user/Deploy", "", false},
		{"arn:aws:iam::111122223333:root", "", false},
		{"arn:aws:sts::111122223333:federated-user/ci", "", false},
		{"", "", false},
		{"arn:aws:iam::111122223333:user/bob", "AKIAIOSFODNN7EXAMPLE", true},
		{"arn:aws:iam::111122223333:user/bob", "AKIAOTHER00000000000", false},
		{"arn:aws:iam::111122223333:user/bob", "ASIATEMPORARY0000000", true},
		{"arn:aws:iam::111122223333:user/carol", "AKIAI44QH8DHBEXAMPLE", false},
		{"arn:aws:iam::111122223333:user/dave", "AKIAOTHER00000000000", true},
	} {
		if why := ownHarm(plan, resource.Caller{ARN: c.arn, AccessKey: c.key}); (why != "") != c.harmed {
			t.Errorf("%s with %s: %q, want harm: %v", c.arn, c.key, why, c.harmed)
		}
	}
}
