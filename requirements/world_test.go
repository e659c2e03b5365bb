package requirements_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"baseline/requirements"
	"baseline/resource"
)

// accountID is the account that the tests judge.
const accountID = "111122223333"

// day is the unit of most limits.
const day = 24 * time.Hour

// today is when the test accounts are judged; everything in them is so long ago.
var today = time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return today.Add(-d) }

// stamp is how facts tell a time.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func at(text string) resource.Address {
	a, err := resource.ParseAddress(text)
	if err != nil {
		panic(err)
	}
	return a
}

// never is the use of a credential that was not used.
const never = time.Duration(-1)

// used are the facts of a credential.
func used(created, last time.Duration) resource.Facts {
	facts := resource.Facts{resource.FactCreated: stamp(ago(created))}
	if last != never {
		facts[resource.FactUsed] = stamp(ago(last))
	}
	return facts
}

// testAccount is an account to be judged. What no list of the account shows lies in hidden until a look at it is taken.
type testAccount struct {
	requirements.World
	hidden resource.State
	// looks counts the looks that a judgement asked for.
	looks int
}

// newAccount returns an account without users, read by a role, with a report that is two hours old.
func newAccount() *testAccount {
	return &testAccount{
		World: requirements.World{
			Account: accountID,
			State:   resource.State{},
			Now:     today,
			Looked:  map[resource.Address]bool{},
			Evidence: &resource.Evidence{
				Caller: resource.Caller{ARN: "arn:aws:sts::" + accountID + ":assumed-role/ci/run", AccessKey: "ASIACALLER"},
				Users:  map[string]time.Time{},
				Roles:  map[string]resource.RoleUse{},
				Report: &resource.CredentialReport{At: ago(2 * time.Hour), Users: map[string]resource.ReportedUser{}},
			},
		},
		hidden: resource.State{},
	}
}

// put adds an object that every read of the account shows.
func (w *testAccount) put(address string, settings resource.Object, facts resource.Facts) *testAccount {
	w.State[at(address)] = resource.Resource{Settings: settings, Facts: facts}
	return w
}

// user adds a user who is 400 days old and has no credentials.
func (w *testAccount) user(name string) *testAccount {
	w.put("iam_user/"+name, resource.Object{"path": "/", "boundary": "", "tags": map[string]string{}}, resource.Facts{resource.FactID: "AIDA" + name})
	w.Evidence.Users[name] = ago(400 * day)
	w.row(name, func(row *resource.ReportedUser) { row.Created = ago(400 * day) })
	return w
}

// row changes what the report says of a user.
func (w *testAccount) row(name string, change func(*resource.ReportedUser)) *testAccount {
	row := w.Evidence.Report.Users[name]
	change(&row)
	w.Evidence.Report.Users[name] = row
	return w
}

// password gives a user a console password.
func (w *testAccount) password(name string, created, last time.Duration) *testAccount {
	w.hidden[at("iam_login_profile/"+name)] = resource.Resource{Settings: resource.Object{}, Facts: used(created, last)}
	return w.row(name, func(row *resource.ReportedUser) {
		row.Password, row.PasswordChanged = true, ago(created)
		if last != never {
			row.PasswordUsed = ago(last)
		}
	})
}

// device gives a user an MFA device.
func (w *testAccount) device(name string) *testAccount {
	w.hidden[at("iam_mfa_device/"+name+"/phone")] = resource.Resource{Settings: resource.Object{}}
	return w.row(name, func(row *resource.ReportedUser) { row.MFA = true })
}

// key gives a user an access key, whose status has not changed since it was created.
func (w *testAccount) key(name, id, status string, created, last time.Duration) *testAccount {
	w.hidden[at("iam_access_key/"+name+"/"+id)] = resource.Resource{
		Settings: resource.Object{"status": status}, Facts: used(created, last),
	}
	return w.row(name, func(row *resource.ReportedUser) {
		slot := &row.Keys[0]
		if !slot.Rotated.IsZero() {
			slot = &row.Keys[1]
		}
		*slot = resource.ReportedKey{Active: status == "Active", Rotated: ago(created)}
		if last != never {
			slot.Used = ago(last)
		}
	})
}

// member puts a user into a group.
func (w *testAccount) member(name, group string) *testAccount {
	return w.put("iam_membership/"+name+"/"+group, resource.Object{}, nil)
}

// judge judges the account, taking the looks that the judgement asks for as the program does.
func (w *testAccount) judge(t rapid.TB, rules resource.Requirements) *requirements.Judgement {
	t.Helper()
	for range 5 {
		j := requirements.Judge(requirements.Asked{Requirements: &rules}, w.World)
		if len(j.Look) == 0 {
			return j
		}
		for _, look := range j.Look {
			w.looks++
			w.Looked[look] = true
			for a, r := range w.hidden {
				if a.Kind == look.Kind && a.Parts(2)[0] == look.Name {
					w.State[a] = r
				}
			}
		}
	}
	t.Fatal("the judgement never has enough looks")
	return nil
}

// clone returns a copy that can be judged and changed on its own, but for its evidence.
func (w *testAccount) clone() *testAccount {
	other := *w
	other.State, other.hidden, other.Looked = maps.Clone(w.State), maps.Clone(w.hidden), maps.Clone(w.Looked)
	return &other
}

// summary writes a judgement's violations and fixes, one per line, for tables: rule and subject, "warns" for what is only
// to come, and behind an arrow what each fix does.
func summary(j *requirements.Judgement) []string {
	var lines []string
	for _, v := range j.Violations {
		line := v.Rule + " " + v.Subject.String()
		if v.Warning {
			line += " warns"
		}
		for _, f := range v.Fixes {
			line += " -> " + fixed(f)
		}
		lines = append(lines, line)
	}
	for _, f := range j.Fixes {
		lines = append(lines, "-> "+fixed(f))
	}
	return lines
}

func fixed(f requirements.Fix) string {
	if f.After == nil {
		return "delete " + f.Address.String()
	}
	return fmt.Sprintf("set %s %v", f.Address, map[string]any(f.After))
}

// seen returns what was seen of the only violation of a rule.
func seen(t rapid.TB, j *requirements.Judgement, rule string) string {
	t.Helper()
	i := slices.IndexFunc(j.Violations, func(v requirements.Violation) bool { return v.Rule == rule })
	if i < 0 {
		t.Fatalf("nobody breaks %s: %q", rule, summary(j))
	}
	return j.Violations[i].Seen
}
