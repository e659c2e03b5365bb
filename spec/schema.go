package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
)

// schemaed is a type that knows more about its values than its Go type says.
type schemaed interface{ schema() *jsonschema.Schema }

// shortened is a type with a short form, which its own schema describes, and a long one: a map with the keys of a struct.
type shortened interface {
	schemaed
	long() reflect.Type
}

// ownSchema returns the schema of a type that has one of its own, else nil.
func ownSchema(t reflect.Type) *jsonschema.Schema {
	// A pointer has the methods of what it points to, but the zero one points to nothing.
	if t.Kind() == reflect.Pointer {
		return nil
	}
	if own, ok := reflect.TypeAssert[schemaed](reflect.Zero(t)); ok {
		return own.schema()
	}
	if own, ok := reflect.TypeAssert[choice](reflect.Zero(t)); ok {
		return choiceSchema(own.words())
	}
	return nil
}

// Schema returns the JSON Schema (draft 2020-12) of a file, indented, for editors. It is made of the structs that files are
// decoded into. What a schema cannot say, such as that a name is declared, only Load checks.
func Schema() ([]byte, error) {
	whole := &jsonschema.Schema{
		Schema:               "https://json-schema.org/draft/2020-12/schema",
		Title:                "baseline",
		Description:          "What the IAM of an AWS account shall be like.",
		Type:                 "object",
		Properties:           map[string]*jsonschema.Schema{},
		AdditionalProperties: falseSchema(),
		// The rest may stand in another file of the same directory.
		Required: []string{"version"},
		Defs:     map[string]*jsonschema.Schema{},
	}
	parts := []any{&preamble{}}
	for _, s := range sections() {
		parts = append(parts, s)
	}
	for _, part := range parts {
		s, err := schemaOf(reflect.TypeOf(part).Elem(), whole.Defs)
		if err != nil {
			return nil, err
		}
		maps.Copy(whole.Properties, s.Properties)
		whole.PropertyOrder = append(whole.PropertyOrder, s.PropertyOrder...)
	}
	one := any(1)
	whole.Properties["version"] = &jsonschema.Schema{Description: whole.Properties["version"].Description, Const: &one}
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return append(text, '\n'), nil
}

// schemaOf returns the schema of a struct. The schemas of the types that have their own go to defs.
func schemaOf(t reflect.Type, defs map[string]*jsonschema.Schema) (*jsonschema.Schema, error) {
	references := map[reflect.Type]*jsonschema.Schema{}
	if err := collect(t, references, defs); err != nil {
		return nil, err
	}
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: references})
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	refine(t, s)
	return s, nil
}

// collect finds the types at and below t that have a schema of their own.
func collect(t reflect.Type, references map[reflect.Type]*jsonschema.Schema, defs map[string]*jsonschema.Schema) error {
	if own := ownSchema(t); own != nil {
		references[t] = definition(t)
		if both, ok := reflect.TypeAssert[shortened](reflect.Zero(t)); ok {
			long, err := schemaOf(both.long(), defs)
			if err != nil {
				return err
			}
			own = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{own, long}}
		}
		defs[t.Name()] = own
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return collect(t.Elem(), references, defs)
	case reflect.Map:
		if err := collect(t.Key(), references, defs); err != nil {
			return err
		}
		return collect(t.Elem(), references, defs)
	case reflect.Struct:
		for field := range t.Fields() {
			if err := collect(field.Type, references, defs); err != nil {
				return err
			}
		}
	default:
	}
	return nil
}

func definition(t reflect.Type) *jsonschema.Schema {
	return &jsonschema.Schema{Ref: "#/$defs/" + t.Name()}
}

// refine says what the decoder does and Go types do not: null is allowed only where the entry of a map may be left empty,
// and the names in a map have rules.
func refine(t reflect.Type, s *jsonschema.Schema) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if ownSchema(t) != nil {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		for field := range t.Fields() {
			if property := s.Properties[keyOf(field)]; property != nil {
				forbidNull(property)
				refine(field.Type, property)
			}
		}
	case reflect.Slice:
		refine(t.Elem(), s.Items)
	case reflect.Map:
		if ownSchema(t.Key()) != nil {
			s.PropertyNames = definition(t.Key())
		}
		if t.Elem().Kind() != reflect.Pointer {
			forbidNull(s.AdditionalProperties)
		}
		refine(t.Elem(), s.AdditionalProperties)
	default:
	}
}

func forbidNull(s *jsonschema.Schema) {
	s.Types = slices.DeleteFunc(s.Types, func(name string) bool { return name == "null" })
	switch len(s.Types) {
	case 0:
		s.Types = nil
	case 1:
		s.Type, s.Types = s.Types[0], nil
	}
}

// falseSchema is the schema that nothing fulfils.
func falseSchema() *jsonschema.Schema { return &jsonschema.Schema{Not: &jsonschema.Schema{}} }
