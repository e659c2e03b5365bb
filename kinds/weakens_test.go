package kinds_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

// What makes the record of what is done smaller, or less sure, is said; what does not, is not.
func TestWeakens(t *testing.T) {
	tell, other := "arn:aws:sns:eu-west-1:111122223333:alarms", "arn:aws:sns:eu-west-1:111122223333:other"
	key := settings{"policy": resource.Document(keyForTrail), "enabled": true, "rotation": 365}
	twoTrails := strings.Replace(keyForTrail, `"arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"`,
		`["arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit","arn:aws:cloudtrail:eu-west-1:111122223333:trail/other"]`, 1)
	forLogs := strings.Replace(keyForTrail, `"Statement":[`, `"Statement":[{"Effect":"Allow","Principal":{"Service":"logs.eu-west-1.amazonaws.com"},"Action":"kms:Decrypt*","Resource":"*"},`, 1)
	for _, test := range []struct {
		name          string
		kind          resource.Kind
		before, after settings
		want          string
	}{
		{"a new key", "kms_key", nil, key, ""},
		{"a key deleted", "kms_key", key, nil, "what it encrypted can't be read any more"},
		{"a key disabled", "kms_key", key, key.With(settings{"enabled": false}), "what it encrypted can't be read and nothing can be encrypted with it"},
		{"a key enabled", "kms_key", key.With(settings{"enabled": false}), key, ""},
		{"another rotation", "kms_key", key, key.With(settings{"rotation": 0}), ""},
		{"a statement for CloudTrail gone", "kms_key", key, key.With(settings{"policy": resource.Document(keyOfAccount)}), "CloudTrail may do less with it"},
		{"a statement for CloudTrail new", "kms_key", key.With(settings{"policy": resource.Document(keyOfAccount)}), key, ""},
		{"a statement for CloudTrail wider", "kms_key", key, key.With(settings{"policy": resource.Document(twoTrails)}), ""},
		{"a statement for CloudTrail narrower", "kms_key", key.With(settings{"policy": resource.Document(twoTrails)}), key, "CloudTrail may do less with it"},
		{"a condition more for CloudTrail", "kms_key", key, key.With(settings{"policy": resource.Document(strings.Replace(keyForTrail, `"Condition":{`, `"Condition":{"Bool":{"aws:SecureTransport":"true"},`, 1))}), "CloudTrail may do less with it"},
		{"a statement for log groups gone", "kms_key", key.With(settings{"policy": resource.Document(forLogs)}), key, "CloudWatch Logs may do less with it"},
		{"another order of a policy", "kms_key", key, key.With(settings{"policy": resource.Document(strings.Replace(keyForTrail, `{"Version":"2012-10-17",`, `{ "Version" : "2012-10-17",`, 1))}), ""},
		{"a policy that is not changed", "kms_key", key, settings{"rotation": 0}, ""},

		{"a group deleted", "logs_group", settings{"retention": 0}, nil, "nothing is kept in it any more"},
		{"for ever no more", "logs_group", settings{"retention": 0}, settings{"retention": 365}, "it keeps log events for 365 days instead of for ever"},
		{"kept shorter", "logs_group", settings{"retention": 365}, settings{"retention": 1}, "it keeps log events for 1 day instead of for 365 days"},
		{"kept longer", "logs_group", settings{"retention": 30}, settings{"retention": 365}, ""},
		{"kept for ever", "logs_group", settings{"retention": 30}, settings{"retention": 0}, ""},
		{"a key taken away", "logs_group", settings{"kms": "k"}, settings{"kms": ""}, "what comes is not encrypted with a key of one's own any more"},
		{"a key for another", "logs_group", settings{"kms": "k"}, settings{"kms": "l"}, ""},
		{"a key that is not spoken of", "logs_group", settings{"kms": "k", "retention": 30}, settings{"tags": tags{}}, ""},

		{"a filter deleted", "logs_metric_filter", settings{"pattern": "a"}, nil, "what it counts is not counted any more"},
		{"another pattern", "logs_metric_filter", settings{"pattern": "a"}, settings{"pattern": "b"}, "it counts other events"},
		{"another metric", "logs_metric_filter", settings{"pattern": "a", "metric": "A/b"}, settings{"pattern": "a", "metric": "A/c"}, ""},

		{"an alarm deleted", "cloudwatch_alarm", settings{"enabled": true}, nil, "nobody is told any more of what it watches for"},
		{"an alarm that tells nobody", "cloudwatch_alarm", settings{"enabled": true}, settings{"enabled": false}, "it tells nobody any more"},
		{"an alarm that tells again", "cloudwatch_alarm", settings{"enabled": false}, settings{"enabled": true}, ""},
		{"one told less", "cloudwatch_alarm", settings{"actions": []string{tell, other}}, settings{"actions": []string{tell}}, "it does not tell " + other + " any more"},
		{"one told more", "cloudwatch_alarm", settings{"actions": []string{tell}}, settings{"actions": []string{tell, other}}, ""},

		{"a topic deleted", "sns_topic", settings{}, nil, "nobody is told any more what is published to it"},
		{"a topic renamed", "sns_topic", settings{"display": "a"}, settings{"display": "b"}, ""},
		{"a subscription ended", "sns_subscription", settings{}, nil, "its endpoint is not told any more what is published"},
		{"a new subscription", "sns_subscription", nil, settings{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := strings.Join(typeOf(t, test.kind).Weakens(test.before, test.after), ", ")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNeedsOfWhatATrailStandsOn(t *testing.T) {
	for _, test := range []struct {
		address  resource.Address
		settings resource.Object
		want     []string
	}{
		{at("logs_metric_filter", "eu-west-1", "/a/b", "f"), settings{}, []string{"logs_group/eu-west-1//a/b"}},
		{mail, settings{}, []string{"sns_topic/eu-west-1/alarms"}},
		{at("sns_subscription", "eu-west-1", "t", "https", "https://example.com/a/b"), settings{}, []string{"sns_topic/eu-west-1/t"}},
		{at("cloudwatch_alarm", "eu-west-1", "a"), settings{"actions": []string{
			"arn:aws:automate:eu-west-1:ec2:stop", "arn:aws:sns:eu-west-1:111122223333:alarms", "arn:aws:sns:eu-west-1:444455556666:theirs",
		}}, []string{"sns_topic/eu-west-1/alarms"}},
	} {
		known := typeOf(t, test.address.Kind)
		var got []string
		for _, need := range known.Needs(account, test.address, test.settings) {
			got = append(got, need.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.address, diff)
		}
		if known.Part && known.Owner(test.address).String() != test.want[0] {
			t.Errorf("%s is shown under %s", test.address, known.Owner(test.address))
		}
	}
}

func TestDeletedKeyIsLostOnlyLater(t *testing.T) {
	known := typeOf(t, "kms_key")
	want := []string{"after 30 days the key and whatever it encrypted"}
	if diff := cmp.Diff(want, known.OneWay(resource.Resource{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if known.Final {
		t.Error("a key comes back as long as its deletion can be called off")
	}
}
