package sandbox

// The quotas of an account, as AWS sets them without a request for more. Sizes are in characters without white space.
const (
	quotaUsers               = 5000
	quotaGroups              = 300
	quotaRoles               = 1000
	quotaPolicies            = 1500
	quotaPolicyVersionsInUse = 10000
	quotaVersionsPerPolicy   = 5
	quotaGroupsPerUser       = 10
	quotaAttachedPerHolder   = 10
	quotaAccessKeysPerUser   = 2
	quotaMFADevicesPerUser   = 8
	quotaSSHKeysPerUser      = 5
	quotaCertificatesPerUser = 2
	quotaServiceCredentials  = 2
	quotaTags                = 50
	quotaPolicySize          = 6144
	quotaTrustSize           = 2048
	quotaUserInlineSize      = 2048
	quotaGroupInlineSize     = 5120
	quotaRoleInlineSize      = 10240
	quotaInstanceProfiles    = 1000
	quotaServerCertificates  = 20
	quotaSTSTokenVersion     = 1
	maxChainedSessionSeconds = 3600
	maxDocumentNesting       = 64
)
