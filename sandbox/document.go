package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A document is a policy document that was read. Single values and lists of one are the same here.
type document struct {
	version    string // "" when absent
	id         string
	statements []statement
}

type statement struct {
	sid        *string
	effect     string
	principal  any    // "*" or an object of lists; nil when absent
	principals string // Principal or NotPrincipal
	actions    []string
	actionWord string // Action or NotAction; "" when absent
	resources  []string
	resource   string // Resource or NotResource; "" when absent
	condition  object
}

// documentVersion says which versions of the policy language a document may be in.
type documentVersion int

const (
	anyVersion documentVersion = iota
	version2012
)

const (
	latestVersion = "2012-10-17"
	oldestVersion = "2008-10-17"
)

// IAM checks documents in stages and reports the first stage that fails. The stages here and their texts are
// those clients have met.

// checkIdentityPolicy checks a managed or inline policy.
func checkIdentityPolicy(text string, versions documentVersion) error {
	d, err := parseDocument(text, versions)
	if err != nil {
		return err
	}
	for _, s := range d.statements {
		if s.principal != nil {
			return malformedPolicy("Policy document should not specify a principal.")
		}
	}
	if err := d.checkResources(); err != nil {
		return err
	}
	if err := d.checkVendors(); err != nil {
		return err
	}
	for _, s := range d.statements {
		if len(s.resources) == 0 {
			return malformedPolicy("Policy statement must contain resources.")
		}
	}
	return nil
}

// parseTrust reads and checks a trust policy, but for its principals.
func parseTrust(text string) (document, error) {
	d, err := parseDocument(text, anyVersion)
	if err != nil {
		return d, err
	}
	for _, s := range d.statements {
		if s.resource != "" {
			return d, malformedPolicy("Has prohibited field Resource")
		}
		if s.principal == nil {
			return d, malformedPolicy("Missing required field Principal")
		}
	}
	if err := d.checkVendors(); err != nil {
		return d, err
	}
	for _, s := range d.statements {
		for _, action := range s.actions {
			if !trustAction.MatchString(action) {
				return d, malformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.")
			}
		}
	}
	return d, nil
}

// trustAction is what a trust policy may speak of. The vendor is compared without case, as in every policy.
var trustAction = regexp.MustCompile(`(?i)^(\*|sts:(\*|assume[a-z*?]*|tagsession|setsourceidentity|setcontext|tag\*|set\*))$`)

// parseDocument runs the stages that all documents share: JSON grammar, version, legacy parse, unique Sids, actions.
func parseDocument(text string, versions documentVersion) (document, error) {
	var d document
	tree, err := parseTree(text)
	if err != nil {
		return d, syntaxError()
	}
	root, ok := tree.(object)
	if !ok || !d.readRoot(root) {
		return d, syntaxError()
	}
	if versions == version2012 && d.version != latestVersion {
		return d, malformedPolicy("Policy document must be version 2012-10-17 or greater.")
	}
	sids := map[string]bool{}
	for _, s := range d.statements {
		if s.effect != "Allow" && s.effect != "Deny" {
			return d, malformedPolicy("The policy failed legacy parsing")
		}
		for _, f := range s.condition {
			if !conditionOperator.MatchString(f.key) {
				return d, malformedPolicy("Invalid Condition type : %s.", f.key)
			}
		}
	}
	for _, s := range d.statements {
		if s.sid == nil || *s.sid == "" {
			continue
		}
		if !sidRule.MatchString(*s.sid) {
			return d, malformedPolicy("Statement IDs (SID) must be alpha-numeric. " +
				"Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
		if sids[*s.sid] {
			return d, malformedPolicy("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[*s.sid] = true
	}
	for _, s := range d.statements {
		if len(s.actions) == 0 {
			return d, malformedPolicy("Policy statement must contain actions.")
		}
	}
	return d, nil
}

func syntaxError() error { return malformedPolicy("Syntax errors in policy.") }

var (
	sidRule           = regexp.MustCompile(`^[0-9A-Za-z]*$`)
	conditionOperator = regexp.MustCompile(`(?i)^(forallvalues:|foranyvalue:)?` +
		`(null|(string(not)?(equals|equalsignorecase|like)|numeric(not)?equals|numeric(less|greater)than(equals)?|` +
		`date(not)?equals|date(less|greater)than(equals)?|bool|binaryequals|(not)?ipaddress|arn(not)?(equals|like))(ifexists)?)$`)
	actionRule = regexp.MustCompile(`^([a-zA-Z0-9-]+:[a-zA-Z0-9*?]*|\*)$`)
)

func (d *document) readRoot(root object) bool {
	for _, f := range root {
		switch f.key {
		case "Version":
			version, ok := f.value.(string)
			if !ok || (version != latestVersion && version != oldestVersion) {
				return false
			}
			d.version = version
		case "Id":
			id, ok := f.value.(string)
			if !ok {
				return false
			}
			d.id = id
		case "Statement":
			for _, item := range asList(f.value) {
				fields, ok := item.(object)
				if !ok {
					return false
				}
				var s statement
				if !s.read(fields) {
					return false
				}
				d.statements = append(d.statements, s)
			}
		default:
			return false
		}
	}
	return len(d.statements) > 0
}

func (s *statement) read(fields object) bool {
	for _, f := range fields {
		var ok bool
		switch f.key {
		case "Sid":
			var sid string
			if sid, ok = f.value.(string); ok {
				s.sid = &sid
			}
		case "Effect":
			s.effect, ok = f.value.(string)
		case "Principal", "NotPrincipal":
			s.principal, ok = readPrincipal(f.value)
			ok = ok && s.principals == ""
			s.principals = f.key
		case "Action", "NotAction":
			ok = s.actionWord == ""
			s.actionWord = f.key
			if ok {
				s.actions, ok = asStrings(f.value)
			}
		case "Resource", "NotResource":
			ok = s.resource == ""
			s.resource = f.key
			if ok {
				s.resources, ok = asStrings(f.value)
			}
		case "Condition":
			s.condition, ok = readCondition(f.value)
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	return s.effect != ""
}

func asList(value any) []any {
	if items, ok := value.([]any); ok {
		return items
	}
	return []any{value}
}

func asStrings(value any) ([]string, bool) {
	texts := []string{}
	for _, item := range asList(value) {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, true
}

// readPrincipal makes a principal "*" or an object of lists of strings.
func readPrincipal(value any) (any, bool) {
	if value == "*" {
		return value, true
	}
	fields, ok := value.(object)
	if !ok || len(fields) == 0 {
		return nil, false
	}
	out := object{}
	for _, f := range fields {
		if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, f.key) {
			return nil, false
		}
		texts, ok := asStrings(f.value)
		if !ok || len(texts) == 0 {
			return nil, false
		}
		out = append(out, field{f.key, texts})
	}
	return out, true
}

// readCondition makes a condition an object of objects of lists of strings: true and 1 are "true" and "1".
func readCondition(value any) (object, bool) {
	operators, ok := value.(object)
	if !ok {
		return nil, false
	}
	out := object{}
	for _, operator := range operators {
		keys, ok := operator.value.(object)
		if !ok {
			return nil, false
		}
		read := object{}
		for _, key := range keys {
			var texts []string
			for _, item := range asList(key.value) {
				switch v := item.(type) {
				case string:
					texts = append(texts, v)
				case bool, json.Number:
					texts = append(texts, fmt.Sprint(v))
				default:
					return nil, false
				}
			}
			read = append(read, field{key.key, texts})
		}
		out = append(out, field{operator.key, read})
	}
	return out, true
}

// checkResources refuses resources that are no ARN. The last offender is named.
func (d document) checkResources() error {
	offender, found := "", false
	for _, s := range d.statements {
		for _, r := range s.resources {
			if r != "*" && !isARNPattern(r) {
				offender, found = r, true
			}
		}
	}
	if found {
		return malformedPolicy(`Resource %s must be in ARN format or "*".`, offender)
	}
	return nil
}

// isARNPattern accepts six parts, or fewer when a wildcard at the end stands for the rest.
func isARNPattern(r string) bool {
	return strings.HasPrefix(r, "arn:") && (strings.Count(r, ":") >= 5 || strings.HasSuffix(r, "*"))
}

func (d document) checkVendors() error {
	for _, s := range d.statements {
		for _, action := range s.actions {
			if !actionRule.MatchString(action) {
				return malformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
			}
		}
		for _, operator := range s.condition {
			keys, _ := operator.value.(object)
			for _, key := range keys {
				if !strings.Contains(key.key, ":") {
					return malformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
				}
			}
		}
	}
	return nil
}
