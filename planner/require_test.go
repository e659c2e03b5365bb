package planner_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baseline/planner"
	"baseline/requirements"
	"baseline/resource"
	"baseline/testdata/accounts"
)

var today = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// daysAgo is how facts tell a time.
func daysAgo(n int) string { return ago(n).Format(time.RFC3339) }

func ago(n int) time.Time { return today.Add(-time.Duration(n) * day) }

// facts of a credential that was created and used so many days ago; a negative use is none.
func credential(created, used int) resource.Facts {
	f := resource.Facts{resource.FactLooked: "yes", resource.FactCreated: daysAgo(created)}
	if used >= 0 {
		f[resource.FactUsed] = daysAgo(used)
	}
	return f
}

// ruled is a planning by rules: what is there, with a report that says the same, and what the file asks.
type ruled struct {
	live     objects
	facts    map[string]resource.Facts
	rules    resource.Requirements
	want     objects
	absent   []string
	complete map[string][]resource.Kind
}

// report is AWS's report of the account, as far as its users go.
func (r ruled) report() *resource.CredentialReport {
	report := &resource.CredentialReport{At: today.Add(-time.Hour), Users: map[string]resource.ReportedUser{}}
	when := func(text, name string) time.Time {
		at, _ := time.Parse(time.RFC3339, r.facts[text][name]) // zero for none
		return at
	}
	for _, text := range slices.Sorted(maps.Keys(r.live)) {
		a := address(text)
		row := report.Users[a.Parts(2)[0]]
		row.Created = ago(400)
		switch a.Kind {
		case "iam_user":
		case "iam_login_profile":
			row.Password, row.PasswordChanged, row.PasswordUsed = true, when(text, resource.FactCreated), when(text, resource.FactUsed)
		case "iam_mfa_device":
			row.MFA = true
		case "iam_access_key":
			slot := &row.Keys[0]
			if !slot.Rotated.IsZero() {
				slot = &row.Keys[1]
			}
			*slot = resource.ReportedKey{
				Active: r.live[text].Text("status") == "Active", Rotated: when(text, resource.FactCreated), Used: when(text, resource.FactUsed),
			}
		default:
			continue
		}
		report.Users[a.Parts(2)[0]] = row
	}
	return report
}

// draft plans, and takes every look that the planning asks for.
func (r ruled) draft() *planner.Draft {
	asked := making{want: r.want, absent: r.absent, complete: r.complete}.asked()
	asked.Require = &r.rules
	asked.Unmanaged = maps.Clone(ignoring)
	asked.Unmanaged["attachments"] = resource.Ignore
	account := accountOf(r.live.state(r.facts))
	account.Now, account.Looked = today, map[resource.Address]bool{}
	account.Evidence = &resource.Evidence{
		Caller: resource.Caller{ARN: "arn:aws:sts::" + accounts.ID + ":assumed-role/ci/run", AccessKey: "ASIACALLER"},
		Users:  map[string]time.Time{}, Report: r.report(),
	}
	for a := range account.Live {
		if a.Kind == "iam_user" {
			account.Evidence.Users[a.Name] = ago(400)
		}
	}
	for {
		d := planner.Make(asked, account)
		if len(d.Look) == 0 {
			return d
		}
		for _, a := range d.Look {
			if account.Looked[a] {
				panic("looks twice at " + a.String())
			}
			account.Looked[a] = true
		}
	}
}

// kept are the objects that `require: mfa` keeps, as they are when they were made.
func kept() objects {
	out := objects{}
	for a, settings := range requirements.Objects(&resource.Requirements{MFA: &resource.MFARule{Enforce: true}}) {
		if a.Kind == "iam_policy" {
			settings = settings.With(resource.Object{"description": "", "tags": mark})
		}
		out[a.String()] = settings
	}
	return out
}

func (o objects) and(more objects) objects {
	out := maps.Clone(o)
	maps.Copy(out, more)
	return out
}

// ruledLines says what a draft holds: changes without what was created only to be acted through, findings, problems.
func ruledLines(d *planner.Draft) []string {
	var out []string
	for _, c := range d.Changes {
		line := fmt.Sprintf("%s %s", c.Op(), c.Address)
		for _, name := range []string{"status", "boundary"} {
			if c.After.Has(name) && c.After.Text(name) != c.Before.Text(name) {
				line += " " + name + ":" + c.After.Text(name)
			}
		}
		for _, need := range c.Needs {
			line += " after " + d.Changes[need].Address.String()
		}
		out = append(out, line)
	}
	for _, f := range d.Findings {
		out = append(out, f.Rule+" "+f.Subject.String()+": "+f.Seen)
	}
	for _, p := range d.Problems {
		out = append(out, "problem "+p.String())
	}
	return out
}

func (r ruled) mustPlan(t *testing.T, want ...string) *planner.Draft {
	t.Helper()
	d := r.draft()
	if diff := cmp.Diff(want, ruledLines(d)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	return d
}

const (
	aliceKey     = "iam_access_key/alice/AKIA1"
	aliceLogin   = "iam_login_profile/alice"
	aliceJoins   = "iam_membership/alice/baseline-require-mfa"
	aliceReads   = "iam_policy_attachment/user/alice/aws:ReadOnlyAccess"
	aliceReaders = "iam_membership/alice/Readers"
)

var (
	enforced = resource.Requirements{MFA: &resource.MFARule{Enforce: true}}
	ageing   = resource.Requirements{AccessKeys: &resource.AccessKeyRule{MaxAge: 90 * day, Deactivate: 90 * day, Delete: 120 * day, Unused: 45 * day}}
	removing = resource.Requirements{Passwords: &resource.PasswordRule{Unused: 45 * day, Remove: true}}
	bounding = resource.Requirements{Permissions: &resource.PermissionRule{BoundaryFor: []string{"users"}, Boundary: "aws:PowerUserAccess", Fix: true}}
	moving   = resource.Requirements{Permissions: &resource.PermissionRule{GroupsOnly: true, Fix: true, Groups: map[string]string{"aws:ReadOnlyAccess": "Readers"}}}
)

// readers is a group with the policy that alice has herself.
var readers = objects{"iam_group/Readers": group("/"), "iam_policy_attachment/group/Readers/aws:ReadOnlyAccess": {}}

func TestFixesJoinWhatIsPlannedAnyway(t *testing.T) {
	alice := objects{"iam_user/alice": user("/", tags{}), aliceLogin: {}}
	facts := map[string]resource.Facts{aliceLogin: credential(100, 1)}
	groups := map[string][]resource.Kind{"iam_user/alice": {"iam_membership"}}
	t.Run("what acts is created first", func(t *testing.T) {
		ruled{live: alice, facts: facts, rules: enforced}.mustPlan(t,
			"create iam_policy/baseline-require-mfa",
			"create iam_group/baseline-require-mfa",
			"create iam_policy_attachment/group/baseline-require-mfa/baseline-require-mfa after iam_policy/baseline-require-mfa after iam_group/baseline-require-mfa",
			"create "+aliceJoins+" after iam_group/baseline-require-mfa")
	})
	t.Run("a complete list of groups says nothing of the tool's", func(t *testing.T) {
		member := alice.and(kept()).and(objects{aliceJoins: {}, "iam_group/Old": group("/"), "iam_membership/alice/Old": {}})
		ruled{live: member, facts: facts, rules: enforced, want: objects{"iam_user/alice": {"path": "/"}}, complete: groups}.mustPlan(t,
			"delete iam_membership/alice/Old",
			"mfa iam_user/alice: has a console password and no MFA device; is in baseline-require-mfa")
	})
	t.Run("a boundary is set with another change of the user", func(t *testing.T) {
		ruled{live: alice, rules: bounding, want: objects{"iam_user/alice": {"tags": tags{"team": "data"}}}}.mustPlan(t,
			"update iam_user/alice boundary:aws:PowerUserAccess")
	})
	t.Run("a boundary is set with the creation of the user", func(t *testing.T) {
		ruled{rules: bounding, want: objects{"iam_user/bob": {"path": "/"}}}.mustPlan(t, "create iam_user/bob boundary:aws:PowerUserAccess")
	})
	t.Run("what was to get the policy joins the group instead", func(t *testing.T) {
		ruled{live: readers, rules: moving, want: objects{"iam_user/bob": {"path": "/"}}}.mustPlan(t, "create iam_user/bob")
	})
}

// A rule never fights the file: the next plan would take its fix back.
func TestTheFileComesBeforeAFix(t *testing.T) {
	alice := readers.and(objects{"iam_user/alice": user("/", tags{}), aliceReads: {}})
	const seen = "permissions.users iam_user/alice: has the policy aws:ReadOnlyAccess attached; it is left as it is, for "
	t.Run("nothing in the way", func(t *testing.T) {
		ruled{live: alice, rules: moving}.mustPlan(t, "create "+aliceReaders, "delete "+aliceReads+" after "+aliceReaders)
	})
	t.Run("the user's groups are listed", func(t *testing.T) {
		ruled{live: alice, rules: moving, want: objects{"iam_user/alice": {}}, complete: map[string][]resource.Kind{"iam_user/alice": {"iam_membership"}}}.mustPlan(t,
			seen+"the file lists all that user/alice has, without membership/alice/Readers")
	})
	t.Run("and another policy would move to the same group", func(t *testing.T) {
		both, policy := moving, *moving.Permissions
		policy.Groups = map[string]string{"aws:ReadOnlyAccess": "Readers", "aws:ViewOnlyAccess": "Readers"}
		both.Permissions = &policy
		more := objects{"iam_policy_attachment/group/Readers/aws:ViewOnlyAccess": {}, "iam_policy_attachment/user/alice/aws:ViewOnlyAccess": {}}
		ruled{live: alice.and(more), rules: both, want: objects{"iam_user/alice": {}}, complete: map[string][]resource.Kind{"iam_user/alice": {"iam_membership"}}}.mustPlan(t,
			seen+"the file lists all that user/alice has, without membership/alice/Readers",
			strings.Replace(seen, "ReadOnly", "ViewOnly", 1)+"the file lists all that user/alice has, without membership/alice/Readers")
	})
	t.Run("the attachment is declared", func(t *testing.T) {
		ruled{live: alice, rules: moving, want: objects{"iam_user/alice": {}, aliceReads: {}}}.mustPlan(t,
			seen+"the file declares policy_attachment/user/alice/aws:ReadOnlyAccess")
	})
	t.Run("another boundary is declared", func(t *testing.T) {
		ruled{live: objects{"iam_user/alice": user("/", tags{})}, rules: bounding, want: objects{"iam_user/alice": {"boundary": "aws:ReadOnlyAccess"}}}.mustPlan(t,
			"update iam_user/alice boundary:aws:ReadOnlyAccess",
			"permissions.boundary iam_user/alice: has the permissions boundary aws:ReadOnlyAccess; it is left as it is, for the file declares another boundary")
	})
}

func TestWhatBelongsToOthersIsAFinding(t *testing.T) {
	alice := readers.and(objects{"iam_user/alice": user("/", tags{resource.MarkKey: "other"}), aliceReads: {}})
	both := resource.Requirements{Permissions: &resource.PermissionRule{
		GroupsOnly: true, Fix: true, Groups: moving.Permissions.Groups, BoundaryFor: []string{"users"}, Boundary: "aws:PowerUserAccess",
	}}
	const left = `; it is left as it is, for it belongs to the baseline "other"`
	ruled{live: alice, rules: both}.mustPlan(t,
		"permissions.users iam_user/alice: has the policy aws:ReadOnlyAccess attached"+left,
		"permissions.boundary iam_user/alice: has no permissions boundary"+left)

	// A key that stays in use breaks all the rules that it breaks, not only the first that would have had it taken out of use.
	key := objects{"iam_user/alice": alice["iam_user/alice"], aliceKey: {"status": "Active"}}
	ruled{live: key, facts: map[string]resource.Facts{aliceKey: credential(100, 60)}, rules: ageing}.mustPlan(t,
		"access_keys.max_age "+aliceKey+": 100 days old, created 2026-08-13; the limit is 90d"+left,
		"access_keys.unused "+aliceKey+": not used for 60 days, last on 2026-09-22; the limit is 45d")
}

// Nor does what nobody breaks a rule by, such as the end of a key that was put out of use before, touch what is others'.
func TestOldKeysOfOthersStay(t *testing.T) {
	inactive := objects{"iam_user/alice": user("/", tags{}), aliceKey: {"status": "Inactive"}}
	facts := map[string]resource.Facts{aliceKey: credential(200, 150)}
	ruled{live: inactive, facts: facts, rules: ageing}.mustPlan(t, "delete "+aliceKey)
	others := inactive.and(objects{"iam_user/alice": user("/", tags{resource.MarkKey: "other"})})
	ruled{live: others, facts: facts, rules: ageing}.mustPlan(t)
}

// Rules judge the account as it will be.
func TestWhatThePlanChangesAnywayBreaksNoRule(t *testing.T) {
	alice := objects{"iam_user/alice": user("/", tags{}), aliceLogin: {}, aliceKey: {"status": "Active"}, aliceReads: {}}
	facts := map[string]resource.Facts{aliceLogin: credential(100, 60), aliceKey: credential(100, 60)}
	all := resource.Requirements{AccessKeys: ageing.AccessKeys, Passwords: removing.Passwords, Permissions: moving.Permissions, MFA: &resource.MFARule{}}
	t.Run("a user that goes", func(t *testing.T) {
		ruled{live: alice, facts: facts, rules: all, absent: []string{"iam_user/alice"}}.mustPlan(t,
			"delete "+aliceReads, "delete iam_user/alice after "+aliceReads)
	})
	t.Run("a policy that is detached", func(t *testing.T) {
		ruled{
			live: readers.and(alice), facts: facts, rules: moving, want: objects{"iam_user/alice": {}},
			complete: map[string][]resource.Kind{"iam_user/alice": {"iam_policy_attachment"}},
		}.mustPlan(t, "delete "+aliceReads)
	})
}

func TestTheToolsGroupIsItsOwn(t *testing.T) {
	t.Run("no file may declare it", func(t *testing.T) {
		d := ruled{rules: enforced, want: objects{"iam_group/baseline-require-mfa": {"path": "/"}}}.draft()
		want := []planner.Problem{{Address: address("iam_group/baseline-require-mfa"), Message: "is kept by `require: mfa`: give yours another name"}}
		if diff := cmp.Diff(want, d.Problems); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("it goes when nothing asks for it", func(t *testing.T) {
		ruled{live: kept().and(objects{"iam_user/alice": user("/", tags{}), aliceJoins: {}})}.mustPlan(t,
			"delete "+aliceJoins,
			"delete iam_policy_attachment/group/baseline-require-mfa/baseline-require-mfa",
			"delete iam_group/baseline-require-mfa after "+aliceJoins+" after iam_policy_attachment/group/baseline-require-mfa/baseline-require-mfa",
			"delete iam_policy/baseline-require-mfa after iam_policy_attachment/group/baseline-require-mfa/baseline-require-mfa")
	})
	t.Run("it stays where it is another baseline's", func(t *testing.T) {
		others := kept().and(objects{"iam_policy/baseline-require-mfa": managed(requirements.OwnPath, "", "*", tags{resource.MarkKey: "other"})})
		ruled{live: others}.mustPlan(t)
	})
	t.Run("one of that name elsewhere is somebody's", func(t *testing.T) {
		ruled{live: objects{"iam_group/baseline-require-mfa": group("/")}}.mustPlan(t)
	})
}

// A change says what it rests on, and nothing else of what moves by itself.
func TestGroundsAndUsesAreThoseThatAChangeRestsOn(t *testing.T) {
	alice := objects{"iam_user/alice": user("/", tags{}), aliceKey: {"status": "Active"}}
	old := ruled{live: alice, facts: map[string]resource.Facts{aliceKey: credential(100, 1)}, rules: ageing}
	idle := ruled{live: alice, facts: map[string]resource.Facts{aliceKey: credential(80, 60)}, rules: ageing}
	never := ruled{live: alice, facts: map[string]resource.Facts{aliceKey: credential(80, -1)}, rules: ageing}
	for _, test := range []struct {
		name  string
		ruled ruled
		used  any // what the change says of the last use
	}{
		{"too old", old, nil},
		{"not used for long", idle, daysAgo(60)},
		{"never used", never, ""},
	} {
		d := test.ruled.mustPlan(t, slices.Concat([]string{"update " + aliceKey + " status:Inactive"})...)
		var used any
		if text, said := d.Changes[0].Facts[resource.FactUsed]; said {
			used = text
		}
		if used != test.used {
			t.Errorf("%s: the change says %v of the last use, want %v", test.name, used, test.used)
		}
		if test.ruled.facts[aliceKey][resource.FactLooked] == "" {
			t.Errorf("%s: planning changed the facts it was given", test.name)
		}
		plan := &resource.Plan{Changes: d.Changes}
		live := test.ruled.live.state(test.ruled.facts)
		if moved := planner.Moved(plan, live); len(moved) > 0 {
			t.Errorf("%s: moved though nothing has: %v", test.name, moved)
		}
		live[address(aliceKey)] = resource.Resource{Settings: live[address(aliceKey)].Settings, Facts: credential(100, 0)}
		live[address(aliceKey)].Facts[resource.FactCreated] = test.ruled.facts[aliceKey][resource.FactCreated]
		if moved := planner.Moved(plan, live); (len(moved) > 0) != (test.used != nil) {
			t.Errorf("%s: used since, and moved: %v", test.name, moved)
		}
	}
}

func TestAGroundThatNoLongerHoldsIsDrift(t *testing.T) {
	alice := kept().and(objects{"iam_user/alice": user("/", tags{}), aliceLogin: {}})
	d := ruled{live: alice, facts: map[string]resource.Facts{aliceLogin: credential(100, 1)}, rules: enforced}.mustPlan(t, "create "+aliceJoins)
	plan := &resource.Plan{Changes: d.Changes}
	live := func() resource.State { return alice.state(map[string]resource.Facts{aliceLogin: credential(100, 0)}) }
	if moved := planner.Moved(plan, live()); len(moved) > 0 {
		t.Errorf("moved, though only the password was used: %v", moved)
	}
	for want, change := range map[string]func(resource.State){
		"mfa_device/alice/phone is there now": func(s resource.State) {
			s[address("iam_mfa_device/alice/phone")] = resource.Resource{Settings: resource.Object{}}
		},
		"login_profile/alice is gone": func(s resource.State) { delete(s, address(aliceLogin)) },
		`login_profile/alice has changed: created "` + daysAgo(100) + `" -> "` + daysAgo(0) + `"`: func(s resource.State) {
			s[address(aliceLogin)] = resource.Resource{Settings: resource.Object{}, Facts: credential(0, 0)}
		},
	} {
		now := live()
		change(now)
		moved := planner.Moved(plan, now)
		if len(moved) != 1 || moved[0].String() != want {
			t.Errorf("moved %v, want %q", moved, want)
		}
	}
}

// A password that goes takes the reason for being in the tool's group along, and goes first.
func TestAFixWaitsForAnother(t *testing.T) {
	alice := kept().and(objects{"iam_user/alice": user("/", tags{}), aliceLogin: {}, aliceJoins: {}})
	both := resource.Requirements{MFA: enforced.MFA, Passwords: removing.Passwords}
	d := ruled{live: alice, facts: map[string]resource.Facts{aliceLogin: credential(100, 60)}, rules: both}.mustPlan(t,
		"delete "+aliceLogin,
		"delete "+aliceJoins+" after "+aliceLogin,
		"mfa iam_user/alice: has a console password and no MFA device; the password is removed because it is not used")
	if !d.Changes[0].Final || len(d.Changes[0].OneWay) != 1 || d.Changes[1].Final {
		t.Errorf("the password's deletion: final %v, one-way %q; the membership's: final %v", d.Changes[0].Final, d.Changes[0].OneWay, d.Changes[1].Final)
	}
	if reason := d.Changes[0].Reason; !strings.Contains(reason, "not used for 60 days") || !strings.Contains(reason, "CIS") {
		t.Errorf("the reason %q names no control", reason)
	}

	t.Run("what is final stays gone", func(t *testing.T) {
		did := made(d.Changes)
		left := kept().and(objects{"iam_user/alice": user("/", tags{})})
		back, drift := planner.Undo(did, accountOf(left.state(nil)))
		want := []string{"create " + aliceJoins, "notice login_profile/alice was deleted by the run, and can't come back"}
		got := ruledLines(back)
		for _, n := range back.Notices {
			got = append(got, "notice "+n)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(drift) > 0 {
			t.Errorf("drift %v (-want +got):\n%s", drift, diff)
		}
	})
	t.Run("unless the run never came to it", func(t *testing.T) {
		did := made(d.Changes)
		for i := range did {
			did[i].After, did[i].Untouched = did[i].Before, true
		}
		if back, drift := planner.Undo(did, accountOf(alice.state(nil))); len(back.Changes)+len(back.Notices)+len(drift) > 0 {
			t.Errorf("changes %v, notices %q, drift %v", back.Changes, back.Notices, drift)
		}
	})
	t.Run("and a new one is as good", func(t *testing.T) {
		back, drift := planner.Undo(made(d.Changes), accountOf(kept().and(objects{"iam_user/alice": user("/", tags{}), aliceLogin: {}}).state(nil)))
		if diff := cmp.Diff([]string{"create " + aliceJoins}, ruledLines(back)); diff != "" || len(drift)+len(back.Notices) > 0 {
			t.Errorf("drift %v, notices %q (-want +got):\n%s", drift, back.Notices, diff)
		}
	})
}
