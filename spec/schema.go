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
	collect(t, references, defs)
	s, err := jsonschema.ForType(t, &jsonschema.ForOptions{TypeSchemas: references})
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	refine(t, s)
	return s, nil
}

// collect finds the types at and below t that have a schema of their own.
func collect(t reflect.Type, references map[reflect.Type]*jsonschema.Schema, defs map[string]*jsonschema.Schema) {
	if own, ok := reflect.TypeAssert[schemaed](reflect.Zero(t)); ok && t.Kind() != reflect.Pointer {
		references[t] = definition(t)
		defs[t.Name()] = own.schema()
		return
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		collect(t.Elem(), references, defs)
	case reflect.Map:
		collect(t.Key(), references, defs)
		collect(t.Elem(), references, defs)
	case reflect.Struct:
		for field := range t.Fields() {
			collect(field.Type, references, defs)
		}
	default:
	}
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
	if _, ok := reflect.TypeAssert[schemaed](reflect.Zero(t)); ok {
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
		if _, ok := reflect.TypeAssert[schemaed](reflect.Zero(t.Key())); ok {
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
