package spec_test

import "testing"

func TestProblemsOfRequirements(t *testing.T) {
	check(t, map[string]refusal{
		"unknown keys": {
			"benchmark: cis-2.0\nrequire: {mffa: {}, root: {keys: none}}",
			[]string{
				`3:12: "cis-2.0" is not one of cis-3.0, cis-4.0, cis-5.0, cis-6.0, cis-7.0, fsbp`,
				`4:11: unknown key "mffa"; did you mean "mfa"?`,
				`4:27: root asks for nothing: give at least one of mfa, access_keys`,
				`4:28: unknown key "keys"; known here: access_keys, mfa`,
			},
		},
		"wrong shapes": {"require: {root: , mfa: yes, access_keys: []}", []string{
			`3:17: root: expected a map, found nothing: leave the key out, or write an empty one`,
			`3:24: mfa: expected a map, found a string`,
			`3:42: access_keys: expected a map, found a list`,
		}},
		"rules that ask for nothing": {
			"require:\n  root: {}\n  access_keys: {exceptions: [user/a]}\n  credentials: {}\n  permissions: {fix: true}\n  trust: {}\n  server_certificates: {}",
			[]string{
				`4:9: root asks for nothing: give at least one of mfa, access_keys`,
				`5:16: access_keys asks for nothing: give at least one of max_age, max_active, unused`,
				`6:16: credentials asks for nothing: give at least one of ssh_keys, service_specific, signing_certificates`,
				`7:16: permissions asks for nothing: give at least one of users, admin, service_wildcards, boundary`,
				`8:10: trust asks for nothing: give at least one of accounts, services, external_id, public`,
				`9:24: server_certificates asks for nothing: give expired`,
			},
		},
		"limits that ask for nothing": {"require: {credentials: {ssh_keys: {}, service_specific: {action: report}}}", []string{
			`3:35: ssh_keys asks for nothing: give at least one of max_age, unused`,
			`3:57: service_specific asks for nothing: give at least one of max_age, unused`,
		}},
		"what is missing": {"require: {passwords: {action: remove}, unused_roles: {}, cloudshell_full_access: {}}", []string{
			`3:22: passwords: unused is missing: say how long a password may go without being used, as in 45d`,
			`3:54: unused_roles: after is missing: say how long a role may go without being used, as in 90d`,
			`3:82: cloudshell_full_access: exceptions is missing: without any, write cloudshell_full_access: forbidden`,
		}},
		"words": {
			"require:\n  root: {mfa: virtual, access_keys: one}\n  mfa: {of: everybody, enforce: deny, unassigned: delete, grace: 7d}\n  passwords: {unused: 45d, action: deactivate}\n" +
				"  credentials: {ssh_keys: {max_age: 1d, action: remove}}\n  permissions: {users: none, admin: allowed, service_wildcards: forbidden}\n" +
				"  trust: {external_id: optional, public: report}\n  server_certificates: {expired: kept}\n  cloudshell_full_access: allowed",
			[]string{
				`4:15: "virtual" is not one of any, hardware`,
				`4:37: "one" is unknown here: write none, or leave the key out`,
				`5:13: "everybody" is not one of console_users, all_users`,
				`5:33: "deny" is not one of report, deny-without-mfa`,
				`5:51: "delete" is not one of report, remove`,
				`6:36: "deactivate" is not one of report, remove`,
				`7:49: "remove" is not one of deactivate, report`,
				`8:24: "none" is unknown here: write groups-only, or leave the key out`,
				`8:37: "allowed" is unknown here: write forbidden, or leave the key out`,
				`8:65: "forbidden" is unknown here: write report, or leave the key out`,
				`9:24: "optional" is unknown here: write required, or leave the key out`,
				`9:42: "report" is unknown here: write forbidden, or leave the key out`,
				`10:34: "kept" is unknown here: write removed, or leave the key out`,
				`11:27: "allowed" is unknown here: write forbidden, or leave the key out`,
			},
		},
		"durations": {
			"require:\n  mfa: {enforce: deny-without-mfa, grace: 0d}\n  access_keys: {max_age: 90m, unused: 12h, ladder: {deactivate: 90}}\n  passwords: {unused: 23h}\n" +
				"  credentials: {ssh_keys: {max_age: -1d}}\n  unused_roles: {after: 999999d}",
			[]string{
				`4:43: grace: expected whole days or hours, such as 90d or 12h, found 0d`,
				`5:26: max_age: expected whole days or hours, such as 90d or 12h, found 90m`,
				`5:39: unused: expected at least 1d, found 12h: AWS shows a use hours later`,
				`5:65: deactivate: expected a duration such as 90d or 1h, found "90"`,
				`6:23: unused: expected at least 1d, found 23h: AWS shows a use hours later`,
				`7:37: max_age: expected a duration such as 90d or 1h, found "-1d"`,
				`8:25: after: 999999d is too long: at most 106751d can be counted`,
			},
		},
		"further back than AWS looks": {"require: {unused_roles: {after: 401d}}", []string{`3:33: after: expected at most 400d, found 401d: AWS looks back no further for the last use of a role`}},
		"grace without enforcement":   {"require: {mfa: {grace: 7d}}", []string{`3:17: grace means nothing without enforce: deny-without-mfa: write that, or leave grace out`}},
		"grace with reports only":     {"require: {mfa: {grace: 7d, enforce: report}}", []string{`3:17: grace means nothing without enforce: deny-without-mfa: write that, or leave grace out`}},
		"too many keys":               {"require: {access_keys: {max_active: 3}}", []string{`3:37: max_active: AWS allows 0 to 2, found 3`}},
		"a negative number of keys":   {"require: {access_keys: {max_active: -1}}", []string{`3:37: max_active: AWS allows 0 to 2, found -1`}},
		"a trail that nothing is asked of": {"require: {trail: {}}", []string{
			`3:18: trail asks for nothing: give at least one of multi_region, validation, kms, logs, bucket_private, bucket_logged, management_events, s3_data_events, alarms`,
		}},
		"what is not asked of a trail": {
			"require: {trail: {multi_region: false, validation: false, kms: false, logs: false, bucket_private: false, bucket_logged: false, management_events: none, s3_data_events: none, alarms: none}}",
			[]string{
				`3:33: multi_region: false says nothing: leave the key out`,
				`3:52: validation: false says nothing: leave the key out`,
				`3:64: kms: false says nothing: leave the key out`,
				`3:77: logs: false says nothing: leave the key out`,
				`3:100: bucket_private: false says nothing: leave the key out`,
				`3:122: bucket_logged: false says nothing: leave the key out`,
				`3:148: "none" is not one of all, read, write`,
				`3:170: "none" is not one of all, read, write`,
				`3:184: "none" is unknown here: write cis, or leave the key out`,
			},
		},
		"a cloud shell of a list": {"require: {cloudshell_full_access: [forbidden]}", []string{`3:35: cloudshell_full_access: expected forbidden or {exceptions: [...]}, found a list`}},
	})
}

func TestProblemsOfLadders(t *testing.T) {
	check(t, map[string]refusal{
		"without an age":       {"require: {access_keys: {unused: 45d, ladder: {deactivate: 90d}}}", []string{`3:38: ladder means nothing without max_age: write that, or leave ladder out`}},
		"alone":                {"require: {access_keys: {ladder: {deactivate: 90d}}}", []string{`3:25: ladder means nothing without max_age: write that, or leave ladder out`}},
		"without rungs":        {"require: {access_keys: {max_age: 90d, ladder: {}}}", []string{`3:47: ladder: deactivate is missing: a warning names the day of it, and a key is inactive for a while before it is deleted`}},
		"a warning alone":      {"require: {access_keys: {max_age: 90d, ladder: {warn: 80d}}}", []string{`3:47: ladder: deactivate is missing: a warning names the day of it, and a key is inactive for a while before it is deleted`}},
		"a deletion alone":     {"require: {access_keys: {max_age: 90d, ladder: {delete: 120d}}}", []string{`3:47: ladder: deactivate is missing: a warning names the day of it, and a key is inactive for a while before it is deleted`}},
		"before it is too old": {"require: {access_keys: {max_age: 90d, ladder: {deactivate: 2159h}}}", []string{`3:60: deactivate: 2159h is less than max_age: a key cannot be deactivated before it is too old`}},
		"out of order": {"require: {access_keys: {max_age: 90d, ladder: {warn: 100d, deactivate: 90d, delete: 90d}}}", []string{
			`3:54: warn: 100d is more than deactivate (90d): a warning comes before it`,
			`3:85: delete: 90d is not more than deactivate (90d): a key is inactive for a while before it is deleted`,
		}},
	})
}

func TestProblemsOfExceptions(t *testing.T) {
	check(t, map[string]refusal{
		"forms": {
			"require: {permissions: {admin: forbidden, exceptions: [alice, iam_user/alice, server/x, user/, 'role/a b', [role/x], 5, ~, user/a/b]}}",
			[]string{
				`3:56: "alice" is none of user/NAME, group/NAME, role/NAME, policy/NAME`,
				`3:63: "iam_user/alice" is none of user/NAME, group/NAME, role/NAME, policy/NAME`,
				`3:79: "server/x" is none of user/NAME, group/NAME, role/NAME, policy/NAME`,
				`3:89: user name "": AWS allows 1 to 64 letters, digits and _+=,.@-`,
				`3:96: role name "a b": AWS allows 1 to 64 letters, digits and _+=,.@-`,
				`3:108: exceptions: expected user/NAME or {subject, reason, until}, found a list`,
				`3:118: exceptions: expected a string, found a number: put it in quotes`,
				`3:121: exceptions: expected a string, found nothing: leave the key out, or write ""`,
				`3:124: user name "a/b": AWS allows 1 to 64 letters, digits and _+=,.@-`,
			},
		},
		"terms": {
			"require:\n  mfa:\n    exceptions:\n    - {subject: user/alice}\n    - {reason: x, until: 2026-12-31}\n    - {subject: user/b, reason: ' ', until: 2026-02-30}\n    - {subject: user/c, reason: x, til: 2026-12-31}\n    - {subject: user/d, reason: x, until: 0000-12-31}\n    - {subject: d, reason: x, until: 2026-12-31T00:00:00Z}",
			[]string{
				`6:7: exception: reason is missing: say why, for whoever reviews the file`,
				`6:7: exception: until is missing: give the last day on which it holds, as in 2026-12-31`,
				`7:7: exception: subject is missing: say what the rule does not hold for, as in user/alice`,
				`8:33: reason: the string is empty: say why, for whoever reviews the file`,
				`8:45: "2026-02-30" is not a day such as 2026-12-31`,
				`9:7: exception: until is missing: give the last day on which it holds, as in 2026-12-31`,
				`9:36: unknown key "til"; known here: reason, subject, until`,
				`10:43: "0000-12-31" is not a day such as 2026-12-31`,
				`11:17: "d" is none of user/NAME, group/NAME, role/NAME, policy/NAME`,
				`11:38: "2026-12-31T00:00:00Z" is not a day such as 2026-12-31`,
			},
		},
		"twice": {
			"require: {mfa: {exceptions: [user/a, {subject: user/a, reason: x, until: 2026-12-31}, user/A]}}",
			[]string{
				`3:38: "user/a" is listed twice; first at baseline.yaml:3:30`,
				`3:87: "user/A" is listed twice; first at baseline.yaml:3:30`,
			},
		},
		"of another kind": {
			"require:\n  mfa: {exceptions: [role/a]}\n  access_keys: {max_active: 1, exceptions: [group/a]}\n  passwords: {unused: 1d, exceptions: [policy/a]}\n" +
				"  credentials: {ssh_keys: {max_age: 1d}, exceptions: [role/a]}\n  trust: {public: forbidden, exceptions: [user/a]}\n  unused_roles: {after: 1d, exceptions: [user/a]}\n" +
				"  cloudshell_full_access: {exceptions: [policy/a]}",
			[]string{
				`4:22: mfa is a rule for users: it has nothing to except role/a from`,
				`5:45: access_keys is a rule for users: it has nothing to except group/a from`,
				`6:40: passwords is a rule for users: it has nothing to except policy/a from`,
				`7:55: credentials is a rule for users: it has nothing to except role/a from`,
				`8:43: trust is a rule for roles: it has nothing to except user/a from`,
				`9:42: unused_roles is a rule for roles: it has nothing to except user/a from`,
				`10:41: cloudshell_full_access is a rule for users, groups, roles: it has nothing to except policy/a from`,
			},
		},
	})
}

func TestProblemsOfPermissions(t *testing.T) {
	check(t, map[string]refusal{
		"a boundary without its parts": {"require: {permissions: {boundary: {}}}", []string{
			`3:35: boundary: for is missing: say who must have it, as in [users, role/deployer]`,
			`3:35: boundary: policy is missing: name the managed policy that must be the boundary`,
		}},
		"a boundary for nobody": {"require: {permissions: {boundary: {for: [], policy: none}}}", []string{
			`3:41: for is empty: say who must have the boundary, as in [users, role/deployer]`,
			`3:53: policy: none is no boundary to ask for: name a managed policy`,
		}},
		"a boundary for others": {
			"policies: {Limit: }\nrequire: {permissions: {boundary: {for: [groups, group/a, users, users, 'user/a b'], policy: Limits}}}",
			[]string{
				`4:42: "groups" is none of users, roles, user/NAME, role/NAME`,
				`4:50: "group/a" is none of users, roles, user/NAME, role/NAME`,
				`4:66: "users" is listed twice; first at baseline.yaml:4:59`,
				`4:73: user name "a b": AWS allows 1 to 64 letters, digits and _+=,.@-`,
				`4:94: policy "Limits" is not declared; did you mean "Limit"?`,
			},
		},
		"groups without fix":         {"groups: {A: }\nrequire: {permissions: {users: groups-only, groups: {aws:X: A}}}", []string{`4:45: groups means nothing without fix: true: write that, or leave groups out`}},
		"groups with fix: false":     {"groups: {A: }\nrequire: {permissions: {users: groups-only, fix: false, groups: {aws:X: A}}}", []string{`4:57: groups means nothing without fix: true: write that, or leave groups out`}},
		"groups with nothing to fix": {"groups: {A: }\nrequire: {permissions: {admin: forbidden, fix: true, groups: {aws:X: A}}}", []string{`4:54: groups means nothing without users: groups-only: write that, or leave groups out`}},
		"groups and policies that are not there": {
			"groups: {Auditors: , Gone: {absent: true}}\nrequire:\n  permissions:\n    users: groups-only\n    fix: true\n    groups: {Read: Auditors, aws:X: Auditor, aws:Y: Gone, aws:Z: 'a b', aws:Z2: , arn:aws:iam::aws:policy/V: Auditors, aws:V: Auditors}",
			[]string{
				`8:14: policy "Read" is not declared: declare it; if it exists already, an empty "Read: {}" leaves it as it is, and AWS's own are written aws:NAME`,
				`8:37: group "Auditor" is not declared; did you mean "Auditors"?`,
				`8:53: group "Gone" is declared absent at baseline.yaml:3:22`,
				`8:66: group name "a b": AWS allows 1 to 128 letters, digits and _+=,.@-`,
				`8:81: aws:Z2: expected a string, found nothing: leave the key out, or write ""`,
				`8:120: "aws:V" is listed twice; first at baseline.yaml:8:83`,
			},
		},
	})
}

func TestProblemsOfTrustedByRule(t *testing.T) {
	check(t, map[string]refusal{
		"accounts and services": {
			"require: {trust: {accounts: ['1', '444455556666', 444455556666], services: [lambda, 'a b.com', ec2.amazonaws.com, ec2.amazonaws.com]}}",
			[]string{
				`3:30: accounts: an account id has 12 digits, found "1"`,
				`3:51: "444455556666" is listed twice; first at baseline.yaml:3:35`,
				`3:77: "lambda" is not the name of a service: write it in full, as in lambda.amazonaws.com`,
				`3:85: "a b.com" is not the name of a service: write it in full, as in lambda.amazonaws.com`,
				`3:115: "ec2.amazonaws.com" is listed twice; first at baseline.yaml:3:96`,
			},
		},
		"principals": {
			"roles: {Admins: , Old: {absent: true}}\nrequire:\n  support_role:\n    principals:\n    - role/Admin\n    - role/Old\n    - group/a\n    - Admins\n    - arn:aws:iam::1:user/x\n    - role/Admins\n    - arn:aws:iam::111122223333:role/Admins",
			[]string{
				`7:7: role "Admin" is not declared; did you mean "Admins"?`,
				`8:7: role "Old" is declared absent at baseline.yaml:3:19`,
				`9:7: "group/a" is none of an ARN, user/NAME, role/NAME`,
				`10:7: "Admins" is none of an ARN, user/NAME, role/NAME`,
				`11:7: "arn:aws:iam::1:user/x" is not the ARN of a user, a role or an account (arn:aws:iam::ACCOUNT:root)`,
				`13:7: "arn:aws:iam::111122223333:role/Admins" is listed twice; first at baseline.yaml:12:7`,
			},
		},
		"no principals": {"require: {support_role: {principals: []}}", []string{`3:38: principals is empty: leave it out if anybody may assume the role`}},
	})
}
