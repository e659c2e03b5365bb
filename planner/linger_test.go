package planner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// What AWS deletes with its owner only, or by itself, is planned for deletion with its owner only, so that nobody waits for it.
func TestWhatLingersIsLeftToItself(t *testing.T) {
	const topic, mail, other = "sns_topic/eu-west-1/told", "sns_subscription/eu-west-1/told/email/a@example.com", "sns_subscription/eu-west-1/told/email/b@example.com"
	settings := resource.Object{"display": "", "kms": "", "tags": mark}
	live := func(state string) planner.Account {
		facts := map[string]resource.Facts{mail: {"now:state": state, resource.FactLooked: "yes"}, other: {"now:state": "confirmed", resource.FactLooked: "yes"}}
		return accountOf(objects{topic: settings, mail: {}, other: {}}.state(facts))
	}
	made := func(objects objects) []planner.Made {
		var all []planner.Made
		for text, after := range objects {
			all = append(all, planner.Made{Address: address(text), After: after})
		}
		return all
	}
	const (
		stays = "notice subscription/eu-west-1/told/email/a@example.com stays for now: nobody has confirmed it yet, " +
			"and AWS deletes such a one by itself after two days, or with its topic"
		pending, with = "pending confirmation", " // goes with topic/eu-west-1/told"
	)
	for name, test := range map[string]struct {
		state string
		// made is taken back, or else absent is declared absent.
		made   objects
		absent string
		want   []string
	}{
		"taken back, waiting":        {state: pending, made: objects{mail: {}, other: {}}, want: []string{"delete " + other, stays}},
		"taken back, confirmed":      {state: "confirmed", made: objects{mail: {}}, want: []string{"delete " + mail}},
		"taken back, with its topic": {state: pending, made: objects{mail: {}, other: {}, topic: settings}, want: []string{"delete " + mail, "delete " + other, "delete " + topic}},
		"taken back, with a topic that stays": {state: pending, made: objects{mail: {}, topic: settings}, want: []string{
			"notice topic/eu-west-1/told stays: it holds what the run did not give it", stays,
			"drift subscription/eu-west-1/told/email/b@example.com has been made since",
		}},
		"absent, waiting":   {state: pending, absent: mail, want: []string{stays}},
		"absent, confirmed": {state: "confirmed", absent: mail, want: []string{"delete " + mail + " // declared absent"}},
		"absent, with its topic": {state: pending, absent: topic, want: []string{
			"delete " + mail + with, "delete " + other + with, "delete " + topic + " // declared absent",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			account := live(test.state)
			account.Looked = map[resource.Address]bool{address(topic): true, address(mail): true, address(other): true}
			draft, drift := planner.Undo(made(test.made), account)
			if test.absent != "" {
				draft = planner.Make(&resource.Want{Name: accounts.Name, Absent: []resource.Address{address(test.absent)}}, account)
			}
			got := lines(draft)
			for _, d := range drift {
				got = append(got, "drift "+d.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
