package accounts

import (
	"pgregory.net/rapid"

	"baseline/resource"
	"baseline/trail"
)

const (
	home   = "eu-west-1"
	bucket = "b-audit-logs"
)

// The objects of a trail and what it stands on. No list of the account shows the bucket, its policy and the log group.
var (
	logs       = resource.At("s3_bucket", bucket)
	logsPolicy = resource.At("s3_bucket_policy", bucket)
	logGroup   = resource.At("logs_group", home, "/audit")
	audit      = resource.At("cloudtrail_trail", home, "audit")
)

// Named are the objects that an account may hold and that no list of it shows.
func Named() []resource.Address { return []resource.Address{logs, logsPolicy, logGroup} }

// Extra are the kinds that are read only when they are asked for.
func Extra() []resource.Kind { return []resource.Kind{audit.Kind} }

// trail draws a bucket that CloudTrail may write to, or none; and then perhaps a trail, with or without a log group.
func (w World) trail(put func(resource.Object, resource.Kind, ...string)) {
	if !w.coin("bucket") {
		return
	}
	types := typesByKind()
	delivery := trail.Delivery{Partition: "aws", Account: ID, Region: home, Name: "audit", Bucket: bucket}
	put(types[logs.Kind].Defaults.With(resource.Object{
		"region": home, "expire": rapid.SampledFrom([]int{0, 30, 365}).Draw(w.T, "expire"),
	}), logs.Kind, bucket)
	statements := delivery.BucketStatements("")
	if w.coin("TLS only") {
		statements = append(statements, trail.TLSOnly("", "aws", bucket))
	}
	put(resource.Object{"document": resource.Document(trail.Document(statements...))}, logsPolicy.Kind, bucket)
	if !w.coin("trail") {
		return
	}
	settings := types[audit.Kind].Defaults.With(resource.Object{
		"bucket": bucket, "validation": w.coin("validation"), "multi_region": w.coin("multi_region"), "logging": w.coin("logging"),
	})
	if w.coin("log group") {
		delivery.LogGroup = "/audit"
		put(types[logGroup.Kind].Defaults.With(resource.Object{"retention": rapid.SampledFrom([]int{0, 30}).Draw(w.T, "retention")}), logGroup.Kind, home, "/audit")
		put(types["iam_role"].Defaults.With(resource.Object{"trust": resource.Document(trail.RoleTrust())}), "iam_role", "T")
		put(resource.Object{"document": resource.Document(delivery.RolePolicy())}, "iam_inline_policy", "role", "T", "deliver")
		settings["log_group"], settings["log_role"] = "/audit", "arn:aws:iam::"+ID+":role/T"
	}
	put(settings, audit.Kind, home, "audit")
}
