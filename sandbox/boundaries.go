package sandbox

// A bounded entity can have a permissions boundary: a user or a role.
type bounded interface {
	holder
	boundary() string
	withBoundary(arn string) bounded
}

// boundaryLink finds what a policy bounds.
func boundaryLink(policyARN string) string { return "bounded by " + policyARN }

func boundaryLinks(arn string) []string {
	if arn == "" {
		return nil
	}
	return []string{boundaryLink(arn)}
}

func boundaryOperations() []operation {
	var all []operation
	for _, h := range holderWords() {
		if h.word == "Group" {
			continue // groups have no boundary
		}
		put := func(c *call) (answer, error) { return putBoundary(c, h) }
		remove := func(c *call) (answer, error) { return deleteBoundary(c, h) }
		all = append(all,
			write("Put"+h.word+"PermissionsBoundary", put, h.name, need(boundaryARN)),
			write("Delete"+h.word+"PermissionsBoundary", remove, h.name),
		)
	}
	return all
}

// putBoundary sets or replaces.
func putBoundary(c *call, h holderWord) (answer, error) {
	owner, err := c.changeableBounded(h)
	if err != nil {
		return done, err
	}
	if err := c.checkBoundary(); err != nil {
		return done, err
	}
	c.put(owner.withBoundary(c.text("PermissionsBoundary")))
	return done, nil
}

func deleteBoundary(c *call, h holderWord) (answer, error) {
	owner, err := c.changeableBounded(h)
	if err != nil {
		return done, err
	}
	if owner.boundary() == "" {
		return done, noSuchEntity("%s %s does not have a permissions boundary.", h.word, nameOf(owner))
	}
	c.put(owner.withBoundary(""))
	return done, nil
}

func (c *call) changeableBounded(h holderWord) (bounded, error) {
	owner, err := c.changeable(h)
	if err != nil {
		return nil, err
	}
	b, ok := owner.(bounded)
	if !ok {
		return nil, refuse("InvalidInput", "A %s has no permissions boundary.", h.word)
	}
	return b, nil
}

// checkBoundary checks the PermissionsBoundary parameter, if it is given.
func (c *call) checkBoundary() error {
	arn := c.text("PermissionsBoundary")
	if arn == "" {
		return nil
	}
	if err := checkPolicyARN(arn); err != nil {
		return err
	}
	p, ok := c.policyByARN(arn)
	if !ok {
		return noSuchEntity("Scope ARN: %s does not exist or is not attachable.", arn)
	}
	if p.reserved() {
		return refuse("PolicyNotAttachable", "Cannot attach AWS reserved policy %s as a permissions boundary.", arn)
	}
	return nil
}

func writeBoundary(w *xmlWriter, arn string) {
	if arn == "" {
		return
	}
	w.in("PermissionsBoundary", func() {
		w.text("PermissionsBoundaryType", "Policy")
		w.text("PermissionsBoundaryArn", arn)
	})
}
