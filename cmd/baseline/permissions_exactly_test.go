package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"baseline/sandbox"
)

// actionsOf are the actions that documents allow, each once.
func actionsOf(documents []map[string]any) []string {
	named := map[string]bool{}
	for _, document := range documents {
		for _, s := range document["Statement"].([]any) {
			for _, action := range s.(map[string]any)["Action"].([]any) {
				named[action.(string)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(named))
}

// lacking takes actions out of documents.
func lacking(documents []map[string]any, actions ...string) []map[string]any {
	var rest []map[string]any
	for _, document := range documents {
		var statements []any
		for _, s := range document["Statement"].([]any) {
			statement := maps.Clone(s.(map[string]any))
			var left []any
			for _, action := range statement["Action"].([]any) {
				if !slices.Contains(actions, action.(string)) {
					left = append(left, action)
				}
			}
			if statement["Action"] = left; len(left) > 0 {
				statements = append(statements, statement)
			}
		}
		if len(statements) > 0 {
			rest = append(rest, map[string]any{"Version": document["Version"], "Statement": statements})
		}
	}
	return rest
}

const simulate = "iam:SimulatePrincipalPolicy"

// circumstance is an account that acts are tried in.
type circumstance struct {
	name   string
	fresh  func(*testing.T) *factory
	faults sandbox.Faults
	// leaves is true for actions that do nothing in it and are tried elsewhere; nil for none.
	leaves func(action string) bool
}

// The circumstances of what the file of IAM has. Some permissions are for when a bulk read is late, or not to be had.
func circumstances() []circumstance {
	return []circumstance{
		{name: "as usual", fresh: newFactory},
		{name: "without bulk tags", fresh: newFactory, faults: sandbox.Faults{Deny: []string{"tag:GetResources"}}},
	}
}

// lastOf is the last part of a long text.
func lastOf(text string) string { return text[max(0, len(text)-4000):] }

// exactly runs acts with the printed policies: with all of them, the acts succeed in each of the circumstances, and with each action
// taken away, some act fails in some, or says that it lacks it. Permissions are not asked for first, so that what fails is what is
// called.
func exactly(t *testing.T, all []circumstance, printed func(*factory) []map[string]any, acts func(*factory, func(words ...string) bool)) {
	t.Helper()
	// try is what comes of the acts: whether one failed, and all that was said.
	try := func(t *testing.T, in circumstance, left ...string) (failed bool, said string) {
		f := in.fresh(t)
		f.grant(lacking(printed(f), left...))
		f.account.SetFaults(in.faults)
		acts(f, func(words ...string) bool {
			if failed {
				return false
			}
			code, output := f.runAs(f.key, words...)
			failed = code != 0
			said += output
			return !failed
		})
		return failed, said
	}
	if failed, said := try(t, all[0]); failed {
		t.Fatalf("with all that is printed:\n%s", lastOf(said))
	}
	named := map[string]bool{}
	for _, in := range all {
		if failed, said := try(t, in, simulate); failed {
			t.Fatalf("%s, with all that is printed but %s:\n%s", in.name, simulate, lastOf(said))
		}
		for _, action := range actionsOf(printed(in.fresh(t))) {
			if in.leaves == nil || !in.leaves(action) {
				named[action] = true
			}
		}
	}
	for action := range named {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			for _, in := range all {
				if failed, said := try(t, in, simulate, action); failed || strings.Contains(said, action) {
					return
				}
			}
			t.Errorf("without %s, all went as with it", action)
		})
	}
}
