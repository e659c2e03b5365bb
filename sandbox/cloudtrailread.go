package sandbox

import (
	"slices"
	"strconv"
	"strings"
)

type describeTrailsInput struct {
	TrailNameList       []string
	IncludeShadowTrails *bool
}

// describeTrails lists the trails of the call's Region, or those named that are there. A name is one of the account's own
// trails of this Region; a shadow answers to its ARN. What is not there is left out.
func describeTrails(c *call, in *describeTrailsInput) (answer, error) {
	asked := map[string]bool{}
	for _, text := range in.TrailNameList {
		r, err := c.trailRef(text)
		if err != nil {
			return done, err
		}
		asked[r.arn()] = true
	}
	out := struct {
		Trails []trailOutput `json:"trailList"`
	}{[]trailOutput{}}
	for _, t := range c.trailsIn(c.region) {
		if len(asked) > 0 && !asked[t.arn()] {
			continue
		}
		if t.isShadow(c) && in.IncludeShadowTrails != nil && !*in.IncludeShadowTrails {
			continue
		}
		out.Trails = append(out.Trails, t.output())
	}
	return answer{json: out}, nil
}

func getTrail(c *call, in *trailNameInput) (answer, error) {
	t, err := c.trailToRead(in.Name)
	if err != nil {
		return done, err
	}
	return answer{json: map[string]trailOutput{"Trail": t.output()}}, nil
}

type listTrailsInput struct{ NextToken string }

type listTrailsOutput struct {
	Trails    []trailInfo
	NextToken string `json:",omitempty"`
}

type trailInfo struct{ TrailARN, Name, HomeRegion string }

// mostTrailsListed is how many trails a page of ListTrails holds. AWS does not publish its number.
const mostTrailsListed = 100

// listTrails lists the account's trails of all Regions, and its organization's.
func listTrails(c *call, in *listTrailsInput) (answer, error) {
	all := []trailInfo{}
	for e := range c.store.all(trailKindName) {
		if t, ok := e.(*Trail); ok && c.visible(t) {
			all = append(all, trailInfo{TrailARN: t.arn(), Name: t.Name, HomeRegion: t.Region})
		}
	}
	page, next, ok := tokenPage(c, "", in.NextToken, mostTrailsListed, all, func(t trailInfo) string { return t.TrailARN })
	if !ok {
		return done, refuse("InvalidNextTokenException", "The next token is not valid.")
	}
	return answer{json: listTrailsOutput{Trails: page, NextToken: next}}, nil
}

// mostEventsLookedUp is the largest page of LookupEvents.
const mostEventsLookedUp = 50

// lookupAttributes are what LookupEvents can look for.
var lookupAttributes = []string{
	"AccessKeyId", "EventId", "EventName", "EventSource", "ReadOnly", "ResourceName", "ResourceType", "Username",
}

// lookupInput is what LookupEvents is sent. Times are in seconds since 1970.
type lookupInput struct {
	LookupAttributes   []struct{ AttributeKey, AttributeValue string }
	EventCategory      *string
	MaxResults         *int
	NextToken          *string
	StartTime, EndTime *float64
}

// lookupEvents finds the account's own calls that changed something, one page of them. Insights events there are none.
func lookupEvents(c *call, in *lookupInput) (answer, error) {
	switch {
	case len(in.LookupAttributes) > 1:
		return done, refuse("InvalidLookupAttributesException", "You can only use one attribute at a time.")
	case len(in.LookupAttributes) == 1 && !slices.Contains(lookupAttributes, in.LookupAttributes[0].AttributeKey):
		return done, refuse("InvalidLookupAttributesException", "The attribute %s is not one of %s.",
			strconv.Quote(in.LookupAttributes[0].AttributeKey), strings.Join(lookupAttributes, ", "))
	case in.EventCategory != nil && *in.EventCategory != "insight":
		return done, refuse("InvalidEventCategoryException", "The event category %s is not valid.", strconv.Quote(*in.EventCategory))
	case in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > mostEventsLookedUp):
		return done, refuse("InvalidMaxResultsException", "The maximum number of results must be between 1 and %d.", mostEventsLookedUp)
	case in.NextToken != nil:
		return done, refuse("InvalidNextTokenException", "The next token is not valid.")
	case in.StartTime != nil && in.EndTime != nil && *in.StartTime > *in.EndTime:
		return done, refuse("InvalidTimeRangeException", "The start time must be before the end time.")
	}
	if in.EventCategory != nil {
		return answer{json: map[string][]struct{}{"Events": {}}}, nil
	}
	events, err := c.history(in)
	return answer{json: map[string][]eventOutput{"Events": events}}, err
}
