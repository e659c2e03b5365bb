package sandbox

import (
	"cmp"
	"strings"
	"time"
)

const kmsKeyKindName = "kms-key"

// The states of a key.
const (
	keyEnabled         = "Enabled"
	keyDisabled        = "Disabled"
	keyPendingDeletion = "PendingDeletion"
	keyPendingImport   = "PendingImport"
)

const (
	specSymmetric    = "SYMMETRIC_DEFAULT"
	usageEncryption  = "ENCRYPT_DECRYPT"
	usageSigning     = "SIGN_VERIFY"
	usageMAC         = "GENERATE_VERIFY_MAC"
	originKMS        = "AWS_KMS"
	originExternal   = "EXTERNAL"
	multiRegionStart = "mrk-"
)

// A KMSKey is a customer managed key of KMS. Its material is not simulated.
type KMSKey struct {
	ID          string    `json:"id"`
	Region      string    `json:"region"`
	Created     time.Time `json:"created"`
	Description string    `json:"description,omitempty"`
	Spec        string    `json:"spec"`
	Usage       string    `json:"usage"`
	Origin      string    `json:"origin"`
	State       string    `json:"state"`
	// Deletion is when a key that is pending deletion is gone.
	Deletion time.Time `json:"deletion,omitzero"`
	// Policy is the key's policy, as it was sent.
	Policy   string       `json:"policy"`
	Rotation *KeyRotation `json:"rotation,omitempty"`
	Tags     []Tag        `json:"tags,omitempty"`
}

func (k *KMSKey) place() place    { return regionalPlace(kmsKeyKindName, k.Region, k.ID) }
func (k *KMSKey) born() time.Time { return k.Created }
func (k *KMSKey) links() []string { return nil }

func (k *KMSKey) arn(account string) string {
	return regionalARN("kms", k.Region, account, "key/"+k.ID)
}

// gone says whether the key's deletion has come.
func (k *KMSKey) gone(now time.Time) bool {
	return k.State == keyPendingDeletion && !now.Before(k.Deletion)
}

// symmetric says whether the key is of the only sort that rotates: symmetric, with material that KMS made.
func (k *KMSKey) symmetric() bool { return k.Spec == specSymmetric && k.Origin == originKMS }

var kmsKeyIDRule = whole(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32}`)

func cutKeyID(rest string) (id string, ok bool) { return strings.CutPrefix(rest, "key/") }

func kmsKeyKind() *kind {
	return &kind{name: kmsKeyKindName, decode: decodeAs[KMSKey], settings: kmsKeySettings}
}

// kmsKeySettings tells a key under the names of its aliases, for a key that is made again has another id. One whose deletion has
// come has none.
func kmsKeySettings(c *call, e entity) (string, any) {
	k, _ := e.(*KMSKey)
	if k.gone(c.now) {
		return "", nil
	}
	names := []string{}
	for _, a := range linked[*KMSAlias](c, aliasOf(k.ID)) {
		names = append(names, a.Name)
	}
	return k.Region + "/" + strings.Join(names, ","), struct {
		Description string       `json:"description,omitempty"`
		Spec        string       `json:"spec"`
		Usage       string       `json:"usage"`
		State       string       `json:"state"`
		Policy      any          `json:"policy"`
		Rotation    *KeyRotation `json:"rotation,omitempty"`
		Tags        []Tag        `json:"tags,omitempty"`
	}{k.Description, k.Spec, k.Usage, k.State, plainDocument(k.Policy), k.Rotation.setting(), k.Tags}
}

func kmsKeyOperations() []operation {
	return []operation{
		write("CreateKey", asked(createKey)),
		read("DescribeKey", asked(describeKey)),
		read("ListKeys", asked(listKeys)),
		write("EnableKey", asked(enableKey)),
		write("DisableKey", asked(disableKey)),
		write("UpdateKeyDescription", asked(updateKeyDescription)),
	}
}

// A keySpec is what keys of a spec can do: the field of the metadata that lists their algorithms and the algorithms, by
// usage.
type keySpec map[string][]string

var (
	rsaEncryption = []string{"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"}
	rsaSigning    = []string{
		"RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512",
		"RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512",
	}
)

// keySpecs are the specs that are simulated.
var keySpecs = map[string]keySpec{
	specSymmetric:   {usageEncryption: {specSymmetric}},
	"RSA_2048":      {usageEncryption: rsaEncryption, usageSigning: rsaSigning},
	"RSA_3072":      {usageEncryption: rsaEncryption, usageSigning: rsaSigning},
	"RSA_4096":      {usageEncryption: rsaEncryption, usageSigning: rsaSigning},
	"ECC_NIST_P256": {usageSigning: {"ECDSA_SHA_256"}},
	"ECC_NIST_P384": {usageSigning: {"ECDSA_SHA_384"}},
	"ECC_NIST_P521": {usageSigning: {"ECDSA_SHA_512"}},
	"HMAC_256":      {usageMAC: {"HMAC_SHA_256"}},
}

type createKeyInput struct {
	Policy                         string
	Description                    string
	KeyUsage                       string
	KeySpec, CustomerMasterKeySpec string
	Origin                         string
	MultiRegion                    bool
	BypassPolicyLockoutSafetyCheck bool
	Tags                           []kmsTag
}

var (
	kmsDescription = parameter{name: "Description", high: 8192}
	kmsOrigin      = parameter{name: "Origin", values: []string{originKMS, originExternal, "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"}}
)

func createKey(c *call, in *createKeyInput) (answer, error) {
	err := refuseBreaches(codeValidation, kmsPolicyText.inField(in.Policy), kmsDescription.inField(in.Description),
		kmsOrigin.inField(in.Origin))
	if err != nil {
		return done, err
	}
	k := &KMSKey{
		Region: c.region, Created: c.now, Description: in.Description, Origin: cmp.Or(in.Origin, originKMS), State: keyEnabled,
	}
	if k.Spec, k.Usage, err = in.spec(); err != nil {
		return done, err
	}
	switch k.Origin {
	case originKMS:
	case originExternal:
		k.State = keyPendingImport
	default:
		return done, refuse("CustomKeyStoreNotFoundException", "There is no custom key store in this account.")
	}
	if k.Tags, err = newKMSTags(nil, in.Tags); err != nil {
		return done, err
	}
	k.ID = c.newKMSKeyID(in.MultiRegion)
	k.Policy = in.Policy
	if k.Policy == "" {
		k.Policy = defaultKeyPolicy(c.account)
	}
	if err := c.checkKeyPolicy(k, k.Policy, in.BypassPolicyLockoutSafetyCheck); err != nil {
		return done, err
	}
	c.put(k)
	return c.showKey(k), nil
}

// spec is what the key is to be; a key that is not symmetric must be told what it is for.
func (in *createKeyInput) spec() (spec, usage string, err error) {
	spec = cmp.Or(in.KeySpec, in.CustomerMasterKeySpec, specSymmetric)
	can, known := keySpecs[spec]
	if !known {
		return "", "", refuse("NotImplemented", "Keys of the spec %s are not simulated.", spec)
	}
	usage = in.KeyUsage
	if usage == "" && spec == specSymmetric {
		usage = usageEncryption
	}
	switch {
	case usage == "":
		return "", "", refuse(codeValidation, "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")
	case can[usage] == nil:
		return "", "", refuse(codeValidation, "KeyUsage %s is not compatible with KeySpec %s", usage, spec)
	}
	return spec, usage, nil
}

// newKMSKeyID makes the id of a key, which is a UUID or, for a key of several Regions, tells that by its start.
func (c *call) newKMSKeyID(multiRegion bool) string {
	id := c.newUUID()
	if multiRegion {
		return multiRegionStart + strings.ReplaceAll(id, "-", "")
	}
	return id
}

// A keyMetadata is a key as answers show it.
type keyMetadata struct {
	AWSAccountId          string //nolint:revive // the API's own spelling
	KeyId                 string //nolint:revive // the API's own spelling
	Arn                   string
	CreationDate          *int64
	Enabled               bool
	Description           string
	KeyUsage              string
	KeyState              string
	DeletionDate          *int64 `json:",omitempty"`
	Origin                string
	KeyManager            string
	CustomerMasterKeySpec string
	KeySpec               string
	EncryptionAlgorithms  []string `json:",omitempty"`
	SigningAlgorithms     []string `json:",omitempty"`
	MacAlgorithms         []string `json:",omitempty"`
	MultiRegion           bool
	// MultiRegionConfiguration is told of keys of several Regions.
	MultiRegionConfiguration *multiRegionConfiguration `json:",omitempty"`
}

type multiRegionConfiguration struct {
	MultiRegionKeyType string
	PrimaryKey         multiRegionKey
	ReplicaKeys        []multiRegionKey
}

type multiRegionKey struct{ Arn, Region string }

func (c *call) showKey(k *KMSKey) answer {
	m := keyMetadata{
		AWSAccountId:          c.account,
		KeyId:                 k.ID,
		Arn:                   k.arn(c.account),
		CreationDate:          epochSeconds(k.Created),
		Enabled:               k.State == keyEnabled,
		Description:           k.Description,
		KeyUsage:              k.Usage,
		KeyState:              k.State,
		DeletionDate:          epochSeconds(k.Deletion),
		Origin:                k.Origin,
		KeyManager:            "CUSTOMER",
		CustomerMasterKeySpec: k.Spec,
		KeySpec:               k.Spec,
		MultiRegion:           strings.HasPrefix(k.ID, multiRegionStart),
	}
	switch algorithms := keySpecs[k.Spec][k.Usage]; k.Usage {
	case usageSigning:
		m.SigningAlgorithms = algorithms
	case usageMAC:
		m.MacAlgorithms = algorithms
	default:
		m.EncryptionAlgorithms = algorithms
	}
	if m.MultiRegion {
		m.MultiRegionConfiguration = &multiRegionConfiguration{
			MultiRegionKeyType: "PRIMARY", PrimaryKey: multiRegionKey{m.Arn, k.Region}, ReplicaKeys: []multiRegionKey{},
		}
	}
	return answer{json: struct{ KeyMetadata keyMetadata }{m}}
}

func describeKey(c *call, in *kmsKeyInput) (answer, error) {
	k, err := c.kmsKey(in.KeyId, byAlias)
	if err != nil {
		return done, err
	}
	return c.showKey(k), nil
}

// A kmsPage is how lists of KMS are asked for, and kmsMore how they end.
type (
	kmsPage struct {
		Limit  *int
		Marker string
	}
	kmsMore struct {
		NextMarker string `json:",omitempty"`
		Truncated  bool
	}
)

// kmsListPage takes a page of a list of KMS.
func kmsListPage[T any](c *call, in kmsPage, words string, absent int, items []T, key func(T) string) ([]T, kmsMore, error) {
	if err := refuseBreaches(codeValidation, kmsLimit.inNumber(in.Limit), kmsMarker.inField(in.Marker)); err != nil {
		return nil, kmsMore{}, err
	}
	size := absent
	if in.Limit != nil {
		size = *in.Limit
	}
	page, next, ok := tokenPage(c, words, in.Marker, size, items, key)
	if !ok {
		return nil, kmsMore{}, refuse("InvalidMarkerException", "Could not deserialize marker")
	}
	return page, kmsMore{NextMarker: next, Truncated: next != ""}, nil
}

type kmsKeyEntry struct{ KeyId, KeyArn string } //nolint:revive // the API's own spelling

func listKeys(c *call, in *kmsPage) (answer, error) {
	entries := []kmsKeyEntry{}
	for _, k := range allRegional[*KMSKey](c, kmsKeyKindName, "") {
		if !k.gone(c.now) {
			entries = append(entries, kmsKeyEntry{KeyId: k.ID, KeyArn: k.arn(c.account)})
		}
	}
	page, more, err := kmsListPage(c, *in, "", defaultPage, entries, func(e kmsKeyEntry) string { return e.KeyId })
	if err != nil {
		return done, err
	}
	return answer{json: struct {
		Keys []kmsKeyEntry
		kmsMore
	}{page, more}}, nil
}

func enableKey(c *call, in *kmsKeyInput) (answer, error) { return c.switchKey(in.KeyId, keyEnabled) }

func disableKey(c *call, in *kmsKeyInput) (answer, error) { return c.switchKey(in.KeyId, keyDisabled) }

func (c *call) switchKey(name, state string) (answer, error) {
	k, err := c.activeKey(name)
	if err != nil {
		return done, err
	}
	if k.State == keyPendingImport {
		return done, refuse("KMSInvalidStateException", "%s is pending import.", k.arn(c.account))
	}
	changed := *k
	changed.State = state
	c.put(&changed)
	return done, nil
}

type updateKeyDescriptionInput struct{ KeyId, Description string } //nolint:revive // the API's own spelling

func updateKeyDescription(c *call, in *updateKeyDescriptionInput) (answer, error) {
	if err := refuseBreaches(codeValidation, kmsDescription.inField(in.Description)); err != nil {
		return done, err
	}
	k, err := c.activeKey(in.KeyId)
	if err != nil {
		return done, err
	}
	changed := *k
	changed.Description = in.Description
	c.put(&changed)
	return done, nil
}
