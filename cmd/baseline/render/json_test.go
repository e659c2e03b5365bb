package render_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

func TestPlanJSONReadsBack(t *testing.T) {
	t.Parallel()
	odd := plan(
		change("iam_role", "verbatim", nil, role("{ \"Statement\" : [\n\t\"\u009b\u202e <&> \U000e0041\" ] }", nil)),
		change("iam_role", "compact", role(`{"Statement":["`+"\u0085"+`"]}`, nil), role(trustAll, nil)),
		change("iam_user", "tags", nil, user(resource.Object{"tags": tags("a\u202eb", "\x7f\u009b")})),
		membership("alice", "Developers", nil, exists),
	)
	for name, p := range map[string]*resource.Plan{
		"create": createEverything(), "drift": removeDrift(), "replace": replaceRole(), "delete": deleteUser(), "odd": odd,
		"requirements": requirementsPlan(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := reported(t, &render.Report{Plan: p}, render.FormJSON)
			var back resource.Plan
			if err := json.Unmarshal([]byte(out), &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p, &back); diff != "" {
				t.Errorf("the plan that reads back differs (-want +got):\n%s", diff)
			}
			for _, r := range out {
				if r != '\n' && !unicode.IsPrint(r) {
					t.Errorf("the JSON holds %U as it is", r)
				}
			}
		})
	}
}

func TestPlanJSONLeavesThePlanAsItIs(t *testing.T) {
	t.Parallel()
	p := plan(change("iam_role", "r", nil, role("{ \"\u009b\": [] }", nil)))
	reported(t, &render.Report{Plan: p}, render.FormJSON)
	if got := p.Changes[0].After.Document("trust"); got != "{ \"\u009b\": [] }" {
		t.Errorf("writing the plan changed its document to %q", got)
	}
}

func TestPlanJSON(t *testing.T) {
	t.Parallel()
	out := reported(t, &render.Report{Plan: deleteUser()}, render.FormJSON)
	golden(t, "delete_user.json", []byte(out))
}

func TestPlanJSONOfNothing(t *testing.T) {
	t.Parallel()
	out := reported(t, &render.Report{Plan: plan()}, render.FormJSON)
	if !strings.Contains(out, `"changes": []`) {
		t.Errorf("changes must be a list even when there are none:\n%s", out)
	}
}

func TestRunJSON(t *testing.T) {
	t.Parallel()
	out := reported(t, &render.Report{Run: partly()}, render.FormJSON)
	golden(t, "run_partly.json", []byte(out))
	var back applier.Run
	if err := json.Unmarshal([]byte(out), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(partly(), &back); diff != "" {
		t.Errorf("the run that reads back differs (-want +got):\n%s", diff)
	}
}

func TestRunsJSON(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := render.RunsJSON(&out, []*applier.Run{done(), partly(), {ID: "bare"}}); err != nil {
		t.Fatal(err)
	}
	golden(t, "runs.json", out.Bytes())
}
