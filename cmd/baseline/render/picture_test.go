package render_test

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// ties lists the ties of the picture of a plan: sign, ends, and what sort of tie it is.
func ties(t *testing.T, p *resource.Plan) []string {
	t.Helper()
	var found []string
	for _, m := range regexp.MustCompile(`<path class="tie ([a-z]+)" d="[MCL0-9 -]+"><title>([^<]*)</title>`).FindAllStringSubmatch(reported(t, ofPlan(p), render.FormHTML), -1) {
		found = append(found, m[1]+" "+html.UnescapeString(m[2]))
	}
	slices.Sort(found)
	return found
}

// The picture shows who gets what and who loses it, in colour and sign.
func TestThePictureShowsWhoGetsWhat(t *testing.T) {
	t.Parallel()
	p := plan(
		membership("alice", "Developers", nil, exists),
		membership("bob", "Developers", exists, nil),
		attachment(developers, "aws:ReadOnlyAccess", nil, exists),
		inline(partner, "own", denyBilling, resource.Document(strings.ReplaceAll(denyBilling, "billing", "ce"))),
		change("iam_user", "carol", user(resource.Object{"boundary": "Fence"}), user(nil)),
		change("iam_role", "partner-share", role(trustOnly, nil), role(trustRole("ci"), nil)),
		change("iam_role", "worker", nil, role(trustLambda, nil)),
		resource.Change{Address: resource.At("iam_instance_profile_role", "web", "worker"), Owner: resource.At("iam_instance_profile", "web"), After: exists},
	)
	got := ties(t, p)
	for _, want := range []string{
		"add user alice → group Developers  (new)",
		"del user bob → group Developers  (goes)",
		"add group Developers → policy aws:ReadOnlyAccess  (new)",
		"mod role partner-share → inline policy own  (changes)",
		"del user carol → policy Fence boundary (goes)",
		"del account 444455556666 → role partner-share trust (goes)",
		"add role ci → role partner-share trust (new)",
		"add lambda.amazonaws.com → role worker trust (new)",
		"add instance profile web → role worker  (new)",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no tie %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	out := reported(t, ofPlan(p), render.FormHTML)
	for _, want := range []string{
		`<g class="mod"><a href="#o`, `>~ partner-share</text>`, `>&#43; worker</text>`, `>~ Developers</text>`, `>aws:ReadOnlyAccess</text>`, `>- trust</text>`,
	} {
		if !strings.Contains(out, want) && !strings.Contains(out, strings.ReplaceAll(want, "&#43;", "+")) {
			t.Errorf("the picture has no %s", want)
		}
	}
	if out := reported(t, ofPlan(stoppedTrail()), render.FormHTML); strings.Contains(out, "<svg") {
		t.Error("there is a picture of a plan that gives nobody anything")
	}
}

// A line past a column of boxes goes between them: behind one, it would look as if the box had the policy.
func TestTiesPassBetweenBoxes(t *testing.T) {
	t.Parallel()
	p := plan(
		membership("alice", "Developers", nil, exists),
		attachment(resource.At("iam_user", "alice"), "aws:ReadOnlyAccess", nil, exists),
		attachment(resource.At("iam_user", "bob"), "aws:PowerUserAccess", nil, exists),
		change("iam_role", "worker", nil, role(trustLambda, nil)),
	)
	out := reported(t, ofPlan(p), render.FormHTML)
	var boxes [][2]int // the middle column, from top to bottom
	for _, m := range regexp.MustCompile(`<rect class="box" x="412" y="(\d+)" width="250" height="(\d+)"`).FindAllStringSubmatch(out, -1) {
		y, height := atoi(t, m[1]), atoi(t, m[2])
		boxes = append(boxes, [2]int{y, y + height})
	}
	passing := regexp.MustCompile(` L662 (\d+) C`).FindAllStringSubmatch(out, -1)
	if len(boxes) != 2 || len(passing) != 2 {
		t.Fatalf("%d boxes, and %d ties that pass them", len(boxes), len(passing))
	}
	for _, m := range passing {
		for _, box := range boxes {
			if y := atoi(t, m[1]); y >= box[0] && y <= box[1] {
				t.Errorf("a tie at %d goes behind the box from %d to %d", y, box[0], box[1])
			}
		}
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Of very many, those that are alike are drawn as one, and of very many that differ the most important are drawn.
func TestThePictureStaysSmall(t *testing.T) {
	t.Parallel()
	if got := ties(t, thousand()); !slices.Contains(got, "add + 250 users: user-000 and 249 more of the same → group Developers  (new)") {
		t.Errorf("ties:\n%s", strings.Join(got, "\n"))
	}
	p := plan()
	for i := range 500 {
		p.Changes = append(p.Changes, membership(fmt.Sprintf("user-%03d", i), fmt.Sprintf("group-%03d", i), nil, exists))
	}
	p.Changes = append(p.Changes, oneWay(change("iam_user", "zoe", user(nil), nil), "its id"), membership("zoe", "group-000", exists, nil))
	out := reported(t, ofPlan(p), render.FormHTML)
	if boxes := strings.Count(out, `<rect class="box"`); boxes > 100 {
		t.Errorf("%d boxes", boxes)
	}
	if !strings.Contains(out, ">- zoe</text>") {
		t.Error("the user who goes is not drawn")
	}
}
