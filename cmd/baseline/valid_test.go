package main

import (
	"encoding/json"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/rogpeppe/go-internal/testscript"

	"baseline/cmd/baseline/render"
)

// validScript holds files to a schema of ours: valid SCHEMA FILE ... Of events, it holds each line, the first to be a version and
// the last a summary.
func validScript(ts *testscript.TestScript, _ bool, args []string) {
	data, err := render.Schema(args[0])
	ts.Check(err)
	var schema jsonschema.Schema
	ts.Check(json.Unmarshal(data, &schema))
	resolved, err := schema.Resolve(nil)
	ts.Check(err)
	for _, path := range args[1:] {
		texts := []string{ts.ReadFile(path)}
		if args[0] == "events" {
			texts = strings.SplitAfter(strings.TrimSuffix(texts[0], "\n"), "\n")
			if !strings.Contains(texts[0], `"type":"version"`) || !strings.Contains(texts[len(texts)-1], `"type":"summary"`) {
				ts.Fatalf("%s has no beginning or no end", path)
			}
		}
		for _, text := range texts {
			var value any
			ts.Check(json.Unmarshal([]byte(text), &value))
			if err := resolved.Validate(value); err != nil {
				ts.Fatalf("%s: %v in %s", path, err, text)
			}
		}
	}
}
