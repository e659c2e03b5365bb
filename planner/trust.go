package planner

import (
	"regexp"
	"strings"

	"baseline/policy"
	"baseline/resource"
)

// deadID is what IAM shows in a policy in place of a user or role that was deleted: the unique id it had. An object that is
// made again under the same name is not meant by it, and no document that holds one can be saved.
var deadID = regexp.MustCompile(`^(AIDA|AROA)[A-Z0-9]{12,}$`)

// trusting reports whether the documents of the object name principals.
func (w *work) trusting(a resource.Address) bool { return w.typeOf(a).Interim != nil }

// deadIn returns the dead ids that the trust of an object names.
func (w *work) deadIn(a resource.Address, o resource.Object) []string {
	if !w.trusting(a) {
		return nil
	}
	var dead []string
	for _, name := range o.Names() {
		text := string(o.Document(name))
		if !strings.Contains(text, `"AIDA`) && !strings.Contains(text, `"AROA`) {
			continue
		}
		policy.EditPrincipals(text, func(principal string) (string, bool) {
			if deadID.MatchString(principal) {
				dead = append(dead, principal)
			}
			return principal, true
		})
	}
	return dead
}

// withoutDead returns the object with its trust in the dead taken out, as AWS would not save it. A trust in nobody else becomes
// the interim form, which trusts nobody.
func (w *work) withoutDead(a resource.Address, o resource.Object) resource.Object {
	if len(w.deadIn(a, o)) == 0 {
		return o
	}
	alive := resource.Object{}
	for name, value := range o {
		text, ok := value.(resource.Document)
		if !ok {
			continue
		}
		left := policy.EditPrincipals(string(text), func(principal string) (string, bool) {
			return principal, !deadID.MatchString(principal)
		})
		if left == "" {
			alive[name] = w.typeOf(a).Interim(w.ID, o)[name]
			continue
		}
		alive[name] = resource.Document(left)
	}
	return o.With(alive)
}

// resolve gives every user and role of the account that a wanted trust names the path that it has or is to have: names are
// unique without it, so who is meant is plain, and AWS refuses any other path.
func (m *making) resolve(a resource.Address, wanted resource.Object) resource.Object {
	if !m.trusting(a) {
		return wanted
	}
	arns := map[string]string{}
	for _, need := range m.needs(a, wanted) {
		word, name, _ := strings.Cut(need.Plain(), "/")
		arns[word+"/"+name] = word + m.pathOf(need) + name
	}
	if len(arns) == 0 {
		return wanted
	}
	resolved := resource.Object{}
	for name, value := range wanted {
		text, ok := value.(resource.Document)
		if !ok {
			continue
		}
		resolved[name] = resource.Document(policy.EditPrincipals(string(text), func(principal string) (string, bool) {
			prefix, entity, ours := strings.Cut(principal, ":iam::"+m.ID+":")
			word, path, _ := strings.Cut(entity, "/")
			if right := arns[word+"/"+path[strings.LastIndexByte(path, '/')+1:]]; ours && right != "" {
				return prefix + ":iam::" + m.ID + ":" + right, true
			}
			return principal, true
		}))
	}
	return wanted.With(resolved)
}

// pathOf is the path that an object will have: the declared one, else the live one, else the one that new objects get.
func (m *making) pathOf(a resource.Address) string {
	for _, o := range []resource.Object{m.want.Objects[a], m.Live[a].Settings} {
		if o.Has("path") {
			return o.Text("path")
		}
	}
	return "/"
}
