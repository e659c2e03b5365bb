package kinds

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"golang.org/x/sync/errgroup"
)

// policyTags returns a lookup by ARN that also says whether the tags of a policy are known. Where the caller may not read tags in
// bulk, those of declared policies are read one by one and the others stay unknown.
func policyTags(ctx context.Context, r *Reader, policies []types.ManagedPolicyDetail) (func(arn string) (map[string]string, bool), error) {
	if !r.WithTags {
		return func(string) (map[string]string, bool) { return nil, false }, nil
	}
	bulk, err := r.Tags(ctx)
	if err == nil {
		return func(arn string) (map[string]string, bool) { return bulk[arn], true }, nil
	}
	if !denied(err) {
		return nil, err
	}
	r.notice("tag:GetResources is denied: tags that IAM's own lists leave out, as those of policies, are known only of what is declared")
	single, err := declaredPolicyTags(ctx, r, policies)
	return func(arn string) (map[string]string, bool) { tags, ok := single[arn]; return tags, ok }, err
}

func declaredPolicyTags(ctx context.Context, r *Reader, policies []types.ManagedPolicyDetail) (map[string]map[string]string, error) {
	declared := map[string]bool{}
	for _, name := range r.DeclaredPolicies {
		declared[name] = true
	}
	var arns []string
	for _, policy := range policies {
		if declared[policyName(policy)] {
			arns = append(arns, aws.ToString(policy.Arn))
		}
	}
	var mu sync.Mutex
	tags := map[string]map[string]string{}
	group, ctx := errgroup.WithContext(ctx)
	for _, arn := range arns {
		group.Go(func() error {
			found, err := r.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(arn)})
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			tags[arn] = tagMap(found.Policy.Tags)
			return nil
		})
	}
	return tags, group.Wait()
}
