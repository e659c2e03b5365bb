package sandbox

func kmsTagOperations() []operation {
	return []operation{
		write("TagResource", asked(tagKey)),
		write("UntagResource", asked(untagKey)),
		read("ListResourceTags", asked(listKeyTags)),
	}
}

// A kmsTag is a tag as KMS spells it.
type kmsTag struct{ TagKey, TagValue string }

type kmsTagsInput struct {
	KeyId   string //nolint:revive // the API's own spelling
	Tags    []kmsTag
	TagKeys []string
}

var kmsTagRefusals = tagRefusals{
	reserved:  refuse("TagException", "aws: prefixed tag key names are not allowed for external use."),
	twice:     refuse("TagException", "Duplicate tag keys"),
	tooMany:   refuse("LimitExceededException", "The number of tags is more than %d.", quotaTags),
	malformed: codeValidation,
}

// newKMSTags lays tags that were sent over old ones.
func newKMSTags(old []Tag, sent []kmsTag) ([]Tag, error) {
	tags := make([]Tag, len(sent))
	for i, t := range sent {
		tags[i] = Tag{Key: t.TagKey, Value: t.TagValue}
	}
	return kmsTagRefusals.merge(old, tags)
}

func tagKey(c *call, in *kmsTagsInput) (answer, error) {
	k, err := c.activeKey(in.KeyId)
	if err != nil {
		return done, err
	}
	changed := *k
	if changed.Tags, err = newKMSTags(k.Tags, in.Tags); err != nil {
		return done, err
	}
	c.put(&changed)
	return done, nil
}

// untagKey succeeds for keys of tags that are not there.
func untagKey(c *call, in *kmsTagsInput) (answer, error) {
	k, err := c.activeKey(in.KeyId)
	if err != nil {
		return done, err
	}
	changed := *k
	changed.Tags = withoutTags(k.Tags, in.TagKeys)
	c.put(&changed)
	return done, nil
}

// keyTagsPage is how many tags a page of ListResourceTags holds when nothing else is asked for, and at most.
const keyTagsPage = 50

type listKeyTagsInput struct {
	KeyId string //nolint:revive // the API's own spelling
	kmsPage
}

func listKeyTags(c *call, in *listKeyTagsInput) (answer, error) {
	k, err := c.kmsKey(in.KeyId, byKeyOnly)
	if err != nil {
		return done, err
	}
	page, more, err := kmsListPage(c, in.kmsPage, k.ID, keyTagsPage, k.Tags, tagOrder)
	if err != nil {
		return done, err
	}
	tags := []kmsTag{}
	for _, t := range page {
		tags = append(tags, kmsTag{TagKey: t.Key, TagValue: t.Value})
	}
	return answer{json: struct {
		Tags []kmsTag
		kmsMore
	}{tags, more}}, nil
}
