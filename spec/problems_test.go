package spec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/spec"
)

// refusal is a file, without its head of two lines, and all that is wrong with it. The file's name is left out.
type refusal struct {
	yaml     string
	problems []string
}

func check(t *testing.T, tests map[string]refusal) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load(map[string]string{"baseline.yaml": head + tt.yaml}, spec.Env{})
			var problems spec.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, expected Problems", err)
			}
			var got []string
			for line := range strings.Lines(problems.Error()) {
				got = append(got, strings.TrimPrefix(strings.TrimSpace(line), "baseline.yaml:"))
			}
			if diff := cmp.Diff(tt.problems, got); diff != "" {
				t.Errorf("problems (-expected +got):\n%s", diff)
			}
		})
	}
}

func TestProblemsOfForm(t *testing.T) {
	check(t, map[string]refusal{
		"unknown section": {"polices: {}", []string{`3:1: unknown key "polices"; did you mean "policies"?`}},
		"unknown key":     {"users: {alice: {group: []}}", []string{`3:17: unknown key "group"; did you mean "groups"?`}},
		"unknown key like no other": {
			"users: {alice: {colour: red}}",
			[]string{`3:17: unknown key "colour"; known here: absent, boundary, groups, inline, path, policies, tags`},
		},
		"duplicate key":     {"users:\n  alice: {}\n  alice: {}", []string{`5:3: duplicate key "alice"; first at baseline.yaml:4:3`}},
		"version again":     {"version: 1", []string{`3:1: duplicate key "version"; first at baseline.yaml:1:1`}},
		"list for a map":    {"users: []", []string{`3:8: users: expected a map, found a list`}},
		"nothing for a map": {"users:", []string{`3:7: users: expected a map, found nothing: leave the key out, or write an empty one`}},
		"wrong types, all of them": {
			"users: {alice: {path: 5, groups: Ops, tags: {a: 1}, policies: }}",
			[]string{
				`3:23: path: expected a string, found a number: put it in quotes`,
				`3:34: groups: expected a list, found a string`,
				`3:49: a: expected a string, found a number: put it in quotes`,
				`3:63: policies: expected a list, found nothing: leave the key out, or write an empty one`,
			},
		},
		"wrong scalars": {
			"password_policy: {min_length: ten, allow_change: 1, reuse_prevention: 0x10, max_age: 90}",
			[]string{
				`3:31: min_length: expected a whole number, found a string`,
				`3:50: allow_change: expected true or false, found a number`,
				`3:71: reuse_prevention: 0x10 is not a whole number in decimal digits`,
				`3:86: max_age: expected a duration such as 90d or 1h, found "90"`,
			},
		},
		"tags of YAML":     {"users: {alice: {tags: !foo {}}}", []string{`3:23: the YAML tag !foo is not allowed here`}},
		"a list as a key":  {"users: {? [x] : y}", []string{`3:11: a key must be a word, not a list`}},
		"merging a number": {"users: {<<: 5}", []string{`3:13: << merges maps, not a number`}},
		"not YAML":         {"a: b: c", []string{`3:1: not YAML: mapping values are not allowed in this context`}},
		"two documents":    {"---\nname: x", []string{`3:1: a second YAML document: put it into a file of its own`}},
	})
}

func TestProblemsOfWholeFiles(t *testing.T) {
	tests := map[string]struct{ text, problems string }{
		"not UTF-8":           {"version: 1\nname: \xff\n", "baseline.yaml:2:7: not UTF-8 text: save the file as UTF-8"},
		"a list":              {"- a\n", "baseline.yaml:1:1: the file must be a map of sections such as groups and users, found a list"},
		"a word":              {"hello\n", "baseline.yaml:1:1: the file must be a map of sections such as groups and users, found a string"},
		"empty":               {"", "baseline.yaml:1:1: name is missing: give the baseline a name, such as \"name: acme-prod\"\n" + "baseline.yaml:1:1: version is missing: write \"version: 1\" at the top"},
		"a later version":     {"version: 2\nname: x\n", "baseline.yaml:1:10: version 2 is unknown: this program reads version 1"},
		"a name for no tag":   {"version: 1\nname: a b\n", `baseline.yaml:2:7: name "a b": use 1 to 128 letters, digits, dots, underscores and hyphens`},
		"a short account":     {"version: 1\nname: x\naccount: 1234\n", `baseline.yaml:3:10: account: an account id has 12 digits, found "1234"`},
		"a large file":        {"# " + strings.Repeat("x", 4<<20), "baseline.yaml:1:1: larger than 4 MiB"},
		"a deep file":         {strings.Repeat("[", 60) + strings.Repeat("]", 60), "baseline.yaml:1:52: nested more than 50 deep"},
		"an anchor in itself": {"version: 1\nname: x\nusers: &a {b: *a}\n", `baseline.yaml:3:15: the anchor "a" contains itself`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load(map[string]string{"baseline.yaml": tt.text}, spec.Env{})
			if err == nil {
				t.Fatal("the file was accepted")
			}
			if diff := cmp.Diff(tt.problems, err.Error()); diff != "" {
				t.Errorf("problems (-expected +got):\n%s", diff)
			}
		})
	}
}

// A problem is a line, whatever a file calls its things.
func TestNamesForgeNoProblems(t *testing.T) {
	check(t, map[string]refusal{
		"in a label": {
			`vars: {"a\nb.yaml:1:1: forged": 1}`,
			[]string{
				`3:8: variable name "a\nb.yaml:1:1: forged": use letters, digits, _ and -, and begin with a letter`,
				`3:33: a\nb.yaml:1:1: forged: expected a string, found a number: put it in quotes`,
			},
		},
		"in quotes": {`users: {"a\nb\u202e": }`, []string{`3:9: user name "a\nb\u202e": AWS allows 1 to 64 letters, digits and _+=,.@-`}},
	})
}

func TestProblemsOfNames(t *testing.T) {
	check(t, map[string]refusal{
		"characters and lengths": {
			"users: {\"a b\": , '': }\nroles: {" + strings.Repeat("r", 65) + ": }",
			[]string{
				`3:9: user name "a b": AWS allows 1 to 64 letters, digits and _+=,.@-`,
				`3:18: user name "": AWS allows 1 to 64 letters, digits and _+=,.@-`,
				`4:9: role name "` + strings.Repeat("r", 65) + `": AWS allows 1 to 64 letters, digits and _+=,.@-`,
			},
		},
		"case only": {
			"groups: {Ops: , ops: }",
			[]string{`3:17: group "ops" differs from "Ops" (baseline.yaml:3:10) in case only, and AWS takes both for one`},
		},
		"case of tags of a user": {
			"users: {alice: {tags: {team: a, Team: b}}}",
			[]string{`3:33: tag "Team" differs from "team" (baseline.yaml:3:24) in case only, and AWS takes both for one`},
		},
		"tags": {
			"users: {alice: {tags: {\"aws:x\": a, \"baseline:name\": x, b: \"#\"}}}",
			[]string{
				`3:24: tag "aws:x": AWS keeps tags that begin with aws: for its own`,
				`3:36: tag "baseline:name": this is the mark of the baseline that created an object, and not declared`,
				`3:59: tag value "#": AWS allows up to 256 letters, digits, spaces and _.:/=+-@`,
			},
		},
		"paths": {
			"users: {alice: {path: team}, bob: {path: //}}\npolicies: {p: {path: /a:b/}}\nroles: {r: {path: /aws-reserved/x/}}",
			[]string{
				`3:23: path "team": AWS wants / or a path such as /team/ that begins and ends with a slash, up to 512 characters without spaces`,
				`3:42: path "//": AWS wants / or a path such as /team/ that begins and ends with a slash, up to 512 characters without spaces`,
				`4:22: path "/a:b/": AWS wants / or a path such as /team/ that begins and ends with a slash, up to 512 letters, digits and .,+@=_-`,
				`5:19: path "/aws-reserved/x/": AWS keeps /aws-reserved/ for its own`,
			},
		},
		"sessions and descriptions": {
			"roles: {a: {max_session: 30m, description: \"a → b\"}, b: {max_session: long}, c: {max_session: 13h}}",
			[]string{
				`3:26: max_session: AWS allows 1h to 12h, found 30m`,
				`3:44: description: AWS allows only the characters of Latin-1, found "→"`,
				`3:71: max_session: expected a duration such as 90d or 1h, found "long"`,
				`3:95: max_session: AWS allows 1h to 12h, found 13h`,
			},
		},
		"alias": {"alias: a--b", []string{`3:8: alias "a--b": AWS allows 3 to 63 lower case letters, digits and single hyphens, none at the ends`}},
		"alias like an account": {
			"alias: '111122223333'", []string{`3:8: alias "111122223333": AWS refuses an alias that looks like an account id`},
		},
		"password policy": {
			"password_policy: {min_length: 5, reuse_prevention: 25, max_age: 36h, require: [uper]}",
			[]string{
				`3:31: min_length: AWS allows 6 to 128, found 5`,
				`3:52: reuse_prevention: AWS allows 0 to 24, found 25`,
				`3:65: max_age: AWS allows 1d to 1095d, or never; found 36h`,
				`3:80: "uper" is not one of upper, lower, number, symbol`,
			},
		},
		"dispositions": {
			"unmanaged: {users: destroy, user: report}",
			[]string{`3:20: "destroy" is not one of ignore, report, delete`, `3:29: unknown key "user"; did you mean "users"?`},
		},
		"absent": {
			"users: {a: {absent: false}, b: {absent: true, path: /}}",
			[]string{
				`3:21: absent: false says nothing: leave the key out`,
				`3:33: absent: true goes with no other key: what shall not exist has no settings`,
			},
		},
	})
}

func TestProblemsOfReferences(t *testing.T) {
	check(t, map[string]refusal{
		"dangling": {
			"users: {alice: {groups: [Opps, Dev], policies: [Reed, readonly, '']}}\ngroups: {Ops: }\npolicies: {Read: , ReadOnly: }",
			[]string{
				`3:26: group "Opps" is not declared; did you mean "Ops"?`,
				`3:32: group "Dev" is not declared: declare it; if it exists already, an empty "Dev: {}" leaves it as it is`,
				`3:49: policy "Reed" is not declared; did you mean "Read"?`,
				`3:55: policy "readonly" is not declared; did you mean "ReadOnly"?`,
				`3:65: the name of a policy is empty`,
			},
		},
		"policies of AWS": {
			"users: {alice: {boundary: 'aws:a b', policies: ['arn:aws:iam::1:policy/x', 'aws:aws-service-role/X']}}",
			[]string{
				`3:27: "aws:a b" is not the name of a policy of AWS: write aws:NAME or aws:PATH/NAME, as in aws:job-function/ViewOnlyAccess`,
				`3:49: "arn:aws:iam::1:policy/x" is not the ARN of a managed policy`,
				`3:76: "aws:aws-service-role/X" is one of the policies that AWS keeps to itself: it cannot be attached`,
			},
		},
		"ARNs": {
			"account: '111122223333'\nusers:\n  alice:\n    policies:\n" +
				"    - arn:aws:iam::444455556666:policy/x\n    - arn:aws-cn:iam::aws:policy/x\n" +
				"    - arn:aws:iam::111122223333:policy/Read\n    - arn:aws:iam::111122223333:policy/Gone\n" +
				"policies:\n  Read: {path: /a/}\n  Gone: {absent: true}",
			[]string{
				`7:7: "arn:aws:iam::444455556666:policy/x" belongs to account 444455556666: a policy can only be used in its own account, here 111122223333`,
				`8:7: "arn:aws-cn:iam::aws:policy/x" is of the partition aws-cn, but this is for aws: write ${partition}`,
				`9:7: "arn:aws:iam::111122223333:policy/Read" has the path /, but policy "Read" is declared with the path /a/ at baseline.yaml:12:3`,
				`10:7: policy "Gone" is declared absent at baseline.yaml:13:3`,
			},
		},
		"twice": {
			"users: {alice: {groups: [Ops, Ops], policies: [aws:X, 'arn:aws:iam::aws:policy/X']}}\ngroups: {Ops: }",
			[]string{
				`3:31: "Ops" is listed twice; first at baseline.yaml:3:26`,
				`3:55: policy "aws:X" is listed twice; first at baseline.yaml:3:48`,
			},
		},
		"sides that disagree": {
			"users:\n  alice: {groups: [Ops]}\n  bob: {groups: []}\ngroups:\n  Ops: {members: [bob]}",
			[]string{
				`4:20: user "alice" lists group "Ops" here, but not the other way round at baseline.yaml:7:18: add it there or remove it here`,
				`7:19: group "Ops" lists user "bob" here, but not the other way round at baseline.yaml:5:17: add it there or remove it here`,
			},
		},
		"members": {
			"users: {bob: {absent: true}}\ngroups: {Ops: {members: [bob, eve]}}",
			[]string{
				`4:26: user "bob" is declared absent at baseline.yaml:3:9`,
				`4:31: user "eve" is not declared: declare it; if it exists already, an empty "eve: {}" leaves it as it is`,
			},
		},
	})
}

func TestProblemsOfTrust(t *testing.T) {
	check(t, map[string]refusal{
		"both ways": {"roles: {a: {trust: [], trust_policy: {}}}", []string{`3:24: trust and trust_policy are both given: keep one`}},
		"nobody":    {"roles: {a: {trust: []}}", []string{`3:20: trust is empty: AWS wants at least one who may assume the role`}},
		"forms": {
			"roles:\n  a:\n    trust:\n    - {service: lambda}\n    - {}\n    - {account: '1'}\n    - {service: ec2.amazonaws.com, mfa: true}\n    - {servce: x, role: a, user: x}\n    - 5",
			[]string{
				`6:17: "lambda" is not the name of a service: write it in full, as in lambda.amazonaws.com`,
				`7:7: a trust entry has exactly one of service, account, role, user, oidc, saml, found 0 of them`,
				`8:17: account: an account id has 12 digits, found "1"`,
				`9:36: mfa does not go with service`,
				`10:7: a trust entry has exactly one of service, account, role, user, oidc, saml, found 2 of them`,
				`10:8: unknown key "servce"; did you mean "service"?`,
				`11:7: trust: expected a map, found a number`,
			},
		},
		"names": {
			"roles:\n  a:\n    trust:\n    - {role: x}\n    - {user: 'arn:aws:iam::1:user/x'}\n    - {account: '444455556666', mfa: false, external_id: 'a b', org_id: x}\n    - {saml: 'a b'}\n    - {oidc: 'https://x'}",
			[]string{
				`6:14: role "x" is not declared: declare it; if it exists already, an empty "x: {}" leaves it as it is`,
				`7:14: "arn:aws:iam::1:user/x" is not the ARN of a user`,
				`8:38: mfa: false says nothing: leave the key out`,
				`8:58: external_id "a b": AWS allows 2 to 1224 letters, digits and _+=,.@:/-`,
				`8:73: org_id "x": an organization id is o- and 10 to 32 letters and digits`,
				`9:14: "a b" is not the name of a SAML provider, nor its ARN`,
				`10:14: "https://x" is not an OpenID Connect provider: write its host without https://, as in token.actions.githubusercontent.com, or its ARN`,
			},
		},
		"empty": {
			"roles: {a: {trust: [{service: ''}, {service: []}, {oidc: x.com, subject: ['']}, {role: ''}]}}",
			[]string{
				`3:31: service: the string is empty`,
				`3:46: service: the list is empty`,
				`3:75: subject: the string is empty`,
				`3:88: role "" is not declared`,
			},
		},
		"doors open to strangers": {
			"roles:\n  a:\n    trust:\n    - {oidc: token.actions.githubusercontent.com}\n    - {oidc: token.actions.githubusercontent.com, subject: 'repo:*'}\n    - {oidc: gitlab.com, subject: ['project_path:acme/*', '*']}",
			[]string{
				`6:7: token.actions.githubusercontent.com gives tokens to anybody, so that anybody could assume this role: add a subject that only your own tokens have`,
				`7:60: the subject "repo:*" matches tokens of strangers: token.actions.githubusercontent.com gives tokens to anybody; name the owner before the first wildcard`,
				`8:59: the subject "*" matches tokens of strangers: gitlab.com gives tokens to anybody; name the owner before the first wildcard`,
			},
		},
	})
}

func TestProblemsOfLimits(t *testing.T) {
	list := func(n int, prefix string) string {
		var names []string
		for i := range n {
			names = append(names, prefix+strings.Repeat("x", i+1))
		}
		return strings.Join(names, ", ")
	}
	statement := `{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::` + strings.Repeat("b", 1200) + `"}]}`
	check(t, map[string]refusal{
		"groups of a user": {
			"users: {u: {groups: [" + list(11, "g") + "]}}\ngroups: {" + strings.ReplaceAll(list(11, "g"), ",", ": ,") + ": }",
			[]string{`3:107: user "u" has more than 10 groups: AWS allows no more`},
		},
		"policies of a group": {
			"groups: {g: {policies: [" + list(11, "aws:p") + "]}}", []string{`3:24: 11 policies: AWS attaches at most 10 to a group`},
		},
		"policies of a user": {
			"users: {u: {policies: [" + list(21, "aws:p") + "]}}", []string{`3:23: 21 policies: AWS attaches at most 20 to a user`},
		},
		"policies of a role": {
			"roles: {r: {policies: [" + list(26, "aws:p") + "]}}", []string{`3:23: 26 policies: AWS attaches at most 25 to a role`},
		},
		"inline policies of a user": {
			"users: {u: {inline: {a: " + statement + ", b: " + statement + "}}}",
			[]string{`3:21: the inline policies have 2616 characters together: AWS allows 2048 for a user`},
		},
		"tags": {
			"users: {u: {tags: {" + strings.ReplaceAll(list(50, "t"), ",", ": a,") + ": a}}}",
			[]string{`3:19: tags: 49 can be declared (AWS allows 50, and one is the mark of the baseline), found 50`},
		},
	})
	// As many as AWS allows are fine.
	mustLoad(t, "users: {u: {policies: ["+list(20, "aws:p")+"], inline: {a: "+statement+"}}}\nroles: {r: {inline: {a: "+statement+", b: "+statement+"}}}")
}

func TestProblemsOfDocuments(t *testing.T) {
	check(t, map[string]refusal{
		"where the mistake is": {
			"policies:\n  A:\n    document:\n      Version: \"2012-10-17\"\n      Statement:\n        - Effect: Alow\n          Action: s3:GetObject\n          Resource: '*'",
			[]string{`8:19: Effect is "Alow"; it must be "Allow" or "Deny"`},
		},
		"numbers JSON hasn't": {
			"policies: {A: {document: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: 's3:*', Resource: 012}]}}}",
			[]string{`3:104: 012 is not a number in JSON: put it in quotes`},
		},
		"document twice": {"policies: {A: {document: {}, file: x.json}}", []string{`3:30: document and file are both given: keep one`}},
		"not a document": {"policies: {A: {document: [a]}}", []string{`3:26: document: expected a policy document, found a list`}},
	})
}
