package sandbox

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const bucketKindName = "s3-bucket"

// A Bucket is a bucket of S3 with its settings. Those that are nil were never made or were taken away.
type Bucket struct {
	Name    string    `json:"name"`
	Region  string    `json:"region"`
	Created time.Time `json:"created,omitzero"`
	// Owner is the other account whose bucket this is; "" for this account's own. See [Account.SetForeignBucket].
	Owner string `json:"owner,omitempty"`
	// Policy is the text as it was sent; "" is none. PolicyPut is when it was.
	Policy    string    `json:"policy,omitempty"`
	PolicyPut time.Time `json:"policyPut,omitzero"`

	PublicBlock *PublicBlock `json:"publicBlock,omitempty"`
	// Ownership is the rule of the ownership controls; "" is none, which is as ObjectWriter.
	Ownership  string           `json:"ownership,omitempty"`
	Grants     []BucketGrant    `json:"grants,omitempty"` // besides the owner's full control
	Encryption BucketEncryption `json:"encryption"`
	Versioning string           `json:"versioning,omitempty"`
	Lifecycle  *BucketLifecycle `json:"lifecycle,omitempty"`
	Logging    *BucketLogging   `json:"logging,omitempty"`
	Tags       []Tag            `json:"tags,omitempty"`
}

func (b *Bucket) place() place    { return bucketPlace(b.Name) }
func (b *Bucket) born() time.Time { return b.Created }
func (b *Bucket) links() []string { return nil }

func (b *Bucket) ownerOr(account string) string { return cmp.Or(b.Owner, account) }

func (b *Bucket) arn() string { return "arn:aws:s3:::" + b.Name }

// bucketPlace is where a bucket of a name is. Unlike IAM's, names in another spelling are other names.
func bucketPlace(name string) place { return place{kind: bucketKindName, name: name} }

func bucketKind() *kind {
	return &kind{
		name:   bucketKindName,
		decode: decodeAs[Bucket],
		settings: func(_ *call, e entity) (string, any) {
			b, _ := e.(*Bucket)
			return b.Name, b.settings()
		},
	}
}

// settings are a bucket without dates, its policy in the form in which equal ones look equal.
func (b *Bucket) settings() any {
	plain := *b
	plain.Created, plain.Policy, plain.PolicyPut = time.Time{}, "", time.Time{}
	var policy any
	if b.Policy != "" {
		policy = plainDocument(b.Policy)
	}
	return struct {
		Bucket
		Policy any `json:"policy,omitempty"`
	}{Bucket: plain, Policy: policy}
}

func s3Service() *service {
	s := &service{name: "s3", rest: true}
	s.add(
		write("CreateBucket", createBucket),
		read("HeadBucket", headBucket),
		write("DeleteBucket", deleteBucket),
		read("ListBuckets", listBuckets),
		read("GetBucketLocation", getBucketLocation),
	)
	s.add(bucketPolicyOperations()...)
	s.add(publicBlockOperations()...)
	s.add(bucketACLOperations()...)
	s.add(bucketEncryptionOperations()...)
	s.add(bucketVersioningOperations()...)
	s.add(bucketLifecycleOperations()...)
	s.add(bucketLoggingOperations()...)
	s.add(bucketTaggingOperations()...)
	s.add(objectOperations()...)
	return s
}

// bucket is the bucket that a call names, if it is this account's and in the Region the call came to.
func (c *call) bucket() (*Bucket, error) {
	b, err := c.bucketAnywhere()
	if err != nil {
		return nil, err
	}
	return b, c.inRegionOf(b)
}

// visibleBucket is the bucket of a name, of whatever account, if the call can see it.
func (c *call) visibleBucket(name string) (*Bucket, bool) {
	b, ok := c.store.get(bucketPlace(name)).(*Bucket)
	return b, ok && c.visible(b)
}

// bucketAnywhere is the bucket that a call names, wherever it is, if it is this account's.
func (c *call) bucketAnywhere() (*Bucket, error) {
	b, ok := c.visibleBucket(c.text(bucketField))
	if !ok {
		return nil, refuse("NoSuchBucket", "The specified bucket does not exist")
	}
	expected := cmp.Or(c.text("x-amz-expected-bucket-owner"), c.account)
	if owner := b.ownerOr(c.account); owner != c.account || owner != expected {
		return nil, &failure{code: "AccessDenied", message: "Access Denied", region: b.Region}
	}
	return b, nil
}

// inRegionOf refuses a call that came to another Region than the bucket's, with the Region to go to. An endpoint of a
// Region redirects. So does every other, but for us-east-1's when the bucket is in the host name: that name leads to the
// bucket's Region, which finds the signature to be for another.
func (c *call) inRegionOf(b *Bucket) error {
	endpoint := cmp.Or(c.text(hostRegionField), c.region)
	global := c.text(styleField) == virtualHosted && c.text(hostRegionField) == "" && c.region == globalRegion
	switch {
	case c.region == b.Region:
		return nil
	case endpoint == b.Region, global:
		return &failure{
			code:    "AuthorizationHeaderMalformed",
			message: "The authorization header is malformed; the region '" + c.region + "' is wrong; expecting '" + b.Region + "'",
			region:  b.Region,
		}
	default:
		return &failure{
			code: "PermanentRedirect",
			message: "The bucket you are attempting to access must be addressed using the specified endpoint. " +
				"Please send all future requests to this endpoint.",
			region: b.Region,
		}
	}
}

// ofBucket makes an operation of one that needs a bucket.
func ofBucket(run func(c *call, b *Bucket) (answer, error)) func(c *call) (answer, error) {
	return func(c *call) (answer, error) {
		b, err := c.bucket()
		if err != nil {
			return done, err
		}
		return run(c, b)
	}
}

// changeBucket makes an operation that changes a copy of a bucket, which is then kept.
func changeBucket(then answer, change func(c *call, b *Bucket) error) func(c *call) (answer, error) {
	return ofBucket(func(c *call, b *Bucket) (answer, error) {
		changed := *b
		if err := change(c, &changed); err != nil {
			return done, err
		}
		c.put(&changed)
		return then, nil
	})
}

type createBucketConfiguration struct {
	LocationConstraint *string `xml:"LocationConstraint"`
	Tags               *tagSet `xml:"Tags"`
}

// createBucket makes a bucket as all are since April 2023: no public access, no access control lists. In us-east-1, a
// bucket that the caller has there already is no error.
func createBucket(c *call) (answer, error) {
	name := c.text(bucketField)
	if !isBucketName(name) {
		return done, refuse("InvalidBucketName", "The specified bucket is not valid.")
	}
	var in createBucketConfiguration
	if len(c.body) > 0 {
		if err := c.readXML("CreateBucketConfiguration", &in); err != nil {
			return done, err
		}
	}
	region, err := c.newBucketRegion(in.LocationConstraint)
	if err != nil {
		return done, err
	}
	created := answer{rest: restAnswer{header: map[string]string{"Location": "/" + name, "x-amz-bucket-arn": "arn:aws:s3:::" + name}}}
	if b, ok := c.store.get(bucketPlace(name)).(*Bucket); ok {
		switch {
		case b.Owner != "":
			return done, refuse("BucketAlreadyExists", "The requested bucket name is not available. "+
				"The bucket namespace is shared by all users of the system. Please select a different name and try again.")
		case c.region == globalRegion && b.Region == globalRegion && region == globalRegion:
			changed := *b
			changed.Grants = nil
			c.put(&changed)
			return created, nil
		default:
			return done, refuse("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.")
		}
	}
	b := &Bucket{
		Name: name, Region: region, Created: c.now.Truncate(time.Second), Encryption: defaultEncryption(),
		PublicBlock: &PublicBlock{true, true, true, true}, Ownership: cmp.Or(c.text("x-amz-object-ownership"), ownerEnforced),
	}
	if b.Tags, err = in.Tags.read(); err != nil {
		return done, err
	}
	if err := c.grantOnCreation(b); err != nil {
		return done, err
	}
	c.put(b)
	return created, nil
}

// newBucketRegion is where a bucket is to be made. us-east-1 can make it anywhere, every other Region only in itself and
// only when told so.
func (c *call) newBucketRegion(constraint *string) (string, error) {
	asked := ""
	if constraint != nil {
		asked = *constraint
	}
	endpoint := cmp.Or(c.text(hostRegionField), c.region)
	incompatible := func(which string) error {
		return refuse("IllegalLocationConstraintException",
			"The %s location constraint is incompatible for the region specific endpoint this request was sent to.", which)
	}
	if asked == "EU" {
		asked = "eu-west-1"
	}
	switch {
	case asked == "" && endpoint == globalRegion:
		return globalRegion, nil
	case asked == "":
		return "", incompatible("unspecified")
	case asked == globalRegion || !regionRule.MatchString(asked):
		return "", refuse("InvalidLocationConstraint", "The specified location-constraint is not valid")
	case endpoint != globalRegion && asked != endpoint:
		return "", incompatible(asked)
	}
	return asked, nil
}

var (
	regionRule     = whole(`[a-z]{2}(-[a-z]+)+-[0-9]`)
	bucketNameRule = whole(`[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]`)
)

// isBucketName says whether S3 accepts a name for a new bucket.
func isBucketName(name string) bool {
	if !bucketNameRule.MatchString(name) || strings.Contains(name, "..") {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return false
	}
	reserved := func(test func(name, part string) bool, parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return test(name, part) })
	}
	return !reserved(strings.HasPrefix, "xn--", "sthree-", "amzn-s3-demo-") &&
		!reserved(strings.HasSuffix, "-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
}

func headBucket(c *call) (answer, error) {
	b, err := c.bucket()
	if err != nil {
		return done, err
	}
	return answer{rest: restAnswer{header: map[string]string{
		"x-amz-bucket-region": b.Region, "x-amz-bucket-arn": b.arn(), "x-amz-access-point-alias": "false",
	}}}, nil
}

func deleteBucket(c *call) (answer, error) {
	b, err := c.bucket()
	if err != nil {
		return done, err
	}
	if len(c.store.linked[objectsOf(b.Name)]) > 0 {
		text := "The bucket you tried to delete is not empty"
		if b.Versioning != "" {
			text += ". You must delete all versions in the bucket."
		}
		return done, refuse("BucketNotEmpty", "%s", text)
	}
	c.remove(b)
	return noContent, nil
}

// getBucketLocation names the Region, but us-east-1 by nothing. us-east-1 knows where every bucket is.
func getBucketLocation(c *call) (answer, error) {
	b, err := c.bucketAnywhere()
	if err != nil {
		return done, err
	}
	if c.region != globalRegion {
		if err := c.inRegionOf(b); err != nil {
			return done, err
		}
	}
	region := b.Region
	if region == globalRegion {
		region = ""
	}
	return respondXML("LocationConstraint", region)
}

type listBucketsResult struct {
	Owner             bucketOwner
	Buckets           []listedBucket `xml:"Buckets>Bucket"`
	ContinuationToken string         `xml:",omitempty"`
	Prefix            string         `xml:",omitempty"`
}

type bucketOwner struct{ ID string }

type listedBucket struct {
	Name         string
	CreationDate string
	BucketRegion string
	BucketArn    string
}

// mostBuckets is how many buckets a page of ListBuckets holds at most, and when nothing else is asked for.
const mostBuckets = 10000

// listBuckets lists the account's buckets of all Regions.
func listBuckets(c *call) (answer, error) {
	size := c.number("max-buckets", mostBuckets)
	if size < 1 || size > mostBuckets {
		return done, refuse("InvalidArgument", "Argument max-buckets must be an integer between 1 and %d", mostBuckets)
	}
	var own []*Bucket
	for e := range c.store.all(bucketKindName) {
		b, _ := e.(*Bucket)
		if b.Owner == "" && c.visible(b) && strings.HasPrefix(b.Name, c.text("prefix")) &&
			(!c.given("bucket-region") || c.text("bucket-region") == b.Region) {
			own = append(own, b)
		}
	}
	page, next, err := restPage(c, c.text("continuation-token"), size, own, func(b *Bucket) string { return b.Name })
	if err != nil {
		return done, err
	}
	result := listBucketsResult{Owner: bucketOwner{canonicalID(c.account)}, ContinuationToken: next, Prefix: c.text("prefix")}
	for _, b := range page {
		result.Buckets = append(result.Buckets, listedBucket{b.Name, restTime(b.Created), b.Region, b.arn()})
	}
	return respondXML("ListAllMyBucketsResult", result)
}

// restPage takes one page of sorted items. The token is bound to what is asked of the list.
func restPage[T any](c *call, token string, size int, items []T, key func(T) string) (page []T, next string, err error) {
	page, next, ok := tokenPage(c, c.question(bucketField, "prefix", "delimiter", "bucket-region"), token, size, items, key)
	if !ok {
		return nil, "", refuse("InvalidArgument", "The continuation token provided is incorrect")
	}
	return page, next, nil
}

// restTime writes a time as S3 does in XML.
func restTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
