package sandbox

import "cmp"

func kmsPolicyOperations() []operation {
	return []operation{
		read("GetKeyPolicy", asked(getKeyPolicy)),
		read("ListKeyPolicies", asked(listKeyPolicies)),
		write("PutKeyPolicy", asked(putKeyPolicy)),
	}
}

var (
	kmsPolicyText = parameter{name: "Policy", low: 1, high: 131072, pattern: latinRule}
	kmsPolicyName = parameter{name: "PolicyName", low: 1, high: 128, pattern: wordRule}
)

// onlyKeyPolicy is the name of the one policy a key has.
const onlyKeyPolicy = "default"

// quotaKeyPolicy is how long a key's policy may be, in bytes.
const quotaKeyPolicy = 32768

// defaultKeyPolicy is the policy of a key that was created without: it leaves all to the account's own policies.
func defaultKeyPolicy(account string) string {
	return `{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "` + arnOf(account, "root") + `"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`
}

type keyPolicyInput struct {
	KeyId                          string //nolint:revive // the API's own spelling
	PolicyName                     string
	Policy                         string
	BypassPolicyLockoutSafetyCheck bool
}

func (in *keyPolicyInput) check() error {
	return refuseBreaches(codeValidation, kmsPolicyName.inField(in.PolicyName), kmsPolicyText.inField(in.Policy))
}

func getKeyPolicy(c *call, in *keyPolicyInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	k, err := c.kmsKey(in.KeyId, byKeyOnly)
	if err != nil {
		return done, err
	}
	if cmp.Or(in.PolicyName, onlyKeyPolicy) != onlyKeyPolicy {
		return done, kmsNotFound("No such policy exists")
	}
	return answer{json: struct{ Policy, PolicyName string }{k.Policy, onlyKeyPolicy}}, nil
}

func listKeyPolicies(c *call, in *kmsKeyInput) (answer, error) {
	if _, err := c.kmsKey(in.KeyId, byKeyOnly); err != nil {
		return done, err
	}
	return answer{json: struct {
		PolicyNames []string
		Truncated   bool
	}{PolicyNames: []string{onlyKeyPolicy}}}, nil
}

func putKeyPolicy(c *call, in *keyPolicyInput) (answer, error) {
	required := kmsPolicyText
	required.required = true
	if err := refuseBreaches(codeValidation, kmsPolicyName.inField(in.PolicyName), required.inField(in.Policy)); err != nil {
		return done, err
	}
	k, err := c.kmsKey(in.KeyId, byKeyOnly)
	if err != nil {
		return done, err
	}
	if cmp.Or(in.PolicyName, onlyKeyPolicy) != onlyKeyPolicy {
		return done, refuse(codeValidation, "Invalid policy name; the only valid name is %s", onlyKeyPolicy)
	}
	if err := c.checkKeyPolicy(k, in.Policy, in.BypassPolicyLockoutSafetyCheck); err != nil {
		return done, err
	}
	changed := *k
	changed.Policy = in.Policy
	c.put(&changed)
	return done, nil
}

// checkKeyPolicy refuses a policy that does not parse, that names somebody who does not exist or, unless that is
// wanted, that would not let the caller change it again.
func (c *call) checkKeyPolicy(k *KMSKey, text string, lockOut bool) error {
	if len(text) > quotaKeyPolicy {
		return refuse("LimitExceededException", "The key policy is larger than %d bytes.", quotaKeyPolicy)
	}
	d, err := parseResourcePolicy(text)
	if err != nil {
		return refuse("MalformedPolicyDocumentException", "%s", asFailure(err).message)
	}
	if !c.principalsExist(d) {
		return refuse("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.")
	}
	if !lockOut && !c.callerAllowed(d, "kms:PutKeyPolicy", k.arn(c.account)) {
		return refuse("MalformedPolicyDocumentException",
			"The new key policy will not allow you to update the key policy in the future.")
	}
	return nil
}
