package spec

import "baseline/resource"

type accessKeyRule struct {
	MaxAge     *age        `json:"max_age,omitzero" jsonschema:"The age from which an active key is too old."`
	MaxActive  *int        `json:"max_active,omitzero" jsonschema:"How many active keys a user may have, 0 to 2."`
	Unused     *idleTime   `json:"unused,omitzero" jsonschema:"How long an active key may go without being used, at least 1d."`
	Ladder     *ladder     `json:"ladder,omitzero" jsonschema:"What is done about keys, by their age. Goes with max_age."`
	Exceptions []exception `json:"exceptions,omitzero" jsonschema:"Users whose keys the rule does not hold for."`
}

// ladder holds the ages of a key at which something is done about it.
type ladder struct {
	Warn       *age `json:"warn,omitzero" jsonschema:"The age from which a key is reported with the day on which it will be deactivated."`
	Deactivate *age `json:"deactivate" jsonschema:"The age from which a key is deactivated, not less than max_age."`
	Delete     *age `json:"delete,omitzero" jsonschema:"The age from which a deactivated key is deleted, more than deactivate."`
}

func (r *accessKeyRule) compile(c *compiler, n *node) *resource.AccessKeyRule {
	out := &resource.AccessKeyRule{
		MaxAge: length(r.MaxAge), MaxActive: r.MaxActive, Unused: length(r.Unused),
		Exceptions: c.exceptions("access_keys", r.Exceptions, n, kindUser),
	}
	if r.MaxActive != nil {
		c.between(n.at("max_active"), "max_active", *r.MaxActive, 0, 2)
	}
	_, aged := n.get("max_age")
	if _, laddered := n.get("ladder"); laddered && !aged {
		c.goesWith(n, "ladder", "max_age")
	} else {
		c.asks(n, "access_keys", "max_age", "max_active", "unused")
	}
	if r.Ladder != nil {
		r.Ladder.check(c, n.at("ladder"), r.MaxAge)
		out.Warn, out.Deactivate, out.Delete = length(r.Ladder.Warn), length(r.Ladder.Deactivate), length(r.Ladder.Delete)
	}
	return out
}

// check says which rungs are missing or out of order.
func (l *ladder) check(c *compiler, n *node, maxAge *age) {
	if !(decoder{c.problems}).must(n, "ladder", "deactivate", "a warning names the day of it, and a key is inactive for a while before it is deleted") {
		return
	}
	if l.Deactivate == nil {
		return
	}
	at := n.at("deactivate")
	if maxAge != nil && *l.Deactivate < *maxAge {
		c.problems.add(at.place(), "deactivate: %s is less than max_age: a key cannot be deactivated before it is too old", at.text)
	}
	if l.Warn != nil && *l.Warn > *l.Deactivate {
		c.problems.add(n.at("warn").place(), "warn: %s is more than deactivate (%s): a warning comes before it", n.at("warn").text, at.text)
	}
	if l.Delete != nil && *l.Delete <= *l.Deactivate {
		c.problems.add(n.at("delete").place(), "delete: %s is not more than deactivate (%s): a key is inactive for a while before it is deleted", n.at("delete").text, at.text)
	}
}
