package sandbox

// trailTagsInput is what AddTags and RemoveTags are sent.
type trailTagsInput struct {
	ResourceID string `json:"ResourceId"`
	TagsList   []Tag
}

var trailTagRefusals = tagRefusals{
	reserved:  refuse("InvalidTagParameterException", "Tag keys that start with aws: are reserved."),
	twice:     refuse("InvalidTagParameterException", "A tag key is there twice."),
	tooMany:   refuse("TagsLimitExceededException", "The number of tags has exceeded the maximum of %d.", quotaTags),
	malformed: "InvalidTagParameterException",
}

// taggedTrail finds the trail that AddTags and RemoveTags are about, by its ARN and in its home Region.
func (c *call) taggedTrail(arn string) (*Trail, error) {
	if !isARN(arn) {
		return nil, invalidTrailARN(arn)
	}
	r, err := c.trailRef(arn)
	if err != nil {
		return nil, err
	}
	if r.region != c.region {
		return nil, refuse("CloudTrailARNInvalidException",
			"Region in ARN is wrong, you can only access resources in region %s.", c.region)
	}
	t, ok := c.store.get(trailPlace(arn)).(*Trail)
	if !ok || t.Account != c.account || !c.visible(t) {
		return nil, refuse("ResourceNotFoundException", "Resource not found: %s", arn)
	}
	return t, nil
}

func addTrailTags(c *call, in *trailTagsInput) (answer, error) {
	return c.changeTrailTags(in, trailTagRefusals.merge)
}

// removeTrailTags takes away the tags of the keys that were sent, whatever values come with them. Keys that are not there
// are passed over.
func removeTrailTags(c *call, in *trailTagsInput) (answer, error) {
	return c.changeTrailTags(in, func(old, sent []Tag) ([]Tag, error) {
		keys := make([]string, len(sent))
		for i, t := range sent {
			keys[i] = t.Key
		}
		return withoutTags(old, keys), nil
	})
}

func (c *call) changeTrailTags(in *trailTagsInput, change func(old, sent []Tag) ([]Tag, error)) (answer, error) {
	t, err := c.taggedTrail(in.ResourceID)
	if err != nil {
		return done, err
	}
	changed := *t
	if changed.Tags, err = change(t.Tags, in.TagsList); err != nil {
		return done, err
	}
	c.put(&changed)
	return trailDone, nil
}

// mostTagged is how many trails one ListTags can ask about.
const mostTagged = 20

type listTrailTagsInput struct {
	ResourceIDList []string `json:"ResourceIdList"`
	NextToken      *string
}

type trailTags struct {
	ResourceID string `json:"ResourceId"`
	TagsList   []resourceTag
}

// listTrailTags tells the tags of trails of the call's Region.
func listTrailTags(c *call, in *listTrailTagsInput) (answer, error) {
	if in.NextToken != nil {
		return done, refuse("InvalidTokenException", "The token is reserved for future use.")
	}
	if len(in.ResourceIDList) == 0 || len(in.ResourceIDList) > mostTagged {
		return done, refuse("InvalidParameterException", "Specify from 1 to %d resources.", mostTagged)
	}
	out := struct{ ResourceTagList []trailTags }{[]trailTags{}}
	for _, arn := range in.ResourceIDList {
		t, err := c.taggedTrail(arn)
		if err != nil {
			return done, err
		}
		out.ResourceTagList = append(out.ResourceTagList, trailTags{ResourceID: arn, TagsList: shownTags(t.Tags)})
	}
	return answer{json: out}, nil
}
