package kinds_test

import "baseline/resource"

// Policies of keys. Both leave the key to the account, as one that locks its account out is refused.
const (
	keyOfAccount = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}
  ]
}
`
	keyForTrail = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"},` +
		`{"Sid":"BaselineTrail","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*",` +
		`"Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"}}}]}`
)

var (
	auditGroup = object{at("logs_group", "eu-west-1", "/audit/trail"), settings{}}
	alarms     = object{at("sns_topic", "eu-west-1", "alarms"), settings{"tags": tags{"team": "security"}}}
)

// rootUse is an alarm on one of the metrics that count what a trail logs.
var rootUse = settings{
	"metric": "Audit/Trail/RootUse", "statistic": "Sum", "period": 300, "evaluation_periods": 1, "threshold": "1",
	"comparison": "GreaterThanOrEqualToThreshold",
}

// keySamples are those of the kinds that the record of what is done stands on, beside its bucket.
var keySamples = []sample{
	{
		address: at("kms_key", "eu-west-1", "audit"),
		first:   settings{"alias": "alias/audit", "policy": resource.Document(keyOfAccount), "rotation": 365, "description": "größer & 1+1", "tags": tags{"team": "data", "cost centre": "1+1"}},
		second:  settings{"alias": "alias/audit", "policy": resource.Document(keyForTrail), "rotation": 90, "tags": tags{"Team": "data", "empty": ""}},
	},
	{
		address: at("kms_key", "us-east-1", "team/audit_2-a"),
		first:   settings{"alias": "alias/team/audit_2-a", "policy": resource.Document(keyForTrail), "tags": tags{"baseline:name": "acme"}},
		second:  settings{"alias": "alias/team/audit_2-a", "policy": resource.Document(keyOfAccount), "rotation": 2560, "enabled": false, "tags": tags{"baseline:name": "acme"}},
	},
	{
		address: at("logs_group", "eu-west-1", "/audit"),
		first:   settings{"retention": 365, "tags": tags{"team": "data", "cost centre": "1+1"}},
		second:  settings{"retention": 0, "tags": tags{"Team": "data", "empty": ""}},
	},
	{
		address: at("logs_group", "us-east-1", "audit_1-a.b#c/d/"),
		first:   settings{},
		second:  settings{"retention": 3653, "tags": tags{"baseline:name": "acme"}},
	},
	{
		address: at("sns_topic", "eu-west-1", "alarms"),
		first:   settings{"display": "Alarms of acme", "kms": "alias/aws/sns", "tags": tags{"team": "data", "cost centre": "1+1"}},
		second:  settings{"display": "", "kms": "", "tags": tags{"Team": "data", "empty": ""}},
	},
	{
		address: at("sns_topic", "us-east-1", "a_1-A"),
		first:   settings{},
		second:  settings{"display": "größer & <1+1>", "tags": tags{"baseline:name": "acme"}},
	},
	{
		address: at("sns_subscription", "eu-west-1", "alarms", "sqs", "arn:aws:sqs:eu-west-1:111122223333:alarms"),
		needs:   []object{alarms},
		first:   settings{},
	},
	{
		address: at("sns_subscription", "eu-west-1", "alarms", "lambda", "arn:aws:lambda:eu-west-1:111122223333:function:tell"),
		needs:   []object{alarms},
		first:   settings{},
	},
	{
		address: at("logs_metric_filter", "eu-west-1", "/audit/trail", "RootUse"),
		needs:   []object{auditGroup},
		first:   settings{"pattern": `{ $.userIdentity.type = "Root" && $.eventType != "AwsServiceEvent" }`, "metric": "Audit/Trail/RootUse", "default_value": "0"},
		second:  settings{"pattern": `{ $.userIdentity.type = "Root" }`, "metric": "Audit/Root", "value": "2.5"},
	},
	{
		address: at("logs_metric_filter", "eu-west-1", "/audit/trail", "x+=,.@-_ größer"),
		needs:   []object{auditGroup},
		first:   settings{"pattern": "", "metric": "Audit/Size", "value": "$.size"},
		second:  settings{"pattern": "ERROR", "metric": "Audit/Size", "value": "$.size", "default_value": "0.5"},
	},
	{
		address: at("cloudwatch_alarm", "eu-west-1", "root use"),
		needs:   []object{alarms},
		first: rootUse.With(settings{
			"actions": []string{"arn:aws:sns:eu-west-1:111122223333:alarms"}, "missing": "notBreaching", "description": "CIS 4.3: größer", "tags": tags{"team": "data", "cost centre": "1+1"},
		}),
		second: rootUse.With(settings{
			"metric": "Audit/Root", "statistic": "Average", "period": 60, "evaluation_periods": 5, "threshold": "0.25", "comparison": "LessThanThreshold", "enabled": false, "tags": tags{"Team": "data", "empty": ""},
		}),
	},
	{
		address: at("cloudwatch_alarm", "us-east-1", "a/b: x+=,.@-_"),
		first:   rootUse.With(settings{"threshold": "1e+06"}),
		second:  rootUse.With(settings{"threshold": "1e+06", "statistic": "p99.5", "missing": "breaching", "tags": tags{"baseline:name": "acme"}}),
	},
}
