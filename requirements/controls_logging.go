package requirements

// loggingControls are those of the section on logging: 3 of CIS up to 5.0, then 4.
var loggingControls = []Control{
	{
		Title: "a trail records all management events of all Regions", Level: 1,
		cis:         [5]string{"3.1", "3.1", "3.1", "4.1", "4.1"},
		SecurityHub: []string{"CloudTrail.1"}, FSBP: true,
		Prowler: []string{"cloudtrail_multi_region_enabled"},
		answers: []answer{{ruleTrail, plain}, {ruleMultiRegion, plain}, {ruleManagement, allManagement}},
	},
	{
		Title: "the trail's log files can be validated", Level: 2,
		cis:         [5]string{"3.2", "3.2", "3.2", "4.2", "4.2"},
		SecurityHub: []string{"CloudTrail.4"}, FSBP: true,
		Prowler: []string{"cloudtrail_log_file_validation_enabled"},
		answers: []answer{{"trail.validation", plain}},
	},
	{
		Title: "AWS Config records in all Regions", Level: 2,
		cis:         [5]string{"3.3", "3.3", "3.3", "4.3", "4.3"},
		SecurityHub: []string{"Config.1"}, FSBP: true,
		Prowler: []string{"config_recorder_all_regions_enabled"},
	},
	{
		Title: "accesses to the trail's bucket are logged", Level: 1, Manual: true,
		cis:         [5]string{"3.4", "3.4", "3.4", "4.4", "4.4"},
		SecurityHub: []string{"CloudTrail.7"},
		Prowler:     []string{"cloudtrail_logs_s3_bucket_access_logging_enabled"},
		answers:     []answer{{ruleBucketLogged, plain}},
	},
	{
		Title: "the trail's log files are encrypted with a key of KMS", Level: 2,
		cis:         [5]string{"3.5", "3.5", "3.5", "4.5", "4.5"},
		SecurityHub: []string{"CloudTrail.2"}, FSBP: true,
		Prowler: []string{"cloudtrail_kms_encryption_enabled"},
		answers: []answer{{"trail.kms", plain}},
	},
	{
		Title: "keys of KMS are rotated", Level: 2,
		cis:         [5]string{"3.6", "3.6", "3.6", "4.6", "4.6"},
		SecurityHub: []string{"KMS.4"},
		Prowler:     []string{"kms_cmk_rotation_enabled"},
	},
	{
		Title: "VPCs have flow logs", Level: 2,
		cis:     [5]string{"3.7", "3.7", "3.7", "4.7", "4.7"},
		Prowler: []string{"vpc_flow_logs_enabled"},
	},
	{
		// CIS asks for data events of a trail of all Regions.
		Title: "a trail records what writes objects of buckets", Level: 2,
		cis:         [5]string{"3.8", "3.8", "3.8", "4.8", "4.8"},
		SecurityHub: []string{"S3.22"},
		Prowler:     []string{"cloudtrail_s3_dataevents_write_enabled"},
		answers:     []answer{{ruleObjectWrites, plain}, {ruleMultiRegion, plain}},
	},
	{
		Title: "a trail records what reads objects of buckets", Level: 2,
		cis:         [5]string{"3.9", "3.9", "3.9", "4.9", "4.9"},
		SecurityHub: []string{"S3.23"},
		Prowler:     []string{"cloudtrail_s3_dataevents_read_enabled"},
		answers:     []answer{{ruleObjectReads, plain}, {ruleMultiRegion, plain}},
	},
	{
		Title: "web front ends log accesses", Level: 1, Manual: true,
		cis: [5]string{"", "", "", "", "4.10"},
		Prowler: []string{
			"apigateway_restapi_logging_enabled", "apigatewayv2_api_access_logging_enabled", "cloudfront_distributions_logging_enabled",
			"elbv2_logging_enabled",
		},
	},

	// What only Security Hub asks for.
	{
		Title:       "there is a trail that logs",
		SecurityHub: []string{"CloudTrail.3"},
		answers:     []answer{{ruleTrail, plain}},
	},
	{
		Title:       "the trail delivers to CloudWatch Logs",
		SecurityHub: []string{"CloudTrail.5"}, FSBP: true,
		Prowler: []string{"cloudtrail_cloudwatch_logging_enabled"},
		answers: []answer{{"trail.logs", plain}},
	},
	{
		Title:       "the trail's bucket is closed to the public",
		SecurityHub: []string{"CloudTrail.6"},
		Prowler:     []string{"cloudtrail_logs_s3_bucket_is_not_publicly_accessible"},
		answers:     []answer{{ruleBucketPrivate, plain}},
	},

	// What only Prowler asks for.
	{
		Title:   "a trail of all Regions records management events",
		Prowler: []string{"cloudtrail_multi_region_enabled_logging_management_events"},
		answers: []answer{{ruleTrail, plain}, {ruleMultiRegion, plain}, {ruleManagement, allManagement}},
	},
}
