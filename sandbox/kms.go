package sandbox

import (
	"maps"
	"slices"
)

// KMS (JSON 1.1). Keys live in one Region and are named by id, by ARN and, where an operation allows it, by an alias.

func kmsService() *service {
	kms := &service{name: "kms", target: "TrentService"}
	kms.add(slices.Concat(
		kmsKeyOperations(), kmsDeletionOperations(), kmsPolicyOperations(), kmsRotationOperations(), kmsAliasOperations(),
		kmsTagOperations(),
	)...)
	return kms
}

var (
	kmsKeyID  = parameter{name: "KeyId", required: true, low: 1, high: 2048}
	kmsLimit  = parameter{name: "Limit", low: 1, high: 1000}
	kmsMarker = parameter{name: "Marker", low: 1, high: 1024}
)

// kmsNaming is what a call may call a key.
type kmsNaming int

const (
	byKeyOnly kmsNaming = iota // its id or ARN
	byAlias                    // or an alias's name or ARN
)

// A kmsKeyInput is the input of operations that need nothing but a key.
type kmsKeyInput struct{ KeyId string } //nolint:revive // the API's own spelling

// A kmsKeyAnswer names a key.
type kmsKeyAnswer struct{ KeyId string } //nolint:revive // the API's own spelling

// kmsKey finds the key that a call names.
func (c *call) kmsKey(name string, naming kmsNaming) (*KMSKey, error) {
	if err := refuseBreaches(codeValidation, kmsKeyID.inField(name)); err != nil {
		return nil, err
	}
	if naming == byKeyOnly && isKMSAlias(name) {
		return nil, kmsNotFound("Invalid keyId '%s'", name)
	}
	k, err := c.locateKey(name, c.region)
	if err != nil && asFailure(err).code == "InvalidArnException" {
		return nil, kmsNotFound("%s", asFailure(err).message)
	}
	return k, err
}

// activeKey is a key that a call wants to change, which it cannot be while it awaits its deletion.
func (c *call) activeKey(name string) (*KMSKey, error) {
	k, err := c.kmsKey(name, byKeyOnly)
	if err == nil && k.State == keyPendingDeletion {
		err = refuse("KMSInvalidStateException", "%s is pending deletion.", k.arn(c.account))
	}
	return k, err
}

const codeValidation = "ValidationException"

func kmsNotFound(format string, args ...any) error {
	return refuse("NotFoundException", format, args...)
}

// locateKey finds a key of a Region by id, ARN, alias/NAME or the ARN of an alias. What cannot be a key there, being
// malformed or an ARN of elsewhere, is refused with InvalidArnException; what could be but is not, with
// NotFoundException.
func (c *call) locateKey(name, region string) (*KMSKey, error) {
	rest := name
	if isARN(name) {
		a, ok := parseRegionalARN(name)
		switch {
		case !ok || a.service != "kms":
			return nil, refuse("InvalidArnException", "Invalid arn %s", name)
		case a.region != region:
			return nil, refuse("InvalidArnException", "Invalid arn %s", a.region)
		case a.account != c.account:
			return nil, refuse("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s because the "+
				"resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy "+
				"explicitly denies access", c.caller.arn, "kms:"+c.operation.name, name)
		}
		rest = a.rest
		if id, found := cutKeyID(rest); found {
			rest = id
		} else if !isKMSAlias(rest) {
			return nil, refuse("InvalidArnException", "Invalid arn %s", name)
		}
	}
	if isKMSAlias(rest) {
		return c.keyByAlias(rest, region)
	}
	if !kmsKeyIDRule.MatchString(rest) {
		return nil, refuse("InvalidArnException", "Invalid keyId '%s'", name)
	}
	k, ok := findRegional[*KMSKey](c, kmsKeyKindName, region, rest)
	if !ok || k.gone(c.now) {
		return nil, kmsNotFound("Key '%s' does not exist", regionalARN("kms", region, c.account, "key/"+rest))
	}
	return k, nil
}

// keyUsable says whether a service principal can make data keys with a key of a Region, and tells the key's ARN. The
// key is named by id, ARN, alias/NAME or an alias's ARN; the context is what is known of the request by condition key.
// It is refused with InvalidArnException for what cannot be a key of that Region, NotFoundException for a key that does
// not exist, DisabledException for one that is disabled, KMSInvalidStateException for one that awaits its deletion or
// its material, and AccessDeniedException where the key's policy does not allow it.
func (c *call) keyUsable(keyID, region, principal string, context map[string]string) (arn string, err error) {
	k, err := c.locateKey(keyID, region)
	if err != nil {
		return "", err
	}
	arn = k.arn(c.account)
	switch k.State {
	case keyEnabled:
	case keyDisabled:
		return arn, kmsDisabled(arn)
	default:
		return arn, refuse("KMSInvalidStateException", "%s is %s.", arn, k.State)
	}
	known := map[string]string{"kms:calleraccount": c.account}
	maps.Copy(known, context)
	d, err := parseResourcePolicy(k.Policy)
	if err != nil {
		return arn, err
	}
	if !d.allows(principal, "kms:GenerateDataKey", arn, known) {
		return arn, refuse("AccessDeniedException", "User: %s is not authorized to perform: kms:GenerateDataKey on resource: %s "+
			"because no resource-based policy allows the kms:GenerateDataKey action", principal, arn)
	}
	return arn, nil
}

func kmsDisabled(arn string) error { return refuse("DisabledException", "%s is disabled.", arn) }
