// Package accounts draws random accounts for property tests.
package accounts

import (
	"fmt"
	"maps"

	"pgregory.net/rapid"

	"baseline/kinds"
	"baseline/resource"
)

// ID is the account that all are drawn for, and Name the baseline that all are wanted by.
const (
	ID   = "111122223333"
	Name = "b"
)

// World draws accounts: a few policies, groups, users, roles and instance profiles, with everything between them, and perhaps a trail
// with what it stands on.
type World struct {
	T *rapid.T
}

func (w World) some(prefix, label string) []string {
	n := rapid.IntRange(0, 3).Draw(w.T, label)
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("%s%d", prefix, i))
	}
	return names
}

func (w World) coin(label string) bool { return rapid.Bool().Draw(w.T, label) }

func (w World) path() string { return rapid.SampledFrom([]string{"/", "/team/"}).Draw(w.T, "path") }

func (w World) document(label string) resource.Document {
	action := rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "rds-db:connect"}).Draw(w.T, label)
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`)
}

func trust(principals ...string) resource.Document {
	text := ""
	for i, p := range principals {
		if i > 0 {
			text += ","
		}
		text += `"arn:aws:iam::` + ID + `:` + p + `"`
	}
	return resource.Document(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":[` + text + `]},"Action":"sts:AssumeRole"}]}`)
}

// Account draws a state in which every reference holds.
func (w World) Account() resource.State {
	state := resource.State{}
	put := func(o resource.Object, kind resource.Kind, parts ...string) {
		state[resource.At(kind, parts...)] = resource.Resource{Settings: o, Facts: resource.Facts{"id": "X"}}
	}
	policies, groups, users, roles := w.some("P", "policies"), w.some("G", "groups"), w.some("U", "users"), w.some("R", "roles")
	profiles := w.some("I", "instance profiles")
	tags := func() map[string]string {
		m := map[string]string{}
		if w.coin("tagged") {
			m["team"] = rapid.SampledFrom([]string{"data", "ops"}).Draw(w.T, "team")
		}
		return m
	}
	boundary := func() string {
		if len(policies) > 0 && w.coin("bounded") {
			return rapid.SampledFrom(policies).Draw(w.T, "boundary")
		}
		return ""
	}
	for _, p := range policies {
		put(resource.Object{"path": w.path(), "description": "", "document": w.document("document"), "tags": tags()}, "iam_policy", p)
	}
	for _, g := range groups {
		put(resource.Object{"path": w.path()}, "iam_group", g)
	}
	paths := map[string]string{}
	for _, u := range users {
		paths["user/"+u] = "/"
		put(resource.Object{"path": "/", "boundary": boundary(), "tags": tags()}, "iam_user", u)
	}
	for _, r := range roles {
		paths["role/"+r] = w.path()
	}
	for _, r := range roles {
		principals := []string{"root"}
		for _, other := range append(append([]string{}, users...), roles...) {
			kind := "user/"
			if other[0] == 'R' {
				kind = "role/"
			}
			if rapid.IntRange(0, 3).Draw(w.T, "trusts") == 0 {
				principals = append(principals, kind+paths[kind+other][1:]+other)
			}
		}
		put(resource.Object{
			"path": paths["role/"+r], "description": "", "max_session": 3600, "boundary": boundary(), "tags": tags(), "trust": trust(principals...),
		}, "iam_role", r)
	}
	w.parts(put, policies, "group", groups)
	w.parts(put, policies, "user", users)
	w.parts(put, policies, "role", roles)
	for _, u := range users {
		for _, g := range groups {
			if w.coin("member") {
				put(resource.Object{}, "iam_membership", u, g)
			}
		}
	}
	for _, i := range profiles {
		put(resource.Object{"path": w.path(), "tags": tags()}, "iam_instance_profile", i)
		if len(roles) > 0 && w.coin("holds a role") {
			put(resource.Object{}, "iam_instance_profile_role", i, rapid.SampledFrom(roles).Draw(w.T, "role"))
		}
	}
	w.trail(put)
	return state
}

func (w World) parts(put func(resource.Object, resource.Kind, ...string), policies []string, holder string, names []string) {
	for _, name := range names {
		for _, p := range append([]string{"aws:ReadOnlyAccess"}, policies...) {
			if w.coin("attached") {
				put(resource.Object{}, "iam_policy_attachment", holder, name, p)
			}
		}
		if w.coin("inline") {
			put(resource.Object{"document": w.document("inline")}, "iam_inline_policy", holder, name, "extra")
		}
	}
}

// Wanting turns a state into a file that declares all of it, with every list complete, and declares absent what else is in live.
func Wanting(state, live resource.State) *resource.Want {
	types := typesByKind()
	want := &resource.Want{Name: Name, Extra: Extra(), Objects: map[resource.Address]resource.Object{}, Complete: map[resource.Address][]resource.Kind{}}
	for a, r := range state {
		want.Objects[a] = r.Settings
		want.Complete[a] = []resource.Kind{"iam_membership", "iam_policy_attachment", "iam_inline_policy", "iam_instance_profile_role"}
	}
	for a := range live {
		if _, kept := state[a]; !kept && !types[a.Kind].Part {
			want.Absent = append(want.Absent, a)
		}
	}
	return want
}

// Marked is the state that a want leads to: what had to be created bears the mark.
func Marked(want, live resource.State) resource.State {
	types := typesByKind()
	out := resource.State{}
	for a, r := range want {
		if _, was := live[a]; !was && types[a.Kind].Tags != "" {
			tags := map[string]string{resource.MarkKey: Name}
			maps.Copy(tags, r.Settings.Map("tags"))
			r = resource.Resource{Settings: r.Settings.With(resource.Object{"tags": tags})}
		}
		out[a] = r
	}
	return out
}

func typesByKind() map[resource.Kind]resource.Type {
	types := map[resource.Kind]resource.Type{}
	for _, t := range kinds.Types() {
		types[t.Kind] = t
	}
	return types
}
