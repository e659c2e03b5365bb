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
}

// Watches are all of them, in the order of the benchmark.
func Watches() []Watch {
	return []Watch{
		{"unauthorized-calls", 1, "calls that were not allowed", `{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }`},
		{"sign-in-without-mfa", 2, "console sign-ins without MFA", `{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ` +
			`($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }`},
		{"root-use", 3, "use of the root user", `{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }`},
		{"iam-changes", 4, "changes of IAM policies", ofSource("iam",
			"DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy", "PutUserPolicy", "CreatePolicy", "DeletePolicy",
			"CreatePolicyVersion", "DeletePolicyVersion", "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy",
			"AttachGroupPolicy", "DetachGroupPolicy")},
		{"cloudtrail-changes", 5, "changes of CloudTrail", named("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging")},
		{"sign-in-failures", 6, "console sign-ins that failed", `{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }`},
		{"key-deletions", 7, "keys disabled or scheduled for deletion", ofSource("kms", "DisableKey", "ScheduleKeyDeletion")},
		{"bucket-policy-changes", 8, "changes of bucket policies", ofSource("s3",
			"PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
			"DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication")},
		{"config-changes", 9, "changes of AWS Config", ofSource("config",
			"StopConfigurationRecorder", "DeleteDeliveryChannel", "PutDeliveryChannel", "PutConfigurationRecorder")},
		{"security-group-changes", 10, "changes of security groups", named(
			"AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress",
			"CreateSecurityGroup", "DeleteSecurityGroup")},
		{"network-acl-changes", 11, "changes of network access control lists", named(
			"CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry",
			"ReplaceNetworkAclAssociation")},
		{"gateway-changes", 12, "changes of network gateways", named(
			"CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway", "CreateInternetGateway", "DeleteInternetGateway",
			"DetachInternetGateway")},
		{"route-table-changes", 13, "changes of route tables", ofSource("ec2",
			"CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation", "DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable")},
		{"vpc-changes", 14, "changes of VPCs", named(
			"CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection", "CreateVpcPeeringConnection", "DeleteVpcPeeringConnection",
			"RejectVpcPeeringConnection", "AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink")},
		{"organizations-changes", 15, "changes of the organization", ofSource("organizations",
			"AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy", "DeclineHandshake", "DeleteOrganization",
			"DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy", "DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization",
			"LeaveOrganization", "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit")},
	}
}

// named fits the events of these names.
func named(events ...string) string { return "{ " + anyOf(events) + " }" }

// ofSource fits the events of these names that come from a service.
func ofSource(service string, events ...string) string {
	return "{ ($.eventSource = " + service + ".amazonaws.com) && (" + anyOf(events) + ") }"
}

func anyOf(events []string) string {
	terms := make([]string, len(events))
	for i, event := range events {
		terms[i] = "($.eventName = " + event + ")"
	}
	return strings.Join(terms, " || ")
}

// comparison is one comparison of a pattern: a field, an operator and a value, or a field with EXISTS or NOT EXISTS.
var comparison = regexp.MustCompile(`(\$\.[\w.\[\]]+)\s*(?:(!?=)\s*("[^"]*"|'[^']*'|[^\s"')&|}]+)|(NOT\s+EXISTS|EXISTS|IS\s+\w+))`)

// comparisons returns those of a pattern, written one way, sorted.
func comparisons(pattern string) []string {
	var all []string
	for _, m := range comparison.FindAllStringSubmatch(pattern, -1) {
		all = append(all, m[1]+m[2]+strings.Trim(m[3], `"'`)+strings.Join(strings.Fields(m[4]), " "))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Watches reports whether another pattern watches for what w does: it has all comparisons of w's pattern, however it is written. The
// source of the events may be left out, since that makes a pattern fit more, and what a pattern has beyond is taken to be meant well,
// as the benchmark itself leaves out some calls in its own.
func (w Watch) Watches(pattern string) bool {
	have := comparisons(pattern)
	for _, want := range comparisons(w.Pattern) {
		if !slices.Contains(have, want) && !strings.HasPrefix(want, "$.eventSource=") {
			return false
		}
	}
	return strings.HasPrefix(strings.TrimSpace(pattern), "{")
}
