package sandbox

import (
	"slices"
	"strings"
	"time"
)

const kmsAliasKindName = "kms-alias"

// A KMSAlias is a name for a key, which can be given to another.
type KMSAlias struct {
	// Name starts with alias/.
	Name    string    `json:"name"`
	Region  string    `json:"region"`
	KeyID   string    `json:"keyID"`
	Created time.Time `json:"created"`
	Updated time.Time `json:"updated"`
}

func (a *KMSAlias) place() place    { return regionalPlace(kmsAliasKindName, a.Region, a.Name) }
func (a *KMSAlias) born() time.Time { return a.Created }
func (a *KMSAlias) links() []string { return []string{aliasOf(a.KeyID)} }

func (a *KMSAlias) arn(account string) string { return regionalARN("kms", a.Region, account, a.Name) }

// aliasOf is the link from an alias to its key.
func aliasOf(keyID string) string { return ownedBy(kmsAliasKindName, keyID) }

func kmsAliasKind() *kind {
	return &kind{
		name:   kmsAliasKindName,
		decode: decodeAs[KMSAlias],
		settings: func(c *call, e entity) (string, any) {
			a, _ := e.(*KMSAlias)
			k, err := c.keyByAlias(a.Name, a.Region)
			if err != nil {
				return "", nil
			}
			return a.Region + "/" + a.Name, k.State
		},
	}
}

func kmsAliasOperations() []operation {
	return []operation{
		write("CreateAlias", asked(createKMSAlias)),
		write("UpdateAlias", asked(updateKMSAlias)),
		write("DeleteAlias", asked(deleteKMSAlias)),
		read("ListAliases", asked(listKMSAliases)),
	}
}

// quotaKMSAliases is how many aliases a key may have.
const quotaKMSAliases = 50

const (
	aliasStart         = "alias/"
	reservedAliasStart = "alias/aws/"
)

// isKMSAlias says whether a name of a key is an alias, by name or by ARN.
func isKMSAlias(name string) bool {
	if a, ok := parseRegionalARN(name); ok {
		name = a.rest
	}
	return strings.HasPrefix(name, aliasStart)
}

// keyByAlias is the key that an alias of a Region stands for.
func (c *call) keyByAlias(name, region string) (*KMSKey, error) {
	if a, ok := findRegional[*KMSAlias](c, kmsAliasKindName, region, name); ok {
		if k, ok := findRegional[*KMSKey](c, kmsKeyKindName, region, a.KeyID); ok && !k.gone(c.now) {
			return k, nil
		}
	}
	return nil, kmsNotFound("Alias %s is not found.", regionalARN("kms", region, c.account, name))
}

type aliasInput struct {
	AliasName   string
	TargetKeyId string //nolint:revive // the API's own spelling
}

var kmsAliasText = parameter{name: "AliasName", required: true, low: 1, high: 256, pattern: whole(`[a-zA-Z0-9:/_-]+`)}

// check refuses a name that no alias of a customer can have.
func (in *aliasInput) check() error {
	if err := refuseBreaches(codeValidation, kmsAliasText.inField(in.AliasName)); err != nil {
		return err
	}
	switch rest, found := strings.CutPrefix(in.AliasName, aliasStart); {
	case !found:
		return refuse(codeValidation, "Invalid identifier: alias names must start with %s", aliasStart)
	case rest == "" || strings.Contains(rest, ":"):
		return refuse("InvalidAliasNameException", "%s is not a valid alias name", in.AliasName)
	case strings.HasPrefix(in.AliasName, reservedAliasStart):
		return refuse("NotAuthorizedException", "Aliases that start with %s are reserved for AWS.", reservedAliasStart)
	}
	return nil
}

// target is the key an alias is to stand for.
func (in *aliasInput) target(c *call) (*KMSKey, error) {
	if in.TargetKeyId == "" {
		return nil, refuseBreaches(codeValidation, named("TargetKeyId", kmsKeyID).inField(""))
	}
	if isKMSAlias(in.TargetKeyId) {
		return nil, refuse(codeValidation, "Aliases must refer to keys. Not aliases")
	}
	k, err := c.activeKey(in.TargetKeyId)
	if err == nil && len(linked[*KMSAlias](c, aliasOf(k.ID))) >= quotaKMSAliases {
		err = refuse("LimitExceededException", "The key %s has %d aliases already.", k.arn(c.account), quotaKMSAliases)
	}
	return k, err
}

func createKMSAlias(c *call, in *aliasInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	k, err := in.target(c)
	if err != nil {
		return done, err
	}
	a := &KMSAlias{Name: in.AliasName, Region: c.region, KeyID: k.ID, Created: c.now, Updated: c.now}
	if _, err := c.keyByAlias(a.Name, c.region); err == nil {
		return done, refuse("AlreadyExistsException", "An alias with the name %s already exists", a.arn(c.account))
	}
	c.put(a)
	return done, nil
}

// updateKMSAlias gives an alias to another key of the same sort.
func updateKMSAlias(c *call, in *aliasInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	a, old, err := c.alias(in.AliasName)
	if err != nil {
		return done, err
	}
	k, err := in.target(c)
	if err != nil {
		return done, err
	}
	if (k.Spec == specSymmetric) != (old.Spec == specSymmetric) || k.Usage != old.Usage {
		return done, refuse(codeValidation, "Alias %s can only stand for a key of the same type and usage as %s",
			a.arn(c.account), old.arn(c.account))
	}
	changed := *a
	changed.KeyID, changed.Updated = k.ID, c.now
	c.put(&changed)
	return done, nil
}

func deleteKMSAlias(c *call, in *aliasInput) (answer, error) {
	if err := in.check(); err != nil {
		return done, err
	}
	a, _, err := c.alias(in.AliasName)
	if err != nil {
		return done, err
	}
	c.remove(a)
	return done, nil
}

// alias is an alias of the call's Region and its key.
func (c *call) alias(name string) (*KMSAlias, *KMSKey, error) {
	k, err := c.keyByAlias(name, c.region)
	if err != nil {
		return nil, nil, err
	}
	a, _ := findRegional[*KMSAlias](c, kmsAliasKindName, c.region, name)
	return a, k, nil
}

type listKMSAliasesInput struct {
	KeyId string //nolint:revive // the API's own spelling
	kmsPage
}

type aliasEntry struct {
	AliasName       string
	AliasArn        string
	TargetKeyId     string //nolint:revive // the API's own spelling
	CreationDate    float64
	LastUpdatedDate float64
}

// epochMillis is a time as seconds, with what KMS tells of their fractions.
func epochMillis(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// listKMSAliases lists the aliases of the call's Region, or of one key. AWS's own, which stand for keys that AWS makes when
// they are first needed, do not exist here.
func listKMSAliases(c *call, in *listKMSAliasesInput) (answer, error) {
	aliases := allRegional[*KMSAlias](c, kmsAliasKindName, "")
	if in.KeyId != "" {
		k, err := c.kmsKey(in.KeyId, byKeyOnly)
		if err != nil {
			return done, err
		}
		aliases = slices.DeleteFunc(aliases, func(a *KMSAlias) bool { return a.KeyID != k.ID })
	}
	aliases = slices.DeleteFunc(aliases, func(a *KMSAlias) bool {
		_, err := c.keyByAlias(a.Name, a.Region)
		return err != nil
	})
	page, more, err := kmsListPage(c, in.kmsPage, in.KeyId, defaultPage, aliases, func(a *KMSAlias) string { return a.Name })
	if err != nil {
		return done, err
	}
	entries := []aliasEntry{}
	for _, a := range page {
		entries = append(entries, aliasEntry{
			AliasName: a.Name, AliasArn: a.arn(c.account), TargetKeyId: a.KeyID,
			CreationDate: epochMillis(a.Created), LastUpdatedDate: epochMillis(a.Updated),
		})
	}
	return answer{json: struct {
		Aliases []aliasEntry
		kmsMore
	}{entries, more}}, nil
}
