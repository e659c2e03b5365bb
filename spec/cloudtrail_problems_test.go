package spec_test

import (
	"fmt"
	"strings"
	"testing"
)

// inTrail is the section with one trail, with more of its keys from line 6 on.
func inTrail(lines ...string) string {
	return "cloudtrail:\n  audit:\n    home_region: eu-west-1\n    " + strings.Join(lines, "\n    ")
}

func TestProblemsOfTrails(t *testing.T) {
	check(t, map[string]refusal{
		"nothing said": {"cloudtrail: {audit: , other: {}}", []string{
			`3:21: audit: expected a map, found nothing: leave the key out, or write an empty one`,
			`3:30: trail other: bucket is missing: name the bucket that log files go to`,
			`3:30: trail other: home_region is missing: it is a part of what the trail is, as in eu-west-1`,
		}},
		"names": {
			"cloudtrail: {ab: {}, -audit: {}, a..b: {}, 'a b': {}, 10.0.0.1: {}}",
			[]string{
				`3:14: trail name "ab": AWS allows 3 to 128 letters, digits and single ._- between them, and no IP address`,
				`3:22: trail name "-audit": AWS allows 3 to 128 letters, digits and single ._- between them, and no IP address`,
				`3:34: trail name "a..b": AWS allows 3 to 128 letters, digits and single ._- between them, and no IP address`,
				`3:44: trail name "a b": AWS allows 3 to 128 letters, digits and single ._- between them, and no IP address`,
				`3:55: trail name "10.0.0.1": AWS allows 3 to 128 letters, digits and single ._- between them, and no IP address`,
			},
		},
		"Regions and organizations": {"cloudtrail: {audit: {home_region: Ireland, bucket: acme-audit, organization: acme}}", []string{
			`3:35: "Ireland" is not the name of a Region, such as eu-west-1`,
			`3:78: organization "acme": write its id, which is o- and 10 to 32 letters and digits, or none`,
		}},
		"unknown keys": {inTrail("bukcet: acme-audit"), []string{
			`5:5: trail audit: bucket is missing: name the bucket that log files go to`,
			`6:5: unknown key "bukcet"; did you mean "bucket"?`,
		}},
		"all Regions without the services of none": {inTrail("bucket: acme-audit", "multi_region: true", "global_events: false"), []string{
			`8:20: global_events: false does not go with multi_region: true: AWS has a trail of all Regions record the services that belong to none`,
		}},
		"absent with settings": {inTrail("absent: true", "bucket: acme-audit"), []string{
			`6:5: absent: true goes with home_region only: what shall not exist has no settings`,
		}},
		"absent somewhere": {"cloudtrail: {audit: {absent: true}}", []string{
			`3:21: trail audit: home_region is missing: it is a part of what the trail is, as in eu-west-1`,
		}},
		"absent: false": {inTrail("absent: false"), []string{`6:13: absent: false says nothing: leave the key out`}},
		"topics":        {inTrail("bucket: acme-audit", "sns: arn:aws:sns:eu-west-1:1:x"), []string{`7:10: "arn:aws:sns:eu-west-1:1:x" is not the ARN of an SNS topic`}},
		"trails that the file does not ask for": {"unmanaged: {trails: delete}", []string{
			`3:13: trails means nothing without cloudtrail: {}: write that, or leave trails out`,
		}},
		"insights": {inTrail("bucket: acme-audit", "management_events: read", "insights: [ApiCallRate, ApiErrorRate, ApiErrorRate, Calls]"), []string{
			`8:16: ApiCallRate is found in management events that write, and the trail does not record these`,
			`8:43: "ApiErrorRate" is listed twice; first at baseline.yaml:8:29`,
			`8:57: "Calls" is not one of ApiCallRate, ApiErrorRate`,
		}},
		"insights into nothing": {inTrail("bucket: acme-audit", "management_events: none", "data_events: {s3: read}", "insights: [ApiErrorRate]"), []string{
			`9:16: ApiErrorRate is found in management events, and the trail does not record any`,
		}},
	})
}

func TestProblemsOfBucketsOfTrails(t *testing.T) {
	refused := `AWS allows 3 to 63 lower case letters, digits, hyphens and single dots, a letter or digit at both ends, and no IP address`
	for name, tt := range map[string]string{
		"short": "ab", "long": strings.Repeat("a", 64), "upper case": "Acme", "underscore": "acme_audit", "a slash": "acme/audit", "dots": "acme..audit",
		"end": "acme-", "address": "10.0.0.1", "what would end a string": `'acme"audit'`,
	} {
		check(t, map[string]refusal{name: {inTrail("bucket: " + tt), []string{fmt.Sprintf(`6:13: bucket name %q: %s`, strings.Trim(tt, "'"), refused)}}})
	}
	check(t, map[string]refusal{
		"kept names": {inTrail("bucket: {name: xn--audit, create: true, access_logs: acme--x-s3}"), []string{
			`6:20: bucket name "xn--audit": AWS keeps names that begin with xn-- for its own`,
			`6:58: bucket name "acme--x-s3": AWS keeps names that end with --x-s3 for its own`,
		}},
		"shapes": {inTrail("bucket: [acme-audit]"), []string{`6:13: bucket: expected the name of a bucket or a map, found a list`}},
		"what is not made has no settings": {inTrail("bucket: {name: acme-audit, region: eu-west-1, expire: 30d, access_logs: acme-access, prefix: logs}"), []string{
			`6:32: region means nothing without create: true: write that, or leave region out`,
			`6:51: expire means nothing without create: true: write that, or leave expire out`,
			`6:64: access_logs means nothing without create: true: write that, or leave access_logs out`,
		}},
		"what says nothing": {inTrail("bucket: {name: acme-audit, create: false, manage_policy: false}"), []string{
			`6:40: create: false says nothing: leave the key out`,
			`6:62: manage_policy: false says nothing: leave the key out`,
		}},
		"no name": {inTrail("bucket: {create: true}"), []string{`6:13: bucket: name is missing: name the bucket`}},
		"prefixes": {inTrail("bucket: {name: acme-audit, create: true, prefix: logs/, access_logs: {prefix: '/a*'}}"), []string{
			`6:54: prefix "logs/": up to 200 letters, digits, / and !_.'()-, without a slash at either end: CloudTrail puts one behind it`,
			`6:74: access_logs: name is missing: name the bucket that takes the logs`,
			`6:83: prefix "/a*": up to 512 letters, digits, / and !_.'()-, not beginning with a slash`,
		}},
		"a long prefix": {inTrail("bucket: {name: acme-audit, prefix: " + strings.Repeat("p", 201) + "}"), []string{
			`6:40: prefix "` + strings.Repeat("p", 201) + `": up to 200 letters, digits, / and !_.'()-, without a slash at either end: CloudTrail puts one behind it`,
		}},
		"logs of itself": {inTrail("bucket: {name: acme-audit, create: true, access_logs: acme-audit}"), []string{
			`6:59: the bucket acme-audit cannot take the logs of accesses to itself: each log would be an access to log, for ever`,
		}},
		"times":   {inTrail("bucket: {name: acme-audit, create: true, expire: 36h}"), []string{`6:54: expire: expected whole days such as 365d, or never; found 36h`}},
		"no time": {inTrail("bucket: {name: acme-audit, create: true, expire: 0d}"), []string{`6:54: expire: expected whole days such as 365d, or never; found 0d`}},
	})
}

func TestProblemsOfKeysOfTrails(t *testing.T) {
	arn := "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	check(t, map[string]refusal{
		"forms": {inTrail("bucket: acme-audit", "kms: audit"), []string{
			`7:10: "audit" is no KMS key: write alias/NAME for one of this account, arn:PARTITION:kms:REGION:ACCOUNT:key/ID for any, or none`,
		}},
		"an alias by ARN": {inTrail("bucket: acme-audit", "kms: arn:aws:kms:eu-west-1:111122223333:alias/audit"), []string{
			`7:10: "arn:aws:kms:eu-west-1:111122223333:alias/audit" is no KMS key: write alias/NAME for one of this account, arn:PARTITION:kms:REGION:ACCOUNT:key/ID for any, or none`,
		}},
		"aliases": {inTrail("bucket: acme-audit", "kms: alias/aws/s3", "logs: {group: /audit, kms: 'alias/a b'}"), []string{
			`7:10: alias "aws/s3": keys of AWS itself cannot be used by a trail, for nobody can change their policies`,
			`8:32: alias "a b": AWS allows 1 to 250 letters, digits and /_-`,
		}},
		"long aliases": {inTrail("bucket: acme-audit", "kms: {alias: alias/audit, create: true}"), []string{`7:18: alias "alias/audit": write it without alias/ here`}},
		"no alias":     {inTrail("bucket: acme-audit", "kms: {create: true}"), []string{`7:10: kms: alias is missing: name the alias of the key, without alias/`}},
		"shapes":       {inTrail("bucket: acme-audit", "kms: [none]"), []string{`7:10: kms: expected alias/NAME, the ARN of a key, none, or a map, found a list`}},
		"what is not made has no rotation": {inTrail("bucket: acme-audit", "kms: {alias: audit, rotation: 90d}"), []string{
			`7:25: rotation means nothing without create: true: write that, or leave rotation out`,
		}},
		"what says nothing": {inTrail("bucket: acme-audit", "kms: {alias: audit, create: false, manage_policy: false}"), []string{
			`7:33: create: false says nothing: leave the key out`,
			`7:55: manage_policy: false says nothing: leave the key out`,
		}},
		"rotation": {inTrail("bucket: acme-audit", "kms: {alias: audit, create: true, rotation: 89d}"), []string{
			`7:49: rotation: AWS allows 90d to 2560d, or never; found 89d`,
		}},
		"another partition": {inTrail("bucket: acme-audit", "kms: arn:aws-cn:kms:eu-west-1:111122223333:key/1"), []string{
			`7:10: "arn:aws-cn:kms:eu-west-1:111122223333:key/1" is of the partition aws-cn, but this is for aws: write ${partition}`,
		}},
		"another Region than the bucket": {inTrail("bucket: {name: acme-audit, create: true, region: us-east-1}", "kms: {alias: audit, create: true}"), []string{
			`7:18: the key is in eu-west-1 and the bucket in us-east-1: AWS wants them in one Region`,
		}},
		"another Region, by ARN": {inTrail("bucket: {name: acme-audit, create: true}", "kms: "+arn, "logs: {group: /audit, kms: '"+arn+"'}"), []string{
			`7:10: the key is in us-east-1 and the bucket in eu-west-1: AWS wants them in one Region`,
			`8:32: the key is in us-east-1 and the log group in eu-west-1: AWS wants them in one Region`,
		}},
		"another Region than the bucket of another trail": {
			inTrail("bucket: {name: acme-audit, create: true}") + "\n  other:\n    home_region: us-east-1\n    bucket: acme-audit\n    kms: alias/other",
			[]string{`10:10: the key is in us-east-1 and the bucket in eu-west-1: AWS wants them in one Region`},
		},
	})
}

func TestProblemsOfLogsOfTrails(t *testing.T) {
	long := "audit-" + strings.Repeat("x", 40)
	check(t, map[string]refusal{
		"names": {inTrail("bucket: acme-audit", "logs: 'a b'"), []string{`7:11: log group "a b": AWS allows 1 to 512 letters, digits and _-/.#`}},
		"AWS's own": {inTrail("bucket: acme-audit", "logs: {group: aws/audit}"), []string{
			`7:19: log group "aws/audit": AWS keeps names that begin with aws/ for its own`,
		}},
		"no group": {inTrail("bucket: acme-audit", "logs: {retention: 1d}"), []string{`7:11: logs: group is missing: name the log group`}},
		"shapes":   {inTrail("bucket: acme-audit", "logs: []"), []string{`7:11: logs: expected the name of a log group, none, or a map, found a list`}},
		"times":    {inTrail("bucket: acme-audit", "logs: {group: /audit, retention: 36h}"), []string{`7:38: retention: expected whole days such as 365d, or never; found 36h`}},
		"times that are not to be had": {inTrail("bucket: acme-audit", "logs: {group: /audit, retention: 366d}"), []string{
			`7:38: retention: CloudWatch Logs keeps log events for certain numbers of days only; those nearest to 366d are 365d and 400d`,
		}},
		"longer than any": {inTrail("bucket: acme-audit", "logs: {group: /audit, retention: 3654d}"), []string{
			`7:38: retention: CloudWatch Logs keeps log events for certain numbers of days only; those nearest to 3654d are 3653d and never`,
		}},
		"a role that is declared by chance": {inTrail("bucket: acme-audit", "logs: /audit") + "\nroles: {baseline-cloudtrail-audit: {}}", []string{
			`7:11: the role "baseline-cloudtrail-audit", with which CloudTrail delivers to the log group, is declared under roles as well ` +
				`(baseline.yaml:8:9): write role: baseline-cloudtrail-audit here to use it as it is, or take it out there`,
		}},
		"a role in other case": {inTrail("bucket: acme-audit", "logs: {group: /audit, role: Deliver}") + "\nroles: {deliver: {}}", []string{
			`7:33: role "Deliver" differs from "deliver" (baseline.yaml:8:9) in case only, and AWS takes both for one`,
		}},
		"a role that shall not be": {inTrail("bucket: acme-audit", "logs: {group: /audit, role: deliver}") + "\nroles: {deliver: {absent: true}}", []string{
			`7:33: role "deliver" is declared absent at baseline.yaml:8:9`,
		}},
		"a role with a long name": {"cloudtrail: {" + long + ": {home_region: eu-west-1, bucket: acme-audit, logs: /audit}}", []string{
			`3:113: the role with which CloudTrail delivers to the log group would be called "baseline-cloudtrail-` + long +
				`": give it a shorter name, of up to 64 characters, with role`,
		}},
	})
}

func TestProblemsOfEventsOfTrails(t *testing.T) {
	loop := "the trail delivers to the bucket acme-audit and would record what is written there: each delivery would be logged, and that log delivered, for ever: "
	check(t, map[string]refusal{
		"words": {inTrail("bucket: acme-audit", "management_events: reads", "data_events: {s3: none, lambda: some, dynamodb: {}}"), []string{
			`7:24: "reads" is not one of all, read, write, none`,
			`8:23: "none" is not one of all, read, write`,
			`8:37: "some" is unknown here: write all, or leave the key out`,
			`8:53: dynamodb: expected all or a list of ARNs, found a map`,
		}},
		"sources": {inTrail("bucket: acme-audit", "management_events: {record: all, exclude: [iam.amazonaws.com, kms.amazonaws.com, kms.amazonaws.com]}"), []string{
			`7:48: "iam.amazonaws.com" is not one of kms.amazonaws.com, rdsdata.amazonaws.com`,
			`7:86: "kms.amazonaws.com" is listed twice; first at baseline.yaml:7:67`,
		}},
		"which": {inTrail("bucket: acme-audit", "management_events: {exclude: []}"), []string{
			`7:24: management_events: record is missing: say which are recorded: all, read or write`,
		}},
		"nothing at all": {inTrail("bucket: acme-audit", "management_events: none"), []string{
			`7:24: management_events: none leaves the trail nothing to record: declare data_events, or logging: false for a trail that rests`,
		}},
		"less than nothing": {inTrail("bucket: acme-audit", "management_events: {record: none, exclude: [kms.amazonaws.com]}", "data_events: {s3: all}"), []string{
			`7:39: exclude means nothing without record: all, read or write: write that, or leave exclude out`,
		}},
		"no data": {inTrail("bucket: acme-audit", "data_events: {}"), []string{`7:18: data_events asks for nothing: give at least one of s3, lambda, dynamodb`}},
		"buckets of nothing": {inTrail("bucket: acme-audit", "data_events: {lambda: all, buckets: [customer-data]}"), []string{
			`7:32: buckets means nothing without s3: write that, or leave buckets out`,
		}},
		"no buckets": {inTrail("bucket: acme-audit", "data_events: {s3: all, buckets: []}"), []string{
			`7:37: buckets is empty: leave it out to record all but the trail's own`,
		}},
		"the own bucket": {inTrail("bucket: acme-audit", "data_events: {s3: write, buckets: [customer-data, acme-audit]}"), []string{
			`7:55: ` + loop + `leave the bucket out here`,
		}},
		"the own bucket, in full": {
			inTrail("bucket: acme-audit", "selectors:", "- FieldSelectors: [{Field: eventCategory, Equals: [Data]}, {Field: resources.type, Equals: ['AWS::S3::Object']}]"),
			[]string{`8:7: ` + loop + `add {Field: resources.ARN, NotStartsWith: ["arn:aws:s3:::acme-audit/"]}`},
		},
		"ARNs": {inTrail("bucket: acme-audit", "data_events: {lambda: [f], dynamodb: ['arn:aws:dynamodb:eu-west-1:111122223333:index/x', '']}"), []string{
			`7:28: lambda: "f" is not the ARN of one of these: it has the form arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`,
			`7:94: dynamodb: the string is empty`,
		}},
		"ARNs of something else": {inTrail("bucket: acme-audit", "data_events: {dynamodb: ['arn:aws:dynamodb:eu-west-1:111122223333:index/x']}"), []string{
			`7:30: dynamodb: "arn:aws:dynamodb:eu-west-1:111122223333:index/x" is not the ARN of one of these: it has the form arn:PARTITION:dynamodb:REGION:ACCOUNT:table/NAME`,
		}},
		"twice over": {inTrail("bucket: acme-audit", "selectors: []", "management_events: all", "data_events: {s3: all}"), []string{
			`7:16: selectors is empty: a trail records something; leave the key out to leave what it records as it is`,
			`8:5: selectors stand in the place of management_events: keep one of the two`,
			`9:5: selectors stand in the place of data_events: keep one of the two`,
		}},
		"selectors": {
			inTrail("bucket: acme-audit", "selectors:", "- {}", "- {FieldSelectors: []}", "- {FieldSelectors: [{}, {Field: readOnly}, {Field: 'a b', Equals: 'true'}]}",
				"- {FieldSelectors: [{Field: eventCategory, Equals: [Events]}]}", "- {FieldSelectors: [{Field: eventCategory, Equals: Data}]}",
				"- {FieldSelectors: [{Field: readOnly, Equals: [true]}, {Field: eventCategory, Is: Data}]}", "- 5"),
			[]string{
				`8:7: selector: FieldSelectors is missing: say what must hold of an event for it to be recorded`,
				`9:7: selector: it must have the field eventCategory with Equals and one of Management, Data, NetworkActivity`,
				`10:25: selector: Field is missing: name the field, such as eventCategory`,
				`10:29: selector: readOnly is compared with nothing: give at least one of Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith`,
				`10:56: Field: "a b" is not the name of a field, such as eventCategory or resources.ARN`,
				`11:7: selector: it must have the field eventCategory with Equals and one of Management, Data, NetworkActivity`,
				`12:7: selector: for data events it must have the field resources.type, as in AWS::S3::Object`,
				`13:52: Equals: expected a string, found true or false: put it in quotes`,
				`13:60: selector: eventCategory is compared with nothing: give at least one of Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith`,
				`13:83: unknown key "Is"; known here: EndsWith, Equals, Field, NotEndsWith, NotEquals, NotStartsWith, StartsWith`,
				`14:7: selectors: expected a map, found a number`,
			},
		},
		"too many values": {inTrail("bucket: acme-audit", "data_events: {s3: write, buckets: ["+manyBuckets(497)+"]}"), []string{
			`5:5: the event selectors of the trail hold 501 values: AWS allows 500`,
		}},
	})
}

// manyBuckets lists buckets.
func manyBuckets(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("bucket-%d", i)
	}
	return strings.Join(names, ", ")
}

func TestProblemsOfAlarms(t *testing.T) {
	check(t, map[string]refusal{
		"without logs": {inTrail("bucket: acme-audit", "alarms: {preset: cis, email: a@example.com}"), []string{
			`7:5: alarms means nothing without logs: they watch a log group, so declare one`,
		}},
		"with no logs": {inTrail("bucket: acme-audit", "logs: none", "alarms: {preset: cis, email: a@example.com}"), []string{
			`8:5: alarms means nothing without logs: they watch a log group, so declare one`,
		}},
		"nobody told": {inTrail("bucket: acme-audit", "logs: /audit", "alarms: {preset: cis}"), []string{
			`8:13: alarms: nobody is told: give email, or the topic of those who are to be told`,
		}},
		"addresses": {inTrail("bucket: acme-audit", "logs: /audit", "alarms: {preset: cis, email: [security, a@example.com, a@example.com, a@b]}"), []string{
			`8:35: email: "security" is not an email address`,
			`8:60: "a@example.com" is listed twice; first at baseline.yaml:8:45`,
			`8:75: email: "a@b" is not an email address`,
		}},
		"words": {inTrail("bucket: acme-audit", "logs: /audit", "alarms: {preset: pci, topic: 'a b'}"), []string{
			`8:22: "pci" is unknown here: write cis, or leave the key out`,
			`8:34: topic "a b": AWS allows 1 to 256 letters, digits, _ and -`,
		}},
		"no preset": {inTrail("bucket: acme-audit", "logs: /audit", "alarms: {email: a@example.com}"), []string{`8:13: alarms: preset is missing: say what is watched: cis`}},
		"shapes":    {inTrail("bucket: acme-audit", "logs: /audit", "alarms: cis"), []string{`8:13: "cis" is unknown here: write none, or leave the key out`}},
		"a list":    {inTrail("bucket: acme-audit", "logs: /audit", "alarms: [cis]"), []string{`8:13: alarms: expected none or a map, found a list`}},
	})
}

func TestProblemsOfTrailsThatShare(t *testing.T) {
	check(t, map[string]refusal{
		"what is declared otherwise": {
			"cloudtrail:\n" +
				"  one: {home_region: eu-west-1, bucket: {name: acme-audit, create: true, expire: 30d}, kms: {alias: audit, create: true}, logs: {group: /audit, retention: 7d}}\n" +
				"  two: {home_region: eu-west-1, bucket: {name: acme-audit, create: true}, kms: {alias: audit, create: true, rotation: 90d}, logs: {group: /audit, retention: 5d}}",
			[]string{
				`5:41: the bucket acme-audit is declared otherwise at baseline.yaml:4:41: what several trails share is the same for all of them`,
				`5:80: the key alias/audit in eu-west-1 is declared otherwise at baseline.yaml:4:93: what several trails share is the same for all of them`,
				`5:131: the log group /audit in eu-west-1 is declared otherwise at baseline.yaml:4:129: what several trails share is the same for all of them`,
			},
		},
		"Sids": {
			"cloudtrail:\n  my-audit: {home_region: eu-west-1, bucket: acme-audit}\n  my.audit: {home_region: eu-west-1, bucket: acme-audit}",
			[]string{
				`5:46: the policy of the bucket acme-audit would have two statements with the Sid "BaselineTest9f86d0AclCheckMyAuditEuWest1", ` +
					`one for this and one for baseline.yaml:4:46: let the names differ in more than case and punctuation`,
			},
		},
	})
}

func TestProblemsOfTheAccountBlock(t *testing.T) {
	check(t, map[string]refusal{
		"words":    {"s3: {account_public_access_block: yes}", []string{`3:35: "yes" is not one of all, none`}},
		"a list":   {"s3: {account_public_access_block: [BlockAcls]}", []string{`3:36: "BlockAcls" is not one of BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets`}},
		"an empty": {"s3: {account_public_access_block: []}", []string{`3:35: account_public_access_block: the list is empty: write none`}},
		"a map":    {"s3: {account_public_access_block: {}}", []string{`3:35: account_public_access_block: expected all, none, or a list, found a map`}},
		"unknown":  {"s3: {public_access_block: all}", []string{`3:6: unknown key "public_access_block"; known here: account_public_access_block`}},
	})
}
