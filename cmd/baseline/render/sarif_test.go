package render_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/jsonschema-go/jsonschema"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// sarifEssentials is what the schema of SARIF 2.1.0 asks of the parts that are in use, and what code scanning asks beyond that.
const sarifEssentials = `{
  "type": "object", "required": ["version", "runs"], "additionalProperties": false,
  "properties": {
    "$schema": {"type": "string"}, "version": {"const": "2.1.0"},
    "runs": {"type": "array", "items": {"$ref": "#/$defs/run"}}
  },
  "$defs": {
    "run": {"type": "object", "required": ["tool", "results"], "additionalProperties": false, "properties": {
      "tool": {"type": "object", "required": ["driver"], "additionalProperties": false, "properties": {
        "driver": {"type": "object", "required": ["name"], "additionalProperties": false, "properties": {
          "name": {"type": "string", "minLength": 1}, "version": {"type": "string"},
          "rules": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/$defs/rule"}}}}}},
      "automationDetails": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "pattern": "/$"}}},
      "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
      "invocations": {"type": "array", "items": {"type": "object", "required": ["executionSuccessful"], "properties": {"executionSuccessful": {"type": "boolean"},
        "toolExecutionNotifications": {"type": "array", "items": {"type": "object", "required": ["message"]}}}}},
      "results": {"type": "array", "items": {"$ref": "#/$defs/result"}}}},
    "rule": {"type": "object", "required": ["id", "shortDescription", "defaultConfiguration", "properties"], "additionalProperties": false, "properties": {
      "id": {"type": "string", "minLength": 1}, "shortDescription": {"$ref": "#/$defs/message"}, "help": {"$ref": "#/$defs/message"},
      "defaultConfiguration": {"type": "object", "required": ["level"], "properties": {"level": {"$ref": "#/$defs/level"}}},
      "properties": {"type": "object", "required": ["tags"], "properties": {
        "tags": {"type": "array", "items": {"type": "string"}}, "security-severity": {"type": "string", "pattern": "^(10|[0-9])\\.[0-9]$"}}}}},
    "result": {"type": "object", "required": ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"], "additionalProperties": false, "properties": {
      "ruleId": {"type": "string", "minLength": 1}, "ruleIndex": {"type": "integer", "minimum": 0}, "level": {"$ref": "#/$defs/level"}, "message": {"$ref": "#/$defs/message"},
      "locations": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["physicalLocation"], "properties": {"physicalLocation": {
        "type": "object", "required": ["artifactLocation", "region"], "properties": {
          "artifactLocation": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "minLength": 1}}},
          "region": {"type": "object", "required": ["startLine"], "properties": {"startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1}}}}}}}},
      "partialFingerprints": {"type": "object", "required": ["primaryLocationLineHash"], "additionalProperties": {"type": "string"}},
      "properties": {"type": "object"}}},
    "message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}},
    "level": {"enum": ["none", "note", "warning", "error"]}
  }
}`

// sarifLog is a log as its readers read it.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string
					Properties struct {
						Score string `json:"security-severity"`
					}
				}
			}
		}
		AutomationDetails struct{ ID string }
		Invocations       []struct{ ExecutionSuccessful bool }
		Results           []struct {
			RuleID    string `json:"ruleId"`
			RuleIndex int
			Level     string
			Message   struct{ Text string }
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct{ StartLine, StartColumn int }
				}
			}
			PartialFingerprints map[string]string
		}
	}
}

// sarif writes a report as SARIF, and holds it to the essentials.
func sarif(t *testing.T, r *render.Report) sarifLog {
	t.Helper()
	out := reported(t, r, render.FormSARIF)
	var value any
	var log sarifLog
	if err := json.Unmarshal([]byte(out), &value); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out), &log); err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal([]byte(sarifEssentials), &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := resolved.Validate(value); err != nil {
		t.Errorf("%v in\n%.2000s", err, out)
	}
	categories, prints := map[string]bool{}, map[string]bool{}
	for _, run := range log.Runs {
		if categories[run.AutomationDetails.ID] {
			t.Errorf("two runs of the category %s", run.AutomationDetails.ID)
		}
		categories[run.AutomationDetails.ID] = true
		for _, result := range run.Results {
			if rules := run.Tool.Driver.Rules; result.RuleIndex >= len(rules) || rules[result.RuleIndex].ID != result.RuleID {
				t.Errorf("%s is not rule %d", result.RuleID, result.RuleIndex)
			}
			if hash := result.PartialFingerprints["primaryLocationLineHash"]; prints[hash] {
				t.Errorf("two results have the fingerprint %s", hash)
			} else {
				prints[hash] = true
			}
			uri := result.Locations[0].PhysicalLocation.ArtifactLocation.URI
			if parsed, err := url.Parse(uri); err != nil || parsed.IsAbs() || parsed.Host != "" {
				t.Errorf("the place %.80q is no relative reference: %v", uri, err)
			}
		}
	}
	return log
}

// Findings are shown where the file says something of them.
func TestSARIFNamesTheLine(t *testing.T) {
	t.Parallel()
	found := func(rule string, subject resource.Address, severity resource.Severity) resource.Finding {
		return resource.Finding{Rule: rule, Subject: subject, Severity: severity, Seen: "seen", Advice: "do"}
	}
	key := resource.At("iam_access_key", "alice", "AKIAIOSFODNN7EXAMPLE")
	p := plan()
	p.Findings = []resource.Finding{
		found("mfa", alice, resource.High),                                                                         // a declared object
		found("access_keys.max_age", key, resource.Medium),                                                         // what a declared object holds
		found("access_keys.unused", resource.At("iam_user", "mallory"), resource.Medium),                           // an undeclared one that breaks a rule
		found("access_keys.max_age", resource.At("iam_access_key", "alice", "AKIAI44QH8DHBEXAMPLE"), resource.Low), // that will break it soon
		found("root.mfa", resource.Address{}, resource.Critical),                                                   // the whole account
		found("unmanaged", resource.At("iam_role", "old"), resource.Low),                                           // what nobody declared
		found("unmanaged", resource.At("iam_role", "admin"), resource.High),                                        // a rule of two severities
	}
	r := ofPlan(p)
	r.Sources = render.Sources{
		Inputs:   []string{"iam"},
		Objects:  map[resource.Address]render.Place{alice: {File: "iam/users.yaml", Line: 7, Column: 3}},
		Rules:    map[string]render.Place{"access_keys": {File: "iam/rules & more.yaml", Line: 4, Column: 3}, "root": {File: "iam/rules & more.yaml", Line: 3, Column: 3}},
		Sections: map[string]render.Place{"name": {File: "iam/a.yaml", Line: 2, Column: 1}, "unmanaged": {File: "iam/a.yaml", Line: 9, Column: 1}},
	}
	log := sarif(t, r)
	if len(log.Runs) != 2 || log.Runs[0].AutomationDetails.ID != "baseline/files/iam/" || len(log.Runs[0].Results) != 0 || log.Runs[1].AutomationDetails.ID != "baseline/plan/acme-prod/" {
		t.Fatalf("runs: %+v", log.Runs)
	}
	var got []string
	scores := map[string]string{}
	for _, rule := range log.Runs[1].Tool.Driver.Rules {
		scores[rule.ID] = rule.Properties.Score
	}
	for _, result := range log.Runs[1].Results {
		at := result.Locations[0].PhysicalLocation
		data, _ := json.Marshal([]any{at.Region.StartLine, at.Region.StartColumn})
		got = append(got, strings.Join([]string{result.RuleID, result.Level, scores[result.RuleID], at.ArtifactLocation.URI, string(data), result.Message.Text}, " "))
	}
	slices.Sort(got)
	want := []string{
		"access_keys.max_age warning 5.5 iam/users.yaml [7,3] user/alice, access key AKIAIOSFODNN7EXAMPLE: seen -> do",
		"access_keys.max_age/low note 2.0 iam/users.yaml [7,3] user/alice, access key AKIAI44QH8DHBEXAMPLE: seen -> do",
		"access_keys.unused warning 5.5 iam/rules%20&%20more.yaml [4,3] user/mallory: seen -> do",
		"mfa error 8.0 iam/users.yaml [7,3] user/alice: seen -> do",
		"root.mfa error 9.5 iam/rules%20&%20more.yaml [3,3] account: seen -> do",
		"unmanaged note 2.0 iam/a.yaml [9,1] role/old: seen -> do",
		"unmanaged/high error 8.0 iam/a.yaml [9,1] role/admin: seen -> do",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}

	r.Sources = render.Sources{Inputs: []string{"baseline:rds-read-only"}}
	for _, result := range sarif(t, r).Runs[1].Results {
		if at := result.Locations[0].PhysicalLocation; at.ArtifactLocation.URI != "baseline%3Ards-read-only" || at.Region.StartLine != 1 {
			t.Errorf("a finding that no file says anything of is at %+v", at)
		}
	}
}

// A finding has one fingerprint, whatever else was found, when, and wherever the line has moved to.
func TestFingerprintsAreStable(t *testing.T) {
	t.Parallel()
	hash := func(p *resource.Plan, subject string) string {
		for _, result := range sarif(t, ofPlan(p)).Runs[1].Results {
			if strings.Contains(result.Message.Text, subject) {
				return result.PartialFingerprints["primaryLocationLineHash"]
			}
		}
		return ""
	}
	later := findingsOnly()
	later.Findings = append(manyFindings().Findings, later.Findings[1])
	later.Findings[len(later.Findings)-1].Seen = "has had no MFA device for longer"
	later.ReadAt = later.ReadAt.AddDate(0, 0, 1)
	if one, other := hash(findingsOnly(), "user/mallory"), hash(later, "user/mallory"); one == "" || one != other {
		t.Errorf("%s and %s", one, other)
	}
	if one, other := hash(findingsOnly(), "user/mallory"), hash(findingsOnly(), "role/old-batch"); one == other {
		t.Error("two findings have one fingerprint")
	}
}

// What is wrong with a file is shown at its line, and nothing is said of the account, which nobody has looked at: that would tell
// that all is well there.
func TestSARIFOfAnInvalidFile(t *testing.T) {
	t.Parallel()
	r := &render.Report{
		Sources: render.Sources{Inputs: []string{"baseline.yaml"}}, Ending: &render.Ending{Exit: 4, Name: "invalid-file"},
		Problems: []render.Problem{
			{Place: render.Place{File: "baseline.yaml", Line: 12, Column: 5}, Message: `unknown key "grops"`},
			{Place: render.Place{File: "baseline.yaml"}, Message: "is empty [x](1) {0}"},
		},
	}
	log := sarif(t, r)
	if len(log.Runs) != 1 || log.Runs[0].AutomationDetails.ID != "baseline/files/baseline.yaml/" || log.Runs[0].Invocations[0].ExecutionSuccessful {
		t.Fatalf("%+v", log)
	}
	first, second := log.Runs[0].Results[0], log.Runs[0].Results[1]
	if first.RuleID != "invalid-file" || first.Level != "error" || first.Locations[0].PhysicalLocation.Region.StartLine != 12 || first.Message.Text != `unknown key "grops"` {
		t.Errorf("%+v", first)
	}
	if second.Locations[0].PhysicalLocation.Region.StartLine != 1 || second.Message.Text != `is empty \[x\](1) {{0}}` {
		t.Errorf("%+v", second)
	}
	if log := sarif(t, &render.Report{Ending: failed}); len(log.Runs) != 0 {
		t.Errorf("a log of a command that knows nothing has runs: %+v", log)
	}
}

// A check has its violators, once each, and not those of tomorrow.
func TestSARIFOfACheck(t *testing.T) {
	t.Parallel()
	log := sarif(t, &render.Report{Check: failingAccount()})
	if len(log.Runs) != 2 || log.Runs[1].AutomationDetails.ID != "baseline/check/acme-prod/" || len(log.Runs[1].Results) == 0 {
		t.Fatalf("%+v", log)
	}
	seen := map[string]bool{}
	for _, result := range log.Runs[1].Results {
		if seen[result.RuleID+result.Message.Text] || strings.Contains(result.Message.Text, "85 days") {
			t.Errorf("%s: %s", result.RuleID, result.Message.Text)
		}
		seen[result.RuleID+result.Message.Text] = true
	}
}
