package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

const organizationKindName = "organization"

var organizationPlace = placeOf(organizationKindName, "organization")

var organizationID = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)

// An Organization is what an account belongs to. CloudTrail asks for it when a trail is to be the organization's.
type Organization struct {
	// ID is the organization's id, such as o-exampleorgid.
	ID string `json:"id"`
	// Management is the id of its management account, 12 digits. It is this account's own where that manages it.
	Management string `json:"management"`
}

func (o *Organization) place() place    { return organizationPlace }
func (o *Organization) born() time.Time { return time.Time{} }
func (o *Organization) links() []string { return nil }

func organizationKind() *kind {
	return &kind{
		name:     organizationKindName,
		decode:   decodeAs[Organization],
		settings: func(_ *call, e entity) (string, any) { return "organization", e },
	}
}

// organization is the account's organization, with an empty id where it has none.
func (c *call) organization() *Organization {
	if o, ok := c.store.get(organizationPlace).(*Organization); ok {
		return o
	}
	return &Organization{}
}

// SetOrganization puts the account into an organization, with all features and with CloudTrail's trusted access on. It is
// an error when an id is malformed; nothing is then changed.
func (a *Account) SetOrganization(o Organization) error {
	switch {
	case !organizationID.MatchString(o.ID):
		return fmt.Errorf("set organization: id %q is not like o-exampleorgid", o.ID)
	case !accountID.MatchString(o.Management):
		return fmt.Errorf("set organization: management account %q is not 12 digits", o.Management)
	}
	return a.edit(func(c *call) error {
		c.put(&o)
		return nil
	})
}

// checkOrganization refuses an organization trail of an account that does not manage its organization.
func (c *call) checkOrganization(t *Trail) error {
	o := c.organization()
	switch {
	case !t.Organization || o.Management == c.account:
		return nil
	case o.ID == "":
		return refuse("OrganizationsNotInUseException", "The account %s is not a member of an organization.", c.account)
	default:
		return refuse("NotOrganizationMasterAccountException",
			"The account %s is not the management account of the organization %s.", c.account, o.ID)
	}
}

// A ForeignTrail is an organization trail that another account, the management account or a delegated administrator,
// keeps for all accounts of the organization.
type ForeignTrail struct {
	// ARN names the trail, its home Region and the account it belongs to.
	ARN string
	// Bucket and Prefix are where it delivers to, outside of the account.
	Bucket, Prefix string
	// KeyARN is the KMS key it encrypts with, or "".
	KeyARN string
	// LogGroupARN and LogRoleARN are where it delivers to in CloudWatch Logs, or "".
	LogGroupARN, LogRoleARN string
	// MultiRegion, GlobalEvents and Validation are settings as of CreateTrail.
	MultiRegion, GlobalEvents, Validation bool
	// Logging says whether it logs, which it then did from the moment it is added.
	Logging bool
}

// AddForeignTrail adds an organization trail of another account, or replaces the one of the same ARN. It is seen in this
// account as a shadow trail, and nobody here can change it. It is an error when the ARN is none of a trail of another
// account or when the bucket or the settings are not ones a trail can have; nothing is then changed.
func (a *Account) AddForeignTrail(f ForeignTrail) error {
	return a.edit(func(c *call) error {
		ref, err := c.trailRef(f.ARN)
		switch {
		case err != nil:
			return fmt.Errorf("add foreign trail: %w", err)
		case !ref.byARN:
			return fmt.Errorf("add foreign trail: %q is not an ARN", f.ARN)
		case ref.account == c.account:
			return errors.New("add foreign trail: " + f.ARN + " is of this account")
		}
		t := &Trail{
			Account: ref.account, Region: ref.region, Name: ref.name, Created: c.now,
			trailSettings: trailSettings{
				Bucket: f.Bucket, Prefix: f.Prefix, KeyARN: f.KeyARN, LogGroupARN: f.LogGroupARN, LogRoleARN: f.LogRoleARN,
				MultiRegion: f.MultiRegion, GlobalEvents: f.GlobalEvents, Validation: f.Validation, Organization: true,
			},
			Logging: f.Logging,
		}
		if err := t.check(); err != nil {
			return fmt.Errorf("add foreign trail %s: %w", f.ARN, err)
		}
		if f.Logging {
			t.Started = c.now
		}
		c.put(t)
		return nil
	})
}
