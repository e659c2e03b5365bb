package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A parameter says what values an operation's parameter may have. The limits are those of AWS's own model of the API.
type parameter struct {
	name     string
	required bool
	form     parameterForm
	// low and high bound the length of a text in characters or the value of a number; high 0 is no bound.
	low, high int
	pattern   *regexp.Regexp
	values    []string
}

type parameterForm int

const (
	textForm parameterForm = iota
	numberForm
	flagForm
	tagsForm
	tagKeysForm
	valuesForm
)

// need makes a parameter required.
func need(p parameter) parameter {
	p.required = true
	return p
}

// named gives a parameter another name.
func named(name string, p parameter) parameter {
	p.name = name
	return p
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

const namePattern = `[\w+=,.@-]+`

var (
	nameRule       = whole(namePattern)
	pathRule       = whole(`/|/[\x21-\x7E]+/`)
	policyPathRule = whole(`((/[A-Za-z0-9.,+@=_-]+)*)/`)
	wordRule       = whole(`\w+`)
	latinRule      = whole(`[\x09\x0A\x0D\x20-\x{FF}]+`)
)

// The parameters operations share.
var (
	newUserName    = parameter{name: "UserName", required: true, low: 1, high: 64, pattern: nameRule}
	userName       = parameter{name: "UserName", low: 1, high: 128, pattern: nameRule}
	groupName      = parameter{name: "GroupName", required: true, low: 1, high: 128, pattern: nameRule}
	roleName       = parameter{name: "RoleName", required: true, low: 1, high: 64, pattern: nameRule}
	policyName     = parameter{name: "PolicyName", required: true, low: 1, high: 128, pattern: nameRule}
	entityPath     = parameter{name: "Path", low: 1, high: 512, pattern: pathRule}
	policyPath     = parameter{name: "Path", low: 1, high: 512, pattern: policyPathRule}
	pathPrefix     = parameter{name: "PathPrefix", low: 1, high: 512, pattern: whole(`/[\x21-\x7F]*`)}
	policyPrefix   = parameter{name: "PathPrefix", low: 1, high: 512, pattern: whole(`/[A-Za-z0-9.,+@=_/-]*`)}
	policyARN      = parameter{name: "PolicyArn", required: true, low: 20, high: 2048}
	boundaryARN    = parameter{name: "PermissionsBoundary", low: 20, high: 2048}
	policyDocument = parameter{name: "PolicyDocument", required: true, low: 1, high: 131072, pattern: latinRule}
	versionID      = parameter{name: "VersionId", required: true, pattern: whole(`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`)}
	description    = parameter{name: "Description", high: 1000, pattern: whole(`[\x09\x0A\x0D\x20-\x7E\x{A1}-\x{FF}]*`)}
	maxSession     = parameter{name: "MaxSessionDuration", form: numberForm, low: 3600, high: 43200}
	marker         = parameter{name: "Marker", low: 1, high: 320, pattern: whole(`[\x20-\x{FF}]+`)}
	maxItems       = parameter{name: "MaxItems", form: numberForm, low: 1, high: 1000}
	tagList        = parameter{name: "Tags", form: tagsForm}
	tagKeyList     = parameter{name: "TagKeys", form: tagKeysForm}
	keyStatus      = parameter{name: "Status", required: true, values: []string{"Active", "Inactive", "Expired"}}
)

var (
	tagKeyRule   = parameter{low: 1, high: 128, pattern: whole(`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`)}
	tagValueRule = parameter{high: 256, pattern: whole(`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`)}
)

// check refuses a call whose parameters break the model, naming every breach at once as AWS does.
func (c *call) check(parameters []parameter) error {
	var breaches []string
	for _, p := range parameters {
		breaches = append(breaches, p.breaches(c)...)
	}
	switch len(breaches) {
	case 0:
		return nil
	case 1:
		return refuse("ValidationError", "1 validation error detected: %s", breaches[0])
	default:
		return refuse("ValidationError", "%d validation errors detected: %s", len(breaches), strings.Join(breaches, "; "))
	}
}

func (p parameter) breaches(c *call) []string {
	field := fieldName(p.name)
	switch p.form {
	case tagsForm:
		var all []string
		for n := 1; ; n++ {
			key := fmt.Sprintf("Tags.member.%d.", n)
			if !c.given(key+"Key") && !c.given(key+"Value") {
				return all
			}
			at := fmt.Sprintf("tags.%d.member.", n)
			all = append(all, tagKeyRule.breach(at+"key", c.text(key+"Key"))...)
			all = append(all, tagValueRule.breach(at+"value", c.text(key+"Value"))...)
		}
	case tagKeysForm:
		var all []string
		for n, key := range c.members(p.name) {
			all = append(all, tagKeyRule.breach(fmt.Sprintf("%s.%d.member", field, n+1), key)...)
		}
		return all
	case valuesForm:
		var all []string
		for n, value := range c.members(p.name) {
			all = append(all, p.breach(fmt.Sprintf("%s.%d.member", field, n+1), value)...)
		}
		return all
	case textForm, numberForm, flagForm:
	}
	if !c.given(p.name) {
		if p.required {
			return []string{fmt.Sprintf("Value at '%s' failed to satisfy constraint: Member must not be null", field)}
		}
		return nil
	}
	return p.breach(field, c.text(p.name))
}

func (p parameter) breach(field, value string) []string {
	var rule string
	length := utf8.RuneCountInString(value)
	switch {
	case p.form == numberForm:
		rule = p.numberBreach(value)
	case p.form == flagForm:
		if value != "true" && value != "false" {
			rule = "Member must be a boolean"
		}
	case p.values != nil:
		if !slices.Contains(p.values, value) {
			rule = "Member must satisfy enum value set: [" + strings.Join(p.values, ", ") + "]"
		}
	case length < p.low:
		rule = fmt.Sprintf("Member must have length greater than or equal to %d", p.low)
	case p.high > 0 && length > p.high:
		rule = fmt.Sprintf("Member must have length less than or equal to %d", p.high)
	case p.pattern != nil && !p.pattern.MatchString(value):
		pattern := strings.TrimSuffix(strings.TrimPrefix(p.pattern.String(), "^(?:"), ")$")
		rule = "Member must satisfy regular expression pattern: " + pattern
	}
	if rule == "" {
		return nil
	}
	return []string{fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: %s", value, field, rule)}
}

func (p parameter) numberBreach(value string) string {
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		return "Member must be a number"
	case n < p.low:
		return fmt.Sprintf("Member must have value greater than or equal to %d", p.low)
	case p.high > 0 && n > p.high:
		return fmt.Sprintf("Member must have value less than or equal to %d", p.high)
	}
	return ""
}

// fieldName is a parameter's name as validation messages spell it: userName for UserName.
func fieldName(name string) string { return strings.ToLower(name[:1]) + name[1:] }
