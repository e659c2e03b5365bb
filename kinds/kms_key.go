package kinds

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"baseline/policy"
	"baseline/resource"
)

const kmsKeyKind resource.Kind = "kms_key"

// kmsKey is a key of KMS under one of its aliases: kms_key/REGION/ALIAS, where ALIAS is without "alias/".
//
//	alias          string, alias/ALIAS; "" where the key has lost it, or has not got it yet
//	description    string
//	policy         document
//	rotation       int, days after which its material changes, 90 to 2560; 0 = never
//	enabled        bool
//	tags           map
//
// A file may want single statements of the policy: "policy_statements" is a document of them, and "own" what the Sids of ours
// begin with.
//
// A key is never deleted at once. One that awaits its deletion is not there, and creating it again calls the deletion off, so that
// it is the same key.
func kmsKey() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     kmsKeyKind,
			Named:    true,
			Required: []string{"alias", "policy"},
			Defaults: resource.Object{"description": "", "rotation": 0, "enabled": true, "tags": map[string]string{}},
			Tags:     "tags",
			OneWay: func(resource.Resource) []string {
				return []string{fmt.Sprintf("after %d days the key and whatever it encrypted", deletionWindow)}
			},
			Weakens:  keyWeakens,
			Takes:    keyTakes,
			Lay:      layKey,
			TakeBack: takeBackKey,
		},
		Permissions: keyPermissions(),
		Find:        findKeys,
		Create:      createKey,
		Update: func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
			region, alias := regionOf(a)
			k, err := locateKey(ctx, newStrays(w.Services, region), alias)
			if err != nil {
				return err
			}
			if k == nil {
				return fmt.Errorf("%s is gone: there is neither the alias nor a key that was made for it", a.Plain())
			}
			return k.change(ctx, w, before, after)
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			region, alias := regionOf(a)
			k, err := locateKey(ctx, newStrays(w.Services, region), alias)
			if err != nil || k == nil || k.dying() {
				return err
			}
			_, err = w.KMS.ScheduleKeyDeletion(ctx, &kms.ScheduleKeyDeletionInput{
				KeyId: k.about.KeyId, PendingWindowInDays: aws.Int32(deletionWindow),
			}, kmsIn(region))
			return err
		},
	}
}

// deletionWindow is for how many days a deletion can be called off. It is the most that AWS allows.
const deletionWindow = 30

// aliasTag is the tag by which we know a key that we made before it has its alias, or after it lost it. It is no setting.
const aliasTag = "baseline:alias"

const aliasStart = "alias/"

// kmsIn sends a call to a Region.
func kmsIn(region string) func(*kms.Options) { return func(o *kms.Options) { o.Region = region } }

// createKey makes a key, completes one that an earlier try left without its alias, or calls off the deletion of the one that had
// the alias. It fails where the alias is taken.
func createKey(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
	region, alias := regionOf(a)
	after = after.With(resource.Object{"alias": aliasStart + alias})
	k, err := locateKey(ctx, newStrays(w.Services, region), alias)
	switch {
	case err != nil:
		return err
	case k == nil:
		return makeKey(ctx, w, region, alias, after)
	case k.dying():
		if err := k.revive(ctx, w); err != nil {
			return err
		}
	case k.aliased:
		return createAlias(ctx, w, region, alias, k.about.KeyId) // AWS says that it is taken
	}
	now, err := k.settings(ctx, w.Services)
	if err != nil {
		return err
	}
	return k.change(ctx, w, now, after)
}

// makeKey makes a key and all that belongs to it.
func makeKey(ctx context.Context, w *Writer, region, alias string, after resource.Object) error {
	tags := []types.Tag{{TagKey: aws.String(aliasTag), TagValue: &alias}}
	tags = append(tags, kmsTags(after.Map("tags"))...)
	made, err := w.KMS.CreateKey(ctx, &kms.CreateKeyInput{
		Policy: text(after, "policy"), Description: given(after, "description"), Tags: tags,
	}, kmsIn(region))
	if err != nil {
		return err
	}
	k := &foundKey{region: region, alias: alias, about: made.KeyMetadata}
	if err := onceKnown(ctx, w, func() error { return createAlias(ctx, w, region, alias, k.about.KeyId) }); err != nil {
		return err
	}
	k.aliased = true
	return onceKnown(ctx, w, func() error {
		return k.change(ctx, w, after.With(resource.Object{"rotation": 0, "enabled": true}), after)
	})
}

// longestUnknown is how long a new key or bucket may be unknown to the part of AWS that a call reaches.
const longestUnknown = 15 * time.Second

// onceKnown makes a call for a key or a bucket that was made just before. AWS may need some seconds until it knows it everywhere.
func onceKnown(ctx context.Context, w *Writer, call func() error) error {
	deadline := w.Clock.Now().Add(min(longestUnknown, 3*w.Settle))
	for wait := time.Second; ; wait *= 2 {
		err := call()
		if !missing(err) && code(err) != noSuchBucket || w.Clock.Now().Add(wait).After(deadline) {
			return err
		}
		if err := w.Clock.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

func createAlias(ctx context.Context, w *Writer, region, alias string, key *string) error {
	_, err := w.KMS.CreateAlias(ctx, &kms.CreateAliasInput{AliasName: aws.String(aliasStart + alias), TargetKeyId: key}, kmsIn(region))
	return err
}

// revive calls off the deletion of a key, which leaves it disabled.
func (k *foundKey) revive(ctx context.Context, w *Writer) error {
	if _, err := w.KMS.CancelKeyDeletion(ctx, &kms.CancelKeyDeletionInput{KeyId: k.about.KeyId}, kmsIn(k.region)); err != nil {
		return err
	}
	_, err := w.KMS.EnableKey(ctx, &kms.EnableKeyInput{KeyId: k.about.KeyId}, kmsIn(k.region))
	k.about.KeyState = types.KeyStateEnabled
	return err
}

// change makes a key that looks like before look like after. A disabled key takes no rotation, so it is enabled first, even where
// an earlier try has disabled it already, and disabled last.
func (k *foundKey) change(ctx context.Context, w *Writer, before, after resource.Object) error {
	key, in := k.about.KeyId, kmsIn(k.region)
	if err := k.changeAlias(ctx, w, after); err != nil {
		return err
	}
	turns := changed(before, after, "rotation")
	wakes := turns && k.about.KeyState == types.KeyStateDisabled
	if wakes || changed(before, after, "enabled") && after.Flag("enabled") {
		if _, err := w.KMS.EnableKey(ctx, &kms.EnableKeyInput{KeyId: key}, in); err != nil {
			return err
		}
	}
	if changed(before, after, "policy") {
		if err := k.changePolicy(ctx, w, before, after); err != nil {
			return err
		}
	}
	if changed(before, after, "description") {
		_, err := w.KMS.UpdateKeyDescription(ctx, &kms.UpdateKeyDescriptionInput{
			KeyId: key, Description: aws.String(after.Text("description")),
		}, in)
		if err != nil {
			return err
		}
	}
	if turns {
		if err := k.changeRotation(ctx, w, after.Number("rotation")); err != nil {
			return err
		}
	}
	err := updateTagMap(before, after, keysDiffer, func(keys []string) error {
		_, err := w.KMS.UntagResource(ctx, &kms.UntagResourceInput{KeyId: key, TagKeys: keys}, in)
		return err
	}, func(tags map[string]string) error {
		_, err := w.KMS.TagResource(ctx, &kms.TagResourceInput{KeyId: key, Tags: kmsTags(tags)}, in)
		return err
	})
	if err != nil {
		return err
	}
	if (wakes || changed(before, after, "enabled")) && !before.With(after).Flag("enabled") {
		_, err = w.KMS.DisableKey(ctx, &kms.DisableKeyInput{KeyId: key}, in)
	}
	return err
}

// changeAlias gives the key its alias, or takes it away.
func (k *foundKey) changeAlias(ctx context.Context, w *Writer, after resource.Object) error {
	switch wanted := after.Text("alias") != ""; {
	case !after.Has("alias") || wanted == k.aliased:
		return nil
	case wanted:
		return createAlias(ctx, w, k.region, k.alias, k.about.KeyId)
	}
	_, err := w.KMS.DeleteAlias(ctx, &kms.DeleteAliasInput{AliasName: aws.String(aliasStart + k.alias)}, kmsIn(k.region))
	return unlessMissing(err)
}

// changePolicy writes a policy over the one that the change was made for, and over no other: it has more authors than us.
func (k *foundKey) changePolicy(ctx context.Context, w *Writer, before, after resource.Object) error {
	now, err := k.policy(ctx, w.Services)
	if err != nil {
		return err
	}
	switch {
	case policy.Equal(now, string(after.Document("policy"))):
		return nil
	case !policy.Equal(now, string(before.Document("policy"))):
		return fmt.Errorf("somebody has changed the policy of key %s since; it was left as it is: plan again", aws.ToString(k.about.Arn))
	}
	_, err = w.KMS.PutKeyPolicy(ctx, &kms.PutKeyPolicyInput{
		KeyId: k.about.KeyId, PolicyName: aws.String(keyPolicyName), Policy: text(after, "policy"),
	}, kmsIn(k.region))
	return err
}

func (k *foundKey) changeRotation(ctx context.Context, w *Writer, days int) error {
	if days == 0 {
		_, err := w.KMS.DisableKeyRotation(ctx, &kms.DisableKeyRotationInput{KeyId: k.about.KeyId}, kmsIn(k.region))
		return err
	}
	_, err := w.KMS.EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{
		KeyId: k.about.KeyId, RotationPeriodInDays: aws.Int32(clamp32(days)),
	}, kmsIn(k.region))
	return err
}

func kmsTags(tags map[string]string) []types.Tag {
	var list []types.Tag
	for _, tag := range tagList(tags) {
		list = append(list, types.Tag{TagKey: tag.Key, TagValue: tag.Value})
	}
	return list
}
