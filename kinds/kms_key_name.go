package kinds

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"baseline/resource"
)

// How the settings of others name a key: "alias/NAME" for one of the account in the same Region that has aliases, by the first of
// them; otherwise its ARN; "" for none.

// nameOfKey is how the key of an ARN is named in the settings of what uses it in a Region.
func (r *Reader) nameOfKey(ctx context.Context, region, key string) (string, error) {
	of, err := arn.Parse(key)
	if err != nil || of.AccountID != r.Account || of.Region != region {
		return key, nil
	}
	var aliases []string
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.KMS.ListAliases(ctx, &kms.ListAliasesInput{KeyId: &key, Marker: marker}, kmsIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, alias := range page.Aliases {
			aliases = append(aliases, aws.ToString(alias.AliasName))
		}
		return page.Truncated, page.NextMarker, nil
	})
	switch {
	case missing(err): // it is gone for good, and is used all the same
		return key, nil
	case err != nil:
		return "", err
	case len(aliases) == 0:
		return key, nil
	}
	return slices.Min(aliases), nil
}

// keyAddress is the key of a Region that a setting names, if it does so by an alias.
func keyAddress(region, key string) (resource.Address, bool) {
	alias, ok := strings.CutPrefix(key, aliasStart)
	return resource.At(kmsKeyKind, region, alias), ok
}

// layKeyName names the wanted key by the first of its aliases, as the account shows it.
func layKeyName(a resource.Address, wanted resource.Object, see func(resource.Address) (resource.Resource, bool)) resource.Object {
	region, _ := regionOf(a)
	at, ok := keyAddress(region, wanted.Text("kms"))
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

// keyARN is the ARN of a key that a setting names, for calls that take nothing else.
func (s *Services) keyARN(ctx context.Context, region, key string) (string, error) {
	if isARN(key) {
		return key, nil
	}
	answer, err := s.KMS.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &key}, kmsIn(region))
	if err != nil {
		return "", err
	}
	return aws.ToString(answer.KeyMetadata.Arn), nil
}
