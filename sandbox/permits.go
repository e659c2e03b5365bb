package sandbox

import (
	"cmp"
	"slices"
	"strings"
)

// What a call takes: the actions that the caller's policies must allow, and on what. AWS documents both, for each service, in
// its Service Authorization Reference, from which these tables are.

// A permit is an action on something, as policies speak of it. A call may take several.
type permit struct {
	action string
	// on is the ARN of what the action is on, "*" for an action on the whole account.
	on string
	// context is what is known of the call by condition key, in lower case, where it is known at all: of what is listed, the
	// prefix. Nil where nothing is.
	context map[string]string
}

// accountWide are the operations of IAM that are on nothing in particular.
var accountWide = strings.Fields(`
	CreateAccountAlias DeleteAccountAlias ListAccountAliases
	GetAccountPasswordPolicy UpdateAccountPasswordPolicy DeleteAccountPasswordPolicy
	GenerateCredentialReport GetCredentialReport GetAccountAuthorizationDetails GetAccountSummary
	ListPolicies ListServerCertificates ListVirtualMFADevices`)

// onWhat are the other operations of IAM by the sort of thing they are on.
var onWhat = map[string][]string{
	"user": strings.Fields(`
		CreateUser GetUser ListUsers UpdateUser DeleteUser TagUser UntagUser ListUserTags
		PutUserPermissionsBoundary DeleteUserPermissionsBoundary
		AttachUserPolicy DetachUserPolicy ListAttachedUserPolicies PutUserPolicy GetUserPolicy ListUserPolicies DeleteUserPolicy
		ListGroupsForUser CreateLoginProfile GetLoginProfile UpdateLoginProfile DeleteLoginProfile
		CreateAccessKey ListAccessKeys UpdateAccessKey DeleteAccessKey GetAccessKeyLastUsed
		EnableMFADevice DeactivateMFADevice ListMFADevices
		UploadSSHPublicKey GetSSHPublicKey ListSSHPublicKeys UpdateSSHPublicKey DeleteSSHPublicKey
		UploadSigningCertificate ListSigningCertificates UpdateSigningCertificate DeleteSigningCertificate
		CreateServiceSpecificCredential ListServiceSpecificCredentials UpdateServiceSpecificCredential
		ResetServiceSpecificCredential DeleteServiceSpecificCredential`),
	"group": strings.Fields(`
		CreateGroup GetGroup ListGroups UpdateGroup DeleteGroup AddUserToGroup RemoveUserFromGroup
		AttachGroupPolicy DetachGroupPolicy ListAttachedGroupPolicies PutGroupPolicy GetGroupPolicy ListGroupPolicies DeleteGroupPolicy`),
	"role": strings.Fields(`
		CreateRole GetRole ListRoles UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRole TagRole UntagRole ListRoleTags
		PutRolePermissionsBoundary DeleteRolePermissionsBoundary
		AttachRolePolicy DetachRolePolicy ListAttachedRolePolicies PutRolePolicy GetRolePolicy ListRolePolicies DeleteRolePolicy
		CreateServiceLinkedRole DeleteServiceLinkedRole GetServiceLinkedRoleDeletionStatus`),
	"policy": strings.Fields(`
		CreatePolicy GetPolicy DeletePolicy TagPolicy UntagPolicy ListPolicyTags ListEntitiesForPolicy
		CreatePolicyVersion GetPolicyVersion ListPolicyVersions SetDefaultPolicyVersion DeletePolicyVersion`),
	"instance-profile": strings.Fields(`
		CreateInstanceProfile GetInstanceProfile ListInstanceProfiles ListInstanceProfilesForRole DeleteInstanceProfile
		AddRoleToInstanceProfile RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile ListInstanceProfileTags`),
	"mfa": strings.Fields(`
		CreateVirtualMFADevice DeleteVirtualMFADevice TagMFADevice UntagMFADevice ListMFADeviceTags`),
	"server-certificate": strings.Fields(`
		UploadServerCertificate GetServerCertificate DeleteServerCertificate TagServerCertificate UntagServerCertificate ListServerCertificateTags`),
	"principal": strings.Fields(`SimulatePrincipalPolicy`),
}

// sortOf is the sort of thing that an operation of IAM is on, "" where it is on nothing in particular.
func sortOf(operation string) string {
	for sort, operations := range onWhat {
		if slices.Contains(operations, operation) {
			return sort
		}
	}
	return ""
}

// permits are what this call takes of its caller.
func (c *call) permits(service string) []permit {
	switch service {
	case "iam":
		return c.iamPermits()
	case "s3":
		return c.s3Permits()
	case "sts", "tag":
		return []permit{{action: service + ":" + c.operation.name, on: cmp.Or(c.text("RoleArn"), "*")}}
	}
	return c.regionalPermits(service)
}

// iamPermits are what a call of IAM takes: its own action and, where it does the work of others too, theirs.
func (c *call) iamPermits() []permit {
	name := c.operation.name
	on := c.iamTarget(sortOf(name))
	permits := []permit{{action: "iam:" + name, on: on}}
	also := func(action, on string) { permits = append(permits, permit{action: "iam:" + action, on: on}) }
	tagged := c.given("Tags.member.1.Key")
	switch name {
	case "CreateUser", "CreateRole", "CreatePolicy", "CreateInstanceProfile":
		word := strings.TrimPrefix(name, "Create")
		if tagged {
			also("Tag"+word, on)
		}
		if c.text("PermissionsBoundary") != "" {
			also("Put"+word+"PermissionsBoundary", on)
		}
	case "CreateVirtualMFADevice":
		if tagged {
			also("TagMFADevice", on)
		}
	case "UploadServerCertificate":
		if tagged {
			also("TagServerCertificate", on)
		}
	case "AddRoleToInstanceProfile":
		also("PassRole", c.iamTarget("role"))
	case "UpdateUser", "UpdateGroup":
		// Who moves or renames something needs the permission for what it is and for what it becomes.
		if after := c.renamed(strings.TrimPrefix(name, "Update"), on); after != on {
			also(name, after)
		}
	}
	return permits
}

// renamed is the ARN that a user or group has after UpdateUser or UpdateGroup.
func (c *call) renamed(word, before string) string {
	sort := strings.ToLower(word)
	path := strings.TrimPrefix(before, arnOf(c.account, sort))
	at := strings.LastIndexByte(path, '/') + 1
	return arnOf(c.account, sort+cmp.Or(c.text("NewPath"), path[:at])+cmp.Or(c.text("New"+word+"Name"), path[at:]))
}

// iamTarget is the ARN of what a call of IAM is on. What is not there has the path that it would be made with.
func (c *call) iamTarget(sort string) string {
	switch sort {
	case "user":
		return c.userTarget()
	case "group":
		return c.namedTarget("group", groupKindName, "GroupName")
	case "role":
		if service := c.text("AWSServiceName"); service != "" {
			return arnOf(c.account, "role"+serviceLinkedPath+service+"/AWSServiceRole")
		}
		return c.namedTarget("role", roleKindName, "RoleName")
	case "instance-profile":
		return c.namedTarget("instance-profile", instanceProfileKindName, "InstanceProfileName")
	case "server-certificate":
		return c.namedTarget("server-certificate", serverCertificateName, "ServerCertificateName")
	case "policy":
		if arn := c.text("PolicyArn"); arn != "" {
			return arn
		}
		return arnOf(c.account, "policy"+c.path()+c.text("PolicyName"))
	case "mfa":
		if serial := c.text("SerialNumber"); serial != "" {
			return serial
		}
		return arnOf(c.account, "mfa"+c.path()+c.text("VirtualMFADeviceName"))
	case "principal":
		return c.text("PolicySourceArn")
	}
	return "*"
}

// namedTarget is the ARN of something that a parameter names or, for a list, of the path that is listed.
func (c *call) namedTarget(sort, kind, parameter string) string {
	name := c.text(parameter)
	if named, ok := c.store.get(placeOf(kind, name)).(interface{ arn(account string) string }); ok && name != "" {
		return named.arn(c.account)
	}
	if name == "" {
		return arnOf(c.account, sort+cmp.Or(c.text("PathPrefix"), "/"))
	}
	return arnOf(c.account, sort+c.path()+name)
}

// userTarget is the ARN of the user that a call is on, which is the caller where none is named.
func (c *call) userTarget() string {
	switch {
	case c.operation.name == "GetAccessKeyLastUsed":
		if key, ok := c.store.get(placeOf(accessKeyName, c.text("AccessKeyId"))).(*AccessKey); ok {
			if user := c.userByID(key.UserID); user != nil {
				return user.arn(c.account)
			}
		}
		return "*"
	case c.text("UserName") == "" && c.flag("AllUsers"):
		return "*"
	case c.text("UserName") == "" && c.operation.name != "ListUsers" && c.caller.user != nil:
		return c.caller.user.arn(c.account)
	}
	return c.namedTarget("user", userKindName, "UserName")
}
