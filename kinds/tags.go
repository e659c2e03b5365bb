package kinds

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
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

// tagSteps returns which keys to remove and then which tags to set. Removing comes first, so that the limit of 50 is not
// met on the way. With fold, keys that differ only in case are one key, as on users and roles: setting the new spelling
// replaces the old one, and removing the old one would remove the new.
func tagSteps(before, after map[string]string, fold bool) (remove []string, set []types.Tag) {
	kept := map[string]bool{}
	changed := map[string]string{}
	for key, value := range after {
		kept[tagKey(key, fold)] = true
		if old, ok := before[key]; !ok || old != value {
			changed[key] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if !kept[tagKey(key, fold)] {
			remove = append(remove, key)
		}
	}
	return remove, tagList(changed)
}

func tagKey(key string, fold bool) string {
	if fold {
		return strings.ToLower(key)
	}
	return key
}
