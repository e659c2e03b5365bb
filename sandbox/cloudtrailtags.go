package sandbox

import (
	"slices"
	"strings"
)

// A trailTag is a tag as CloudTrail is sent and sends it. A tag without a value has an empty one.
type trailTag struct {
	Key   string
	Value string
}

// trailTagsInput is what AddTags and RemoveTags are sent.
type trailTagsInput struct {
	ResourceID string `json:"ResourceId"`
	TagsList   []trailTag
}

// newTrailTags lays tags that were sent over old ones, and refuses what breaks the rules for tags.
func newTrailTags(old []Tag, sent []trailTag) ([]Tag, error) {
	var tags []Tag
	seen := map[string]bool{}
	for _, t := range sent {
		switch {
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, refuse("InvalidTagParameterException", "Tag keys that start with aws: are reserved.")
		case tagKeyRule.breach("Key", t.Key) != nil:
			return nil, refuse("InvalidTagParameterException", "The tag key %q is not valid.", t.Key)
		case tagValueRule.breach("Value", t.Value) != nil:
			return nil, refuse("InvalidTagParameterException", "The value of the tag %q is not valid.", t.Key)
		case seen[t.Key]:
			return nil, refuse("InvalidTagParameterException", "The tag key %q is there twice.", t.Key)
		}
		seen[t.Key] = true
		tags = append(tags, Tag(t))
	}
	merged := mergeTags(old, tags, exactKeys)
	if len(merged) > quotaTags {
		return nil, refuse("TagsLimitExceededException", "The number of tags has exceeded the maximum of %d.", quotaTags)
	}
	return merged, nil
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
	return c.changeTrailTags(in, newTrailTags)
}

// removeTrailTags takes away the tags of the keys that were sent, whatever values come with them. Keys that are not there
// are passed over.
func removeTrailTags(c *call, in *trailTagsInput) (answer, error) {
	return c.changeTrailTags(in, func(old []Tag, sent []trailTag) ([]Tag, error) {
		return slices.DeleteFunc(slices.Clone(old), func(o Tag) bool {
			return slices.ContainsFunc(sent, func(s trailTag) bool { return s.Key == o.Key })
		}), nil
	})
}

func (c *call) changeTrailTags(in *trailTagsInput, change func(old []Tag, sent []trailTag) ([]Tag, error)) (answer, error) {
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
	TagsList   []trailTag
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
		tags := trailTags{ResourceID: arn, TagsList: []trailTag{}}
		for _, tag := range t.Tags {
			tags.TagsList = append(tags.TagsList, trailTag(tag))
		}
		out.ResourceTagList = append(out.ResourceTagList, tags)
	}
	return answer{json: out}, nil
}
