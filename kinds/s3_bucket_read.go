package kinds

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"

	"baseline/resource"
)

const (
	versioningEnabled   = string(types.BucketVersioningStatusEnabled)
	versioningSuspended = string(types.BucketVersioningStatusSuspended)
	objectWriter        = string(types.ObjectOwnershipObjectWriter)
)

// bucketReading is what the calls about one bucket bring, each into fields of its own.
type bucketReading struct {
	bucketCalls
	ownership, encryption, key, versioning, accessLogs string
	block                                              []string
	expire                                             int
	expireRule                                         string
	tags                                               map[string]string
	publicPolicy, publicACL                            bool
	holds                                              string
	notice                                             func(string)
}

// readBucket asks for all settings of an own bucket, each of which is a call. A bucket that goes meanwhile, or that has not quite
// come to be, is none.
func readBucket(ctx context.Context, reader *Reader, b bucketCalls, region string) (resource.Resource, error) {
	r := &bucketReading{bucketCalls: b, notice: reader.notice}
	group, ctx := errgroup.WithContext(ctx)
	for _, read := range []func(context.Context) error{
		r.readOwnership, r.readEncryption, r.readVersioning, r.readBlock, r.readLifecycle, r.readLogging, r.readTags,
		r.readPolicyStatus, r.readACL, r.readContent,
	} {
		group.Go(func() error { return read(ctx) })
	}
	switch err := group.Wait(); {
	case code(err) == noSuchBucket:
		return resource.Resource{}, nil
	case err != nil:
		return resource.Resource{}, fmt.Errorf("bucket %s: %w", *b.name, err)
	}
	facts := resource.Facts{"public": "no"}
	if r.publicPolicy || r.publicACL {
		facts["public"] = "yes"
	}
	if r.holds != "" {
		facts[factHolds] = r.holds
	}
	return resource.Resource{
		Settings: resource.Object{
			"region": region, "ownership": r.ownership, "encryption": r.encryption, "encryption_key": r.key,
			"versioning": r.versioning, "public_access_block": r.block, "expire": r.expire, "expire_rule": r.expireRule, "access_logs": r.accessLogs,
			"tags": settableTags(r.tags),
		},
		Facts: withOwner(facts, owner(*b.name, "", r.tags)),
	}, nil
}

const noSuchBucket = "NoSuchBucket"

// unless forgives an answer of that code, which says that a bucket has no such setting.
func unless(answer string, err error) error {
	if code(err) == answer {
		return nil
	}
	return err
}

func (r *bucketReading) readOwnership(ctx context.Context) error {
	r.ownership = objectWriter // what a bucket without a rule is like
	out, err := r.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: r.name, ExpectedBucketOwner: r.owner}, r.there)
	if err != nil {
		return unless("OwnershipControlsNotFoundError", err)
	}
	if out.OwnershipControls != nil && len(out.OwnershipControls.Rules) > 0 {
		r.ownership = string(out.OwnershipControls.Rules[0].ObjectOwnership)
	}
	return nil
}

func (r *bucketReading) readEncryption(ctx context.Context) error {
	rule, err := r.encryptionRule(ctx)
	if err != nil {
		return err
	}
	r.encryption = encryptedByS3
	if by := rule.ApplyServerSideEncryptionByDefault; by != nil {
		r.encryption, r.key = string(by.SSEAlgorithm), aws.ToString(by.KMSMasterKeyID)
	}
	return nil
}

// encryptionRule returns how new objects are encrypted, with what we have no setting for.
func (b bucketCalls) encryptionRule(ctx context.Context) (types.ServerSideEncryptionRule, error) {
	out, err := b.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	if err != nil {
		return types.ServerSideEncryptionRule{}, unless("ServerSideEncryptionConfigurationNotFoundError", err)
	}
	if c := out.ServerSideEncryptionConfiguration; c != nil && len(c.Rules) > 0 {
		return c.Rules[0], nil
	}
	return types.ServerSideEncryptionRule{}, nil
}

func (r *bucketReading) readVersioning(ctx context.Context) error {
	out, err := r.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: r.name, ExpectedBucketOwner: r.owner}, r.there)
	if err == nil && out.Status == types.BucketVersioningStatusEnabled {
		r.versioning = versioningEnabled
	}
	return err
}

func (r *bucketReading) readBlock(ctx context.Context) error {
	r.block = []string{}
	out, err := r.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: r.name, ExpectedBucketOwner: r.owner}, r.there)
	if err != nil {
		return unless("NoSuchPublicAccessBlockConfiguration", err)
	}
	if b := out.PublicAccessBlockConfiguration; b != nil {
		r.block = accessBlock{b.BlockPublicAcls, b.BlockPublicPolicy, b.IgnorePublicAcls, b.RestrictPublicBuckets}.words()
	}
	return nil
}

func (r *bucketReading) readLifecycle(ctx context.Context) error {
	rules, _, err := r.lifecycle(ctx)
	if err != nil {
		return err
	}
	r.expire, r.expireRule, err = expiresAfter(rules)
	return err
}

func (r *bucketReading) readLogging(ctx context.Context) error {
	enabled, err := r.logging(ctx)
	if enabled != nil {
		r.accessLogs = aws.ToString(enabled.TargetBucket) + "/" + aws.ToString(enabled.TargetPrefix)
	}
	return err
}

// logging returns where accesses are logged to, nil for nowhere.
func (b bucketCalls) logging(ctx context.Context) (*types.LoggingEnabled, error) {
	out, err := b.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	if err != nil {
		return nil, err
	}
	return out.LoggingEnabled, nil
}

func (r *bucketReading) readTags(ctx context.Context) error {
	out, err := r.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: r.name, ExpectedBucketOwner: r.owner}, r.there)
	if err != nil {
		return unless("NoSuchTagSet", err)
	}
	r.tags = bucketTags(out.TagSet)
	return nil
}

func (r *bucketReading) readPolicyStatus(ctx context.Context) error {
	out, err := r.GetBucketPolicyStatus(ctx, &s3.GetBucketPolicyStatusInput{Bucket: r.name, ExpectedBucketOwner: r.owner}, r.there)
	if err != nil {
		return unless(noSuchBucketPolicy, err)
	}
	r.publicPolicy = out.PolicyStatus != nil && aws.ToBool(out.PolicyStatus.IsPublic)
	return nil
}

// readACL finds grants to everybody, and to everybody who has an account of AWS, which is no less.
func (r *bucketReading) readACL(ctx context.Context) error {
	out, err := r.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: r.name, ExpectedBucketOwner: r.owner}, r.there)
	if err != nil {
		return err
	}
	r.publicACL = slices.ContainsFunc(out.Grants, func(g types.Grant) bool {
		if g.Grantee == nil {
			return false
		}
		group := aws.ToString(g.Grantee.URI)
		return strings.HasSuffix(group, "/groups/global/AllUsers") || strings.HasSuffix(group, "/groups/global/AuthenticatedUsers")
	})
	return nil
}

func (r *bucketReading) readContent(ctx context.Context) error {
	content, err := r.content(ctx)
	switch {
	case denied(err):
		r.holds = "objects that may not be listed" // as policies of buckets with logs often have it; it may be empty, but who knows
		r.notice("s3:ListBucketVersions is denied on bucket " + *r.name + ": it counts as one that holds something")
		return nil
	case err != nil:
		return err
	}
	r.holds = content.holds()
	return nil
}
