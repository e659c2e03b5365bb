package sandbox

// roleDelivers says whether CloudTrail can take a trail's role on and write to a log stream with it.
func (c *call) roleDelivers(t *Trail, stream string) bool {
	r, ok := c.store.get(placeOf(roleKindName, baseName(t.LogRoleARN))).(*Role)
	if !ok || r.arn(c.account) != t.LogRoleARN || !c.settled(r) {
		return false
	}
	trust, err := parseTrust(c.showTrust(r.Trust))
	if err != nil || !trust.allows(cloudTrailPrincipal, "sts:AssumeRole", "", t.context()) {
		return false
	}
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		if !c.grantedBy(r.Grants).allows("", action, stream, nil) {
			return false
		}
		if r.Boundary != "" && !c.grantedBy(Grants{Attached: []string{r.Boundary}}).allows("", action, stream, nil) {
			return false
		}
	}
	return true
}

// grantedBy is one document of all the statements of a holder's policies, but for AWS's policies whose documents the sandbox
// does not hold.
func (c *call) grantedBy(g Grants) document {
	var texts []string
	for _, arn := range g.Attached {
		if p, ok := c.policyByARN(arn); ok {
			texts = append(texts, p.inForce())
		}
	}
	for _, p := range g.Inline {
		texts = append(texts, p.Document)
	}
	var all document
	for _, text := range texts {
		if d, err := parseDocument(text, anyVersion); err == nil {
			all.statements = append(all.statements, d.statements...)
		}
	}
	return all
}

// inForce is the document of a policy's default version.
func (p *Policy) inForce() string {
	for _, v := range p.Versions {
		if v.Number == p.Default {
			return v.Document
		}
	}
	return ""
}
