package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"baseline/sandbox"
)

// What the policies for trails are held to; see permissions_test.go.

const yardFile = `version: 1
name: yard
account: "111122223333"
s3: {account_public_access_block: all}
cloudtrail:
  audit:
    home_region: eu-west-1
    multi_region: true
    validation: true
    bucket: {name: yard-logs, create: true, expire: 400d, access_logs: yard-access}
    kms: {alias: yard, create: true}
    logs: {group: yard, retention: 365d, kms: alias/yard}
    management_events: write
    insights: [ApiCallRate]
    alarms: {preset: cis, email: [security@example.com]}
    tags: {team: a}
  all:
    home_region: us-east-1
    organization: o-exampleorgid
    bucket: {name: yard-all, create: true}
require:
  trail: {multi_region: true, bucket_private: true, bucket_logged: true, alarms: cis}
`

// newYard is an account without a trail, that manages an organization, and a file for all that a trail may stand on. It has a key
// without an alias.
func newYard(t *testing.T) *factory {
	t.Helper()
	f := emptyFactory(t, yardFile)
	if err := f.account.SetOrganization(sandbox.Organization{ID: "o-exampleorgid", Management: "111122223333"}); err != nil {
		t.Fatal(err)
	}
	f.service("kms:CreateKey", "eu-west-1")
	f.hire()
	return f
}

// service makes a call of another service than IAM as the administrator.
func (f *factory) service(action, region string, params ...string) any {
	f.t.Helper()
	answer, err := serviceAnswer(f.account, action, region, params)
	if err != nil {
		f.t.Fatalf("%s %s: %v", action, params, err)
	}
	return answer
}

// newYardOfOldKey is a yard with the key of the file, which awaits its deletion and had other settings.
func newYardOfOldKey(t *testing.T) *factory {
	t.Helper()
	f := newYard(t)
	made := f.service("kms:CreateKey", "eu-west-1", "Description=old", `Tags=[{"TagKey":"old","TagValue":"yes"}]`)
	id := aws.ToString(made.(kms.CreateKeyOutput).KeyMetadata.KeyId)
	f.service("kms:CreateAlias", "eu-west-1", "AliasName=alias/yard", "TargetKeyId="+id)
	f.service("kms:EnableKeyRotation", "eu-west-1", "KeyId="+id, "RotationPeriodInDays=90")
	f.service("kms:ScheduleKeyDeletion", "eu-west-1", "KeyId="+id)
	return f
}

// newYardInUse is a yard in which all is as the file has it.
func newYardInUse(t *testing.T) *factory {
	t.Helper()
	f := newYard(t)
	f.must("apply", "--auto-approve", "--allow-large")
	f.confirm()
	return f
}

// confirm has whoever is to be told agree.
func (f *factory) confirm() {
	f.t.Helper()
	if err := f.account.ConfirmSubscriptions("security@example.com"); err != nil {
		f.t.Fatal(err)
	}
}

// identities reports whether an action is about what permissions_test.go has, which there is none of in a yard.
func identities(action string) bool {
	switch action {
	case "iam:PassRole", "iam:GetRole", "iam:CreateServiceLinkedRole":
		return false
	}
	return strings.HasPrefix(action, "iam:") || strings.HasPrefix(action, "tag:")
}

var (
	yard         = circumstance{"before anything is there", newYard, sandbox.Faults{}, identities}
	yardInUse    = circumstance{"in use", newYardInUse, sandbox.Faults{}, identities}
	yardOfOldKey = circumstance{"with a key that awaits its deletion", newYardOfOldKey, sandbox.Faults{}, identities}
)

// Plans and snapshots of trails take what is printed for them, and so does the look at what a rollback would do.
func TestReadingTrailsTakesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	for purpose, reads := range map[string][]string{
		"plan":     {"plan"},
		"snapshot": {"snapshot", "-o", os.DevNull},
	} {
		t.Run(purpose, func(t *testing.T) {
			t.Parallel()
			exactly(t, []circumstance{yardInUse, yard},
				func(f *factory) []map[string]any { return f.printed("--for", purpose) },
				func(f *factory, act func(...string) bool) {
					act(reads...)
					if _, err := os.Stat(filepath.Join(f.dir, "runs")); err == nil && purpose == "plan" {
						act("rollback", "--dry-run")
					}
				})
		})
	}
}

// yardKey names the key of the yard in calls.
func (f *factory) yardKey() string {
	f.t.Helper()
	about := f.service("kms:DescribeKey", "eu-west-1", "KeyId=alias/yard").(kms.DescribeKeyOutput)
	return "KeyId=" + aws.ToString(about.KeyMetadata.KeyId)
}

// closeKey has the key of the yard of no use to the trail. No trail can be changed meanwhile.
func (f *factory) closeKey() {
	f.t.Helper()
	key := f.yardKey()
	f.service("kms:PutKeyPolicy", "eu-west-1", key, "PolicyName=default", `Policy={"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}`)
	f.service("kms:DisableKey", "eu-west-1", key)
}

// driftYard changes by hand all else of the yard that the file says otherwise.
func (f *factory) driftYard() {
	f.t.Helper()
	const west = "eu-west-1"
	f.service("s3control:PutPublicAccessBlock", west, "AccountId=111122223333", `PublicAccessBlockConfiguration={"BlockPublicAcls":true}`)
	logs := "Bucket=yard-logs"
	f.service("s3:PutPublicAccessBlock", west, logs, `PublicAccessBlockConfiguration={"BlockPublicAcls":true}`)
	f.service("s3:PutBucketOwnershipControls", west, logs, `OwnershipControls={"Rules":[{"ObjectOwnership":"BucketOwnerPreferred"}]}`)
	f.service("s3:PutBucketEncryption", west, logs,
		`ServerSideEncryptionConfiguration={"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"}}]}`)
	f.service("s3:PutBucketVersioning", west, logs, `VersioningConfiguration={"Status":"Suspended"}`)
	f.service("s3:DeleteBucketLifecycle", west, logs)
	f.service("s3:PutBucketLogging", west, logs, "BucketLoggingStatus={}")
	f.service("s3:DeleteBucketTagging", west, logs)
	f.service("s3:DeleteBucketPolicy", "us-east-1", "Bucket=yard-all")

	key := f.yardKey()
	f.service("kms:DisableKeyRotation", west, key)
	f.service("kms:UntagResource", west, key, `TagKeys=["baseline:name"]`)
	f.service("kms:DeleteAlias", west, "AliasName=alias/yard")

	group := "arn:aws:logs:eu-west-1:111122223333:log-group:yard"
	f.service("logs:DeleteRetentionPolicy", west, "LogGroupName=yard")
	f.service("logs:DisassociateKmsKey", west, "LogGroupName=yard")
	f.service("logs:UntagResource", west, "ResourceArn="+group, `TagKeys=["baseline:name"]`)
	f.service("logs:PutMetricFilter", west, "LogGroupName=yard", "FilterName=baseline-audit-root-use", "FilterPattern=ERROR",
		`MetricTransformations=[{"MetricNamespace":"baseline/audit","MetricName":"root-use","MetricValue":"1"}]`)
	f.service("cloudwatch:PutMetricAlarm", west, "AlarmName=baseline-audit-root-use", "Namespace=baseline/audit", "MetricName=root-use",
		"Statistic=Sum", "Period=300", "EvaluationPeriods=1", "Threshold=5", "ComparisonOperator=GreaterThanOrEqualToThreshold")
	f.service("cloudwatch:UntagResource", west, "ResourceARN=arn:aws:cloudwatch:eu-west-1:111122223333:alarm:baseline-audit-root-use", `TagKeys=["baseline:name"]`)
	f.service("sns:UntagResource", west, "ResourceArn=arn:aws:sns:eu-west-1:111122223333:baseline-cloudtrail-audit", `TagKeys=["baseline:name"]`)

	trail := "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"
	f.service("cloudtrail:StopLogging", west, "Name=audit")
	f.service("cloudtrail:UpdateTrail", west, "Name=audit", "EnableLogFileValidation=false", "CloudWatchLogsLogGroupArn=", "CloudWatchLogsRoleArn=")
	f.service("cloudtrail:PutInsightSelectors", west, "TrailName=audit", "InsightSelectors=[]")
	f.service("cloudtrail:PutEventSelectors", west, "TrailName=audit", `EventSelectors=[{"ReadWriteType":"All","IncludeManagementEvents":true}]`)
	f.service("cloudtrail:RemoveTags", west, "ResourceId="+trail, `TagsList=[{"Key":"team"}]`)
	f.service("cloudtrail:AddTags", west, "ResourceId="+trail, `TagsList=[{"Key":"more","Value":"x"}]`)
	f.service("cloudtrail:UpdateTrail", "us-east-1", "Name=all", "IsMultiRegionTrail=true")
}

// Applying any plan of a file with trails and taking it back takes what is printed for apply.
func TestApplyingTrailsTakesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	exactly(t, []circumstance{yard, yardOfOldKey},
		func(f *factory) []map[string]any { return f.printed("--for", "apply") },
		func(f *factory, act func(...string) bool) {
			apply := []string{"apply", "--auto-approve", "--allow-one-way", "--allow-large", "--allow-weaker-audit"}
			back := []string{"rollback", "--auto-approve", "--allow-weaker-audit"}
			if !act(apply...) {
				return
			}
			f.confirm()
			if !act(back...) || !act(apply...) {
				return
			}
			f.closeKey()
			if act(apply...) && act(back...) && act(apply...) {
				f.driftYard()
				_ = act(apply...) && act(back...)
			}
		})
}

// A plan of trails takes what is printed for it, and so does rolling it back.
func TestAPlanOfTrailsTakesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	used := func(name string, drift func(*factory)) circumstance {
		fresh := func(t *testing.T) *factory {
			t.Helper()
			f := newYardInUse(t)
			drift(f)
			return f
		}
		return circumstance{name, fresh, sandbox.Faults{}, identities}
	}
	for name, all := range map[string][]circumstance{
		"from scratch": {yard, yardOfOldKey},
		"after drift":  {used("drifted", (*factory).driftYard), used("closed", (*factory).closeKey)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			exactly(t, all,
				func(f *factory) []map[string]any {
					path := filepath.Join(f.dir, "plan.json")
					f.must("plan", "--out", path)
					return f.printed("--for", path)
				},
				func(f *factory, act func(...string) bool) {
					if act("apply", filepath.Join(f.dir, "plan.json"), "--allow-one-way", "--allow-large", "--allow-weaker-audit") {
						_ = f.account.ConfirmSubscriptions("security@example.com") // unless they have
						act("rollback", "--auto-approve", "--allow-weaker-audit")
					}
				})
		})
	}
}
