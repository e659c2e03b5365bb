package kinds_test

import "baseline/trail"

var (
	auditGround = groundOf("eu-west-1", "audit")
	otherGround = groundOf("us-east-1", "Other.trail-1")
)

// Selectors of both forms. What is compared is in canonical form, so what is sent is not.
var (
	defaultSelectors = trail.Canonical([]trail.Selector{trail.Default()})
	basicSelectors   = trail.Canonical([]trail.Selector{
		{ReadWriteType: trail.WriteOnly, Management: true, Exclude: []string{"rdsdata.amazonaws.com", "kms.amazonaws.com"}},
		{ReadWriteType: trail.ReadOnly, Data: []trail.DataResource{
			{Type: trail.S3Object, Values: []string{"arn:aws:s3:::data/", "arn:aws:s3:::archive/old"}},
			{Type: "AWS::Lambda::Function", Values: []string{"arn:aws:lambda"}},
		}},
	})
	advancedSelectors = trail.Canonical([]trail.Selector{
		{Name: "all <management> events", Fields: []trail.Field{{Field: trail.FieldCategory, Equals: []string{trail.CategoryManagement}}}},
		{Fields: []trail.Field{
			{Field: trail.FieldReadOnly, Equals: []string{"false"}},
			{Field: trail.FieldCategory, Equals: []string{trail.CategoryData}},
			{Field: trail.FieldResourceType, Equals: []string{trail.S3Object}},
			{Field: trail.FieldResourceARN, NotStartsWith: []string{"arn:aws:s3:::z/", "arn:aws:s3:::a/"}},
		}},
	})
)

var trailSamples = []sample{
	{
		address: at("cloudtrail_trail", "eu-west-1", "audit"),
		ground:  auditGround.layTopic,
		needs:   auditGround.needs(),
		first:   settings{"bucket": auditGround.Bucket},
		second: settings{
			"bucket": auditGround.Bucket, "prefix": "p", "multi_region": true, "validation": true, "kms": "alias/" + auditGround.alias,
			"log_group": auditGround.LogGroup, "log_role": auditGround.roleARN(), "sns_topic": auditGround.topicARN(),
			"selectors": basicSelectors, "insights": []string{"ApiCallRateInsight", "ApiErrorRateInsight"}, "logging": false,
			"tags": tags{"team": "security", "empty": ""},
		},
	},
	{
		address: at("cloudtrail_trail", "us-east-1", "Other.trail-1"),
		ground:  otherGround.layTopic,
		needs:   otherGround.needs(),
		first: settings{
			"bucket": otherGround.Bucket, "prefix": "p", "multi_region": true, "validation": true, "kms": "alias/" + otherGround.alias,
			"log_group": otherGround.LogGroup, "log_role": otherGround.roleARN(), "selectors": advancedSelectors,
			"insights": []string{"ApiErrorRateInsight"}, "tags": tags{"Team": "security", "team": "data"},
		},
		second: settings{
			"bucket": otherGround.Bucket, "global_events": false, "selectors": basicSelectors, "insights": []string{"ApiCallRateInsight"},
			"tags": tags{"team": "security"},
		},
	},
}
