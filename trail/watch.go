package trail

import (
	"regexp"
	"slices"
	"strings"
)

// Watch is something that the CIS AWS Foundations Benchmark has watched in what a trail delivers to CloudWatch Logs: by a metric
// filter with a pattern, an alarm on its metric, and somebody who is told.
type Watch struct {
	// ID names the filter, its metric and its alarm, as in "root-use".
	ID string
	// Number is that of the control within the section on monitoring, the same in all editions from 3.0 to 7.0.
	Number int
	// Title says what is watched, as in "use of the root user".
	Title string
	// Pattern is that of the metric filter, after those that AWS Security Hub asks for (CloudWatch.1 to CloudWatch.14) and, for
	// Organizations, CIS.
	Pattern string
	// source is the service whose events are watched, as in "iam"; "" for those of many.
	source string
	// narrowing are terms of the pattern without which it fits more.
	narrowing []string
}

// Watches are all of them, in the order of the benchmark.
func Watches() []Watch {
	return []Watch{
		{
			ID: "unauthorized-calls", Number: 1, Title: "calls that were not allowed",
			Pattern: `{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }`,
		},
		{
			ID: "sign-in-without-mfa", Number: 2, Title: "console sign-ins without MFA", source: "signin",
			Pattern: `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ` +
				`($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`,
			narrowing: []string{"$.userIdentity.type=IAMUser", "$.responseElements.ConsoleLogin=Success"},
		},
		{
			ID: "root-use", Number: 3, Title: "use of the root user",
			Pattern:   `{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`,
			narrowing: []string{"$.userIdentity.invokedByNOT EXISTS", "$.eventType!=AwsServiceEvent"},
		},
		ofSource("iam-changes", 4, "changes of IAM policies", "iam",
			"DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "CreatePolicy", "DeletePolicy",
			"CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy",
			"AttachGroupPolicy", "DetachGroupPolicy"),
		named("cloudtrail-changes", 5, "changes of CloudTrail", "cloudtrail",
			"CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
		{
			ID: "sign-in-failures", Number: 6, Title: "console sign-ins that failed", source: "signin",
			Pattern: `{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }`,
		},
		ofSource("key-deletions", 7, "keys disabled or scheduled for deletion", "kms", "DisableKey", "ScheduleKeyDeletion"),
		ofSource("bucket-policy-changes", 8, "changes of bucket policies", "s3",
			"PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
			"DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"),
		ofSource("config-changes", 9, "changes of AWS Config", "config",
			"StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder"),
		named("security-group-changes", 10, "changes of security groups", "ec2",
			"AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress",
			"CreateSecurityGroup", "DeleteSecurityGroup"),
		named("network-acl-changes", 11, "changes of network access control lists", "ec2",
			"CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry",
			"ReplaceNetworkAclAssociation"),
		named("gateway-changes", 12, "changes of network gateways", "ec2",
			"CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway", "DeleteInternetGateway",
			"DetachInternetGateway"),
		ofSource("route-table-changes", 13, "changes of route tables", "ec2",
			"CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"),
		named("vpc-changes", 14, "changes of VPCs", "ec2",
			"CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection", "DeleteVpcPeeringConnection",
			"RejectVpcPeeringConnection", "AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink"),
		ofSource("organizations-changes", 15, "changes of the organization", "organizations",
			"AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy", "DeclineHandshake", "DeleteOrganization",
			"DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization",
			"LeaveOrganization", "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit"),
	}
}

// named watches for the events of these names, by their names alone.
func named(id string, number int, title, source string, events ...string) Watch {
	return Watch{ID: id, Number: number, Title: title, Pattern: "{ " + anyOf(events) + " }", source: source}
}

// ofSource watches for the events of these names that come from a service.
func ofSource(id string, number int, title, source string, events ...string) Watch {
	pattern := "{ ($.eventSource = " + source + ".amazonaws.com) && (" + anyOf(events) + ") }"
	return Watch{ID: id, Number: number, Title: title, Pattern: pattern, source: source}
}

func anyOf(events []string) string {
	terms := make([]string, len(events))
	for i, event := range events {
		terms[i] = "($.eventName = " + event + ")"
	}
	return strings.Join(terms, " || ")
}

// patternTerm is one term of a pattern: a field, an operator and a value, or a field with EXISTS or NOT EXISTS.
var patternTerm = regexp.MustCompile(`(\$\.[\w.\[\]]+)\s*(?:(!?=)\s*("[^"]*"|'[^']*'|[^\s"')&|}]+)|(NOT\s+EXISTS|EXISTS|IS\s+\w+))`)

// sourceTerm begins the term of a pattern that asks where an event comes from.
const sourceTerm = "$.eventSource="

// patternTerms returns those of a pattern, written one way.
func patternTerms(pattern string) []string {
	var all []string
	for _, m := range patternTerm.FindAllStringSubmatch(pattern, -1) {
		all = append(all, m[1]+m[2]+strings.Trim(m[3], `"'`)+strings.Join(strings.Fields(m[4]), " "))
	}
	return all
}

// Watches reports whether another pattern watches for what w does, however it is written: it has all terms of w's pattern, but for those
// without which it fits more. What a pattern has beyond is taken to be meant well, since the benchmark itself leaves out some calls in
// its own, unless it asks for events of other sources only.
func (w Watch) Watches(pattern string) bool {
	if !strings.HasPrefix(strings.TrimSpace(pattern), "{") {
		return false
	}
	have := patternTerms(pattern)
	for _, term := range patternTerms(w.Pattern) {
		if !slices.Contains(have, term) && !slices.Contains(w.narrowing, term) && !strings.HasPrefix(term, sourceTerm) {
			return false
		}
	}
	isSource := func(term string) bool { return strings.HasPrefix(term, sourceTerm) }
	return !slices.ContainsFunc(have, isSource) || w.source != "" && slices.Contains(have, sourceTerm+w.source+".amazonaws.com")
}
