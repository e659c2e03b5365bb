package main

import (
	"testing"

	"baseline/resource"
)

func TestDeletedCaller(t *testing.T) {
	t.Parallel()
	gone := func(a resource.Address) resource.Change {
		return resource.Change{Address: a, Before: resource.Object{"path": "/"}}
	}
	plan := &resource.Plan{Changes: []resource.Change{
		gone(resource.At("iam_user", "ci")), gone(resource.At("iam_role", "Deploy")), gone(resource.At("iam_group", "people")),
		{Address: resource.At("iam_user", "kept"), Before: resource.Object{"path": "/"}, After: resource.Object{"path": "/x/"}},
	}}
	for arn, want := range map[string]string{
		"arn:aws:iam::111122223333:user/ci":                    "iam_user/ci",
		"arn:aws-cn:iam::111122223333:user/teams/build/ci":     "iam_user/ci",
		"arn:aws:sts::111122223333:assumed-role/Deploy/github": "iam_role/Deploy",
		"arn:aws:sts::111122223333:assumed-role/ci/Deploy":     "",
		"arn:aws:iam::111122223333:user/ci/other":              "",
		"arn:aws:iam::111122223333:user/kept":                  "",
		"arn:aws:iam::111122223333:user/Deploy":                "",
		"arn:aws:iam::111122223333:root":                       "",
		"arn:aws:sts::111122223333:federated-user/ci":          "",
		"": "",
	} {
		got := deletedCaller(plan, arn)
		if got.IsZero() != (want == "") || want != "" && got.String() != want {
			t.Errorf("%q: %v, want %q", arn, got, want)
		}
	}
}
