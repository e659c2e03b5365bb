package kinds_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/policy"
	"baseline/resource"
)

func typeOf(t *testing.T, kind resource.Kind) resource.Type {
	t.Helper()
	for _, known := range kinds.Types() {
		if known.Kind == kind {
			return known
		}
	}
	t.Fatalf("there is no kind %s", kind)
	return resource.Type{}
}

func TestKindsComeAfterWhatTheyNeed(t *testing.T) {
	place := map[resource.Kind]int{}
	for i, known := range kinds.Types() {
		place[known.Kind] = i
	}
	for _, s := range samples {
		known := typeOf(t, s.address.Kind)
		if known.Needs == nil {
			continue
		}
		for _, o := range []resource.Object{s.first, s.second} {
			for _, need := range known.Needs(account, s.address, o) {
				if need.Kind != s.address.Kind && place[need.Kind] >= place[s.address.Kind] {
					t.Errorf("%s needs %s, which is listed later", s.address, need)
				}
			}
		}
	}
}

func TestNeeds(t *testing.T) {
	trust := func(principals string) settings {
		return settings{"trust": resource.Document(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principals + `}}`)}
	}
	for _, test := range []struct {
		name     string
		address  resource.Address
		settings resource.Object
		want     []string
	}{
		{"a group needs nothing", at("iam_group", "g"), settings{"path": "/"}, nil},
		{"a boundary of the account", at("iam_user", "u"), settings{"boundary": "Fence"}, []string{"iam_policy/Fence"}},
		{"a boundary of AWS", at("iam_user", "u"), settings{"boundary": "aws:PowerUserAccess"}, nil},
		{"no boundary", at("iam_role", "r"), settings{"boundary": ""}, nil},
		{"a membership", at("iam_membership", "u", "g"), settings{}, []string{"iam_user/u", "iam_group/g"}},
		{"an attachment of the account", at("iam_policy_attachment", "role", "r", "p"), settings{}, []string{"iam_role/r", "iam_policy/p"}},
		{"an attachment of AWS", at("iam_policy_attachment", "group", "g", "aws:job-function/ViewOnlyAccess"), settings{}, []string{"iam_group/g"}},
		{"an inline policy", at("iam_inline_policy", "user", "u", "p"), settings{}, []string{"iam_user/u"}},
		{"trust in a user and a role", at("iam_role", "r"), trust(`{"AWS":["arn:aws:iam::111122223333:user/people/u","arn:aws:iam::111122223333:role/x"]}`), []string{"iam_role/x", "iam_user/u"}},
		{"trust in a user twice", at("iam_role", "r"), trust(`{"AWS":["arn:aws:iam::111122223333:user/u","arn:aws:iam::111122223333:user/u"]}`), []string{"iam_user/u"}},
		{"trust in itself", at("iam_role", "r"), trust(`{"AWS":"arn:aws:iam::111122223333:role/r"}`), []string{"iam_role/r"}},
		{"trust in another account's role", at("iam_role", "r"), trust(`{"AWS":"arn:aws:iam::444455556666:role/x"}`), nil},
		{"trust in the account", at("iam_role", "r"), trust(`{"AWS":["111122223333","arn:aws:iam::111122223333:root"]}`), nil},
		{"trust in a dead principal", at("iam_role", "r"), trust(`{"AWS":"AIDAEXAMPLEEXAMPLE123"}`), nil},
		{"trust in a session", at("iam_role", "r"), trust(`{"AWS":"arn:aws:sts::111122223333:assumed-role/x/session"}`), nil},
		{"trust in everybody", at("iam_role", "r"), trust(`"*"`), nil},
		{"trust in a service", at("iam_role", "r"), trust(`{"Service":"ec2.amazonaws.com"}`), nil},
		{"trust and a boundary", at("iam_role", "r"), trust(`{"AWS":"arn:aws-cn:iam::111122223333:user/u"}`).With(settings{"boundary": "Fence"}), []string{"iam_policy/Fence", "iam_user/u"}},
		{"an unreadable trust", at("iam_role", "r"), settings{"trust": resource.Document(`{`)}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			if known := typeOf(t, test.address.Kind); known.Needs != nil {
				for _, need := range known.Needs(account, test.address, test.settings) {
					got = append(got, need.String())
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPartsAreShownUnderTheirOwner(t *testing.T) {
	for address, want := range map[resource.Address]string{
		at("iam_membership", "u", "g"):                         "iam_user/u",
		at("iam_inline_policy", "group", "g", "p"):             "iam_group/g",
		at("iam_policy_attachment", "role", "r", "aws:a/b"):    "iam_role/r",
		at("iam_policy_attachment", "user", "u", "aws:ReadIt"): "iam_user/u",
	} {
		known := typeOf(t, address.Kind)
		if got := known.Owner(address).String(); got != want || !known.Part {
			t.Errorf("%s: part %v of %s, want of %s", address, known.Part, got, want)
		}
	}
}

func TestOneWaySaysWhatADeletionLoses(t *testing.T) {
	for _, test := range []struct {
		kind   resource.Kind
		before resource.Resource
		want   string
	}{
		{"iam_user", resource.Resource{}, "its id"},
		{"iam_user", resource.Resource{Facts: resource.Facts{
			"access_keys": "AKIAEXAMPLE1 AKIAEXAMPLE2", "password": "set", "mfa_devices": "arn:aws:iam::111122223333:mfa/u",
			"service_credentials": "ACCAEXAMPLE",
		}}, "its id, 2 access keys, password, 1 MFA device, 1 service-specific credential"},
		{"iam_role", resource.Resource{}, "its id, by which others trust it, its running sessions"},
		{"iam_policy", resource.Resource{Facts: resource.Facts{"versions": "v1*"}}, "its id"},
		{"iam_policy", resource.Resource{Facts: resource.Facts{"versions": "v2* v1"}}, "its id, its older version v1"},
		{"iam_policy", resource.Resource{Facts: resource.Facts{"versions": "v9 v7* v1"}}, "its id, its older versions v9, v1"},
		{"iam_account_alias", resource.Resource{Settings: settings{"alias": "acme"}}, "the alias acme, should another account take the freed name,"},
	} {
		if got := strings.Join(typeOf(t, test.kind).OneWay(test.before), ", "); got != test.want {
			t.Errorf("%s %v: %q, want %q", test.kind, test.before.Facts, got, test.want)
		}
	}
	if typeOf(t, "iam_password_policy").OneWay != nil || typeOf(t, "iam_membership").OneWay != nil {
		t.Error("a password policy and a membership come back exactly as they were")
	}
}

func TestInterimTrustIsValidAndTrustsNobody(t *testing.T) {
	after := settings{"trust": resource.Document(trustMany), "max_session": 7200, "path": "/x/"}
	interim := typeOf(t, "iam_role").Interim(account, after)
	document, err := policy.Parse(string(interim.Document("trust")))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range document.Statements {
		if statement.Effect != policy.Deny {
			t.Errorf("it allows something: %s", interim.Document("trust"))
		}
	}
	if needs := typeOf(t, "iam_role").Needs(account, at("iam_role", "r"), interim); len(needs) > 0 {
		t.Errorf("it needs %v, so it cannot break a circle", needs)
	}
	if got := interim.With(settings{"trust": after["trust"]}); !cmp.Equal(got, after) {
		t.Errorf("more than the trust differs: %s", cmp.Diff(after, got))
	}
}

// Settings travel through plans and journals as JSON, so the canonical values must come back as they were.
func TestSamplesSurviveJSON(t *testing.T) {
	for _, s := range samples {
		want := complete(s.address.Kind, s.first)
		text, err := resource.Encode(want, "")
		if err != nil {
			t.Fatal(err)
		}
		var got resource.Object
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.address, diff)
		}
	}
}
