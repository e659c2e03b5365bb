package requirements

import (
	"strconv"

	"baseline/trail"
)

// monitored says of what is to be watched, in the order of the benchmark, what else there is to know than package trail does: the
// level in CIS, the control of Security Hub that asks for the same, and the check of Prowler.
var monitored = []struct {
	watch        string
	level        int
	hub, prowler string
}{
	{"unauthorized-calls", 2, "CloudWatch.2", "cloudwatch_log_metric_filter_unauthorized_api_calls"},
	{"sign-in-without-mfa", 1, "CloudWatch.3", "cloudwatch_log_metric_filter_sign_in_without_mfa"},
	{"root-use", 1, "CloudWatch.1", "cloudwatch_log_metric_filter_root_usage"},
	{"iam-changes", 1, "CloudWatch.4", "cloudwatch_log_metric_filter_policy_changes"},
	{"cloudtrail-changes", 1, "CloudWatch.5", "cloudwatch_log_metric_filter_and_alarm_for_cloudtrail_configuration_changes_enabled"},
	{"sign-in-failures", 2, "CloudWatch.6", "cloudwatch_log_metric_filter_authentication_failures"},
	{"key-deletions", 2, "CloudWatch.7", "cloudwatch_log_metric_filter_disable_or_scheduled_deletion_of_kms_cmk"},
	{"bucket-policy-changes", 1, "CloudWatch.8", "cloudwatch_log_metric_filter_for_s3_bucket_policy_changes"},
	{"config-changes", 2, "CloudWatch.9", "cloudwatch_log_metric_filter_and_alarm_for_aws_config_configuration_changes_enabled"},
	{"security-group-changes", 2, "CloudWatch.10", "cloudwatch_log_metric_filter_security_group_changes"},
	{"network-acl-changes", 2, "CloudWatch.11", "cloudwatch_changes_to_network_acls_alarm_configured"},
	{"gateway-changes", 1, "CloudWatch.12", "cloudwatch_changes_to_network_gateways_alarm_configured"},
	{"route-table-changes", 1, "CloudWatch.13", "cloudwatch_changes_to_network_route_tables_alarm_configured"},
	{"vpc-changes", 1, "CloudWatch.14", "cloudwatch_changes_to_vpcs_alarm_configured"},
	{"organizations-changes", 1, "", "cloudwatch_log_metric_filter_aws_organizations_changes"},
}

// monitoringControls are those of the section on monitoring: 4 of CIS up to 5.0, then 5. CIS leaves it to a person to check all but
// the last, for they may also be watched elsewhere.
func monitoringControls() []Control {
	var out []Control
	for _, w := range trail.Watches() {
		c := Control{Title: "somebody is told of " + w.Title, Manual: true, cis: monitoringIDs(w.Number)}
		c.answers = []answer{{alarmRule(w), fullAlarms}}
		for _, m := range monitored {
			if m.watch != w.ID {
				continue
			}
			c.Level, c.Prowler = m.level, []string{m.prowler}
			if m.hub != "" {
				c.SecurityHub = []string{m.hub}
			}
		}
		out = append(out, c)
	}
	return append(out, Control{
		Title: "AWS Security Hub is switched on", Level: 2, cis: monitoringIDs(16), Prowler: []string{"securityhub_enabled"},
	})
}

// monitoringIDs are the ids of a control of the section.
func monitoringIDs(number int) [5]string {
	before, since := "4."+strconv.Itoa(number), "5."+strconv.Itoa(number)
	return [5]string{before, before, before, since, since}
}
