package sandbox

import "strings"

func topicTagOperations() []operation {
	return []operation{
		write("TagResource", formAsked(tagTopic)),
		write("UntagResource", formAsked(untagTopic)),
		read("ListTagsForResource", formAsked(listTopicTags)),
	}
}

type topicTagsInput struct {
	ResourceArn string
	Tags        []cloudWatchTag
	TagKeys     []string
}

// topic is the topic of the ARN; tag operations have an error of their own for one that does not exist.
func (in *topicTagsInput) topic(c *call) (*Topic, error) {
	t, err := c.topic(in.ResourceArn)
	if err != nil && asFailure(err).code == "NotFound" {
		return nil, refuse("ResourceNotFound", "Resource does not exist")
	}
	return t, err
}

// newTopicTags lays tags that were sent over old ones.
func newTopicTags(old []Tag, sent []cloudWatchTag) ([]Tag, error) {
	var tags []Tag
	seen := map[string]bool{}
	for _, t := range sent {
		switch {
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, snsInvalid("Tags Reason: aws: prefixed tag key names are not allowed for external use.")
		case seen[t.Key]:
			return nil, snsInvalid("Tags Reason: Duplicated keys are not allowed.")
		}
		err := refuseBreaches("ValidationError", tagKeyRule.breach("tags.member.key", t.Key), tagValueRule.breach("tags.member.value", t.Value))
		if err != nil {
			return nil, err
		}
		seen[t.Key] = true
		tags = append(tags, Tag(t))
	}
	merged := mergeTags(old, tags, exactKeys)
	if len(merged) > quotaTags {
		return nil, refuse("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
	}
	return merged, nil
}

func tagTopic(c *call, in *topicTagsInput) (answer, error) {
	t, err := in.topic(c)
	if err != nil {
		return done, err
	}
	changed := *t
	if changed.Tags, err = newTopicTags(t.Tags, in.Tags); err != nil {
		return done, err
	}
	c.put(&changed)
	return treeAnswer(object{}), nil
}

func untagTopic(c *call, in *topicTagsInput) (answer, error) {
	t, err := in.topic(c)
	if err != nil {
		return done, err
	}
	changed := *t
	changed.Tags = withoutTags(t.Tags, in.TagKeys)
	c.put(&changed)
	return treeAnswer(object{}), nil
}

func listTopicTags(c *call, in *topicTagsInput) (answer, error) {
	t, err := in.topic(c)
	if err != nil {
		return done, err
	}
	return treeAnswer(object{{"Tags", tagTree(t.Tags)}}), nil
}
