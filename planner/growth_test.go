package planner_test

import (
	"fmt"
	"maps"
	"testing"

	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// sizes are those of accounts at a quarter, a half and all of AWS's default quotas of 5,000 users, 1,000 roles and
// 1,500 policies. From one to the next the work doubles, and so should the time.
var sizes = []size{
	{users: 1250, roles: 250, policies: 375},
	{users: 2500, roles: 500, policies: 750},
	{users: 5000, roles: 1000, policies: 1500},
}

type size struct{ users, roles, policies int }

func (s size) String() string { return fmt.Sprintf("users=%d", s.users) }

// account is one of the size in which everything holds on to something: users are in two groups each, roles and users are
// bounded, attached to and trusted. Its first group holds every user, and its first policy bounds every role.
func (s size) account() resource.State {
	state := resource.State{}
	put := func(o resource.Object, kind resource.Kind, parts ...string) {
		state[resource.At(kind, parts...)] = resource.Resource{
			Settings: o, Facts: resource.Facts{resource.FactID: "X", resource.FactLooked: "yes"},
		}
	}
	tags := map[string]string{"team": "data", resource.MarkKey: accounts.Name}
	group := func(i int) string { return fmt.Sprintf("Group%04d", i) }
	policy := func(i int) string { return fmt.Sprintf("Policy%04d", i%s.policies) }
	groups := s.users / 25
	put(resource.Object{"path": "/"}, "iam_group", "Everybody")
	for i := range groups {
		put(resource.Object{"path": "/"}, "iam_group", group(i))
		put(resource.Object{}, "iam_policy_attachment", "group", group(i), policy(i))
	}
	for i := range s.policies {
		put(resource.Object{
			"path": "/", "description": "", "tags": tags,
			"document": resource.Document(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b%d/*"}]}`, i)),
		}, "iam_policy", policy(i))
	}
	for i := range s.users {
		name := fmt.Sprintf("user%05d", i)
		put(resource.Object{"path": "/", "boundary": "", "tags": tags}, "iam_user", name)
		put(resource.Object{}, "iam_membership", name, "Everybody")
		put(resource.Object{}, "iam_membership", name, group(i%groups))
	}
	for i := range s.roles {
		name := fmt.Sprintf("Role%04d", i)
		trust := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::%[1]s:user/user%05[2]d","arn:aws:iam::%[1]s:role/%[3]s"]},"Action":"sts:AssumeRole"}]}`,
			accounts.ID, i, name) // itself included, which takes an interim form
		put(resource.Object{
			"path": "/", "description": "", "max_session": 3600, "boundary": policy(0), "tags": tags, "trust": resource.Document(trust),
		}, "iam_role", name)
		put(resource.Object{}, "iam_policy_attachment", "role", name, policy(i))
		put(resource.Object{}, "iam_policy_attachment", "role", name, "aws:ReadOnlyAccess")
	}
	return state
}

// replaced is the account with every policy wanted under another path, which takes a replacement, and with it the going and
// coming of its attachments. The boundary stays, for it cannot go.
func replaced(state resource.State) resource.State {
	out := maps.Clone(state)
	for a, r := range out {
		if a.Kind == "iam_policy" && a.Name != "Policy0000" {
			out[a] = resource.Resource{Settings: r.Settings.With(resource.Object{"path": "/other/"}), Facts: r.Facts}
		}
	}
	return out
}

func BenchmarkMake(b *testing.B) {
	for _, s := range sizes {
		full := s.account()
		for _, bench := range []struct {
			name       string
			live, goal resource.State
		}{
			{"nothing", full, full},
			{"create", nil, full},
			{"delete", full, nil},
			{"replace", full, replaced(full)},
		} {
			b.Run(bench.name+"/"+s.String(), func(b *testing.B) {
				want, account := accounts.Wanting(bench.goal, bench.live), accountOf(bench.live)
				for b.Loop() {
					if draft := planner.Make(want, account); len(draft.Problems)+len(draft.Look) > 0 {
						b.Fatalf("problems %v, looks %v", draft.Problems, draft.Look)
					}
				}
			})
		}
	}
}

func BenchmarkUndo(b *testing.B) {
	for _, s := range sizes {
		full := s.account()
		for _, bench := range []struct {
			name     string
			from, to resource.State
			undone   bool // there is nothing left to undo
		}{
			{"nothing", nil, full, true},
			{"create", full, nil, false},
			{"delete", nil, full, false},
		} {
			b.Run(bench.name+"/"+s.String(), func(b *testing.B) {
				draft := planner.Make(accounts.Wanting(bench.to, bench.from), accountOf(bench.from))
				if len(draft.Problems)+len(draft.Look) > 0 {
					b.Fatalf("problems %v, looks %v", draft.Problems, draft.Look)
				}
				left := looked(bench.to)
				if bench.undone {
					left = bench.from
				}
				did, account := made(draft.Changes), accountOf(left)
				for b.Loop() {
					back, drift := planner.Undo(did, account)
					if len(drift)+len(back.Problems) > 0 || (len(back.Changes) == 0) != bench.undone {
						b.Fatalf("drift %v, problems %v, %d changes", drift, back.Problems, len(back.Changes))
					}
				}
			})
		}
	}
}
