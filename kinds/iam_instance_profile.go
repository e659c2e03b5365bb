package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamInstanceProfileKind resource.Kind = "iam_instance_profile"

// iamInstanceProfile is what hands a role to EC2 instances: iam_instance_profile/NAME. The role in it is an object of its
// own, iam_instance_profile_role.
//
//	path     string, "/" or "/…/"; cannot be changed
//	tags     map; the bulk read shows them through another service, which may lag behind
func iamInstanceProfile() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     iamInstanceProfileKind,
			Family:   "instance_profiles",
			Quota:    "InstanceProfiles",
			Defaults: resource.Object{"path": "/", "tags": map[string]string{}},
			Fixed:    []string{"path"},
			Detail:   []string{"tags"},
			Tags:     "tags",
			Looks:    true,
			OneWay:   func(resource.Resource) []string { return []string{resource.LosesID} },
		},
		Permissions: Permissions{
			List:   []Permit{{Action: "iam:ListInstanceProfiles"}, bulkTags},
			Look:   []Permit{{Action: "iam:GetInstanceProfile", On: itself}},
			Create: []Permit{{Action: "iam:CreateInstanceProfile", On: itself}, createdTagged("InstanceProfile")},
			Update: tagged("InstanceProfile", keysDiffer),
			Delete: []Permit{{Action: "iam:DeleteInstanceProfile", On: itself}},
		},
		TagType: "iam:instance-profile",
		List:    listInstanceProfiles,
		Look: func(ctx context.Context, r *Reader, a resource.Address, seen resource.Resource) (resource.Resource, error) {
			found, err := r.IAM.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: aws.String(a.Name)})
			if err != nil {
				return resource.Resource{}, err
			}
			tags := tagMap(found.InstanceProfile.Tags)
			seen.Settings = seen.Settings.With(resource.Object{"tags": settableTags(tags)})
			seen.Facts = withOwner(seen.Facts, owner(a.Name, seen.Settings.Text("path"), tags))
			return seen, nil
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			_, err := w.IAM.CreateInstanceProfile(ctx, &iam.CreateInstanceProfileInput{
				InstanceProfileName: aws.String(a.Name), Path: given(after, "path"), Tags: tagList(after.Map("tags")),
			})
			return err
		},
		Update: func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
			name := aws.String(a.Name)
			return updateTags(before, after, keysDiffer, func(keys []string) error {
				_, err := w.IAM.UntagInstanceProfile(ctx, &iam.UntagInstanceProfileInput{InstanceProfileName: name, TagKeys: keys})
				return err
			}, func(tags []types.Tag) error {
				_, err := w.IAM.TagInstanceProfile(ctx, &iam.TagInstanceProfileInput{InstanceProfileName: name, Tags: tags})
				return err
			})
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			_, err := w.IAM.DeleteInstanceProfile(ctx, &iam.DeleteInstanceProfileInput{InstanceProfileName: aws.String(a.Name)})
			return err
		},
	}
}

func listInstanceProfiles(ctx context.Context, r *Reader) (resource.State, error) {
	tagsOf, err := r.tagsOf(ctx)
	if err != nil {
		return nil, err
	}
	state := resource.State{}
	err = everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.IAM.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{MaxItems: aws.Int32(pageSize), Marker: marker})
		if err != nil {
			return false, nil, err
		}
		for _, profile := range page.InstanceProfiles {
			name, path := aws.ToString(profile.InstanceProfileName), aws.ToString(profile.Path)
			settings := resource.Object{"path": path}
			tags, known := tagsOf(aws.ToString(profile.Arn))
			if known {
				settings["tags"] = settableTags(tags)
			}
			state[resource.At(iamInstanceProfileKind, name)] = resource.Resource{
				Settings: settings, Facts: identified(profile.InstanceProfileId, owner(name, path, tags)),
			}
		}
		return page.IsTruncated, page.Marker, nil
	})
	return state, err
}
