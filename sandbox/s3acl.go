package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// The rules of object ownership. Only under ownerEnforced are there no access control lists.
const (
	ownerEnforced  = "BucketOwnerEnforced"
	ownerPreferred = "BucketOwnerPreferred"
	objectWriter   = "ObjectWriter"
)

// The groups that an access control list can give something to.
const (
	everyoneGroup    = "http://acs.amazonaws.com/groups/global/AllUsers"
	anyAccountGroup  = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
	logDeliveryGroup = "http://acs.amazonaws.com/groups/s3/LogDelivery"
)

// A BucketGrant is what a bucket's access control list gives to someone besides its owner: to an account, by its
// canonical id, or to a group, by its address.
type BucketGrant struct {
	ID         string `json:"id,omitempty"`
	Group      string `json:"group,omitempty"`
	Permission string `json:"permission"`
}

func bucketACLOperations() []operation {
	return []operation{
		write("PutBucketAcl", changeBucket(done, putBucketACL)),
		read("GetBucketAcl", ofBucket(getBucketACL)),
		write("PutBucketOwnershipControls", changeBucket(done, putOwnershipControls)),
		read("GetBucketOwnershipControls", ofBucket(getOwnershipControls)),
		write("DeleteBucketOwnershipControls", changeBucket(noContent, func(_ *call, b *Bucket) error {
			b.Ownership = ""
			return nil
		})),
	}
}

// cannedGrants are what the canned lists give besides the owner's full control.
var cannedGrants = map[string][]BucketGrant{
	"private":                   nil,
	"bucket-owner-full-control": nil,
	"bucket-owner-read":         nil,
	"public-read":               {{Group: everyoneGroup, Permission: "READ"}},
	"public-read-write":         {{Group: everyoneGroup, Permission: "READ"}, {Group: everyoneGroup, Permission: "WRITE"}},
	"authenticated-read":        {{Group: anyAccountGroup, Permission: "READ"}},
	"log-delivery-write":        {{Group: logDeliveryGroup, Permission: "WRITE"}, {Group: logDeliveryGroup, Permission: "READ_ACP"}},
}

var (
	permissions    = []string{"FULL_CONTROL", "WRITE", "WRITE_ACP", "READ", "READ_ACP"}
	ownershipRules = []string{ownerEnforced, ownerPreferred, objectWriter}
)

type accessControlPolicy struct {
	Owner  *aclOwner  `xml:"Owner"`
	Grants *aclGrants `xml:"AccessControlList"`
}

type aclOwner struct {
	DisplayName *string
	ID          string
}

type aclGrants struct{ Grant []aclGrant }

type aclGrant struct {
	Grantee    aclGrantee
	Permission string
}

// An aclGrantee tells its sort by an attribute of XML Schema, under the prefix that S3 uses.
type aclGrantee struct {
	Schema      string `xml:"xmlns:xsi,attr"`
	Type        string `xml:"xsi:type,attr"`
	DisplayName *string
	ID          *string
	URI         *string
}

func putBucketACL(c *call, b *Bucket) error {
	grants, err := c.sentGrants()
	if err != nil {
		return err
	}
	if b.Ownership == ownerEnforced && (len(grants) > 0 || c.text("x-amz-acl") == "private") {
		return refuse("AccessControlListNotSupported", "The bucket does not allow ACLs")
	}
	if isPublicACL(grants) && c.blocks(b, func(p PublicBlock) bool { return p.ACLs }) {
		return refuse("AccessDenied", "User: %s is not authorized to perform: s3:PutBucketAcl on resource: %q because public "+
			"access control lists (ACLs) are prevented by the BlockPublicAcls setting in S3 Block Public Access.", c.caller.arn, b.arn())
	}
	b.Grants = grants
	return nil
}

// grantOnCreation reads the ownership and the list that a new bucket is to have.
func (c *call) grantOnCreation(b *Bucket) error {
	if !slices.Contains(ownershipRules, b.Ownership) {
		return refuse("InvalidArgument", "Invalid x-amz-object-ownership header: %s", b.Ownership)
	}
	canned := c.text("x-amz-acl")
	grants, ok := cannedGrants[canned]
	switch {
	case !ok && canned != "":
		return refuse("InvalidArgument", "Invalid canned ACL: %s", canned)
	case len(grants) > 0 && b.Ownership == ownerEnforced:
		return refuse("InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	case isPublicACL(grants):
		return refuse("InvalidBucketAclWithBlockPublicAccessError", "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
	}
	b.Grants = grants
	return nil
}

func isPublicACL(grants []BucketGrant) bool {
	return slices.ContainsFunc(grants, func(g BucketGrant) bool { return g.Group == everyoneGroup || g.Group == anyAccountGroup })
}

// sentGrants are those of the canned list or of the body, without the owner's own.
func (c *call) sentGrants() ([]BucketGrant, error) {
	if canned := c.text("x-amz-acl"); canned != "" {
		grants, ok := cannedGrants[canned]
		if !ok {
			return nil, refuse("InvalidArgument", "Invalid canned ACL: %s", canned)
		}
		return grants, nil
	}
	for _, header := range []string{"full-control", "read", "read-acp", "write", "write-acp"} {
		if c.given("x-amz-grant-" + header) {
			return nil, refuse("NotImplemented", "A header you provided implies functionality that is not implemented.")
		}
	}
	var in accessControlPolicy
	if err := c.readXML("AccessControlPolicy", &in); err != nil {
		return nil, err
	}
	var grants []BucketGrant
	if in.Grants == nil {
		return nil, nil
	}
	for _, g := range in.Grants.Grant {
		grant := BucketGrant{Permission: g.Permission}
		if g.Grantee.ID != nil {
			grant.ID = *g.Grantee.ID
		}
		if g.Grantee.URI != nil {
			grant.Group = *g.Grantee.URI
		}
		if err := grant.check(); err != nil {
			return nil, err
		}
		if grant.ID != canonicalID(c.account) {
			grants = append(grants, grant)
		}
	}
	return grants, nil
}

func (g BucketGrant) check() error {
	groups := []string{everyoneGroup, anyAccountGroup, logDeliveryGroup}
	switch {
	case !slices.Contains(permissions, g.Permission):
		return refuse("MalformedACLError", "The XML you provided was not well-formed or did not validate against our published schema")
	case g.Group != "" && !slices.Contains(groups, g.Group):
		return refuse("InvalidArgument", "Invalid group uri")
	case g.Group == "" && !canonicalIDs.MatchString(g.ID):
		return refuse("InvalidArgument", "Invalid id")
	}
	return nil
}

// getBucketACL shows the owner alone where there are no lists.
func getBucketACL(c *call, b *Bucket) (answer, error) {
	owner := canonicalID(c.account)
	shown := []BucketGrant{{ID: owner, Permission: "FULL_CONTROL"}}
	if b.Ownership != ownerEnforced {
		shown = append(shown, b.Grants...)
	}
	out := accessControlPolicy{Owner: &aclOwner{ID: owner}, Grants: &aclGrants{}}
	for _, g := range shown {
		grantee := aclGrantee{Schema: "http://www.w3.org/2001/XMLSchema-instance", Type: "CanonicalUser", ID: &g.ID}
		if g.Group != "" {
			grantee.Type, grantee.ID, grantee.URI = "Group", nil, &g.Group
		}
		out.Grants.Grant = append(out.Grants.Grant, aclGrant{Grantee: grantee, Permission: g.Permission})
	}
	return respondXML("AccessControlPolicy", out)
}

var canonicalIDs = whole(`[0-9a-f]{64}`)

// canonicalID is the id by which access control lists know an account.
func canonicalID(account string) string {
	sum := sha256.Sum256([]byte("canonical user of " + account))
	return hex.EncodeToString(sum[:])
}

type ownershipControls struct {
	Rule []ownershipRule
}

type ownershipRule struct{ ObjectOwnership string }

// putOwnershipControls replaces the rule. Lists can't be done away with while one gives something to others.
func putOwnershipControls(c *call, b *Bucket) error {
	var in ownershipControls
	if err := c.readXML("OwnershipControls", &in); err != nil {
		return err
	}
	if len(in.Rule) != 1 || !slices.Contains(ownershipRules, in.Rule[0].ObjectOwnership) {
		return malformedXML()
	}
	if in.Rule[0].ObjectOwnership == ownerEnforced && len(b.Grants) > 0 {
		return refuse("InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	}
	b.Ownership = in.Rule[0].ObjectOwnership
	return nil
}

func getOwnershipControls(_ *call, b *Bucket) (answer, error) {
	if b.Ownership == "" {
		return done, refuse("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
	}
	return respondXML("OwnershipControls", ownershipControls{[]ownershipRule{{b.Ownership}}})
}
