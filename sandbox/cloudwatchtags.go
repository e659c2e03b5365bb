package sandbox

import "strings"

func alarmTagOperations() []operation {
	return []operation{
		write("TagResource", formAsked(tagAlarm)),
		write("UntagResource", formAsked(untagAlarm)),
		read("ListTagsForResource", formAsked(listAlarmTags)),
	}
}

type alarmTagsInput struct {
	ResourceARN string
	Tags        []cloudWatchTag
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

// newAlarmTags lays tags that were sent over old ones.
func newAlarmTags(old []Tag, sent []cloudWatchTag) ([]Tag, error) {
	var tags []Tag
	seen := map[string]bool{}
	for _, t := range sent {
		switch {
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, refuse("InvalidParameterValue", "Tag keys starting with aws: are reserved for system use.")
		case seen[t.Key]:
			return nil, refuse("InvalidParameterValue", "The tag key %s is given twice.", t.Key)
		}
		err := refuseBreaches(codeAlarmInvalid, tagKeyRule.breach("tags.member.key", t.Key), tagValueRule.breach("tags.member.value", t.Value))
		if err != nil {
			return nil, err
		}
		seen[t.Key] = true
		tags = append(tags, Tag(t))
	}
	merged := mergeTags(old, tags, exactKeys)
	if len(merged) > quotaTags {
		return nil, refuse("InvalidParameterValue", "An alarm can have at most %d tags.", quotaTags)
	}
	return merged, nil
}

func tagAlarm(c *call, in *alarmTagsInput) (answer, error) {
	a, err := in.alarm(c)
	if err != nil {
		return done, err
	}
	changed := *a
	if changed.Tags, err = newAlarmTags(a.Tags, in.Tags); err != nil {
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
