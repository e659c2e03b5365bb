package kinds

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"baseline/resource"
)

// foundKey is a key behind an address.
type foundKey struct {
	region, alias string
	about         *types.KeyMetadata
	// aliased is whether it has the alias; if not, its tag says that it was made for it.
	aliased bool
}

// dying reports whether the key awaits its deletion.
func (k *foundKey) dying() bool {
	return k.about.KeyState == types.KeyStatePendingDeletion || k.about.KeyState == types.KeyStatePendingReplicaDeletion
}

// locateKey returns the key of an alias, be it one that awaits its deletion; nil where there is none. Without the alias, it is the
// key without any that was made for it.
func locateKey(ctx context.Context, s *strays, alias string) (*foundKey, error) {
	about, err := s.describe(ctx, aliasStart+alias)
	if err != nil {
		return nil, err
	}
	if about != nil {
		return &foundKey{region: s.region, alias: alias, about: about, aliased: true}, nil
	}
	made, err := s.madeFor(ctx)
	if err != nil {
		return nil, err
	}
	var best *foundKey
	for _, id := range made[alias] {
		about, err := s.describe(ctx, id)
		if err != nil {
			return nil, err
		}
		if about == nil {
			continue
		}
		if k := (&foundKey{region: s.region, alias: alias, about: about}); best == nil || best.dying() && !k.dying() {
			best = k
		}
	}
	return best, nil
}

// strays are the keys of a Region that have no alias.
type strays struct {
	*Services
	region string
	made   shared[map[string][]string]
	// notice is told what could not be seen; nil where it was told when the plan was made.
	notice func(string)
}

func newStrays(s *Services, region string) *strays { return &strays{Services: s, region: region} }

// describe returns what KMS says of a key, by id or alias; nil where there is no such key.
func (s *strays) describe(ctx context.Context, name string) (*types.KeyMetadata, error) {
	answer, err := s.KMS.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &name}, kmsIn(s.region))
	if err != nil {
		return nil, unlessMissing(err)
	}
	return answer.KeyMetadata, nil
}

// madeFor returns the ids of the keys without an alias that were made for one, by that alias. It takes a call for each key that has
// no alias, so it is called only where an alias is not found. A key whose tags the caller may not read was not made by him, or else his
// permissions have changed: that is told.
func (s *strays) madeFor(ctx context.Context) (map[string][]string, error) {
	return s.made.get(func() (map[string][]string, error) {
		named, err := s.withAlias(ctx)
		if err != nil {
			return nil, err
		}
		made := map[string][]string{}
		unseen := false
		err = everyPage(func(marker *string) (bool, *string, error) {
			page, err := s.KMS.ListKeys(ctx, &kms.ListKeysInput{Limit: aws.Int32(pageSize), Marker: marker}, kmsIn(s.region))
			if err != nil {
				return false, nil, err
			}
			for _, key := range page.Keys {
				id := aws.ToString(key.KeyId)
				if named[id] {
					continue
				}
				tags, err := keyTags(ctx, s.Services, s.region, id)
				switch {
				case denied(err):
					unseen = true
				case err != nil && !missing(err):
					return false, nil, err
				}
				if alias := tags[aliasTag]; alias != "" {
					made[alias] = append(made[alias], id)
				}
			}
			return page.Truncated, page.NextMarker, nil
		})
		for _, ids := range made {
			slices.Sort(ids)
		}
		if unseen && s.notice != nil {
			s.notice("kms:ListResourceTags is denied on keys of " + s.region + " that have no alias: they are taken for keys that no baseline has made")
		}
		return made, err
	})
}

// withAlias returns the ids of the Region's keys that have an alias.
func (s *strays) withAlias(ctx context.Context) (map[string]bool, error) {
	named := map[string]bool{}
	err := everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.KMS.ListAliases(ctx, &kms.ListAliasesInput{Limit: aws.Int32(aliasesPage), Marker: marker}, kmsIn(s.region))
		if err != nil {
			return false, nil, err
		}
		for _, alias := range page.Aliases {
			named[aws.ToString(alias.TargetKeyId)] = true
		}
		return page.Truncated, page.NextMarker, nil
	})
	return named, err
}

// The most that a page of KMS holds of aliases and of tags.
const (
	aliasesPage = 100
	tagsPage    = 50
)

func keyTags(ctx context.Context, s *Services, region, key string) (map[string]string, error) {
	tags := map[string]string{}
	err := everyPage(func(marker *string) (bool, *string, error) {
		page, err := s.KMS.ListResourceTags(ctx, &kms.ListResourceTagsInput{
			KeyId: &key, Limit: aws.Int32(tagsPage), Marker: marker,
		}, kmsIn(region))
		if err != nil {
			return false, nil, err
		}
		for _, tag := range page.Tags {
			tags[aws.ToString(tag.TagKey)] = aws.ToString(tag.TagValue)
		}
		return page.Truncated, page.NextMarker, nil
	})
	return tags, err
}

func findKeys(ctx context.Context, r *Reader, addresses []resource.Address) (resource.State, error) {
	regions := map[string]*strays{}
	for _, a := range addresses {
		region, _ := regionOf(a)
		if regions[region] == nil {
			regions[region] = newStrays(r.Services, region)
			regions[region].notice = r.notice
		}
	}
	return findEach(addresses, func(a resource.Address) (resource.Resource, error) {
		region, alias := regionOf(a)
		k, err := locateKey(ctx, regions[region], alias)
		if err != nil || k == nil || k.dying() {
			return resource.Resource{}, err
		}
		return k.resource(ctx, r.Services)
	})
}

// resource is the key as an object, with its facts.
func (k *foundKey) resource(ctx context.Context, s *Services) (resource.Resource, error) {
	var aliases []string
	if k.aliased {
		var err error
		if aliases, err = aliasesOf(ctx, s, k.region, aws.ToString(k.about.KeyId)); err != nil {
			return resource.Resource{}, err
		}
	}
	facts := identified(k.about.KeyId, "")
	facts["arn"] = aws.ToString(k.about.Arn)
	if len(aliases) > 0 {
		facts[factAliases] = strings.Join(aliases, " ")
	}
	if k.about.KeyManager == types.KeyManagerTypeAws {
		return resource.Resource{Settings: k.outline(), Facts: withOwner(facts, "AWS")}, nil
	}
	settings, tags, err := k.inFull(ctx, s)
	return resource.Resource{Settings: settings, Facts: withOwner(facts, ownerByTags(tags))}, err
}

// factAliases names all aliases of a key, in the order of [aliasesOf]. Others may add some at any time, which changes nothing of ours.
const factAliases = resource.FactNow + "aliases"

// outline is what is known of a key without asking more.
func (k *foundKey) outline() resource.Object {
	o := resource.Object{
		"alias": "", "description": aws.ToString(k.about.Description), "enabled": k.about.KeyState == types.KeyStateEnabled,
	}
	if k.aliased {
		o["alias"] = aliasStart + k.alias
	}
	return o
}

func (k *foundKey) settings(ctx context.Context, s *Services) (resource.Object, error) {
	settings, _, err := k.inFull(ctx, s)
	return settings, err
}

// inFull is all that can be declared of a key, and all its tags.
func (k *foundKey) inFull(ctx context.Context, s *Services) (settings resource.Object, tags map[string]string, err error) {
	document, err := k.policy(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	rotation, err := k.rotation(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	tags, err = keyTags(ctx, s, k.region, aws.ToString(k.about.KeyId))
	if err != nil {
		return nil, nil, err
	}
	shown := settableTags(tags)
	maps.DeleteFunc(shown, func(key, _ string) bool { return key == aliasTag })
	return k.outline().With(resource.Object{"policy": resource.Document(document), "rotation": rotation, "tags": shown}), tags, nil
}

// keyPolicyName is the name of the one policy that a key has.
const keyPolicyName = "default"

func (k *foundKey) policy(ctx context.Context, s *Services) (string, error) {
	answer, err := s.KMS.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{
		KeyId: k.about.KeyId, PolicyName: aws.String(keyPolicyName),
	}, kmsIn(k.region))
	if err != nil {
		return "", err
	}
	return aws.ToString(answer.Policy), nil
}

// yearly is the period of a rotation of which AWS says no other, in days.
const yearly = 365

func (k *foundKey) rotation(ctx context.Context, s *Services) (days int, err error) {
	answer, err := s.KMS.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: k.about.KeyId}, kmsIn(k.region))
	switch {
	case code(err) == "UnsupportedOperationException": // a key of another sort, which never rotates
		return 0, nil
	case err != nil:
		return 0, err
	case !answer.KeyRotationEnabled:
		return 0, nil
	case answer.RotationPeriodInDays == nil:
		return yearly, nil
	}
	return int(*answer.RotationPeriodInDays), nil
}
