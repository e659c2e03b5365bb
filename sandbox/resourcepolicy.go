package sandbox

// The policy of a resource, such as a key or a topic, says who may use it. Services other than IAM check such a policy
// less closely than IAM does its own: a Sid may be any text.

// parseResourcePolicy reads a resource's policy. The error says what is wrong with it, under IAM's code.
func parseResourcePolicy(text string) (document, error) {
	var d document
	tree, err := parseTree(text)
	if err != nil {
		return d, syntaxError()
	}
	root, ok := tree.(object)
	if !ok || !d.readRoot(root) {
		return d, syntaxError()
	}
	sids := map[string]bool{}
	for _, s := range d.statements {
		switch {
		case s.effect != "Allow" && s.effect != "Deny":
			return d, malformedPolicy("Effect must be Allow or Deny.")
		case s.principal == nil:
			return d, malformedPolicy("Policy statement must contain principals.")
		case len(s.actions) == 0:
			return d, malformedPolicy("Policy statement must contain actions.")
		case len(s.resources) == 0:
			return d, malformedPolicy("Policy statement must contain resources.")
		}
		for _, f := range s.condition {
			if !conditionOperator.MatchString(f.key) {
				return d, malformedPolicy("Invalid Condition type : %s.", f.key)
			}
		}
		if s.sid == nil || *s.sid == "" {
			continue
		}
		if sids[*s.sid] {
			return d, malformedPolicy("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[*s.sid] = true
	}
	return d, d.checkVendors()
}

// principalsExist says whether every principal of a policy is one that AWS knows.
func (c *call) principalsExist(d document) bool {
	for _, s := range d.statements {
		sorts, _ := s.principal.(object) // "*" is nobody in particular
		for _, sort := range sorts {
			values, _ := sort.value.([]string)
			for _, value := range values {
				if !c.principalExists(sort.key, value) {
					return false
				}
			}
		}
	}
	return true
}

// principalExists says whether AWS knows a principal of a sort, such as AWS or Service. Canonical users, who are accounts,
// are not looked up.
func (c *call) principalExists(sort, value string) bool {
	if sort == "CanonicalUser" {
		return canonicalIDs.MatchString(value)
	}
	_, ok := c.keepPrincipal(sort, value)
	return ok
}
