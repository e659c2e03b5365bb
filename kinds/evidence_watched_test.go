package kinds_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// putFilter counts a pattern in the group of a ground by the metric CIS/NAME.
func (g ground) putFilter(s *subject, name, pattern, metric string) {
	s.t.Helper()
	_, err := s.services(g.Region).Logs.PutMetricFilter(s.t.Context(), &cloudwatchlogs.PutMetricFilterInput{
		LogGroupName: &g.LogGroup, FilterName: &name, FilterPattern: &pattern,
		MetricTransformations: []logstypes.MetricTransformation{{MetricNamespace: aws.String("CIS"), MetricName: &metric, MetricValue: aws.String("1")}},
	})
	must(s, 0, err)
}

func (g ground) putAlarm(s *subject, name, metric string, enabled bool, actions ...string) {
	s.t.Helper()
	_, err := s.services(g.Region).CloudWatch.PutMetricAlarm(s.t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("CIS"), MetricName: &metric, Statistic: cwtypes.StatisticSum, Period: aws.Int32(300),
		EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: cwtypes.ComparisonOperatorGreaterThanOrEqualToThreshold,
		ActionsEnabled: &enabled, AlarmActions: actions,
	})
	must(s, 0, err)
}

func (g ground) subscribe(s *subject, address string) {
	s.t.Helper()
	_, err := s.services(g.Region).SNS.Subscribe(s.t.Context(), &sns.SubscribeInput{
		TopicArn: aws.String(g.topicARN()), Protocol: aws.String("email"), Endpoint: &address,
	})
	must(s, 0, err)
}

func (s *subject) watched() map[resource.Address][]resource.MetricFilter {
	s.t.Helper()
	return s.evidence(resource.Needs{Watched: true}).Watched
}

func TestWatched(t *testing.T) {
	g := auditGround
	s := openGround(t, g)
	group := at("logs_group", "eu-west-1", g.LogGroup)
	if got := s.watched(); len(got) > 0 {
		t.Errorf("without a trail: %v", got)
	}
	logged := complete("cloudtrail_trail", settings{"bucket": g.Bucket, "log_group": g.LogGroup, "log_role": g.roleARN()})
	s.write(resource.Change{Address: auditTrail, After: logged})
	shows := func(what string, want ...resource.MetricFilter) {
		t.Helper()
		if want == nil {
			want = []resource.MetricFilter{}
		}
		if diff := cmp.Diff(map[resource.Address][]resource.MetricFilter{group: want}, s.watched()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	shows("no filter")

	g.putFilter(s, "root", `{ $.userIdentity.type = "Root" }`, "Root")
	g.putFilter(s, "iam", "{ $.eventName = CreatePolicy }", "IAM")
	root := resource.MetricFilter{Name: "root", Pattern: `{ $.userIdentity.type = "Root" }`}
	iam := resource.MetricFilter{Name: "iam", Pattern: "{ $.eventName = CreatePolicy }"}
	shows("no alarm", iam, root)

	g.putAlarm(s, "root", "Root", true, g.topicARN())
	g.putAlarm(s, "other", "Other", true, g.topicARN())
	g.putAlarm(s, "silent", "IAM", false, g.topicARN())
	g.putAlarm(s, "idle", "IAM", true)
	elsewhere := g
	elsewhere.Region = "us-east-1"
	elsewhere.putAlarm(s, "far", "Root", true)
	root.Alarms = []resource.Alarm{{Name: "root", Enabled: true}}
	iam.Alarms = []resource.Alarm{{Name: "idle"}, {Name: "silent"}}
	shows("nobody told", iam, root)

	g.subscribe(s, "security@example.com")
	g.subscribe(s, "audit@example.com")
	shows("nobody who agreed", iam, root)
	if err := s.sandbox.ConfirmSubscriptions("security@example.com"); err != nil {
		t.Fatal(err)
	}
	root.Alarms[0].Told, iam.Alarms[1].Told = 1, 1
	shows("one told", iam, root)

	g.putAlarm(s, "root", "Root", true, g.topicARN(), "arn:aws:sns:eu-west-1:111122223333:gone", "arn:aws:lambda:eu-west-1:111122223333:function:f")
	shows("a topic that is gone, and what is no topic", iam, root)

	_, err := s.services("eu-west-1").Logs.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &g.LogGroup})
	must(s, 0, err)
	shows("a group that is gone")
}

// Who is told by the topic of another account cannot be seen, and is not held against anybody.
func TestWatchedByTheTopicOfAnotherAccount(t *testing.T) {
	g := auditGround
	s := openGround(t, g)
	s.write(resource.Change{Address: auditTrail, After: g.everything()})
	g.putFilter(s, "root", "{ $.a = b }", "Root")
	g.putAlarm(s, "root", "Root", true, "arn:aws:sns:eu-west-1:444455556666:central")
	reading, err := s.account.Read(t.Context(), live.Ask{Needs: resource.Needs{Watched: true}})
	if err != nil {
		t.Fatal(err)
	}
	want := []resource.MetricFilter{{Name: "root", Pattern: "{ $.a = b }", Alarms: []resource.Alarm{{Name: "root", Enabled: true, Told: 1}}}}
	if diff := cmp.Diff(want, reading.Evidence.Watched[at("logs_group", "eu-west-1", g.LogGroup)]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(reading.Notices) != 1 || !strings.Contains(reading.Notices[0], "only account 444455556666 can see") {
		t.Errorf("notices: %q", reading.Notices)
	}
}

// Trails share groups, Regions and topics, and the read of the trails itself; each is asked once.
func TestWatchedIsReadOnce(t *testing.T) {
	s := openGround(t, auditGround)
	for _, g := range []ground{auditGround, groundOf("eu-west-1", "second"), groundOf("us-west-2", "far")} {
		if g.Name != "audit" {
			g.lay(s)
		}
		group := g
		if g.Region == "eu-west-1" {
			group = auditGround // both of them deliver there
		}
		role := g.role()
		s.write(resource.Change{Address: role[1].address, After: settings{"document": resource.Document(group.RolePolicy())}})
		s.write(resource.Change{Address: at("cloudtrail_trail", g.Region, g.Name), After: complete("cloudtrail_trail", settings{
			"bucket": g.Bucket, "log_group": group.LogGroup, "log_role": g.roleARN(),
		})})
		for i := range 3 {
			metric := fmt.Sprint("Metric", i)
			group.putFilter(s, metric, "{ $.a = b }", metric)
			group.putAlarm(s, metric, metric, true, group.topicARN())
		}
	}
	if err := s.sandbox.AddForeignTrail(sandbox.ForeignTrail{
		ARN: "arn:aws:cloudtrail:eu-west-1:444455556666:trail/org", Bucket: "org-logs", MultiRegion: true, GlobalEvents: true, Logging: true,
		LogGroupARN: "arn:aws:logs:eu-west-1:444455556666:log-group:org:*", LogRoleARN: "arn:aws:iam::444455556666:role/org",
	}); err != nil {
		t.Fatal(err)
	}
	s.sandbox.SetFaults(sandbox.Faults{})
	ask := func(needs resource.Needs) map[string]int {
		t.Helper()
		s.sandbox.ResetCalls()
		s.evidence(needs)
		return s.sandbox.Calls()
	}
	plain := ask(resource.Needs{})
	calls := ask(resource.Needs{Watched: true, Kinds: []resource.Kind{"cloudtrail_trail"}})
	more := map[string]int{}
	for action, n := range calls {
		if n > plain[action] {
			more[action] = n - plain[action]
		}
	}
	// Pages are short here, so that lists take as many calls as it pleases the account.
	for action, most := range map[string]int{"cloudtrail:ListTrails": 3, "logs:DescribeMetricFilters": 6, "cloudwatch:DescribeAlarms": 6} {
		if more[action] < 1 || more[action] > most {
			t.Errorf("%s: %d calls, want %d at most", action, more[action], most)
		}
		delete(more, action)
	}
	want := map[string]int{
		"cloudtrail:DescribeTrails": 2, "cloudtrail:GetTrailStatus": 4, "cloudtrail:GetEventSelectors": 4, "cloudtrail:GetInsightSelectors": 4,
		"cloudtrail:ListTags": 2, "sns:ListSubscriptionsByTopic": 2,
	}
	if diff := cmp.Diff(want, more); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	for action := range ask(resource.Needs{}) {
		if strings.HasPrefix(action, "cloudtrail:") || strings.HasPrefix(action, "cloudwatch:") {
			t.Errorf("%s is called though nothing needs it", action)
		}
	}
	if got := s.evidence(resource.Needs{}).Watched; got != nil {
		t.Errorf("nothing needs it, and it is there: %v", got)
	}
	if got := len(s.watched()); got != 2 {
		t.Errorf("%d groups, want 2", got)
	}
}

// All alarms are looked through, however many pages they take.
func TestWatchedAmongManyAlarms(t *testing.T) {
	g := auditGround
	s := openGround(t, g)
	s.write(resource.Change{Address: auditTrail, After: g.everything()})
	for i := range 130 {
		g.putAlarm(s, fmt.Sprintf("alarm-%03d", i), fmt.Sprint("Other", i), true)
	}
	g.putFilter(s, "root", "{ $.a = b }", "Root")
	g.putAlarm(s, "zz", "Root", true, g.topicARN())
	got := s.watched()[at("logs_group", "eu-west-1", g.LogGroup)]
	if len(got) != 1 || len(got[0].Alarms) != 1 || got[0].Alarms[0].Name != "zz" {
		t.Errorf("%v", got)
	}
}

func TestDeniedWatchedNamesThePermission(t *testing.T) {
	g := auditGround
	for _, denied := range []string{"logs:DescribeMetricFilters", "cloudwatch:DescribeAlarms", "sns:ListSubscriptionsByTopic", "cloudtrail:ListTrails"} {
		s := openGround(t, g)
		s.write(resource.Change{Address: auditTrail, After: g.everything()})
		g.putFilter(s, "root", "{ $.a = b }", "Root")
		g.putAlarm(s, "zz", "Root", true, g.topicARN())
		s.sandbox.SetFaults(sandbox.Faults{Deny: []string{denied}})
		_, err := s.account.Read(t.Context(), live.Ask{Needs: resource.Needs{Watched: true}})
		wantClass(t, err, resource.Denied)
		if !strings.Contains(err.Error(), denied) {
			t.Errorf("%s is not in: %v", denied, err)
		}
	}
}
