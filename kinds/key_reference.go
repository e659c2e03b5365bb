package kinds

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"baseline/resource"
)

// The setting "kms" of what is encrypted with a key refers to that key: "alias/NAME" is a key of the account in the object's own
// Region that has aliases, by the one that it has had for the longest; any other key is its ARN, and "" is none. So a file can name
// a key that is yet to be made, which has no ARN, and an alias that somebody adds later changes nothing.

// keyReference is how an object of a Region refers to a key, which AWS names by its ARN. It costs one call for each key of the
// account in that Region, however many objects are encrypted with it.
func (r *Reader) keyReference(ctx context.Context, region, key string) (string, error) {
	of, err := arn.Parse(key)
	if err != nil || of.AccountID != r.Account || of.Region != region {
		return key, nil
	}
	return r.keys.get(key, func() (string, error) {
		aliases, err := aliasesOf(ctx, r.Services, region, key)
		switch {
		case missing(err): // it is gone for good, and the object still has it
			return key, nil
		case err != nil:
			return "", err
		case len(aliases) == 0:
			return key, nil
		}
		return aliases[0], nil
	})
}

// keyReferredTo is the key that an object of a Region refers to by an alias.
func keyReferredTo(region, reference string) (resource.Address, bool) {
	alias, ok := strings.CutPrefix(reference, aliasStart)
	return resource.At(kmsKeyKind, region, alias), ok
}

// layKeyReference has what is wanted of an object of a Region refer to its key as the account shows it: a file may use any alias.
func layKeyReference(region string, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
	at, ok := keyReferredTo(region, wanted.Text("kms"))
	if !ok {
		return wanted
	}
	key, exists := see(at)
	aliases := strings.Fields(key.Facts[factAliases])
	if !exists || len(aliases) == 0 {
		return wanted
	}
	return wanted.With(resource.Object{"kms": aliases[0]})
}

// referredKeyARN is the ARN of the key that an object of a Region refers to, for calls that take nothing else; nil for none.
func referredKeyARN(ctx context.Context, s *Services, region string, o resource.Object) (*string, error) {
	reference := given(o, "kms")
	if reference == nil || !strings.HasPrefix(*reference, aliasStart) {
		return reference, nil
	}
	answer, err := s.KMS.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: reference}, kmsIn(region))
	if err != nil {
		return nil, err
	}
	return answer.KeyMetadata.Arn, nil
}

// aliasesOf returns all aliases of a key, by its id or ARN: first that which it has had for the longest, and those that it got at the
// same time by name.
func aliasesOf(ctx context.Context, s *Services, region, key string) ([]string, error) {
	var entries []types.AliasListEntry
	err := everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.KMS.ListAliases(ctx, &kms.ListAliasesInput{
			KeyId: &key, Limit: aws.Int32(aliasesPage), Marker: marker,
		}, kmsIn(region))
		if err != nil {
			return false, nil, err
		}
		entries = append(entries, page.Aliases...)
		return page.Truncated, page.NextMarker, nil
	})
	slices.SortFunc(entries, func(a, b types.AliasListEntry) int {
		return cmp.Or(aws.ToTime(a.LastUpdatedDate).Compare(aws.ToTime(b.LastUpdatedDate)),
			cmp.Compare(aws.ToString(a.AliasName), aws.ToString(b.AliasName)))
	})
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = aws.ToString(entry.AliasName)
	}
	return names, err
}
