package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// cloudWatch calls CloudWatch without the code under test.
func (s *subject) cloudWatch(region string) *cloudwatch.Client {
	return cloudwatch.New(cloudwatch.Options{Region: region, Credentials: testCredentials, HTTPClient: s.options.HTTPClient})
}

// sns calls SNS without the code under test.
func (s *subject) sns(region string) *sns.Client {
	return sns.New(sns.Options{Region: region, Credentials: testCredentials, HTTPClient: s.options.HTTPClient})
}

// Alarms are read by name: those of a preset in one call, whatever else the Region has.
func TestAlarmsAreReadTogether(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	var all []resource.Address
	for i := range 120 {
		a := at("cloudwatch_alarm", "eu-west-1", fmt.Sprintf("alarm %d", i))
		s.write(resource.Change{Address: a, After: complete(a.Kind, rootUse)})
		all = append(all, a)
	}
	s.sandbox.ResetCalls()
	if n := len(s.look(all[:15]...)); n != 15 {
		t.Errorf("%d alarms are there, want 15", n)
	}
	want := map[string]int{"cloudwatch:DescribeAlarms": 1, "cloudwatch:ListTagsForResource": 15}
	if diff := cmp.Diff(want, s.sandbox.Calls()); diff != "" {
		t.Errorf("15 alarms (-want +got):\n%s", diff)
	}
	s.sandbox.ResetCalls()
	if n := len(s.look(all...)); n != 120 {
		t.Errorf("%d alarms are there, want 120", n)
	}
	if n := s.sandbox.Calls()["cloudwatch:DescribeAlarms"]; n != 2 {
		t.Errorf("120 alarms took %d calls, want 2", n)
	}
}

// An update writes an alarm as a whole, and keeps what others chose about it.
func TestAlarmKeepsWhatIsNoSettingOfOurs(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	client := s.cloudWatch("eu-west-1")
	_, err := client.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("a"), Namespace: aws.String("AWS/Logs"), MetricName: aws.String("m"), Statistic: types.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), DatapointsToAlarm: aws.Int32(2), Threshold: aws.Float64(1),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, OKActions: []string{"arn:aws:sns:eu-west-1:111122223333:ok"},
		Dimensions: []types.Dimension{{Name: aws.String("LogGroupName"), Value: aws.String("/audit")}}, Unit: types.StandardUnitCount,
	})
	if err != nil {
		t.Fatal(err)
	}
	a := at("cloudwatch_alarm", "eu-west-1", "a")
	before := s.look(a)[a].Settings
	want := settings{
		"metric": "AWS/Logs/m", "statistic": "Sum", "period": 60, "evaluation_periods": 3, "threshold": "1", "comparison": "GreaterThanThreshold",
		"missing": "missing", "actions": []string{}, "enabled": true, "description": "", "tags": tags{},
	}
	if diff := cmp.Diff(want, before); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	alarm := func() types.MetricAlarm {
		t.Helper()
		found, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
		if err != nil {
			t.Fatal(err)
		}
		return found.MetricAlarms[0]
	}
	update := resource.Change{Address: a, Before: before, After: before.With(settings{"threshold": "2"})}
	s.write(update)
	got := alarm()
	if *got.Threshold != 2 || *got.DatapointsToAlarm != 2 || len(got.OKActions) != 1 || len(got.Dimensions) != 1 || got.Unit != types.StandardUnitCount {
		t.Errorf("after the update: %+v", got)
	}
	s.write(resource.Change{Address: a, Before: update.After, After: update.After.With(settings{"evaluation_periods": 1})})
	if got := alarm(); got.DatapointsToAlarm != nil {
		t.Errorf("more points than periods: %d", *got.DatapointsToAlarm)
	}
}

// An alarm on other alarms is seen under its name, and is never written over. The sandbox has none, so an answer is made to tell
// of one.
func TestAlarmOnOtherAlarmsIsLeftAlone(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	a := at("cloudwatch_alarm", "eu-west-1", "a")
	plain := complete(a.Kind, rootUse)
	s.write(resource.Change{Address: a, After: plain})
	s.open(live.Options{HTTPClient: rewriting{s.sandbox.Client(), "MetricName", "MetricNane"}})
	found := s.look(a)[a].Settings
	if found == nil || found.Text("metric") != "" {
		t.Fatalf("found %v", found)
	}
	s.sandbox.ResetCalls()
	err := s.account.Write(t.Context(), resource.Change{Address: a, Before: found, After: plain.With(settings{"threshold": "5"})})
	if err == nil || !strings.Contains(err.Error(), "no alarm on a single metric") {
		t.Errorf("error: %v", err)
	}
	if n := s.sandbox.Calls()["cloudwatch:PutMetricAlarm"]; n > 0 {
		t.Error("it was written over")
	}
}

var mail = at("sns_subscription", "eu-west-1", "alarms", "email", "security@example.com")

func openWithMail(t *testing.T) *subject {
	t.Helper()
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: alarms.address, After: complete("sns_topic", alarms.settings)})
	s.write(resource.Change{Address: mail, After: settings{}})
	return s
}

// A subscription that waits for somebody to agree is there; it goes with its topic.
func TestSubscriptionIsThereBeforeItIsConfirmed(t *testing.T) {
	s := openWithMail(t)
	s.write(resource.Change{Address: mail, After: settings{}})
	waiting := s.look(mail)[mail]
	if diff := cmp.Diff(resource.Resource{Settings: settings{}, Facts: resource.Facts{"now:state": "pending confirmation", "looked": "yes"}}, waiting); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	known := typeOf(t, mail.Kind)
	if lost := known.OneWay(waiting); len(lost) > 0 {
		t.Errorf("nothing was agreed to, and yet is lost: %v", lost)
	}
	if left := known.Leaves(waiting); len(left) != 1 {
		t.Errorf("that AWS keeps it for a while is not said: %v", left)
	}

	remove := resource.Change{Address: mail, Before: settings{}}
	s.write(remove)
	s.shows(mail, settings{})
	s.write(resource.Change{Address: alarms.address, Before: complete("sns_topic", alarms.settings)})
	s.shows(mail, nil)
	s.shows(alarms.address, nil)
	s.write(remove)
}

func TestConfirmedSubscriptionIsEnded(t *testing.T) {
	s := openWithMail(t)
	if err := s.sandbox.ConfirmSubscriptions("security@example.com"); err != nil {
		t.Fatal(err)
	}
	agreed := s.look(mail)[mail]
	if got := agreed.Facts["now:state"]; got != "confirmed" {
		t.Errorf("state: %q", got)
	}
	known := typeOf(t, mail.Kind)
	if lost, left := known.OneWay(agreed), known.Leaves(agreed); len(lost) != 1 || len(left) > 0 {
		t.Errorf("lost: %v, left: %v", lost, left)
	}
	s.write(resource.Change{Address: mail, Before: settings{}})
	s.shows(mail, nil)
	s.write(resource.Change{Address: mail, Before: settings{}})
}

// What others subscribed to goes with the topic, and is held; what is looked at as an object of its own is not.
func TestTopicHoldsTheSubscriptionsOfOthers(t *testing.T) {
	s := openWithMail(t)
	client := s.sns("eu-west-1")
	arn := "arn:aws:sns:eu-west-1:111122223333:alarms"
	for _, to := range []string{"a", "b"} {
		_, err := client.Subscribe(t.Context(), &sns.SubscribeInput{
			TopicArn: &arn, Protocol: aws.String("sqs"), Endpoint: aws.String("arn:aws:sqs:eu-west-1:111122223333:" + to),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	topic := alarms.address
	holds := func(looked ...resource.Address) string {
		t.Helper()
		found := s.look(looked...)[topic]
		return strings.Join(typeOf(t, "sns_topic").Holds(found.Facts), ", ")
	}
	if got := holds(topic); got != "2 subscriptions" {
		t.Errorf("before the mail was confirmed: %q", got)
	}
	if err := s.sandbox.ConfirmSubscriptions("security@example.com"); err != nil {
		t.Fatal(err)
	}
	if got := holds(topic); got != "3 subscriptions" {
		t.Errorf("the topic alone: %q", got)
	}
	queue := at("sns_subscription", "eu-west-1", "alarms", "sqs", "arn:aws:sqs:eu-west-1:111122223333:a")
	if got := holds(topic, mail, queue); got != "1 subscription" {
		t.Errorf("beside two of its subscriptions: %q", got)
	}
}

// The policy of a topic is not kept, so that one that others gave it is lost with it.
func TestTopicLosesAPolicyOfItsOwn(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	topic := alarms.address
	s.write(resource.Change{Address: topic, After: complete("sns_topic", alarms.settings)})
	known := typeOf(t, "sns_topic")
	if lost := known.OneWay(s.look(topic)[topic]); len(lost) > 0 {
		t.Errorf("a topic as AWS makes it loses %v", lost)
	}
	_, err := s.sns("eu-west-1").SetTopicAttributes(t.Context(), &sns.SetTopicAttributesInput{
		TopicArn: aws.String("arn:aws:sns:eu-west-1:111122223333:alarms"), AttributeName: aws.String("Policy"),
		AttributeValue: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"SNS:Publish","Resource":"*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"its policy"}, known.OneWay(s.look(topic)[topic])); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Subscriptions are listed until those that are asked for are seen.
func TestSubscriptionsOfATopicAreReadTogether(t *testing.T) {
	s := openWithMail(t)
	var all []resource.Address
	for i := range 150 {
		a := at("sns_subscription", "eu-west-1", "alarms", "sqs", fmt.Sprintf("arn:aws:sqs:eu-west-1:111122223333:q%d", i))
		s.write(resource.Change{Address: a, After: settings{}})
		all = append(all, a)
	}
	s.sandbox.ResetCalls()
	if n := len(s.look(all...)); n != 150 {
		t.Errorf("%d subscriptions are there, want 150", n)
	}
	if diff := cmp.Diff(map[string]int{"sns:ListSubscriptionsByTopic": 2}, s.sandbox.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	s.shows(at("sns_subscription", "eu-west-1", "none", "email", "a@example.com"), nil)
}
