package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

func alarmsOf(a *sandbox.Account, region string) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(config(a, foreignKey), func(o *cloudwatch.Options) { o.Region = region })
}

func TestAlarm(t *testing.T) {
	a := sandbox.New(fixed())
	c := alarmsOf(a, "us-east-1")
	put := func(in *cloudwatch.PutMetricAlarmInput) {
		t.Helper()
		must[*cloudwatch.PutMetricAlarmOutput](t)(c.PutMetricAlarm(t.Context(), in))
	}
	put(rootAlarm())
	describe := func(c *cloudwatch.Client) []types.MetricAlarm {
		return must[*cloudwatch.DescribeAlarmsOutput](t)(c.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{"Root", "None"}})).MetricAlarms
	}
	want := []types.MetricAlarm{{
		AlarmName: aws.String("Root"), AlarmArn: aws.String("arn:aws:cloudwatch:us-east-1:111122223333:alarm:Root"),
		AlarmConfigurationUpdatedTimestamp: aws.Time(start), StateUpdatedTimestamp: aws.Time(start), StateTransitionedTimestamp: aws.Time(start),
		ActionsEnabled: aws.Bool(true), OKActions: []string{}, InsufficientDataActions: []string{},
		AlarmActions: []string{"arn:aws:sns:us-east-1:111122223333:alarms"}, StateValue: types.StateValueInsufficientData,
		StateReason: aws.String("Unchecked: Initial alarm creation"), MetricName: aws.String("RootUse"), Namespace: aws.String("Audit"),
		Statistic: types.StatisticSum, Period: aws.Int32(300), EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, TreatMissingData: aws.String("notBreaching"),
		Dimensions: []types.Dimension{{Name: aws.String("d"), Value: aws.String("1")}},
	}}
	same := cmpopts.IgnoreUnexported(types.MetricAlarm{}, types.Dimension{})
	if diff := cmp.Diff(want, describe(c), same); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := describe(alarmsOf(a, "eu-west-1")); len(got) != 0 {
		t.Errorf("another Region has %v", got)
	}

	changed := rootAlarm()
	changed.Threshold, changed.TreatMissingData, changed.ActionsEnabled, changed.Tags = aws.Float64(2.5), nil, aws.Bool(false), nil
	put(changed)
	got := describe(c)[0]
	if *got.Threshold != 2.5 || got.TreatMissingData != nil || *got.ActionsEnabled {
		t.Errorf("after it was put again: %v %v %v", *got.Threshold, got.TreatMissingData, *got.ActionsEnabled)
	}
	tags := must[*cloudwatch.ListTagsForResourceOutput](t)(c.ListTagsForResource(t.Context(), &cloudwatch.ListTagsForResourceInput{ResourceARN: got.AlarmArn}))
	if len(tags.Tags) != 1 || *tags.Tags[0].Key != "team" {
		t.Errorf("tags %v, want those from the start", tags.Tags)
	}
	for range 2 {
		must[*cloudwatch.DeleteAlarmsOutput](t)(c.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"None", "Root"}}))
	}
	if got := describe(c); len(got) != 0 {
		t.Errorf("after the deletion: %v", got)
	}
}

func TestAlarmsAreChecked(t *testing.T) {
	for name, test := range map[string]struct {
		change func(in *cloudwatch.PutMetricAlarmInput)
		code   string
	}{
		"statistic":  {func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = "Median" }, "ValidationError"},
		"both":       {func(in *cloudwatch.PutMetricAlarmInput) { in.ExtendedStatistic = aws.String("p99") }, "InvalidParameterCombination"},
		"threshold":  {func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil }, "MissingParameter"},
		"period":     {func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(45) }, "ValidationError"},
		"a day":      {func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(289) }, "ValidationError"},
		"datapoints": {func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(2) }, "ValidationError"},
		"missing":    {func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("bad") }, "ValidationError"},
		"no ARN":     {func(in *cloudwatch.PutMetricAlarmInput) { in.AlarmActions = []string{"alarms"} }, "ValidationError"},
		"Region": {func(in *cloudwatch.PutMetricAlarmInput) {
			in.AlarmActions[0] = "arn:aws:sns:eu-west-1:111122223333:alarms"
		}, "ValidationError"},
		"metric":       {func(in *cloudwatch.PutMetricAlarmInput) { in.MetricName = nil }, "MissingParameter"},
		"reserved":     {func(in *cloudwatch.PutMetricAlarmInput) { in.Tags[0].Key = aws.String("aws:x") }, "InvalidParameterValue"},
		"as it should": {func(*cloudwatch.PutMetricAlarmInput) {}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := rootAlarm()
			test.change(in)
			_, err := alarmsOf(sandbox.New(fixed()), "us-east-1").PutMetricAlarm(t.Context(), in)
			expect(t, err, test.code, "")
		})
	}
	c := alarmsOf(sandbox.New(fixed()), "us-east-1")
	_, err := c.ListTagsForResource(t.Context(), &cloudwatch.ListTagsForResourceInput{ResourceARN: aws.String("arn:aws:cloudwatch:us-east-1:111122223333:alarm:none")})
	expect(t, err, "ResourceNotFoundException", "")
}

func TestAlarmPages(t *testing.T) {
	c := alarmsOf(sandbox.New(fixed()), "us-east-1")
	var want, got []string
	for i := range 7 {
		in := rootAlarm()
		in.AlarmName = aws.String(fmt.Sprintf("a%d", i))
		want = append(want, *in.AlarmName)
		must[*cloudwatch.PutMetricAlarmOutput](t)(c.PutMetricAlarm(t.Context(), in))
	}
	must[*cloudwatch.PutMetricAlarmOutput](t)(c.PutMetricAlarm(t.Context(), rootAlarm()))
	pages := cloudwatch.NewDescribeAlarmsPaginator(c, &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: aws.String("a"), MaxRecords: aws.Int32(3)})
	calls := 0
	for ; pages.HasMorePages(); calls++ {
		for _, alarm := range must[*cloudwatch.DescribeAlarmsOutput](t)(pages.NextPage(t.Context())).MetricAlarms {
			got = append(got, *alarm.AlarmName)
		}
	}
	if !slices.Equal(got, want) || calls != 3 {
		t.Errorf("%d calls, alarms %v", calls, got)
	}
	_, err := c.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{NextToken: aws.String("nonsense")})
	expect(t, err, "InvalidNextToken", "")
}

// TestAlarmByOtherProtocols asks as clients ask that choose JSON 1.0, and as older ones ask, by a form.
func TestAlarmByOtherProtocols(t *testing.T) {
	a := sandbox.New(fixed())
	ask := func(target, body string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sandbox.invalid/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if target != "" {
			r.Header.Set("X-Amz-Target", "GraniteServiceVersion20100801."+target)
		}
		response, err := a.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.Header.Get("X-Amzn-Query-Error") + string(data)
	}
	const form = "Version=2010-08-01&Action="
	ask("", form+"PutMetricAlarm&AlarmName=byForm&MetricName=m&Namespace=n&Statistic=Sum&Period=60&EvaluationPeriods=2&Threshold=0.5"+
		"&ComparisonOperator=GreaterThanThreshold&Dimensions.member.2.Name=b&Dimensions.member.2.Value=2&Dimensions.member.1.Name=a"+
		"&Dimensions.member.1.Value=1&OKActions=&ActionsEnabled=false")
	ask("PutMetricAlarm", `{"AlarmName":"byJSON","MetricName":"m","Namespace":"n","Statistic":"Sum","Period":60,"EvaluationPeriods":2,`+
		`"Threshold":0.5,"ComparisonOperator":"GreaterThanThreshold","ActionsEnabled":false}`)
	for _, answer := range []struct{ got, want string }{
		{
			ask("DescribeAlarms", `{"AlarmNames":["byForm"]}`),
			`"ActionsEnabled":false,"OKActions":[],"AlarmActions":[],"InsufficientDataActions":[],"StateValue":"INSUFFICIENT_DATA",` +
				`"StateReason":"Unchecked: Initial alarm creation","StateUpdatedTimestamp":1795269731,"StateTransitionedTimestamp":1795269731,` +
				`"MetricName":"m","Namespace":"n","Statistic":"Sum","Dimensions":[{"Name":"a","Value":"1"},{"Name":"b","Value":"2"}],` +
				`"Period":60,"EvaluationPeriods":2,"Threshold":0.5,"ComparisonOperator":"GreaterThanThreshold"`,
		},
		{
			ask("", form+"DescribeAlarms&AlarmNames.member.1=byJSON"),
			"<StateUpdatedTimestamp>2026-11-21T14:02:11.000Z</StateUpdatedTimestamp>",
		},
		{ask("", form+"DescribeAlarms&AlarmNames.member.1=byJSON"), "<Threshold>0.5</Threshold>"},
		{ask("", form+"DescribeAlarms&NextToken=nonsense"), "<Code>InvalidNextToken</Code>"},
		{ask("DescribeAlarms", `{"StateValue":"FINE"}`), `ValidationError;Sender{"__type":"ValidationException"`},
	} {
		if !strings.Contains(answer.got, answer.want) {
			t.Errorf("%s\nlacks %s", answer.got, answer.want)
		}
	}
}
