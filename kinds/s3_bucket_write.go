package kinds

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"baseline/resource"
)

// firstRegion is the Region that a bucket is in where none is named, and where S3 lets a bucket be made that is there already.
const firstRegion = "us-east-1"

// createBucket makes a bucket, and then gives it the settings that differ from those of a new one.
func createBucket(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
	region := after.Text("region")
	b := callsOf(w.Services, w.Account, a.Name, region)
	if err := b.create(ctx, region); err != nil {
		return err
	}
	w.regions.Store(a.Name, region)
	return onceKnown(ctx, w, func() error { return b.configure(ctx, s3Bucket().Defaults, after) })
}

func (b bucketCalls) create(ctx context.Context, region string) error {
	in := &s3.CreateBucketInput{Bucket: b.name}
	if region != firstRegion {
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(region)}
	} else if err := b.refuseExisting(ctx); err != nil {
		return err
	}
	_, err := b.CreateBucket(ctx, in, b.there)
	if code(err) == "BucketAlreadyExists" {
		return &AdvisedError{Err: err, Advice: "another account has a bucket of this name, so choose another"}
	}
	return err
}

// refuseExisting says of a bucket that is there what S3 says everywhere but in us-east-1, where it takes away the access control
// list instead and says that all is well.
func (b bucketCalls) refuseExisting(ctx context.Context) error {
	_, err := b.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	if err == nil {
		return &resource.CallError{
			Operation: "s3:CreateBucket", Class: resource.Exists, Code: "BucketAlreadyOwnedByYou", Message: "the account has a bucket of this name",
		}
	}
	switch httpStatus(err) {
	case http.StatusNotFound, http.StatusForbidden, http.StatusMovedPermanently:
		return nil
	}
	return err
}

func updateBucket(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	b, err := w.bucket(ctx, a.Name, before, after)
	if err != nil {
		return err
	}
	return b.configure(ctx, before, after)
}

// configure makes the settings what they are in after, with a call or two for each that differs. Access logs come late because S3
// may not let them be written yet.
func (b bucketCalls) configure(ctx context.Context, before, after resource.Object) error {
	for _, one := range []struct {
		differs bool
		put     func(context.Context, resource.Object) error
	}{
		{bucketDiffers(before, after, "public_access_block"), b.putBlock},
		{bucketDiffers(before, after, "ownership"), b.putOwnership},
		{bucketDiffers(before, after, "encryption") || bucketDiffers(before, after, "encryption_key"), b.putEncryption},
		{bucketDiffers(before, after, "versioning"), b.putVersioning},
		{bucketDiffers(before, after, "expire") || bucketDiffers(before, after, "expire_rule"), b.putExpiry},
		{bucketDiffers(before, after, "access_logs"), b.putLogging},
		{bucketDiffers(before, after, "tags"), b.putTags},
	} {
		if !one.differs {
			continue
		}
		if err := one.put(ctx, before.With(after)); err != nil {
			return err
		}
	}
	return nil
}

func (b bucketCalls) putBlock(ctx context.Context, o resource.Object) error {
	block := accessBlockOf(o.List("public_access_block"))
	_, err := b.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
		Bucket: b.name, ExpectedBucketOwner: b.owner, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: block.acls, BlockPublicPolicy: block.policy, IgnorePublicAcls: block.ignoreACLs, RestrictPublicBuckets: block.restrict,
		},
	}, b.there)
	return err
}

func (b bucketCalls) putOwnership(ctx context.Context, o resource.Object) error {
	_, err := b.PutBucketOwnershipControls(ctx, &s3.PutBucketOwnershipControlsInput{
		Bucket: b.name, ExpectedBucketOwner: b.owner, OwnershipControls: &types.OwnershipControls{
			Rules: []types.OwnershipControlsRule{{ObjectOwnership: types.ObjectOwnership(o.Text("ownership"))}},
		},
	}, b.there)
	return err
}

// putEncryption keeps what else the rule says, such as whether keys of KMS are used for many objects each.
func (b bucketCalls) putEncryption(ctx context.Context, o resource.Object) error {
	rule, err := b.encryptionRule(ctx)
	if err != nil {
		return err
	}
	by := types.ServerSideEncryption(o.Text("encryption"))
	rule.ApplyServerSideEncryptionByDefault = &types.ServerSideEncryptionByDefault{SSEAlgorithm: by, KMSMasterKeyID: given(o, "encryption_key")}
	if by == types.ServerSideEncryptionAwsKmsDsse {
		rule.BucketKeyEnabled = nil // it needs a key for each object
	}
	_, err = b.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
		Bucket: b.name, ExpectedBucketOwner: b.owner, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{rule},
		},
	}, b.there)
	return err
}

func (b bucketCalls) putVersioning(ctx context.Context, o resource.Object) error {
	status := types.BucketVersioningStatusSuspended
	if o.Text("versioning") == versioningEnabled {
		status = types.BucketVersioningStatusEnabled
	}
	_, err := b.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket: b.name, ExpectedBucketOwner: b.owner, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	}, b.there)
	return err
}

// putLogging keeps in which form the logs are named where only their place changes.
func (b bucketCalls) putLogging(ctx context.Context, o resource.Object) error {
	var enabled *types.LoggingEnabled
	target, prefix, _ := strings.Cut(o.Text("access_logs"), "/")
	if target != "" {
		was, err := b.logging(ctx)
		if err != nil {
			return err
		}
		enabled = was
		if enabled == nil {
			enabled = &types.LoggingEnabled{}
		}
		enabled.TargetBucket, enabled.TargetPrefix = &target, &prefix
	}
	_, err := b.PutBucketLogging(ctx, &s3.PutBucketLoggingInput{
		Bucket: b.name, ExpectedBucketOwner: b.owner, BucketLoggingStatus: &types.BucketLoggingStatus{LoggingEnabled: enabled},
	}, b.there)
	if code(err) == "InvalidTargetBucketForLogging" {
		return &AdvisedError{Err: err, Advice: "bucket " + target + " must be of this account and Region, and its policy must let " +
			"logging.s3.amazonaws.com put objects under " + prefix + "*"}
	}
	return err
}

// putTags replaces all tags. AWS's own are not among them, but what bears such is not ours to write.
func (b bucketCalls) putTags(ctx context.Context, o resource.Object) error {
	tags := o.Map("tags")
	if len(tags) == 0 {
		_, err := b.DeleteBucketTagging(ctx, &s3.DeleteBucketTaggingInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
		return err
	}
	set := make([]types.Tag, 0, len(tags))
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		set = append(set, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	_, err := b.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{
		Bucket: b.name, ExpectedBucketOwner: b.owner, Tagging: &types.Tagging{TagSet: set},
	}, b.there)
	return err
}

// deleteBucket deletes a bucket that is empty but for what CloudTrail has left in it to try it out.
func deleteBucket(ctx context.Context, w *Writer, a resource.Address, before resource.Object) error {
	b, err := w.bucket(ctx, a.Name, before)
	if err != nil {
		return err
	}
	if err = b.removeTrials(ctx); err == nil {
		_, err = b.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	}
	if err = unless(noSuchBucket, err); err == nil {
		w.regions.Delete(a.Name)
	}
	return err
}
