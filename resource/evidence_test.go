package resource_test

import (
	"testing"

	"baseline/resource"
)

// A ground holds while what was seen is still there, by what was said of it, or while what was not seen still isn't.
func TestGroundCheck(t *testing.T) {
	t.Parallel()
	key := resource.At("iam_access_key", "alice", "AKIA1")
	is := func(status string, facts resource.Facts) resource.State {
		return resource.State{key: {Settings: resource.Object{"status": status}, Facts: facts}}
	}
	none := resource.Ground{Look: resource.At("iam_access_key", "alice")}
	active := resource.Ground{Look: none.Look, Found: is("Active", nil)}
	born := resource.Ground{Look: none.Look, Found: map[resource.Address]resource.Resource{
		key: {Facts: resource.Facts{resource.FactCreated: "2026-01-01T00:00:00Z", resource.FactLooked: "yes"}},
	}}
	unused := resource.Ground{Look: key, Found: is("Active", resource.Facts{resource.FactUsed: ""})}
	const changed = "access_key/alice/AKIA1 has changed: "
	for _, test := range []struct {
		name   string
		ground resource.Ground
		now    resource.State
		want   string
	}{
		{"nothing was there, nor is", none, nil, ""},
		{"nothing was there, and is", none, is("Active", nil), "access_key/alice/AKIA1 is there now"},
		{"another user's is no matter", none, resource.State{resource.At("iam_access_key", "alice2", "AKIA2"): {}}, ""},
		{"nor is another kind of the user's", none, resource.State{resource.At("iam_mfa_device", "alice", "phone"): {}}, ""},
		{"a single object was not there, and is", resource.Ground{Look: key}, is("Active", nil), "access_key/alice/AKIA1 is there now"},
		{"a single object was not there, and another is", resource.Ground{Look: key}, resource.State{resource.At("iam_access_key", "alice", "AKIA2"): {}}, ""},
		{"it is as it was", active, is("Active", nil), ""},
		{"it is gone", active, nil, "access_key/alice/AKIA1 is gone"},
		{"it is known to be gone", active, resource.State{key: {}}, "access_key/alice/AKIA1 is gone"},
		{"its setting has changed", active, is("Inactive", nil), changed + "status Active -> Inactive"},
		{"its facts are no matter where none was named", active, is("Active", resource.Facts{resource.FactUsed: "2026-11-21T14:00:00Z"}), ""},
		{"others beside it are no matter", active, resource.State{key: active.Found[key], resource.At("iam_access_key", "alice", "AKIA2"): {}}, ""},
		{"its fact is the same, however closely it was looked at", born, is("Inactive", resource.Facts{resource.FactCreated: "2026-01-01T00:00:00Z"}), ""},
		{"its fact has changed", born, is("Active", resource.Facts{resource.FactCreated: "2026-02-02T00:00:00Z"}), changed + `created "2026-01-01T00:00:00Z" -> "2026-02-02T00:00:00Z"`},
		{"it was never used, nor is", unused, is("Active", nil), ""},
		{"it was never used, and is", unused, is("Active", resource.Facts{resource.FactUsed: "2026-11-21T14:00:00Z"}), "access_key/alice/AKIA1 has been used since"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := test.ground.Check(test.now); err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestCaller(t *testing.T) {
	t.Parallel()
	const account = "arn:aws:iam::111122223333:"
	for _, test := range []struct {
		name, arn, key string
		principal      resource.Address
		signs          bool // with AKIA1 of alice
	}{
		{"a user by her key", account + "user/alice", "AKIA1", resource.At("iam_user", "alice"), true},
		{"a user by her other key", account + "user/alice", "AKIA2", resource.At("iam_user", "alice"), false},
		{"a user in a path, by a session", account + "user/staff/eu/alice", "ASIA1", resource.At("iam_user", "alice"), true},
		{"a user by who knows what", account + "user/alice", "", resource.At("iam_user", "alice"), true},
		{"another user's session", account + "user/bob", "ASIA1", resource.At("iam_user", "bob"), false},
		{"a role", "arn:aws:sts::111122223333:assumed-role/alice/alice", "ASIA1", resource.At("iam_role", "alice"), false},
		{"root", account + "root", "AKIAROOT", resource.Address{}, false},
		{"a federated user", "arn:aws:sts::111122223333:federated-user/alice", "ASIA1", resource.Address{}, false},
		{"nobody", "", "", resource.Address{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			caller := resource.Caller{ARN: test.arn, AccessKey: test.key}
			if got := caller.Principal(); got != test.principal {
				t.Errorf("principal %s, want %s", got, test.principal)
			}
			if got := caller.Signs("alice", "AKIA1"); got != test.signs {
				t.Errorf("signs: %v", got)
			}
		})
	}
}
