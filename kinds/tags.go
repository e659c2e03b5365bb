package kinds

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// tagMap returns all tags, AWS's own among them.
func tagMap(tags []types.Tag) map[string]string {
	all := make(map[string]string, len(tags))
	for _, tag := range tags {
		all[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return all
}

// settableTags leaves out the tags that only AWS can set.
func settableTags(tags map[string]string) map[string]string {
	settable := make(map[string]string, len(tags))
	for key, value := range tags {
		if !strings.HasPrefix(strings.ToLower(key), "aws:") {
			settable[key] = value
		}
	}
	return settable
}

// tagList returns tags as IAM takes them, in the order of their keys.
func tagList(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return list
}

// tagKeys says how the service compares the keys of tags.
type tagKeys bool

const (
	// keysFold: keys that differ only in case are one key, as on users and roles. Setting the new spelling replaces the old one, and
	// removing the old one afterwards would remove the new.
	keysFold tagKeys = true
	// keysDiffer: every spelling is a key of its own, as on policies.
	keysDiffer tagKeys = false
)

func (k tagKeys) canonical(key string) string {
	if k == keysFold {
		return strings.ToLower(key)
	}
	return key
}

// updateTags makes the setting "tags" what it is in after. Removing comes first, so that the limit of 50 is not met on the
// way. Nothing is called where nothing differs.
func updateTags(before, after resource.Object, keys tagKeys, untag func([]string) error, tag func([]types.Tag) error) error {
	return updateTagMap(before, after, keys, untag, func(tags map[string]string) error { return tag(tagList(tags)) })
}

// updateTagMap is updateTags for services with a type of their own for tags.
func updateTagMap(before, after resource.Object, keys tagKeys, untag func([]string) error, tag func(map[string]string) error) error {
	if !after.Has("tags") {
		return nil
	}
	old := before.Map("tags")
	kept := map[string]bool{}
	changed := map[string]string{}
	for key, value := range after.Map("tags") {
		kept[keys.canonical(key)] = true
		if was, ok := old[key]; !ok || was != value {
			changed[key] = value
		}
	}
	var remove []string
	for _, key := range slices.Sorted(maps.Keys(old)) {
		if !kept[keys.canonical(key)] {
			remove = append(remove, key)
		}
	}
	if len(remove) > 0 {
		if err := untag(remove); err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return tag(changed)
}
