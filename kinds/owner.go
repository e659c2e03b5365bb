package kinds

import (
	"maps"
	"slices"
	"strings"

	"baseline/resource"
)

// owner names the service or tool that an object belongs to, "" for nobody known. Such objects are reported and never
// changed: their owner would change them back, or break.
func owner(name, path string, tags map[string]string) string {
	if who := ownerByName(name, path); who != "" {
		return who
	}
	return ownerByTags(tags)
}

func ownerByName(name, path string) string {
	switch {
	case strings.HasPrefix(path, "/aws-reserved/"), strings.HasPrefix(name, "AWSReservedSSO_"):
		return "IAM Identity Center"
	case strings.HasPrefix(path, "/aws-service-role/"), strings.HasPrefix(name, "AWSServiceRole"):
		return "AWS service"
	case name == "OrganizationAccountAccessRole":
		return "AWS Organizations"
	case name == "AWSControlTowerExecution", strings.HasPrefix(name, "aws-controltower-"):
		return "AWS Control Tower"
	case strings.HasPrefix(name, "stacksets-exec-"):
		return "CloudFormation StackSets"
	}
	return ""
}

// toolMarks are what the values of a managed-by tag say of tools that keep a state of their own.
var toolMarks = []struct{ mark, tool string }{
	{"terraform", "Terraform"}, {"pulumi", "Pulumi"}, {"cloudformation", "CloudFormation"},
}

func ownerByTags(tags map[string]string) string {
	if stack, ok := tags["aws:cloudformation:stack-name"]; ok {
		return "CloudFormation stack " + stack
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		folded, value := strings.ToLower(key), strings.ToLower(tags[key])
		switch {
		case strings.HasPrefix(folded, "aws:cloudformation:"):
			return "CloudFormation"
		case strings.HasPrefix(folded, "aws:"):
			// Only AWS can set such a tag, and does so on what one of its services made.
			return "AWS service"
		case folded == "managed-by" || folded == "managedby":
			for _, known := range toolMarks {
				if strings.Contains(value, known.mark) {
					return known.tool
				}
			}
		}
	}
	return ""
}

// ownedBy returns the facts of an object that has none of its own but may share its owner's owner; nil when nobody owns it.
func ownedBy(who string) resource.Facts {
	if who == "" {
		return nil
	}
	return resource.Facts{resource.FactOwner: who}
}

// identified returns the facts of an object with an id.
func identified(id *string, who string) resource.Facts {
	facts := resource.Facts{}
	if id != nil && *id != "" {
		facts[resource.FactID] = *id
	}
	if who != "" {
		facts[resource.FactOwner] = who
	}
	return facts
}

// withOwner returns a copy of facts that names the owner, if there is one.
func withOwner(facts resource.Facts, who string) resource.Facts {
	if who == "" {
		return facts
	}
	facts = maps.Clone(facts)
	if facts == nil {
		facts = resource.Facts{}
	}
	facts[resource.FactOwner] = who
	return facts
}
