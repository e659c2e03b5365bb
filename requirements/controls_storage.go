package requirements

// storageControls are the controls of S3 in the section on storage of CIS: 2.1 up to 5.0, then 3.1. No rule looks at all buckets.
var storageControls = []Control{
	{
		Title: "buckets refuse what does not use TLS", Level: 2,
		cis:         [5]string{"2.1.1", "2.1.1", "2.1.1", "3.1.1", "3.1.1"},
		SecurityHub: []string{"S3.5"}, FSBP: true,
		Prowler: []string{"s3_bucket_secure_transport_policy"},
	},
	{
		Title: "what is in buckets is deleted with MFA only", Level: 2, Manual: true,
		cis:         [5]string{"2.1.2", "2.1.2", "2.1.2", "3.1.2", "3.1.2"},
		SecurityHub: []string{"S3.20"},
		Prowler:     []string{"s3_bucket_no_mfa_delete"},
	},
	{
		Title: "what is in buckets has been found and classified", Level: 2, Manual: true,
		cis:     [5]string{"2.1.3", "2.1.3", "2.1.3", "3.1.3", "3.1.3"},
		Prowler: []string{"macie_is_enabled"},
	},
	{
		Title: "buckets and the account block public access", Level: 1,
		cis:         [5]string{"2.1.4", "2.1.4", "2.1.4", "3.1.4", "3.1.4"},
		SecurityHub: []string{"S3.1", "S3.8"}, FSBP: true,
		Prowler: []string{"s3_account_level_public_access_blocks", "s3_bucket_level_public_access_block"},
	},
}
