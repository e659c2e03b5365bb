package spec

import (
	"reflect"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"baseline/resource"
	"baseline/trail"
)

const kindLogsGroup resource.Kind = "logs_group"

// trailLogs is the log group that events are delivered to as well: its name, none, or a map with more.
type trailLogs struct{ logTerms }

// logTerms is the long form of a log group.
type logTerms struct {
	Group     groupOfLogs   `json:"group" jsonschema:"The name of the log group, in the home Region of the trail. It is made when missing."`
	Retention *retention    `json:"retention,omitzero" jsonschema:"How long log events are kept, in days that CloudWatch Logs allows, as in 365d, or never for as long as there is a log group."`
	Role      *roleName     `json:"role,omitzero" jsonschema:"The role that CloudTrail delivers with: a role of this file, which is used as it is, or the name of one that is made for it. baseline-cloudtrail-NAME if left out."`
	KMS       *keyReference `json:"kms,omitzero" jsonschema:"The KMS key that log events are encrypted with: alias/NAME, the ARN of a key, or none."`
}

func (trailLogs) long() reflect.Type { return reflect.TypeFor[logTerms]() }

func (trailLogs) schema() *jsonschema.Schema { return groupOfLogs("").schema() }

func (l *trailLogs) decodeNode(d decoder, n *node, label string) bool {
	if n.shape != mapping {
		return d.expect(n, scalar, "the name of a log group, none, or a map", label) && d.value(n, reflect.ValueOf(&l.Group).Elem(), label)
	}
	d.structs(n, label, &l.logTerms)
	return d.must(n, label, "group", "name the log group") && l.Group != ""
}

// log declares the log group of the trail, and the role that CloudTrail delivers to it with.
func (t *oneTrail) log() {
	if t.entry.Logs == nil {
		return
	}
	l, n := t.entry.Logs.logTerms, t.node.at("logs")
	if l.Group == none && n.shape == scalar {
		t.object["log_group"], t.object["log_role"] = "", ""
		return
	}
	t.delivery.LogGroup = string(l.Group)
	settings := resource.Object{}
	if l.Retention != nil {
		settings["retention"] = int(*l.Retention)
	}
	if l.KMS != nil {
		settings["kms"] = l.KMS.setting()
		t.encryptLogs(*l.KMS, n.at("kms"))
	}
	t.share(resource.At(kindLogsGroup, t.region, t.delivery.LogGroup), settings, n)
	t.object["log_group"], t.object["log_role"] = t.delivery.LogGroup, t.deliverer(l, n)
}

// encryptLogs says what the log group needs of its key.
func (t *oneTrail) encryptLogs(k keyReference, n *node) {
	if m := keyARN.FindStringSubmatch(string(k)); m != nil && m[2] != t.region {
		t.problems.add(n.place(), "the key is in %s and the log group in %s: AWS wants them in one Region", m[2], t.region)
	}
	if k.alias() != "" {
		t.want(resource.At(kindKey, t.region, k.alias()), n, false, t.delivery.LogsKeyStatements(t.own)...)
	}
}

// roleOf begins the names of the roles that are made for trails.
const roleOf = "baseline-cloudtrail-"

// deliverer returns the ARN of the role that CloudTrail delivers with, and declares the role unless the file does so itself.
func (t *oneTrail) deliverer(l logTerms, n *node) string {
	name, at := roleOf+t.delivery.Name, n
	if l.Role != nil {
		name, at = string(*l.Role), n.at("role")
	}
	if other, ok := t.roleLike(name); ok {
		switch {
		case l.Role == nil:
			t.problems.add(n.place(), "the role %q, with which CloudTrail delivers to the log group, is declared under roles as well (%s): write role: %s here "+
				"to use it as it is, or take it out there", name, t.names[kindRole][other].key.place(), other)
		case other != name:
			t.problems.add(at.place(), "role %q differs from %q (%s) in case only, and AWS takes both for one",
				name, other, t.names[kindRole][other].key.place())
		case t.known(kindRole, name, at):
			return t.principalARN(kindRole, name)
		}
		return ""
	}
	if err := roleName(name).check(); err != nil {
		t.problems.add(at.place(), "the role with which CloudTrail delivers to the log group would be called %q: "+
			"give it a shorter name, of up to 64 characters, with role", name)
		return ""
	}
	role := resource.At(kindRole, name)
	t.share(role, resource.Object{
		"path": "/", "description": "Delivers what CloudTrail records to CloudWatch Logs", "max_session": 3600,
		"trust": resource.Document(trail.RoleTrust()),
	}, at)
	t.complete(role, kindAttachment)
	t.complete(role, kindInline)
	t.share(resource.At(kindInline, word(kindRole), name, t.delivery.Name), resource.Object{"document": resource.Document(t.delivery.RolePolicy())}, at)
	return t.arn(t.account, "role/"+name)
}

// roleLike returns the role of the file whose name is, but for case, the given one.
func (c *compiler) roleLike(name string) (string, bool) {
	if _, ok := c.names[kindRole][name]; ok {
		return name, true
	}
	for other := range c.names[kindRole] {
		if strings.EqualFold(other, name) {
			return other, true
		}
	}
	return "", false
}
