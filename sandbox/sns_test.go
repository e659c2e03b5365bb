package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"baseline/sandbox"
)

func snsOf(a *sandbox.Account, region string) *sns.Client {
	return sns.NewFromConfig(config(a, foreignKey), func(o *sns.Options) { o.Region = region })
}

func newTopic(t *testing.T, c *sns.Client, name string) (arn string) {
	t.Helper()
	return *must[*sns.CreateTopicOutput](t)(c.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: &name})).TopicArn
}

func TestTopic(t *testing.T) {
	a := sandbox.New(fixed())
	c := snsOf(a, "eu-west-1")
	create := func(in *sns.CreateTopicInput) error {
		_, err := c.CreateTopic(t.Context(), in)
		return err
	}
	arn := newTopic(t, c, "alarms")
	if want := "arn:aws:sns:eu-west-1:111122223333:alarms"; arn != want || newTopic(t, c, "alarms") != want {
		t.Errorf("topic %s, want %s", arn, want)
	}
	expect(t, create(&sns.CreateTopicInput{Name: aws.String("a b")}), "InvalidParameter", "Topic Name")
	expect(t, create(&sns.CreateTopicInput{Name: aws.String("alarms"), Attributes: map[string]string{"DisplayName": "x"}}),
		"InvalidParameter", "different attributes")
	expect(t, create(&sns.CreateTopicInput{Name: aws.String("alarms"), Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("")}}}),
		"InvalidParameter", "different tags")
	read := func(c *sns.Client) (map[string]string, error) {
		out, err := c.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: &arn})
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	}
	attributes := must[map[string]string](t)(read(c))
	if attributes["Owner"] != "111122223333" || attributes["TopicArn"] != arn || !strings.Contains(attributes["Policy"], "__default_statement_ID") {
		t.Errorf("attributes %v", attributes)
	}
	_, err := read(snsOf(a, "us-east-1"))
	expect(t, err, "InvalidParameter", "TopicArn")

	set := func(name, value string) error {
		_, err := c.SetTopicAttributes(t.Context(), &sns.SetTopicAttributesInput{TopicArn: &arn, AttributeName: &name, AttributeValue: &value})
		return err
	}
	policy := ` {"Version":"2012-10-17","Statement":{"Sid":"trail 1","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},` +
		`"Action":"SNS:Publish","Resource":"` + arn + `"}}`
	expect(t, set("Policy", policy), "", "")
	expect(t, set("Policy", "{"), "InvalidParameter", "Policy")
	expect(t, set("Policy", strings.Replace(policy, "SNS:Publish", "s3:GetObject", 1)), "InvalidParameter", "out of service scope")
	expect(t, set("Policy", strings.Replace(policy, `"Service":"cloudtrail.amazonaws.com"`, `"AWS":"arn:aws:iam::111122223333:user/none"`, 1)),
		"InvalidParameter", "PrincipalNotFound")
	expect(t, set("Color", "red"), "InvalidParameter", "AttributeName")
	if got := must[map[string]string](t)(read(c))["Policy"]; got != policy {
		t.Errorf("policy %q is not as it was sent", got)
	}
	for range 2 {
		must[*sns.DeleteTopicOutput](t)(c.DeleteTopic(t.Context(), &sns.DeleteTopicInput{TopicArn: &arn}))
	}
	_, err = read(c)
	expect(t, err, "NotFound", "Topic does not exist")
}

func TestTopicPages(t *testing.T) {
	c := snsOf(sandbox.New(fixed()), "us-east-1")
	for i := range 120 {
		newTopic(t, c, fmt.Sprintf("t%03d", i))
	}
	count, calls := 0, 0
	for pages := sns.NewListTopicsPaginator(c, &sns.ListTopicsInput{}); pages.HasMorePages(); calls++ {
		count += len(must[*sns.ListTopicsOutput](t)(pages.NextPage(t.Context())).Topics)
	}
	if count != 120 || calls != 2 {
		t.Errorf("%d topics in %d calls", count, calls)
	}
}

func TestSubscriptions(t *testing.T) {
	now := start
	options := fixed()
	options.Now = func() time.Time { return now }
	a := sandbox.New(options)
	c := snsOf(a, "us-east-1")
	topic := newTopic(t, c, "alarms")
	subscribe := func(protocol, endpoint string, tell bool) (string, error) {
		out, err := c.Subscribe(t.Context(), &sns.SubscribeInput{
			TopicArn: &topic, Protocol: &protocol, Endpoint: &endpoint, ReturnSubscriptionArn: tell,
		})
		if err != nil {
			return "", err
		}
		return *out.SubscriptionArn, nil
	}
	_, err := subscribe("email", "nobody", false)
	expect(t, err, "InvalidParameter", "Email address")
	_, err = subscribe("pigeon", "x", false)
	expect(t, err, "InvalidParameter", "protocol")
	if got := must[string](t)(subscribe("email", "security@example.com", false)); got != "pending confirmation" {
		t.Errorf("subscribed as %s", got)
	}
	arn := must[string](t)(subscribe("email", "security@example.com", true))
	if !strings.HasPrefix(arn, topic+":") {
		t.Errorf("subscribed as %s", arn)
	}
	listed := func() []types.Subscription {
		return must[*sns.ListSubscriptionsByTopicOutput](t)(c.ListSubscriptionsByTopic(t.Context(), &sns.ListSubscriptionsByTopicInput{TopicArn: &topic})).Subscriptions
	}
	want := []types.Subscription{{
		SubscriptionArn: aws.String("PendingConfirmation"), Owner: aws.String("111122223333"), Protocol: aws.String("email"),
		Endpoint: aws.String("security@example.com"), TopicArn: &topic,
	}}
	if diff := cmp.Diff(want, listed(), cmpopts.IgnoreUnexported(types.Subscription{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	unsubscribe := func(arn string) error {
		_, err := c.Unsubscribe(t.Context(), &sns.UnsubscribeInput{SubscriptionArn: &arn})
		return err
	}
	expect(t, unsubscribe(arn), "InvalidParameter", "pending confirmation")
	expect(t, unsubscribe("PendingConfirmation"), "InvalidParameter", "at least 6 elements")
	if err := a.ConfirmSubscriptions("security@example.com"); err != nil {
		t.Fatal(err)
	}
	if got := *listed()[0].SubscriptionArn; got != arn {
		t.Errorf("confirmed as %s, want %s", got, arn)
	}
	if err := a.ConfirmSubscriptions("security@example.com"); err == nil {
		t.Error("confirmed twice")
	}
	for range 2 {
		expect(t, unsubscribe(arn), "", "")
	}
	must[string](t)(subscribe("email", "late@example.com", false))
	now = now.Add(48 * time.Hour)
	if got := listed(); len(got) != 0 {
		t.Errorf("still there: %v", got)
	}
}

func TestTopicTags(t *testing.T) {
	c := snsOf(sandbox.New(fixed()), "us-east-1")
	arn := newTopic(t, c, "alarms")
	must[*sns.TagResourceOutput](t)(c.TagResource(t.Context(), &sns.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{
		{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("")},
	}}))
	must[*sns.UntagResourceOutput](t)(c.UntagResource(t.Context(), &sns.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a"}}))
	out := must[*sns.ListTagsForResourceOutput](t)(c.ListTagsForResource(t.Context(), &sns.ListTagsForResourceInput{ResourceArn: &arn}))
	want := []types.Tag{{Key: aws.String("b"), Value: aws.String("")}}
	if diff := cmp.Diff(want, out.Tags, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, err := c.ListTagsForResource(t.Context(), &sns.ListTagsForResourceInput{ResourceArn: aws.String(arn + "x")})
	expect(t, err, "ResourceNotFound", "")
}

func TestTopicDenied(t *testing.T) {
	options := fixed()
	options.Faults.Deny = []string{"sns:CreateTopic"}
	_, err := snsOf(sandbox.New(options), "us-east-1").CreateTopic(t.Context(), &sns.CreateTopicInput{Name: aws.String("alarms")})
	expect(t, err, "AuthorizationError", "sns:CreateTopic")
}
