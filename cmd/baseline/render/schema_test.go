package render_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// schemaOf returns a schema of ours in which every object holds only the members that are described.
func schemaOf(t *testing.T, of string) *jsonschema.Resolved {
	t.Helper()
	data, err := render.Schema(of)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	closed(t, of, tree)
	if data, err = json.Marshal(tree); err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	return resolved
}

// closed forbids members that are not described, and holds every member to a description.
func closed(t *testing.T, at string, tree any) {
	switch tree := tree.(type) {
	case map[string]any:
		if properties, ok := tree["properties"].(map[string]any); ok && tree["type"] == "object" {
			tree["additionalProperties"] = false
			for name, p := range properties {
				property, _ := p.(map[string]any)
				if property["description"] == nil && property["$ref"] == nil && property["anyOf"] == nil {
					t.Errorf("%s: nothing is said of %s", at, name)
				}
			}
		}
		for name, inner := range tree {
			closed(t, at+"/"+name, inner)
		}
	case []any:
		for _, inner := range tree {
			closed(t, at, inner)
		}
	}
}

func validate(t *testing.T, schema *jsonschema.Resolved, what, text string) {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v\n%.3000s", what, err, text)
	}
}

// Whatever is written as JSON has a schema that describes all of it.
func TestJSONIsAsItsSchemaSays(t *testing.T) {
	t.Parallel()
	plans, runs, checks := schemaOf(t, "plan"), schemaOf(t, "run"), schemaOf(t, "check")
	odd := plan(
		change("iam_role", "verbatim", nil, role("{ \"Statement\" : [\n\t\"<&>\" ] }", nil)),
		resource.Change{Address: alice, Before: user(nil), After: user(resource.Object{"boundary": "x"}), Final: true, Needs: []int{0}, Weakens: []string{"x"}},
	)
	for name, p := range map[string]*resource.Plan{
		"every sort": everySort(), "nothing": plan(), "take back": takeBack(), "odd": odd, "requirements": requirementsPlan(), "findings": requirementFindings(),
	} {
		validate(t, plans, name, reported(t, ofPlan(p), render.FormJSON))
		if p.Changes == nil {
			p.Changes = []resource.Change{} // as the planner has it
		}
		out, err := resource.Encode(p, "  ")
		if err != nil {
			t.Fatal(err)
		}
		validate(t, plans, name+" in a file", string(out))
		r := run("20261121-140311", p)
		validate(t, runs, "a run of "+name, reported(t, &render.Report{Run: r}, render.FormJSON))
	}
	validate(t, plans, "a refused plan", reported(t, &render.Report{Plan: deleteUser(), Ending: failed}, render.FormJSON))
	validate(t, plans, "a failure", reported(t, &render.Report{Ending: failed, Problems: []render.Problem{{Place: render.Place{File: "a", Line: 1, Column: 2}, Message: "b"}}}, render.FormJSON))
	validate(t, runs, "a run that was resumed", reported(t, &render.Report{Run: partly()}, render.FormJSON))
	validate(t, runs, "a run of a job", reported(t, &render.Report{Run: done()}, render.FormJSON))
	var list bytes.Buffer
	damaged := &applier.Run{ID: "damaged", Plan: &resource.Plan{}, Result: &applier.Result{Status: applier.StatusDamaged, Error: "x"}}
	if err := render.RunsJSON(&list, []*applier.Run{done(), partly(), partlyDone(), crashed(), undone(), rollback(), damaged}); err != nil {
		t.Fatal(err)
	}
	validate(t, schemaOf(t, "runs"), "a list of runs", list.String())
	validate(t, runs, "a failed run", reported(t, &render.Report{Run: partlyDone(), Ending: failed}, render.FormJSON))
	validate(t, checks, "a check", reported(t, &render.Report{Check: failingAccount()}, render.FormJSON))
	validate(t, checks, "a failed check", reported(t, &render.Report{Check: failingAccount(), Ending: failed}, render.FormJSON))
}

// The schemas refuse what is none of theirs; otherwise the test above could not fail.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	for of, text := range map[string]string{
		"plan":   strings.Replace(reported(t, ofPlan(deleteUser()), render.FormJSON), `"changes"`, `"steps"`, 1),
		"run":    strings.Replace(reported(t, &render.Report{Run: partlyDone()}, render.FormJSON), `"progress": "failed"`, `"progress": "lost"`, 1),
		"runs":   `{"format": 1}`,
		"check":  `{"format": 1}`,
		"events": `{"type": "change", "at": "2026-11-21T14:02:11Z", "state": "undone"}`,
	} {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		if schemaOf(t, of).Validate(value) == nil {
			t.Errorf("the schema of %s takes what is wrong", of)
		}
	}
	if _, err := render.Schema("nothing"); err == nil {
		t.Error("there is a schema of nothing")
	}
}
