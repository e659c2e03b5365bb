package live

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"baseline/kinds"
	"baseline/resource"
)

// Done is a call that changed something, as CloudTrail's event history tells it.
type Done struct {
	// Name is the operation, as in UpdateAssumeRolePolicy.
	Name string
	// By is the ARN of who called, or what CloudTrail calls them where there is none.
	By string
	At time.Time
}

// LastChange finds out who last changed something about an object since a time, as far as CloudTrail tells: its event history is
// some minutes late and goes back 90 days. It returns nil where nothing is found; a caller who may not read the history gets an error.
func (a *Account) LastChange(ctx context.Context, address resource.Address, since time.Time) (*Done, error) {
	who, err := a.Identify(ctx)
	if err != nil {
		return nil, err
	}
	region, name := a.eventsOf(who.Partition, address)
	found, err := a.services.CloudTrail.LookupEvents(ctx, &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{AttributeKey: types.LookupAttributeKeyResourceName, AttributeValue: aws.String(name)}},
		StartTime:        aws.Time(since),
	}, func(o *cloudtrail.Options) { o.Region = cmp.Or(region, o.Region) })
	if err != nil {
		return nil, callError(err)
	}
	for _, event := range found.Events {
		if aws.ToString(event.ReadOnly) == "true" {
			continue
		}
		var whole struct {
			UserIdentity struct {
				ARN string `json:"arn"`
			} `json:"userIdentity"`
		}
		_ = json.Unmarshal([]byte(aws.ToString(event.CloudTrailEvent)), &whole) // without it, the name alone is told
		return &Done{
			Name: aws.ToString(event.EventName), By: cmp.Or(whole.UserIdentity.ARN, aws.ToString(event.Username)), At: aws.ToTime(event.EventTime).UTC(),
		}, nil
	}
	return nil, nil
}

// eventsOf is where the events about an object are, "" for the Region of the calls, and what they call it. Events of IAM are in the
// partition's global Region. An object that others hold is called by its holder's name, or by its own.
func (a *Account) eventsOf(partition string, address resource.Address) (region, name string) {
	kind := a.kinds[address.Kind]
	if kind.Owner != nil {
		address = kind.Owner(address)
	}
	parts := strings.Split(address.Name, "/")
	if !strings.HasPrefix(string(address.Kind), "iam_") {
		if len(parts) > 1 {
			return parts[0], strings.Join(parts[1:], "/")
		}
		return "", address.Name
	}
	return kinds.GlobalRegion(partition, ""), parts[len(parts)-1]
}
