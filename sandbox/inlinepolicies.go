package sandbox

import "strings"

func inlinePolicyOperations() []operation {
	var all []operation
	for _, h := range holderWords() {
		put := func(c *call) (answer, error) { return putInlinePolicy(c, h) }
		get := func(c *call) (answer, error) { return getInlinePolicy(c, h) }
		listAll := func(c *call) (answer, error) { return listInlinePolicies(c, h) }
		remove := func(c *call) (answer, error) { return deleteInlinePolicy(c, h) }
		all = append(all,
			write("Put"+h.word+"Policy", put, h.name, policyName, policyDocument),
			read("Get"+h.word+"Policy", get, h.name, policyName),
			read("List"+h.word+"Policies", listAll, h.name, marker, maxItems),
			write("Delete"+h.word+"Policy", remove, h.name, policyName),
		)
	}
	return all
}

// putInlinePolicy creates or overwrites.
func putInlinePolicy(c *call, h holderWord) (answer, error) {
	owner, err := c.changeable(h)
	if err != nil {
		return done, err
	}
	document := c.text("PolicyDocument")
	if err := checkIdentityPolicy(document, anyVersion); err != nil {
		return done, err
	}
	grants := owner.grants().setInline(c.text("PolicyName"), document)
	if grants.inlineSize() > h.inlineSize {
		return done, refuse("LimitExceeded", "Maximum policy size of %d bytes exceeded for %s %s",
			h.inlineSize, strings.ToLower(h.word), c.text(h.name.name))
	}
	c.put(owner.withGrants(grants))
	return done, nil
}

// getInlinePolicy echoes the spelling that was asked for.
func getInlinePolicy(c *call, h holderWord) (answer, error) {
	owner, err := h.find(c)
	if err != nil {
		return done, err
	}
	name := c.text("PolicyName")
	at, found := owner.grants().inline(name)
	if !found {
		return done, noSuchInlinePolicy(h, name)
	}
	policy := owner.grants().Inline[at]
	ownerName := nameOf(owner)
	return respond(func(w *xmlWriter) {
		w.text(h.name.name, ownerName)
		w.text("PolicyName", name)
		w.document("PolicyDocument", policy.Document)
	})
}

func listInlinePolicies(c *call, h holderWord) (answer, error) {
	owner, err := h.find(c)
	if err != nil {
		return done, err
	}
	page, next, err := pageOf(c, c.question(h.name.name), owner.grants().Inline,
		func(p InlinePolicy) string { return strings.ToLower(p.Name) }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		w.open("PolicyNames")
		for _, p := range page {
			w.text("member", p.Name)
		}
		w.end("PolicyNames")
		w.more(next)
	})
}

func deleteInlinePolicy(c *call, h holderWord) (answer, error) {
	owner, err := c.changeable(h)
	if err != nil {
		return done, err
	}
	at, found := owner.grants().inline(c.text("PolicyName"))
	if !found {
		return done, noSuchInlinePolicy(h, c.text("PolicyName"))
	}
	c.put(owner.withGrants(owner.grants().deleteInline(at)))
	return done, nil
}

func noSuchInlinePolicy(h holderWord, name string) error {
	return noSuchEntity("The %s policy with name %s cannot be found.", strings.ToLower(h.word), name)
}

// changeable is the holder a call names, unless it belongs to AWS.
func (c *call) changeable(h holderWord) (holder, error) {
	owner, err := h.find(c)
	if err != nil {
		return nil, err
	}
	return owner, owner.protected()
}

// nameOf is a holder's name as it was first spelled.
func nameOf(h holder) string { return baseName(h.arn("")) }
