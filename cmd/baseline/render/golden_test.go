package render_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/cmd/baseline/render"
	"baseline/resource"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the tests with -update to write it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		plan *resource.Plan
	}{
		{"create_everything", createEverything()},
		{"remove_drift", removeDrift()},
		{"widened_trust", widenedTrust()},
		{"replace_role", replaceRole()},
		{"delete_user", deleteUser()},
		{"cycle", cycle()},
		{"take_back", takeBack()},
		{"findings_only", findingsOnly()},
		{"many_findings", manyFindings()},
		{"part_findings", partFindings()},
		{"requirements", requirementsPlan()},
		{"requirement_findings", requirementFindings()},
		{"hostile", hostile()},
		{"thousand", thousand()},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := render.Plan(&out, c.plan, render.Reading{Calls: 8, Took: 312 * time.Millisecond}, render.Style{}); err != nil {
				t.Fatal(err)
			}
			golden(t, c.name+".txt", out.Bytes())
		})
	}
}

// A part has one name, wherever it is told of.
func TestPartsAreNamedAfterTheirOwner(t *testing.T) {
	t.Parallel()
	for address, want := range map[resource.Address]string{
		alice: "user/alice",
		resource.At("iam_membership", "yan", "gone"):                                    "user/yan, group gone",
		resource.At("iam_policy_attachment", "role", "r0", "P0"):                        "role/r0, policy P0",
		resource.At("iam_policy_attachment", "group", "g", "aws:job-function/ViewOnly"): "group/g, policy aws:job-function/ViewOnly",
		resource.At("iam_inline_policy", "user", "u", "own"):                            "user/u, inline own",
		resource.At("iam_instance_profile_role", "web", "r"):                            "instance_profile/web, role r",
		resource.At("iam_access_key", "alice", "AKIAIOSFODNN7EXAMPLE"):                  "user/alice, access key AKIAIOSFODNN7EXAMPLE",
		resource.At("iam_login_profile", "alice"):                                       "user/alice, console password",
		resource.At("iam_mfa_device", "alice", "arn:aws:iam::111122223333:mfa/phone"):   "user/alice, MFA device arn:aws:iam::111122223333:mfa/phone",
		resource.At("iam_service_specific_credential", "alice", "ACCAEXAMPLE"):          "user/alice, service-specific credential ACCAEXAMPLE",
		resource.At("iam_ssh_public_key", "alice", "APKAEXAMPLE"):                       "user/alice, SSH public key APKAEXAMPLE",
		resource.At("iam_signing_certificate", "alice", "TA7SMPLE"):                     "user/alice, signing certificate TA7SMPLE",
		resource.At("iam_virtual_mfa_device", "leftover"):                               "virtual_mfa_device/leftover",
		resource.At("iam_server_certificate", "old"):                                    "server_certificate/old",
		resource.At("iam_policy_attachment", "cut"):                                     "policy_attachment/cut",
		resource.At("kind", "x/y"):                                                      "kind/x/y",
	} {
		if got := render.Name(address); got != want {
			t.Errorf("%s is called %q, want %q", address, got, want)
		}
	}
	c := membership("yan", "gone", nil, exists)
	var out bytes.Buffer
	render.NewProgress(&out, render.Style{}, false).Event(applier.Event{Kind: applier.Done, Step: 1, Steps: 1, Finished: 1, Change: &c})
	if want := render.Name(c.Address); !strings.Contains(out.String(), want) {
		t.Errorf("a step says %q, findings say %q", out.String(), want)
	}
}

func TestPlanInColour(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := widenedTrust()
	p.Changes = append(p.Changes, deleteUser().Changes...)
	p.Changes = append(p.Changes, removeDrift().Changes[2])
	if err := render.Plan(&out, p, render.Reading{}, render.Style{Color: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "colour.ansi", out.Bytes())
}

// ansi matches the escape sequences that colours are made of.
var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColourNeverCarriesMeaningAlone(t *testing.T) {
	t.Parallel()
	for i, p := range []*resource.Plan{
		createEverything(), removeDrift(), widenedTrust(), replaceRole(), deleteUser(), cycle(), findingsOnly(), hostile(),
	} {
		var plain, coloured bytes.Buffer
		if err := errors.Join(
			render.Plan(&plain, p, render.Reading{}, render.Style{}),
			render.Plan(&coloured, p, render.Reading{}, render.Style{Color: true}),
		); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsRune(plain.String(), '\x1b') {
			t.Errorf("plan %d has escape sequences without colour", i)
		}
		if diff := cmp.Diff(plain.String(), ansi.ReplaceAllString(coloured.String(), "")); diff != "" {
			t.Errorf("plan %d says something else without colour (-plain +coloured):\n%s", i, diff)
		}
	}
}

func TestHostileTextsForgeNoLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := render.Plan(&out, hostile(), render.Reading{}, render.Style{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "+ user/forged") || strings.HasPrefix(line, "Plan: 0 to create") {
			t.Errorf("a name from outside made the line %q", line)
		}
		for _, r := range strings.TrimSuffix(line, "\n") {
			if !unicode.IsPrint(r) {
				t.Errorf("%U in the line %q", r, line)
			}
		}
		if len(line) > 1000 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestCutTextsStillDiffer(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("A", 2000)
	var out bytes.Buffer
	p := plan(change("iam_user", "alice", user(resource.Object{"tags": tags("note", long+"x")}), user(resource.Object{"tags": tags("note", long+"y")})))
	if err := render.Plan(&out, p, render.Reading{}, render.Style{}); err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(out.String(), "~ tag note")
	before, after, ok := strings.Cut(strings.TrimSpace(strings.Split(line, "\n")[0]), " -> ")
	if !ok || before == after {
		t.Errorf("both sides look like %q", before)
	}
}

// TestPlanHoldsNoControlCharacters puts any text anywhere.
func TestPlanHoldsNoControlCharacters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(what string) string {
			return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\x1b[2J", "a\nb", "\u202e", "\xff"})).Draw(t, what)
		}
		owner := resource.Address{Kind: resource.Kind(draw("kind")), Name: draw("name")}
		part := resource.Address{Kind: resource.Kind(draw("part kind")), Name: draw("part name")}
		after := resource.Object{
			draw("setting"): draw("text"), "list": []string{draw("item")}, "map": map[string]string{draw("key"): draw("value")},
			"document": resource.Document(draw("document")),
		}
		p := plan(
			resource.Change{Address: owner, Owner: owner, After: after, Reason: draw("reason"), OneWay: []string{draw("phrase")}},
			resource.Change{Address: part, Owner: owner, Before: after, After: resource.Object{}, Notes: []string{draw("note")}},
		)
		p.Baseline, p.Account, p.Caller, p.Undoes = draw("baseline"), draw("account"), draw("caller"), draw("run")
		p.Notices = []string{draw("notice")}
		p.Findings = []resource.Finding{{Rule: draw("rule"), Subject: part, Severity: resource.Severity(draw("severity")), Seen: draw("seen"), Advice: draw("advice"), Controls: []string{draw("control")}}}
		r := run(draw("id"), p)
		r.UndoneBy, r.Result.Error, r.Result.Status = draw("undoing run"), draw("error"), applier.Status(draw("status"))
		r.Header.Command, r.Header.Undoes = draw("command"), draw("undone run")
		r.Steps[0] = applier.Step{Progress: applier.Broken, Error: draw("step error")}
		var out bytes.Buffer
		if err := errors.Join(
			render.Plan(&out, p, render.Reading{}, render.Style{}),
			render.Run(&out, r, render.Style{}),
			render.Runs(&out, []*applier.Run{r}, render.Style{}),
		); err != nil {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q in\n%s", out.String()[i:min(i+4, out.Len())], out.String())
		}
	})
}

func TestPlanTellsOfFailedWrites(t *testing.T) {
	t.Parallel()
	if err := render.Plan(&broken{}, deleteUser(), render.Reading{}, render.Style{}); err == nil {
		t.Error("a plan that could not be written counts as written")
	}
}

func BenchmarkPlan(b *testing.B) {
	p := thousand()
	for b.Loop() {
		if err := render.Plan(io.Discard, p, render.Reading{}, render.Style{}); err != nil {
			b.Fatal(err)
		}
	}
}
