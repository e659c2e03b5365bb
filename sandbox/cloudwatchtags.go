package sandbox

func alarmTagOperations() []operation {
	return []operation{
		write("TagResource", formAsked(tagAlarm)),
		write("UntagResource", formAsked(untagAlarm)),
		read("ListTagsForResource", formAsked(listAlarmTags)),
	}
}

type alarmTagsInput struct {
	ResourceARN string
	Tags        []Tag
	TagKeys     []string
}

// alarm is the alarm of the ARN.
func (in *alarmTagsInput) alarm(c *call) (*Alarm, error) {
	if !isARN(in.ResourceARN) {
		return nil, refuse("InvalidParameterValue", "The value for parameter ResourceARN is not an ARN: %s", in.ResourceARN)
	}
	name, _ := c.localName(in.ResourceARN, "cloudwatch", alarmStart)
	a, ok := findRegional[*Alarm](c, alarmKindName, c.region, name)
	if !ok {
		return nil, refuse("ResourceNotFoundException", "Unknown resource: %s", in.ResourceARN)
	}
	return a, nil
}

var alarmTagRefusals = tagRefusals{
	reserved:  refuse("InvalidParameterValue", "Tag keys starting with aws: are reserved for system use."),
	twice:     refuse("InvalidParameterValue", "A tag key is given twice."),
	tooMany:   refuse("InvalidParameterValue", "An alarm can have at most %d tags.", quotaTags),
	malformed: codeAlarmInvalid,
}

func tagAlarm(c *call, in *alarmTagsInput) (answer, error) {
	a, err := in.alarm(c)
	if err != nil {
		return done, err
	}
	changed := *a
	if changed.Tags, err = alarmTagRefusals.merge(a.Tags, in.Tags); err != nil {
		return done, err
	}
	c.put(&changed)
	return treeAnswer(object{}), nil
}

func untagAlarm(c *call, in *alarmTagsInput) (answer, error) {
	a, err := in.alarm(c)
	if err != nil {
		return done, err
	}
	changed := *a
	changed.Tags = withoutTags(a.Tags, in.TagKeys)
	c.put(&changed)
	return treeAnswer(object{}), nil
}

func listAlarmTags(c *call, in *alarmTagsInput) (answer, error) {
	a, err := in.alarm(c)
	if err != nil {
		return done, err
	}
	return treeAnswer(object{{"Tags", tagTree(a.Tags)}}), nil
}

// tagTree is a list of tags in a tree.
func tagTree(tags []Tag) []any {
	items := []any{}
	for _, t := range tags {
		items = append(items, object{{"Key", t.Key}, {"Value", t.Value}})
	}
	return items
}
