package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
)

// subject is the short form of an address, as in user/alice.
type subject string

var (
	// subjectKinds are the kinds that can be a subject.
	subjectKinds = []resource.Kind{kindUser, kindGroup, kindRole, kindPolicy}
	// principalKinds are those that can be in a trust policy or have a boundary.
	principalKinds = []resource.Kind{kindUser, kindRole}
)

func (s subject) check() error {
	_, err := subjectOf(string(s), subjectKinds)
	return err
}

// address is that of a checked subject.
func (s subject) address() resource.Address {
	at, err := subjectOf(string(s), subjectKinds)
	if err != nil {
		return resource.Address{}
	}
	return at
}

func (subject) schema() *jsonschema.Schema { return subjectSchema(subjectKinds) }

// subjectOf reads the short form of an address of one of the kinds. The error names what else may stand there.
func subjectOf(text string, kinds []resource.Kind, others ...string) (resource.Address, error) {
	short, name, ok := strings.Cut(text, "/")
	kind := resource.Kind("iam_" + short)
	if !ok || !slices.Contains(kinds, kind) {
		forms := slices.Clone(others)
		for _, kind := range kinds {
			forms = append(forms, word(kind)+"/NAME")
		}
		return resource.Address{}, fmt.Errorf("%q is none of %s", text, strings.Join(forms, ", "))
	}
	longest := 64
	if kind == kindGroup || kind == kindPolicy {
		longest = 128
	}
	return resource.At(kind, name), checkName(short, name, longest)
}

// subjectSchema describes subjects of some kinds.
func subjectSchema(kinds []resource.Kind) *jsonschema.Schema {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = word(kind)
	}
	return &jsonschema.Schema{Type: "string", Pattern: `^((` + strings.Join(words, "|") + `)/.+|.*\$\{.*)$`}
}
