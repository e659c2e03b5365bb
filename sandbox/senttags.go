package sandbox

import (
	"slices"
	"strings"
)

// Services other than IAM and S3 have the same rules for the tags that calls bring, and each its own words for those that
// break them. Keys are compared exactly. JSON inputs hold them as []Tag: names of members are read in any case.

// tagRefusals are a service's refusals of tags.
type tagRefusals struct {
	reserved error // a key that starts with aws:
	twice    error // a key that is there twice
	tooMany  error // more tags than quotaTags, with those that were there before
	// malformed is the code for keys and values that are too long or have characters that tags cannot have.
	malformed string
}

// merge lays tags that were sent over old ones.
func (r *tagRefusals) merge(old, sent []Tag) ([]Tag, error) {
	seen := map[string]bool{}
	for _, t := range sent {
		switch {
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, r.reserved
		case seen[t.Key]:
			return nil, r.twice
		}
		err := refuseBreaches(r.malformed, tagKeyRule.breach("tags.member.key", t.Key), tagValueRule.breach("tags.member.value", t.Value))
		if err != nil {
			return nil, err
		}
		seen[t.Key] = true
	}
	merged := mergeTags(old, sent, exactKeys)
	if len(merged) > quotaTags {
		return nil, r.tooMany
	}
	return merged, nil
}

// withoutTags are tags without those of some keys, which need not be there.
func withoutTags(tags []Tag, keys []string) []Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool { return slices.Contains(keys, t.Key) })
}
