package spec

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

type (
	tagKey   string
	tagValue string
	// tags are all tags of one object.
	tags map[tagKey]tagValue
)

// The bounds of tags (Tag in the IAM model).
const (
	maxTags     = 49 // AWS allows 50, and one is our mark
	maxTagKey   = 128
	maxTagValue = 256
)

var tagPattern = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`)

func (k tagKey) check() error {
	key := string(k)
	switch {
	case key == "" || utf8.RuneCountInString(key) > maxTagKey || !tagPattern.MatchString(key):
		return fmt.Errorf("tag %q: AWS allows 1 to %d letters, digits, spaces and _.:/=+-@", key, maxTagKey)
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return fmt.Errorf("tag %q: AWS keeps tags that begin with aws: for its own", key)
	case strings.EqualFold(key, resource.MarkKey):
		return fmt.Errorf("tag %q: this is the mark of the baseline that created an object, and not declared", key)
	}
	return nil
}

func (v tagValue) check() error {
	if utf8.RuneCountInString(string(v)) > maxTagValue || !tagPattern.MatchString(string(v)) {
		return fmt.Errorf("tag value %q: AWS allows up to %d letters, digits, spaces and _.:/=+-@", string(v), maxTagValue)
	}
	return nil
}

func (t tags) check() error {
	if len(t) > maxTags {
		return fmt.Errorf("tags: %d can be declared (AWS allows 50, and one is the mark of the baseline), found %d", maxTags, len(t))
	}
	return nil
}

func (tagKey) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MinLength: new(1), MaxLength: new(maxTagKey)}
}

func (tagValue) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MaxLength: new(maxTagValue)}
}

// setting returns the tags as an object holds them.
func (t tags) setting() map[string]string {
	out := make(map[string]string, len(t))
	for key, value := range maps.All(t) {
		out[string(key)] = string(value)
	}
	return out
}
