package spec_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"baseline/spec"
)

// FuzzLoad holds Load to this: whatever is in a file, it does not panic, and either gives a baseline or says in readable
// lines, each with a place, what is wrong.
func FuzzLoad(f *testing.F) {
	f.Add(everything, jsonDoc)
	f.Add(head+"users: &a {x: *a, <<: *a}\n", "[")
	f.Add(head+"vars: {a: }\nusers: {'${a}': {inline: {i: {file: a.json}}}}", `{"${a}":1,"a":[1e9,"\ud800"]}`)
	f.Add(head+"roles: {r: {trust_policy: {file: a.json}, max_session: 99h}}", `{"Statement":{}}`)
	f.Add(head+"require: {mfa: {grace: 9999999d, exceptions: [user/a, {subject: , until: 0000-12-31}]}, cloudshell_full_access: {exceptions: [[]]}}", "")
	f.Add(head+"require: {access_keys: {ladder: {warn: 1d, delete: 1d}}, permissions: {groups: {'': '', none: x}, boundary: {for: ['']}}}", "")
	f.Add(head+"require: {support_role: {principals: ['', user/x, 5]}, trust: {accounts: [x], services: ['']}}\nbenchmark: ${x}", "")
	f.Add(head+"cloudtrail: {aud: {home_region: a-b-1, bucket: {name: abc, create: true, access_logs: {name: abd, prefix: ''}}, kms: {alias: a, create: true}, logs: {group: a, kms: alias/a}, alarms: {preset: cis, email: a@b.c}}}", "")
	f.Add(head+"cloudtrail: {aud: {home_region: a-b-1, bucket: abc, selectors: [{FieldSelectors: [{Field: eventCategory, Equals: Data}, {Field: resources.type, Equals: ['\"\\']}]}]}, b.d: {home_region: , absent: true}}\ns3: ", "")
	f.Add(head+"cloudtrail: {aud: {home_region: a-b-1, bucket: abc, data_events: {s3: all, buckets: [''], lambda: [], dynamodb: [x]}, management_events: {record: , exclude: ['']}, insights: ['']}}\nrequire: {trail: {kms: false, alarms: }}", "")
	f.Fuzz(func(t *testing.T, text, document string) {
		b, err := load(map[string]string{"baseline.yaml": text, "a.json": document}, spec.Env{})
		if err == nil {
			for at, object := range b.Want.Objects {
				if object == nil || b.Places[at].Line == 0 {
					t.Errorf("%s: object %v at %s", at, object, b.Places[at])
				}
			}
			for rule, place := range b.RequirePlaces {
				if b.Want.Require == nil || place.Line == 0 {
					t.Errorf("require.%s at %s", rule, place)
				}
			}
			return
		}
		var problems spec.Problems
		if !errors.As(err, &problems) || len(problems) == 0 {
			t.Fatalf("not Problems: %v", err)
		}
		for _, p := range problems {
			if p.File == "" || p.Line < 1 || p.Column < 1 || p.Message == "" || strings.Contains(p.Message, "%!") || !utf8.ValidString(p.Message) {
				t.Errorf("bad problem %q", p)
			}
		}
	})
}
