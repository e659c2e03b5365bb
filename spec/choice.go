package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// A choice is a string type that allows a few words only.
type choice interface{ words() []string }

// checkChoice returns an error for what is none of the words.
func checkChoice(value string, words []string) error {
	switch {
	case slices.Contains(words, value):
		return nil
	case len(words) == 1:
		return fmt.Errorf("%q is unknown here: write %s, or leave the key out", value, words[0])
	}
	return fmt.Errorf("%q is not one of %s", value, strings.Join(words, ", "))
}

func choiceSchema(words []string) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, word := range words {
		s.Enum = append(s.Enum, word)
	}
	return s
}

// chosen reports whether a word was chosen, of those of which one is the default and may be left out.
func chosen[T ~string](value *T, word T) bool { return value != nil && *value == word }
