package sandbox

import (
	"slices"
	"strconv"
	"strings"
)

// A Tag is a label on an entity.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// A taggable entity bears tags, in the order of their keys.
type taggable interface {
	entity
	tags() []Tag
	withTags(tags []Tag) taggable
}

// keyRule is how tag keys are compared: on users and roles without regard to case, elsewhere exactly.
type keyRule func(key string) string

func foldedKeys(key string) string { return strings.ToLower(key) }

func exactKeys(key string) string { return key }

// sentTags reads the Tags parameter and refuses what breaks the rules for tags in one call.
func (c *call) sentTags(rule keyRule) ([]Tag, error) {
	var tags []Tag
	seen := map[string]bool{}
	for n := 1; ; n++ {
		prefix := "Tags.member." + strconv.Itoa(n) + "."
		if !c.given(prefix + "Key") {
			break
		}
		tag := Tag{Key: c.text(prefix + "Key"), Value: c.text(prefix + "Value")}
		if strings.HasPrefix(strings.ToLower(tag.Key), "aws:") {
			return nil, refuse("InvalidInput", "Tag keys starting with 'aws:' are reserved for system use.")
		}
		if seen[rule(tag.Key)] {
			return nil, refuse("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[rule(tag.Key)] = true
		tags = append(tags, tag)
	}
	return tags, nil
}

// newTags are the tags of something that is being created.
func (c *call) newTags(rule keyRule) ([]Tag, error) {
	tags, err := c.sentTags(rule)
	if err != nil {
		return nil, err
	}
	if len(tags) > quotaTags {
		return nil, tooManyTags()
	}
	sortTags(tags)
	return tags, nil
}

func tooManyTags() error {
	return refuse("LimitExceeded", "The number of tags has reached the maximum limit.")
}

func sortTags(tags []Tag) {
	slices.SortFunc(tags, func(a, b Tag) int { return strings.Compare(tagOrder(a), tagOrder(b)) })
}

// tagOrder sorts tags by key, and keys that differ only in case among themselves.
func tagOrder(t Tag) string { return strings.ToLower(t.Key) + "\x00" + t.Key }

// mergeTags lays new tags over old ones. A key that comes again in another spelling is respelled.
func mergeTags(old, sent []Tag, rule keyRule) []Tag {
	merged := slices.Clone(old)
	for _, tag := range sent {
		at := slices.IndexFunc(merged, func(t Tag) bool { return rule(t.Key) == rule(tag.Key) })
		if at < 0 {
			merged = append(merged, tag)
		} else {
			merged[at] = tag
		}
	}
	sortTags(merged)
	return merged
}

// tagged finds the entity a tag operation is about, and how its tag keys are compared.
type tagged func(c *call) (taggable, keyRule, error)

func findUserTags(c *call) (taggable, keyRule, error) {
	u, err := c.user()
	return u, foldedKeys, err
}

// tagOperations are Tag, Untag and List…Tags of a kind of entity, whose operations name it by id.
func tagOperations(word string, id parameter, find tagged) []operation {
	add := func(c *call) (answer, error) { return addTags(c, find) }
	remove := func(c *call) (answer, error) { return removeTags(c, find) }
	listAll := func(c *call) (answer, error) { return listTags(c, id.name, find) }
	return []operation{
		write("Tag"+word, add, id, tagList),
		write("Untag"+word, remove, id, tagKeyList),
		read("List"+word+"Tags", listAll, id, marker, maxItems),
	}
}

// addTags changes all or nothing.
func addTags(c *call, find tagged) (answer, error) {
	e, rule, err := find(c)
	if err != nil {
		return done, err
	}
	sent, err := c.sentTags(rule)
	if err != nil {
		return done, err
	}
	if len(sent) == 0 {
		return done, refuse("InvalidInput", "At least one tag must be specified.")
	}
	merged := mergeTags(e.tags(), sent, rule)
	if len(merged) > quotaTags || len(sent) > quotaTags {
		return done, tooManyTags()
	}
	c.put(e.withTags(merged))
	return done, nil
}

// removeTags succeeds for keys that are not there.
func removeTags(c *call, find tagged) (answer, error) {
	e, rule, err := find(c)
	if err != nil {
		return done, err
	}
	keys := map[string]bool{}
	for _, key := range c.members("TagKeys") {
		keys[rule(key)] = true
	}
	kept := slices.DeleteFunc(slices.Clone(e.tags()), func(t Tag) bool { return keys[rule(t.Key)] })
	if len(kept) != len(e.tags()) {
		c.put(e.withTags(kept))
	}
	return done, nil
}

func listTags(c *call, idName string, find tagged) (answer, error) {
	e, _, err := find(c)
	if err != nil {
		return done, err
	}
	page, next, err := pageOf(c, c.question(idName), e.tags(), tagOrder, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		writeTags(w, page)
		w.more(next)
	})
}

func writeTags(w *xmlWriter, tags []Tag) {
	list(w, "Tags", tags, func(t Tag) {
		w.text("Key", t.Key)
		w.text("Value", t.Value)
	})
}
