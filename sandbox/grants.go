package sandbox

import (
	"slices"
	"strings"
)

// Grants are the policies of a user, group or role.
type Grants struct {
	// Attached are the ARNs of the managed policies, in the order of their names.
	Attached []string `json:"attached,omitempty"`
	// Inline are the inline policies in the order of their names.
	Inline []InlinePolicy `json:"inline,omitempty"`
}

// An InlinePolicy is a policy that belongs to one user, group or role. The text is kept as it was sent.
type InlinePolicy struct {
	Name     string `json:"name"`
	Document string `json:"document"`
}

// A holder is what can hold policies: a user, a group or a role.
type holder interface {
	entity
	arn(account string) string
	grants() Grants
	withGrants(g Grants) holder
	// protected is the refusal to change an entity that belongs to AWS, or nil.
	protected() error
}

// A holderWord tells the three kinds of holders apart where operations differ only in that: AttachUserPolicy,
// AttachGroupPolicy, AttachRolePolicy.
type holderWord struct {
	word       string // as in names of operations
	name       parameter
	inlineSize int
	find       func(c *call) (holder, error)
}

func holderWords() []holderWord {
	return []holderWord{
		{"User", need(userName), quotaUserInlineSize, func(c *call) (holder, error) { return asHolder(c.user()) }},
		{"Group", groupName, quotaGroupInlineSize, func(c *call) (holder, error) { return asHolder(c.group()) }},
		{"Role", roleName, quotaRoleInlineSize, func(c *call) (holder, error) { return asHolder(c.role()) }},
	}
}

// asHolder keeps a nil pointer from becoming a holder that is not nil.
func asHolder[T holder](h T, err error) (holder, error) {
	if err != nil {
		return nil, err
	}
	return h, nil
}

// attachedLink finds the holders of a managed policy.
func attachedLink(policyARN string) string { return "attached " + policyARN }

func (g Grants) links() []string {
	links := make([]string, 0, len(g.Attached)+2)
	for _, arn := range g.Attached {
		links = append(links, attachedLink(arn))
	}
	return links
}

// checkNone refuses to delete a holder that has policies.
func (g Grants) checkNone() error {
	if len(g.Attached) > 0 {
		return deleteConflict("must detach all policies first.")
	}
	if len(g.Inline) > 0 {
		return deleteConflict("must delete policies first.")
	}
	return nil
}

// attach returns the grants with one more managed policy.
func (g Grants) attach(arn string) Grants {
	g.Attached = append(slices.Clone(g.Attached), arn)
	slices.SortFunc(g.Attached, func(a, b string) int { return strings.Compare(attachmentKey(a), attachmentKey(b)) })
	return g
}

func (g Grants) detach(arn string) Grants {
	g.Attached = slices.DeleteFunc(slices.Clone(g.Attached), func(a string) bool { return a == arn })
	return g
}

// attachmentKey orders attachments by name; two policies of one name differ in who owns them.
func attachmentKey(arn string) string { return strings.ToLower(baseName(arn)) + " " + arn }

// baseName is what stands behind the last slash of an ARN.
func baseName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// inline returns where an inline policy is, or would be; names are compared without regard to case.
func (g Grants) inline(name string) (at int, found bool) {
	return slices.BinarySearchFunc(g.Inline, strings.ToLower(name), func(p InlinePolicy, name string) int {
		return strings.Compare(strings.ToLower(p.Name), name)
	})
}

// setInline returns the grants with an inline policy put. A name that exists in another spelling keeps its spelling.
func (g Grants) setInline(name, document string) Grants {
	at, found := g.inline(name)
	g.Inline = slices.Clone(g.Inline)
	if found {
		g.Inline[at].Document = document
	} else {
		g.Inline = slices.Insert(g.Inline, at, InlinePolicy{Name: name, Document: document})
	}
	return g
}

func (g Grants) deleteInline(at int) Grants {
	g.Inline = slices.Delete(slices.Clone(g.Inline), at, at+1)
	return g
}

// inlineSize is the size of all inline policies as AWS counts it.
func (g Grants) inlineSize() int {
	total := 0
	for _, p := range g.Inline {
		total += documentSize(p.Document)
	}
	return total
}
