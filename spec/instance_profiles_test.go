package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

func TestInstanceProfiles(t *testing.T) {
	b := mustLoad(t, `
roles: {web-server: {}}
instance_profiles:
  web: {path: /fleet/, role: web-server, tags: {team: web}}
  empty: {role: ""}
  bare:
  old: {absent: true}
unmanaged: {instance_profiles: delete}`)
	profile := func(name string) resource.Address { return resource.At("iam_instance_profile", name) }
	want := &resource.Want{
		Name: b.Name,
		Objects: map[resource.Address]resource.Object{
			resource.At("iam_role", "web-server"): {},
			profile("web"):                        {"path": "/fleet/", "tags": map[string]string{"team": "web"}},
			profile("empty"):                      {},
			profile("bare"):                       {},
			resource.At("iam_instance_profile_role", "web", "web-server"): {},
		},
		Absent: []resource.Address{profile("old")},
		Complete: map[resource.Address][]resource.Kind{
			profile("web"):   {"iam_instance_profile_role"},
			profile("empty"): {"iam_instance_profile_role"},
		},
		Unmanaged: map[string]resource.Disposition{"instance_profiles": resource.Delete},
	}
	if diff := cmp.Diff(want, b.Want); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProblemsOfInstanceProfiles(t *testing.T) {
	check(t, map[string]refusal{
		"role that is not declared": {
			"instance_profiles: {web: {role: web-server}}",
			[]string{`3:33: role "web-server" is not declared: declare it; if it exists already, an empty "web-server: {}" leaves it as it is`},
		},
		"role that is absent": {
			"roles: {a: {absent: true}}\ninstance_profiles: {web: {role: a}}",
			[]string{`4:33: role "a" is declared absent at baseline.yaml:3:9`},
		},
		"names": {
			"instance_profiles: {a b: {}, web: {role: a/b}, Web: {}}",
			[]string{
				`3:21: instance profile name "a b": AWS allows 1 to 128 letters, digits and _+=,.@-`,
				`3:42: role name "a/b": AWS allows 1 to 64 letters, digits and _+=,.@-`,
				`3:48: instance profile "Web" differs from "web" (baseline.yaml:3:30) in case only, and AWS takes both for one`,
			},
		},
		"absent with settings": {
			"instance_profiles: {web: {absent: true, path: /x/}}",
			[]string{`3:27: absent: true goes with no other key: what shall not exist has no settings`},
		},
	})
}
