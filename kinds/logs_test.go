package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// logs calls CloudWatch Logs without the code under test.
func (s *subject) logs(region string) *cloudwatchlogs.Client {
	return cloudwatchlogs.New(cloudwatchlogs.Options{Region: region, Credentials: testCredentials, HTTPClient: s.options.HTTPClient})
}

// A list of log groups is asked for by what names begin with, and shows all that begin so.
func TestLogGroupsAreFoundByTheirWholeName(t *testing.T) {
	s := openSandbox(t, sandbox.Options{ShortPages: true})
	for i := range 120 {
		s.write(resource.Change{Address: at("logs_group", "eu-west-1", fmt.Sprintf("/audit%d", i)), After: complete("logs_group", settings{"retention": 7})})
	}
	a := at("logs_group", "eu-west-1", "/audit")
	s.sandbox.ResetCalls()
	s.shows(a, nil)
	if n := s.sandbox.Calls()["logs:DescribeLogGroups"]; n > 2 {
		t.Errorf("it took %d pages to see that a group is not there", n)
	}
	s.write(resource.Change{Address: a, After: complete("logs_group", settings{"retention": 30})})
	s.sandbox.ResetCalls()
	s.shows(a, complete("logs_group", settings{"retention": 30}))
	if n := s.sandbox.Calls()["logs:DescribeLogGroups"]; n > 2 {
		t.Errorf("it took %d pages to find a group", n)
	}
}

// The same name in two Regions is two objects.
func TestRegionsAreToldApart(t *testing.T) {
	for _, s := range keySamples {
		if len(s.needs) > 0 {
			continue
		}
		t.Run(s.address.String(), func(t *testing.T) {
			subject := openSandbox(t, sandbox.Options{})
			other := s.address
			_, name, _ := strings.Cut(other.Name, "/")
			other.Name = "ap-southeast-2/" + name
			first, second := complete(s.address.Kind, s.first), complete(s.address.Kind, s.second)
			subject.write(resource.Change{Address: s.address, After: first})
			subject.shows(other, nil)
			subject.write(resource.Change{Address: other, After: second})
			both := subject.look(s.address, other)
			for a, want := range map[resource.Address]resource.Object{s.address: first, other: second} {
				if diff := cmp.Diff(want, both[a].Settings, cmp.Comparer(sameDocument)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", a, diff)
				}
				if region, arn := strings.Split(a.Name, "/")[0], both[a].Facts["arn"]; !strings.Contains(arn, ":"+region+":") {
					t.Errorf("%s has the ARN %s", a, arn)
				}
			}
			subject.write(resource.Change{Address: s.address, Before: first})
			subject.shows(s.address, nil)
			subject.shows(other, second)
		})
	}
}

func TestLogGroupIsEncryptedWithAKey(t *testing.T) {
	s, _ := openWithKey(t)
	forLogs := strings.Replace(keyOfAccount, `"Statement": [`, `"Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": "kms:*", "Resource": "*"},`, 1)
	key := s.look(auditKey)[auditKey]
	s.write(resource.Change{Address: auditKey, Before: key.Settings, After: key.Settings.With(settings{"policy": resource.Document(forLogs)})})

	a := at("logs_group", "eu-west-1", "/audit")
	plain := complete("logs_group", settings{"retention": 30})
	secret := plain.With(settings{"kms": "alias/audit"})
	s.write(resource.Change{Address: a, After: secret})
	s.shows(a, secret)
	update := resource.Change{Address: a, Before: secret, After: plain}
	s.write(update)
	s.shows(a, plain)
	s.write(update.Inverse())
	s.shows(a, secret)
}

// The sandbox keeps no log events, so its answers are made to tell of some.
func TestLogGroupHoldsItsLogEvents(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	a := at("logs_group", "eu-west-1", "/audit")
	s.write(resource.Change{Address: a, After: complete("logs_group", settings{})})
	known := typeOf(t, "logs_group")
	empty := s.look(a)[a]
	if lost := known.OneWay(empty); len(lost) > 0 || len(known.Holds(empty.Facts)) > 0 {
		t.Errorf("an empty group loses %v", lost)
	}
	s.open(live.Options{HTTPClient: rewriting{s.sandbox.Client(), `"storedBytes":0`, `"storedBytes":7`}})
	full := s.look(a)[a]
	if diff := cmp.Diff([]string{"its log events"}, known.OneWay(full)); diff != "" {
		t.Errorf("what is lost (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"its log events"}, known.Holds(full.Facts)); diff != "" {
		t.Errorf("what it holds (-want +got):\n%s", diff)
	}
}

// All filters of a group are seen in one call, which asks for no more than what their names begin with.
func TestFiltersOfAGroupAreReadTogether(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: auditGroup.address, After: complete("logs_group", nil)})
	var all []resource.Address
	for i := range 15 {
		a := at("logs_metric_filter", "eu-west-1", "/audit/trail", fmt.Sprintf("baseline-cis-%d", i))
		s.write(resource.Change{Address: a, After: complete("logs_metric_filter", settings{"pattern": "x", "metric": "A/b"})})
		all = append(all, a)
	}
	for i := range 60 { // more than a page of others, which come before
		others := at("logs_metric_filter", "eu-west-1", "/audit/trail", fmt.Sprintf("a-%d", i))
		s.write(resource.Change{Address: others, After: complete("logs_metric_filter", settings{"pattern": "x", "metric": "A/b"})})
	}
	all = append(all, at("logs_metric_filter", "eu-west-1", "/audit/trail", "baseline-cis-none"), at("logs_metric_filter", "eu-west-1", "/none", "baseline-cis-1"))
	s.sandbox.ResetCalls()
	if n := len(s.look(all...)); n != 15 {
		t.Errorf("%d filters are there, want 15", n)
	}
	if diff := cmp.Diff(map[string]int{"logs:DescribeMetricFilters": 2}, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// An update keeps what others chose about a filter.
func TestFilterKeepsItsDimensions(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: auditGroup.address, After: complete("logs_group", nil)})
	client := s.logs("eu-west-1")
	_, err := client.PutMetricFilter(t.Context(), &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: aws.String("/audit/trail"), FilterName: aws.String("f"), FilterPattern: aws.String("a"),
		MetricTransformations: []types.MetricTransformation{{
			MetricName: aws.String("m"), MetricNamespace: aws.String("A"), MetricValue: aws.String("1"),
			Dimensions: map[string]string{"User": "$.user"}, Unit: types.StandardUnitCount,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	a := at("logs_metric_filter", "eu-west-1", "/audit/trail", "f")
	before := s.look(a)[a].Settings
	s.write(resource.Change{Address: a, Before: before, After: before.With(settings{"pattern": "b"})})
	found, err := client.DescribeMetricFilters(t.Context(), &cloudwatchlogs.DescribeMetricFiltersInput{LogGroupName: aws.String("/audit/trail")})
	if err != nil {
		t.Fatal(err)
	}
	filter := found.MetricFilters[0]
	if *filter.FilterPattern != "b" || filter.MetricTransformations[0].Dimensions["User"] != "$.user" || filter.MetricTransformations[0].Unit != types.StandardUnitCount {
		t.Errorf("after the update: %+v", filter.MetricTransformations[0])
	}
}

// Numbers are settings as text, so that they look as their author wrote them. What is no number is refused before any call.
func TestNumbersAsText(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	for a, o := range map[resource.Address]settings{
		at("logs_metric_filter", "eu-west-1", "/audit", "f"): {"pattern": "x", "metric": "A/b", "default_value": "none"},
		at("cloudwatch_alarm", "eu-west-1", "a"):             rootUse.With(settings{"threshold": ""}),
	} {
		err := s.account.Write(t.Context(), resource.Change{Address: a, After: complete(a.Kind, o)})
		if err == nil || !strings.Contains(err.Error(), "is no number") {
			t.Errorf("%s: %v", a, err)
		}
	}
}
