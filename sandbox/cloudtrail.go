package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// cloudTrailPrincipal is CloudTrail in policies.
const cloudTrailPrincipal = "cloudtrail.amazonaws.com"

func cloudTrailService() *service {
	s := &service{name: "cloudtrail", target: "CloudTrail_20131101"}
	s.add(
		write("CreateTrail", asked(createTrail)),
		write("UpdateTrail", asked(updateTrail)),
		write("DeleteTrail", asked(deleteTrail)),
		read("DescribeTrails", asked(describeTrails)),
		read("GetTrail", asked(getTrail)),
		read("ListTrails", asked(listTrails)),
		write("StartLogging", asked(startLogging)),
		write("StopLogging", asked(stopLogging)),
		read("GetTrailStatus", asked(getTrailStatus)),
		write("PutEventSelectors", asked(putEventSelectors)),
		read("GetEventSelectors", asked(getEventSelectors)),
		write("PutInsightSelectors", asked(putInsightSelectors)),
		read("GetInsightSelectors", asked(getInsightSelectors)),
		write("AddTags", asked(addTrailTags)),
		write("RemoveTags", asked(removeTrailTags)),
		read("ListTags", asked(listTrailTags)),
		read("LookupEvents", asked(lookupEvents)),
	)
	return s
}

// trailDone is the answer of CloudTrail's operations that return nothing.
var trailDone = answer{json: struct{}{}}

// trailNameInput is what operations are sent that only name a trail.
type trailNameInput struct{ Name string }

// trailARN is the ARN of a trail.
func trailARN(region, account, name string) string {
	return regionalARN("cloudtrail", region, account, "trail/"+name)
}

// A trailRef is what a request calls a trail by: a name, which is one of the call's Region and account, or an ARN.
type trailRef struct {
	name, region, account string
	byARN                 bool
}

func (r trailRef) arn() string { return trailARN(r.region, r.account, r.name) }

// trailRef reads a trail's name or ARN.
func (c *call) trailRef(text string) (trailRef, error) {
	if !isARN(text) {
		return trailRef{name: text, region: c.region, account: c.account}, checkTrailName(text)
	}
	parts, ok := parseRegionalARN(text)
	if name, isTrail := strings.CutPrefix(parts.rest, "trail/"); ok && isTrail && parts.service == "cloudtrail" && checkTrailName(name) == nil {
		return trailRef{name: name, region: parts.region, account: parts.account, byARN: true}, nil
	}
	return trailRef{}, invalidTrailARN(text)
}

func invalidTrailARN(text string) error {
	return refuse("CloudTrailARNInvalidException", "Invalid Trail ARN: %s", text)
}

var (
	trailCharacters = whole(`[A-Za-z0-9._-]+`)
	trailAdjacent   = whole(`.*[._-]{2}.*`)
	ipAddress       = whole(`[0-9]{1,3}(\.[0-9]{1,3}){3}`)
)

const (
	shortestTrailName = 3
	longestTrailName  = 128
)

// checkTrailName checks a name by the rules of the API's reference.
func checkTrailName(name string) error {
	var why string
	switch {
	case name == "":
		why = "Trail name cannot be blank!"
	case len(name) < shortestTrailName:
		why = fmt.Sprintf("Trail name too short. Minimum allowed length: %d characters. Specified name length: %d characters.",
			shortestTrailName, len(name))
	case len(name) > longestTrailName:
		why = fmt.Sprintf("Trail name too long. Maximum allowed length: %d characters. Specified name length: %d characters.",
			longestTrailName, len(name))
	case !isAlphanumeric(name[0]):
		why = "Trail name must starts with a letter or number." // AWS's own grammar
	case !isAlphanumeric(name[len(name)-1]):
		why = "Trail name must ends with a letter or number."
	case !trailCharacters.MatchString(name):
		why = "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_)."
	case trailAdjacent.MatchString(name):
		why = "Trail name cannot have adjacent periods, underscores, or hyphens."
	case ipAddress.MatchString(name):
		why = "Trail name cannot be in IP address format."
	default:
		return nil
	}
	return refuse("InvalidTrailNameException", "%s", why)
}

func isAlphanumeric(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

func (c *call) unknownTrail(r trailRef) error {
	return refuse("TrailNotFoundException", "Unknown trail: %s for the user: %s", r.arn(), c.account)
}

// trailToRead finds a trail that can be seen in the call's Region. A shadow trail answers to its ARN only: its name is a
// name of its home Region and its own account.
func (c *call) trailToRead(text string) (*Trail, error) {
	r, err := c.trailRef(text)
	if err != nil {
		return nil, err
	}
	t, ok := c.store.get(trailPlace(r.arn())).(*Trail)
	if !ok || !c.visible(t) || !t.seenIn(c.region) {
		return nil, c.unknownTrail(r)
	}
	return t, nil
}

// trailToWrite finds a trail that may be changed: one of the account, in its home Region.
func (c *call) trailToWrite(text string) (*Trail, error) {
	r, err := c.trailRef(text)
	if err != nil {
		return nil, err
	}
	t, ok := c.store.get(trailPlace(r.arn())).(*Trail)
	if !ok && !r.byARN {
		t, ok = c.shadowNamed(r.name)
	}
	switch {
	case !ok:
		return nil, c.unknownTrail(r)
	case t.Account != c.account:
		return nil, refuse("NotOrganizationMasterAccountException",
			"Trail %s is an organization trail: only the management account or a delegated administrator can change it.", t.arn())
	case t.Region != c.region:
		return nil, refuse("InvalidHomeRegionException",
			"Trail %s has its home in Region %s: it cannot be changed from Region %s.", t.arn(), t.Region, c.region)
	}
	return t, nil
}

// shadowNamed finds the shadow of a trail of this account by the trail's name.
func (c *call) shadowNamed(name string) (*Trail, bool) {
	trails := c.trailsIn(c.region)
	at := slices.IndexFunc(trails, func(t *Trail) bool { return t.Account == c.account && t.Name == name })
	if at < 0 {
		return nil, false
	}
	return trails[at], true
}

// trailsIn are the trails that can be seen in a Region, shadows among them, in the order of their ARNs.
func (c *call) trailsIn(region string) []*Trail {
	var seen []*Trail
	for e := range c.store.all(trailKindName) {
		if t, ok := e.(*Trail); ok && c.visible(t) && t.seenIn(region) {
			seen = append(seen, t)
		}
	}
	return seen
}
