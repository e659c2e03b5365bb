package kinds

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"baseline/resource"
)

// expireRule is the ID of the one rule of a lifecycle that is ours.
const expireRule = "baseline-expire"

// abortDays is after how many days our rule ends uploads in parts that nobody went on with.
const abortDays = 7

// expiry is our rule, in the form in which it is written.
func expiry(days int) types.LifecycleRule {
	return types.LifecycleRule{
		ID: aws.String(expireRule), Status: types.ExpirationStatusEnabled,
		Filter:                         &types.LifecycleRuleFilter{Prefix: aws.String("")},
		Expiration:                     &types.LifecycleExpiration{Days: aws.Int32(clamp32(days))},
		NoncurrentVersionExpiration:    &types.NoncurrentVersionExpiration{NoncurrentDays: aws.Int32(clamp32(days))},
		AbortIncompleteMultipartUpload: &types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(abortDays)},
	}
}

// expiresAfter returns the days of our rule among others, 0 for none. One that somebody has given another form than ours has no days
// and is returned in full, so that it is seen, and comes back where a change of it is taken back.
func expiresAfter(rules []types.LifecycleRule) (days int, form string, err error) {
	at := slices.IndexFunc(rules, isExpireRule)
	if at < 0 {
		return 0, "", nil
	}
	rule := rules[at]
	if rule.Expiration != nil {
		days = int(aws.ToInt32(rule.Expiration.Days))
	}
	if days > 0 && isExpiry(rule, days) {
		return days, "", nil
	}
	form, err = writtenRule(rule)
	return 0, form, err
}

// writtenRule writes a rule as JSON, with S3's own names for what it says.
func writtenRule(rule types.LifecycleRule) (string, error) {
	data, err := json.Marshal(rule)
	if err != nil {
		return "", err
	}
	var says map[string]any
	if err := json.Unmarshal(data, &says); err != nil {
		return "", err
	}
	data, err = json.Marshal(withoutNulls(says)) // in the order of the names
	return string(data), err
}

func withoutNulls(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, of := range value {
			if value[name] = withoutNulls(of); of == nil {
				delete(value, name)
			}
		}
	case []any:
		for i := range value {
			value[i] = withoutNulls(value[i])
		}
	}
	return value
}

// readRule is the rule that writtenRule has written.
func readRule(form string) (types.LifecycleRule, error) {
	var rule types.LifecycleRule
	if err := json.Unmarshal([]byte(form), &rule); err != nil || !isExpireRule(rule) {
		return rule, fmt.Errorf("%q is no rule %s of a lifecycle", form, expireRule)
	}
	return rule, nil
}

func isExpireRule(rule types.LifecycleRule) bool { return aws.ToString(rule.ID) == expireRule }

// isExpiry reports whether a rule does what ours does with so many days.
func isExpiry(rule types.LifecycleRule, days int) bool {
	old, abort, moves := rule.NoncurrentVersionExpiration, rule.AbortIncompleteMultipartUpload, len(rule.Transitions)+len(rule.NoncurrentVersionTransitions)
	return rule.Status == types.ExpirationStatusEnabled && isForAll(rule.Filter) && moves == 0 &&
		old != nil && int(aws.ToInt32(old.NoncurrentDays)) == days && old.NewerNoncurrentVersions == nil &&
		abort != nil && aws.ToInt32(abort.DaysAfterInitiation) == abortDays
}

func isForAll(f *types.LifecycleRuleFilter) bool {
	return f != nil && f.And == nil && f.Tag == nil && f.ObjectSizeGreaterThan == nil && f.ObjectSizeLessThan == nil && aws.ToString(f.Prefix) == ""
}

// lifecycle returns all rules, with from what size on objects move to other storage, which a write has to repeat.
func (b bucketCalls) lifecycle(ctx context.Context) ([]types.LifecycleRule, types.TransitionDefaultMinimumObjectSize, error) {
	out, err := b.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	if err != nil {
		return nil, "", unless("NoSuchLifecycleConfiguration", err)
	}
	return out.Rules, out.TransitionDefaultMinimumObjectSize, nil
}

// putExpiry replaces our rule by one of so many days or, for 0 days, of the form that somebody gave it, or takes it away where there
// is none, and leaves the others as they are: S3 can only be told all of them at once.
func (b bucketCalls) putExpiry(ctx context.Context, o resource.Object) error {
	days, form := o.Number("expire"), o.Text("expire_rule")
	before, smallest, err := b.lifecycle(ctx)
	if err != nil {
		return err
	}
	rules := slices.DeleteFunc(slices.Clone(before), isExpireRule)
	switch {
	case days > 0:
		rules = append(rules, expiry(days))
	case form != "":
		rule, err := readRule(form)
		if err != nil {
			return err
		}
		rules = append(rules, rule)
	}
	switch {
	case len(rules) == 0 && len(before) == 0:
		return nil
	case len(rules) == 0:
		_, err = b.DeleteBucketLifecycle(ctx, &s3.DeleteBucketLifecycleInput{Bucket: b.name, ExpectedBucketOwner: b.owner}, b.there)
	default:
		_, err = b.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
			Bucket: b.name, ExpectedBucketOwner: b.owner, TransitionDefaultMinimumObjectSize: smallest,
			LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: rules},
		}, b.there)
	}
	return err
}
