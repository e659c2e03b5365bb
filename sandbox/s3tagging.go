package sandbox

import "strings"

func bucketTaggingOperations() []operation {
	return []operation{
		write("PutBucketTagging", changeBucket(noContent, putBucketTagging)),
		read("GetBucketTagging", ofBucket(getBucketTagging)),
		write("DeleteBucketTagging", changeBucket(noContent, func(_ *call, b *Bucket) error {
			b.Tags = nil
			return nil
		})),
	}
}

type bucketTagging struct {
	TagSet *tagSet
}

type tagSet struct {
	Tag []resourceTag
}

// putBucketTagging replaces all tags.
func putBucketTagging(c *call, b *Bucket) error {
	var in bucketTagging
	if err := c.readXML("Tagging", &in); err != nil {
		return err
	}
	if in.TagSet == nil {
		return malformedXML()
	}
	tags, err := in.TagSet.read()
	b.Tags = tags
	return err
}

// read checks tags and puts them in order; a set that is nil has none.
func (s *tagSet) read() ([]Tag, error) {
	if s == nil {
		return nil, nil
	}
	if len(s.Tag) > quotaTags {
		return nil, refuse("BadRequest", "Bucket tag count cannot be greater than %d", quotaTags)
	}
	var tags []Tag
	seen := map[string]bool{}
	for _, t := range s.Tag {
		switch {
		case seen[t.Key]:
			return nil, refuse("InvalidTag", "Cannot provide multiple Tags with the same key")
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, refuse("InvalidTag", "System tags cannot be added/updated by requester")
		case tagKeyRule.breach("key", t.Key) != nil:
			return nil, refuse("InvalidTag", "The TagKey you have provided is invalid")
		case tagValueRule.breach("value", t.Value) != nil:
			return nil, refuse("InvalidTag", "The TagValue you have provided is invalid")
		}
		seen[t.Key] = true
		tags = append(tags, Tag(t))
	}
	sortTags(tags)
	return tags, nil
}

func getBucketTagging(_ *call, b *Bucket) (answer, error) {
	if len(b.Tags) == 0 {
		return done, refuse("NoSuchTagSet", "The TagSet does not exist")
	}
	return respondXML("Tagging", bucketTagging{&tagSet{shownTags(b.Tags)}})
}
