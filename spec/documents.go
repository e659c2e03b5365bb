package spec

import (
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/policy"
	"baseline/resource"
)

// document is a policy document written into the file.
type document struct{ node *node }

func (doc *document) decodeNode(d decoder, n *node, label string) bool {
	doc.node = n
	return d.expect(n, mapping, "a policy document", label)
}

func (document) schema() *jsonschema.Schema {
	version := any("2012-10-17")
	statement := &jsonschema.Schema{Type: "object"}
	return &jsonschema.Schema{
		Type:        "object",
		Description: "An IAM policy document.",
		Properties: map[string]*jsonschema.Schema{
			"Version":   {Description: "The version of the policy language.", Const: &version},
			"Id":        {Description: "A name for the document, without effect.", Type: "string"},
			"Statement": {Description: "What is allowed or denied.", AnyOf: []*jsonschema.Schema{statement, {Type: "array", Items: statement}}},
		},
		PropertyOrder:        []string{"Version", "Id", "Statement"},
		Required:             []string{"Version", "Statement"},
		AdditionalProperties: falseSchema(),
	}
}

// fileName names a file that holds a document.
type fileName struct{ node *node }

func (f *fileName) decodeNode(d decoder, n *node, label string) bool {
	f.node = n
	return d.scalar(n, tagString, "a file name", label)
}

func (fileName) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `(\.(json|yaml|yml)|\})$`}
}

// documentOrFile is a document, or {file: NAME}.
type documentOrFile struct {
	document document
	file     *fileName
}

func (doc *documentOrFile) decodeNode(d decoder, n *node, label string) bool {
	if _, ok := n.get("file"); ok {
		var named struct {
			File *fileName `json:"file"`
		}
		d.structs(n, label, &named)
		doc.file = named.File
		return named.File != nil
	}
	return doc.document.decodeNode(d, n, label)
}

func (documentOrFile) schema() *jsonschema.Schema {
	return &jsonschema.Schema{
		If: &jsonschema.Schema{Required: []string{"file"}},
		Then: &jsonschema.Schema{
			Type:                 "object",
			Properties:           map[string]*jsonschema.Schema{"file": definition(reflect.TypeFor[fileName]())},
			AdditionalProperties: falseSchema(),
		},
		Else: definition(reflect.TypeFor[document]()),
	}
}

// document returns the text of a document and checks it. It returns false when nothing is declared or the document cannot
// be read.
func (c *compiler) document(doc document, file *fileName, use policy.Use) (resource.Document, bool) {
	n := doc.node
	if file != nil {
		if n = c.files.document(file.node); n == nil {
			return "", false
		}
		c.vars.fill(n)
	}
	if n == nil || n.isBroken() {
		return "", false
	}
	before := len(c.problems.found)
	written := n.asJSON(c.problems)
	if len(c.problems.found) > before {
		return "", false
	}
	text := written.text.String()
	for _, problem := range policy.Check(text, use) {
		c.problems.add(written.at(problem.Column).place(), "%s", problem.Message)
	}
	return resource.Document(text), true
}
