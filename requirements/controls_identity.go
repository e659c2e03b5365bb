package requirements

// identityControls are the controls of identity: section 1 of CIS up to 5.0, then 2. Prowler's file for CIS 5.0 gives 1.10 the
// id 1.1 by mistake.
var identityControls = []Control{
	{
		Title: "root access is managed centrally in the organization", Level: 2, Manual: true,
		cis:     [5]string{"", "", "", "", "2.1.1"},
		Prowler: []string{"iam_root_credentials_management_enabled"},
	},
	{
		Title: "guardrails of the organization cover all member accounts", Level: 2, Manual: true,
		cis: [5]string{"", "", "", "", "2.1.2"},
	},
	{
		Title: "the management account runs no workloads", Level: 2, Manual: true,
		cis: [5]string{"", "", "", "", "2.1.3"},
	},
	{
		Title: "organizational units follow environment and sensitivity", Level: 2, Manual: true,
		cis: [5]string{"", "", "", "", "2.1.4"},
	},
	{
		Title: "a delegated administrator keeps the policies of the organization", Level: 2, Manual: true,
		cis:     [5]string{"", "", "", "", "2.1.5"},
		Prowler: []string{"organizations_delegated_administrators"},
	},
	{
		Title: "delegated administrators run the services of the organization", Level: 2, Manual: true,
		cis:     [5]string{"", "", "", "", "2.1.6"},
		Prowler: []string{"organizations_delegated_administrators"},
	},
	{
		Title: "the contact details of the account are current", Level: 1, Manual: true,
		cis:     [5]string{"1.1", "1.1", "1.1", "2.1", "2.2"},
		Prowler: []string{"account_maintain_current_contact_details"},
	},
	{
		Title: "the account has a contact for security", Level: 1, Manual: true,
		cis:         [5]string{"1.2", "1.2", "1.2", "2.2", "2.3"},
		SecurityHub: []string{"Account.1"}, FSBP: true,
		Prowler: []string{"account_security_contact_information_is_registered"},
	},
	{
		Title: "the account has security questions", Level: 1, Manual: true,
		cis:     [5]string{"1.3", "1.3", "", "", ""},
		Prowler: []string{"account_security_questions_are_registered_in_the_aws_account"},
	},
	{
		Title: "root has no access key", Level: 1,
		cis:         [5]string{"1.4", "1.4", "1.3", "2.3", "2.4"},
		SecurityHub: []string{"IAM.4"}, FSBP: true,
		Prowler: []string{"iam_no_root_access_key"},
		answers: []answer{{"root.access_keys", plain}},
	},
	{
		Title: "root has MFA", Level: 1,
		cis:         [5]string{"1.5", "1.5", "1.4", "2.4", "2.5"},
		SecurityHub: []string{"IAM.9"},
		Prowler:     []string{"iam_root_mfa_enabled"},
		answers:     []answer{{"root.mfa", anyDevice}},
	},
	{
		Title: "the MFA of root is hardware", Level: 2, Manual: true,
		cis:         [5]string{"1.6", "1.6", "1.5", "2.5", "2.6"},
		SecurityHub: []string{"IAM.6"}, FSBP: true,
		Prowler: []string{"iam_root_hardware_mfa_enabled"},
		answers: []answer{{"root.mfa", hardware}, {"root.mfa.hardware", plain}},
	},
	{
		Title: "root is not used from day to day", Level: 1, Manual: true,
		cis:     [5]string{"1.7", "1.7", "1.6", "2.6", "2.7"},
		Prowler: []string{"iam_avoid_root_usage"},
	},
	{
		Title: "passwords have 14 characters or more", Level: 1,
		cis:         [5]string{"1.8", "1.8", "1.7", "2.7", "2.8"},
		SecurityHub: []string{"IAM.15"},
		Prowler:     []string{"iam_password_policy_minimum_length_14"},
		answers:     []answer{{"password_policy.min_length", atLeast(14, "characters")}},
	},
	{
		Title: "the last 24 passwords cannot be used again", Level: 1,
		cis:         [5]string{"1.9", "1.9", "1.8", "2.8", "2.9"},
		SecurityHub: []string{"IAM.16"},
		Prowler:     []string{"iam_password_policy_reuse_24"},
		answers:     []answer{{"password_policy.reuse_prevention", atLeast(24, "old passwords")}},
	},
	{
		Title: "users with a console password have MFA", Level: 1,
		cis:         [5]string{"1.10", "1.10", "1.9", "2.9", "2.10"},
		SecurityHub: []string{"IAM.5"}, FSBP: true,
		Prowler: []string{"iam_user_mfa_enabled_console_access"},
		answers: []answer{{"mfa", consoleUsers}},
	},
	{
		Title: "users with a console password are not made with an access key", Level: 1, Manual: true,
		cis:     [5]string{"1.11", "1.11", "1.10", "2.10", ""},
		Prowler: []string{"iam_user_no_setup_initial_access_key"},
	},
	{
		Title: "passwords and access keys have been used within 45 days", Level: 1,
		cis:         [5]string{"1.12", "1.12", "1.11", "2.11", "2.11"},
		SecurityHub: []string{"IAM.22"},
		Prowler:     []string{"iam_user_accesskey_unused", "iam_user_console_access_unused"},
		answers:     []answer{{"access_keys.unused", within(45 * day)}, {"passwords.unused", within(45 * day)}},
	},
	{
		Title: "users have no more than one active access key", Level: 1,
		cis:     [5]string{"1.13", "1.13", "1.12", "2.12", ""},
		Prowler: []string{"iam_user_two_active_access_key"},
		answers: []answer{{"access_keys.max_active", atMost(1, "active per user")}},
	},
	{
		Title: "access keys are rotated within 90 days", Level: 1,
		cis:         [5]string{"1.14", "1.14", "1.13", "2.13", "2.12"},
		SecurityHub: []string{"IAM.3"}, FSBP: true,
		Prowler: []string{"iam_rotate_access_key_90_days"},
		answers: []answer{{"access_keys.max_age", within(90 * day)}},
	},
	{
		Title: "users have permissions through groups only", Level: 1,
		cis:         [5]string{"1.15", "1.15", "1.14", "2.14", "2.13"},
		SecurityHub: []string{"IAM.2"}, FSBP: true,
		Prowler: []string{"iam_policy_attached_only_to_group_or_roles"},
		answers: []answer{{"permissions.users", plain}},
	},
	{
		Title: "no attached policy allows everything on everything", Level: 1,
		cis:     [5]string{"1.16", "1.16", "1.15", "2.15", "2.14"},
		Prowler: []string{"iam_aws_attached_policy_no_administrative_privileges", "iam_customer_attached_policy_no_administrative_privileges"},
		answers: []answer{{"permissions.admin", plain}},
	},
	{
		Title: "there is a role for cases with AWS Support", Level: 1,
		cis:         [5]string{"1.17", "1.17", "1.16", "2.16", "2.15"},
		SecurityHub: []string{"IAM.18"},
		Prowler:     []string{"iam_support_role_created"},
		answers:     []answer{{"support_role", plain}},
	},
	{
		Title: "instances have roles", Level: 2,
		cis:     [5]string{"1.18", "1.18", "1.17", "2.17", "2.16"},
		Prowler: []string{"ec2_instance_profile_attached"},
	},
	{
		Title: "expired server certificates are removed", Level: 1,
		cis:         [5]string{"1.19", "1.19", "1.18", "2.18", "2.17"},
		SecurityHub: []string{"IAM.26"},
		Prowler:     []string{"iam_no_expired_server_certificates_stored"},
		answers:     []answer{{"server_certificates", plain}},
	},
	{
		Title: "every Region has an analyzer of external access", Level: 1,
		cis:         [5]string{"1.20", "1.20", "1.19", "2.19", "2.18"},
		SecurityHub: []string{"IAM.28"},
		Prowler:     []string{"accessanalyzer_enabled"},
	},
	{
		Title: "users are managed centrally, by federation or in the organization", Level: 2, Manual: true,
		cis:     [5]string{"1.21", "1.21", "1.20", "2.20", "2.19"},
		Prowler: []string{"iam_check_saml_providers_sts"},
	},
	{
		Title: "nobody has AWSCloudShellFullAccess", Level: 1, Manual: true,
		cis:         [5]string{"1.22", "1.22", "1.21", "2.21", "2.20"},
		SecurityHub: []string{"IAM.27"},
		Prowler:     []string{"iam_policy_cloudshell_admin_not_attached"},
		answers:     []answer{{"cloudshell_full_access", plain}},
	},
	{
		Title: "policies of resources do not let everybody in", Level: 1, Manual: true,
		cis: [5]string{"", "", "", "", "2.21"},
		Prowler: []string{
			"s3_bucket_policy_public_write_access", "sqs_queues_not_publicly_accessible", "sns_topics_not_publicly_accessible",
			"awslambda_function_not_publicly_accessible", "kms_key_not_publicly_accessible", "glacier_vaults_policy_public_access",
			"secretsmanager_not_publicly_accessible", "eventbridge_bus_exposed",
		},
	},

	// What only Security Hub asks for.
	{
		Title:       "no policy of the account's own allows everything on everything",
		SecurityHub: []string{"IAM.1"}, FSBP: true,
		answers: []answer{{"permissions.admin", plain}},
		gap:     "policies that nobody has are not looked at",
	},
	{
		// The parameters are those of the control: 8 characters, all four sorts.
		Title:       "the password policy is strong",
		SecurityHub: []string{"IAM.7"}, FSBP: true,
		answers: []answer{
			{"password_policy.min_length", atLeast(8, "characters")},
			{"password_policy.uppercase", plain},
			{"password_policy.lowercase", plain},
			{"password_policy.symbols", plain},
			{"password_policy.numbers", plain},
		},
	},
	{
		Title:       "passwords and access keys have been used within 90 days",
		SecurityHub: []string{"IAM.8"}, FSBP: true,
		answers: []answer{{"access_keys.unused", within(90 * day)}, {"passwords.unused", within(90 * day)}},
	},
	{
		Title:       "the password policy is as PCI DSS asks",
		SecurityHub: []string{"IAM.10"},
		answers: []answer{
			{"password_policy.min_length", atLeast(7, "characters")},
			{"password_policy.reuse_prevention", atLeast(4, "old passwords")},
			{"password_policy.uppercase", plain},
			{"password_policy.lowercase", plain},
			{"password_policy.numbers", plain},
			{"password_policy.max_age", within(90 * day)},
		},
	},
	{
		Title:       "passwords have upper-case letters",
		SecurityHub: []string{"IAM.11"},
		Prowler:     []string{"iam_password_policy_uppercase"},
		answers:     []answer{{"password_policy.uppercase", plain}},
	},
	{
		Title:       "passwords have lower-case letters",
		SecurityHub: []string{"IAM.12"},
		Prowler:     []string{"iam_password_policy_lowercase"},
		answers:     []answer{{"password_policy.lowercase", plain}},
	},
	{
		Title:       "passwords have symbols",
		SecurityHub: []string{"IAM.13"},
		Prowler:     []string{"iam_password_policy_symbol"},
		answers:     []answer{{"password_policy.symbols", plain}},
	},
	{
		Title:       "passwords have digits",
		SecurityHub: []string{"IAM.14"},
		Prowler:     []string{"iam_password_policy_number"},
		answers:     []answer{{"password_policy.numbers", plain}},
	},
	{
		Title:       "passwords expire within 90 days",
		SecurityHub: []string{"IAM.17"},
		Prowler:     []string{"iam_password_policy_expires_passwords_within_90_days_or_less"},
		answers:     []answer{{"password_policy.max_age", within(90 * day)}},
	},
	{
		Title:       "all users have MFA",
		SecurityHub: []string{"IAM.19"},
		answers:     []answer{{"mfa", allUsers}},
	},
	{
		Title:       "no policy of the account's own allows all actions of a service",
		SecurityHub: []string{"IAM.21"}, FSBP: true,
		answers: []answer{{"permissions.service_wildcards", plain}},
	},

	// What only Prowler asks for.
	{
		Title: "nobody is an administrator",
		Prowler: []string{
			"iam_group_administrator_access_policy", "iam_inline_policy_no_administrative_privileges",
			"iam_role_administratoraccess_policy", "iam_user_administrator_access_policy",
		},
		answers: []answer{{"permissions.admin", plain}},
	},
}
