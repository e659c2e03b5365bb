package spec

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
)

// The names, paths and texts that AWS accepts, as types: the decoder checks them, and the schema shows their patterns.
// The rules are those of the IAM model (botocore, iam/2010-05-08), with what AWS was seen to refuse beyond it.
type (
	userName    string
	groupName   string
	roleName    string
	policyName  string
	inlineName  string
	entityPath  string
	policyPath  string
	description string
)

var namePattern = regexp.MustCompile(`^[\w+=,.@-]+$`)

// checkName checks the name of an entity. The lengths are those of creating one, which are shorter than those of looking one up.
func checkName(what, name string, longest int) error {
	if !namePattern.MatchString(name) || len(name) > longest {
		return fmt.Errorf("%s name %q: AWS allows 1 to %d letters, digits and _+=,.@-", what, name, longest)
	}
	return nil
}

func nameSchema(longest int) *jsonschema.Schema {
	// A name may hold variables, which have a pattern of their own; what it becomes is checked when the file is read.
	return &jsonschema.Schema{Type: "string", MinLength: new(1), Pattern: `^([\w+=,.@-]|\$\{[^}]*\})+$`, MaxLength: new(longest)}
}

func (n userName) check() error   { return checkName("user", string(n), 64) }
func (n groupName) check() error  { return checkName("group", string(n), 128) }
func (n roleName) check() error   { return checkName("role", string(n), 64) }
func (n policyName) check() error { return checkName("policy", string(n), 128) }
func (n inlineName) check() error { return checkName("inline policy", string(n), 128) }

func (userName) schema() *jsonschema.Schema   { return nameSchema(64) }
func (groupName) schema() *jsonschema.Schema  { return nameSchema(128) }
func (roleName) schema() *jsonschema.Schema   { return nameSchema(64) }
func (policyName) schema() *jsonschema.Schema { return nameSchema(128) }
func (inlineName) schema() *jsonschema.Schema { return nameSchema(128) }

// maxPath is the longest path.
const maxPath = 512

var (
	entityPathPattern = regexp.MustCompile(`^/([\x21-\x7E]+/)?$`)
	policyPathPattern = regexp.MustCompile(`^((/[A-Za-z0-9.,+@=_-]+)*)/$`)
)

func (p entityPath) check() error {
	// "//" matches the pattern of the model, but AWS refuses it.
	if !entityPathPattern.MatchString(string(p)) || p == "//" || len(p) > maxPath {
		return fmt.Errorf("path %q: AWS wants / or a path such as /team/ that begins and ends with a slash, up to %d characters without spaces", string(p), maxPath)
	}
	return checkReserved(string(p))
}

func (p policyPath) check() error {
	if !policyPathPattern.MatchString(string(p)) || len(p) > maxPath {
		return fmt.Errorf("path %q: AWS wants / or a path such as /team/ that begins and ends with a slash, up to %d letters, digits and .,+@=_-", string(p), maxPath)
	}
	return checkReserved(string(p))
}

// checkReserved refuses the paths under which AWS keeps service-linked roles and those of IAM Identity Center.
func checkReserved(path string) error {
	for _, reserved := range []string{"/aws-service-role/", "/aws-reserved/"} {
		if strings.HasPrefix(path, reserved) {
			return fmt.Errorf("path %q: AWS keeps %s for its own", path, reserved)
		}
	}
	return nil
}

func (entityPath) schema() *jsonschema.Schema { return pathSchema() }
func (policyPath) schema() *jsonschema.Schema { return pathSchema() }

func pathSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^(/(.*/)?|.*\$\{.*)$`, MaxLength: new(maxPath)}
}

// maxDescription is the longest description, in characters.
const maxDescription = 1000

var descriptionPattern = regexp.MustCompile(`^[\t\n\r\x20-\x7E\x{A1}-\x{FF}]*$`)

func (d description) check() error {
	switch {
	case !descriptionPattern.MatchString(string(d)):
		return fmt.Errorf("description: AWS allows only the characters of Latin-1, found %q", foreign(string(d)))
	case utf8.RuneCountInString(string(d)) > maxDescription:
		return fmt.Errorf("description: AWS allows %d characters, found %d", maxDescription, utf8.RuneCountInString(string(d)))
	}
	return nil
}

// foreign returns the first character that a description may not have.
func foreign(text string) string {
	for _, r := range text {
		if !descriptionPattern.MatchString(string(r)) {
			return string(r)
		}
	}
	return ""
}

func (description) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", MaxLength: new(maxDescription)}
}
