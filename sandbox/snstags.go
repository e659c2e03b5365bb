package sandbox

func topicTagOperations() []operation {
	return []operation{
		write("TagResource", formAsked(tagTopic)),
		write("UntagResource", formAsked(untagTopic)),
		read("ListTagsForResource", formAsked(listTopicTags)),
	}
}

type topicTagsInput struct {
	ResourceArn string
	Tags        []Tag
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

var topicTagRefusals = tagRefusals{
	reserved:  snsInvalid("Tags Reason: aws: prefixed tag key names are not allowed for external use."),
	twice:     snsInvalid("Tags Reason: Duplicated keys are not allowed."),
	tooMany:   refuse("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded"),
	malformed: "ValidationError",
}

func tagTopic(c *call, in *topicTagsInput) (answer, error) {
	t, err := in.topic(c)
	if err != nil {
		return done, err
	}
	changed := *t
	if changed.Tags, err = topicTagRefusals.merge(t.Tags, in.Tags); err != nil {
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
