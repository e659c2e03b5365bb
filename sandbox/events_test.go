package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// TestEventHistory asks who changed what: the newest first, by the name of the resource, in the Region of the call.
func TestEventHistory(t *testing.T) {
	o := fixed()
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	o.Now = func() time.Time { now = now.Add(time.Second); return now }
	a := open(t, t.TempDir()+"/account", o)
	iam := clientOf(a)
	expect(t, createUser(t, iam, "alice"), "", "")
	expect(t, createUser(t, iam, "bob"), "", "")
	expect(t, createUser(t, iam, "alice"), "EntityAlreadyExists", "") // changes nothing, and is none
	expect(t, putOnAlice("own", readS3)(t.Context(), iam), "", "")

	history := func(region, key, value string) []types.Event {
		t.Helper()
		out, err := trailsOf(a, region).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{
			LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKey(key), AttributeValue: aws.String(value)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return out.Events
	}
	found := history("us-east-1", "ResourceName", "alice")
	if len(found) != 2 || *found[0].EventName != "PutUserPolicy" || *found[1].EventName != "CreateUser" || found[0].EventTime.Before(*found[1].EventTime) {
		t.Errorf("of alice: %d events", len(found))
	}
	if e := found[0]; *e.ReadOnly != "false" || *e.EventSource != "iam.amazonaws.com" || !strings.Contains(*e.CloudTrailEvent, `"arn":"arn:aws:sts::111122223333:assumed-role/SandboxAdministrator/sandbox"`) {
		t.Errorf("%+v", e)
	}
	if n := len(history("eu-west-1", "ResourceName", "alice")); n != 0 {
		t.Errorf("IAM is in %d events of another Region", n)
	}
	if n := len(history("us-east-1", "EventName", "CreateUser")); n != 2 {
		t.Errorf("%d users were created", n)
	}
	for range 250 {
		expect(t, putOnAlice("own", readS3)(t.Context(), iam), "", "")
	}
	if n := len(history("us-east-1", "ResourceName", "bob")); n != 0 {
		t.Errorf("what is long past is in %d events", n)
	}
}
