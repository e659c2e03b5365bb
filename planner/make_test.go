package planner_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// objects are objects by address, as tables write them.
type objects map[string]resource.Object

type tags = map[string]string

// mark is what this baseline marks its objects with.
var mark = tags{resource.MarkKey: accounts.Name}

func address(text string) resource.Address {
	a, err := resource.ParseAddress(text)
	if err != nil {
		panic(err)
	}
	return a
}

func (o objects) byAddress() map[resource.Address]resource.Object {
	out := map[resource.Address]resource.Object{}
	for text, settings := range o {
		out[address(text)] = settings
	}
	return out
}

// state is what is live, everything looked at but what the facts say otherwise of.
func (o objects) state(facts map[string]resource.Facts) resource.State {
	state := resource.State{}
	for text, settings := range o {
		f, given := facts[text]
		if !given {
			f = resource.Facts{resource.FactLooked: "yes"}
		}
		state[address(text)] = resource.Resource{Settings: settings, Facts: f}
	}
	return state
}

func user(path string, t tags) resource.Object {
	return resource.Object{"path": path, "boundary": "", "tags": t}
}

func role(path string, trust resource.Document, t tags) resource.Object {
	return resource.Object{"path": path, "description": "", "max_session": 3600, "boundary": "", "tags": t, "trust": trust}
}

func managed(path, description, action string, t tags) resource.Object {
	return resource.Object{"path": path, "description": description, "document": allow(action), "tags": t}
}

func group(path string) resource.Object { return resource.Object{"path": path} }

func allow(action string) resource.Document {
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`)
}

func trusting(principal string) resource.Document {
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + accounts.ID + `:` + principal + `"},"Action":"sts:AssumeRole"}]}`)
}

// lines says what a draft holds, a line each.
func lines(d *planner.Draft) []string {
	var out []string
	for _, c := range d.Changes {
		var settings []string
		for _, name := range c.After.Names() {
			if before, was := c.Before[name]; !was || !cmp.Equal(before, c.After[name]) {
				settings = append(settings, fmt.Sprintf(" %s:%v", name, c.After[name]))
			}
		}
		line := fmt.Sprintf("%s %s%s", c.Op(), c.Address, strings.Join(settings, ""))
		if c.Reason != "" {
			line += " // " + c.Reason
		}
		out = append(out, line)
	}
	for _, f := range d.Findings {
		out = append(out, fmt.Sprintf("%s %s %s: %s", f.Severity, f.Rule, f.Subject, f.Seen))
	}
	for _, p := range d.Problems {
		out = append(out, "problem "+p.String())
	}
	for _, a := range d.Look {
		out = append(out, "look "+a.String())
	}
	for _, n := range d.Notices {
		out = append(out, "notice "+n)
	}
	return out
}

// making is one case of a table: what is there, what the file says, and what comes of it.
type making struct {
	name      string
	live      objects
	facts     map[string]resource.Facts
	want      objects
	absent    []string
	complete  map[string][]resource.Kind
	unmanaged map[string]resource.Disposition
	plan      []string
}

// ignoring is for cases that are not about what the file does not mention.
var ignoring = map[string]resource.Disposition{
	"users": resource.Ignore, "groups": resource.Ignore, "roles": resource.Ignore, "policies": resource.Ignore,
}

// asked is what the file says.
func (m making) asked() *resource.Want {
	want := &resource.Want{
		Name: accounts.Name, Objects: m.want.byAddress(), Unmanaged: m.unmanaged,
		Complete: map[resource.Address][]resource.Kind{},
	}
	if want.Unmanaged == nil {
		want.Unmanaged = ignoring
	}
	for _, a := range m.absent {
		want.Absent = append(want.Absent, address(a))
	}
	for a, kinds := range m.complete {
		want.Complete[address(a)] = kinds
	}
	return want
}

func (m making) draft() *planner.Draft {
	return planner.Make(m.asked(), accountOf(m.live.state(m.facts)))
}

func run(t *testing.T, table []making) {
	t.Helper()
	for _, m := range table {
		t.Run(m.name, func(t *testing.T) {
			if diff := cmp.Diff(m.plan, lines(m.draft())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
