package kinds

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

const iamPolicyKind resource.Kind = "iam_policy"

// iamPolicy is a managed policy of the account: iam_policy/NAME. AWS's own policies are not objects here, only references.
//
//	path            string, "/" or "/…/"; cannot be changed
//	description     string; cannot be changed, and only the close look shows it
//	document        document, that of the default version
//	tags            map; the bulk read shows them through another service, which may lag behind
func iamPolicy() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     iamPolicyKind,
			Family:   "policies",
			Quota:    "Policies",
			Required: []string{"document"},
			Defaults: resource.Object{"path": "/", "description": "", "tags": map[string]string{}},
			Fixed:    []string{"path", "description"},
			Detail:   []string{"description", "tags"},
			Tags:     "tags",
			Looks:    true,
			OneWay: func(before resource.Resource) []string {
				return append([]string{resource.LosesID}, olderVersions(before.Facts)...)
			},
			Notes: func(before resource.Resource, after resource.Object) []string {
				return pruningNotes(before, after)
			},
		},
		Permissions: Permissions{
			List:   []Permit{authorizationDetails, bulkTags},
			Look:   []Permit{{Action: "iam:GetPolicy", On: itself}},
			Create: []Permit{{Action: "iam:CreatePolicy", On: itself}, createdTagged("Policy")},
			Update: append([]Permit{
				{Action: "iam:ListPolicyVersions", On: itself, If: changes("document")},
				{Action: "iam:GetPolicyVersion", On: itself, If: changes("document")},
				{Action: "iam:CreatePolicyVersion", On: itself, If: makesVersion},
				{Action: "iam:SetDefaultPolicyVersion", On: itself, If: changes("document")},
				{Action: "iam:DeletePolicyVersion", On: itself, If: prunes},
			}, tagged("Policy", keysDiffer)...),
			Delete: []Permit{
				{Action: "iam:ListPolicyVersions", On: itself},
				{Action: "iam:DeletePolicyVersion", On: itself, If: func(c resource.Change) bool { return len(strings.Fields(c.Facts[factVersions])) > 1 }},
				{Action: "iam:DeletePolicy", On: itself},
			},
		},
		TagType: "iam:policy",
		List:    listPolicies,
		Look: func(ctx context.Context, r *Reader, a resource.Address, seen resource.Resource) (resource.Resource, error) {
			arn := localPolicyARN(r.Partition, r.Account, seen.Settings.Text("path"), a.Name)
			found, err := r.IAM.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String(arn)})
			if err != nil {
				return resource.Resource{}, err
			}
			tags := tagMap(found.Policy.Tags)
			seen.Settings = seen.Settings.With(resource.Object{
				"description": aws.ToString(found.Policy.Description), "tags": settableTags(tags),
			})
			seen.Facts = withOwner(seen.Facts, owner(a.Name, seen.Settings.Text("path"), tags))
			return seen, nil
		},
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			_, err := w.IAM.CreatePolicy(ctx, &iam.CreatePolicyInput{
				PolicyName: aws.String(a.Name), Path: given(after, "path"), Description: given(after, "description"),
				PolicyDocument: text(after, "document"), Tags: tagList(after.Map("tags")),
			})
			if err == nil {
				w.paths.Store(a.Name, after.Text("path"))
			}
			return err
		},
		Update: func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
			arn := aws.String(localPolicyARN(w.Partition, w.Account, before.Text("path"), a.Name))
			if changed(before, after, "document") {
				if err := setDefaultText(ctx, w, arn, string(after.Document("document"))); err != nil {
					return err
				}
			}
			return updateTags(before, after, keysDiffer, func(keys []string) error {
				_, err := w.IAM.UntagPolicy(ctx, &iam.UntagPolicyInput{PolicyArn: arn, TagKeys: keys})
				return err
			}, func(tags []types.Tag) error {
				_, err := w.IAM.TagPolicy(ctx, &iam.TagPolicyInput{PolicyArn: arn, Tags: tags})
				return err
			})
		},
		Delete: func(ctx context.Context, w *Writer, a resource.Address, before resource.Object) error {
			arn := aws.String(localPolicyARN(w.Partition, w.Account, before.Text("path"), a.Name))
			if err := deleteOlderVersions(ctx, w, arn); err != nil {
				return err
			}
			_, err := w.IAM.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: arn})
			return err
		},
	}
}

func listPolicies(ctx context.Context, r *Reader) (resource.State, error) {
	policies, err := r.Policies(ctx)
	if err != nil {
		return nil, err
	}
	tagsOf, err := r.tagsOf(ctx)
	if err != nil {
		return nil, err
	}
	state := make(resource.State, len(policies))
	for _, policy := range policies {
		name, path := policyName(policy), aws.ToString(policy.Path)
		settings := resource.Object{"path": path, "document": defaultText(policy)}
		tags, known := tagsOf(aws.ToString(policy.Arn))
		if known {
			settings["tags"] = settableTags(tags)
		}
		facts := identified(policy.PolicyId, owner(name, path, tags))
		versionFacts(facts, policy)
		state[resource.At(iamPolicyKind, name)] = resource.Resource{Settings: settings, Facts: facts}
	}
	return state, nil
}

// policyName takes the name from the ARN, which every record has.
func policyName(policy types.ManagedPolicyDetail) string { return lastPart(aws.ToString(policy.Arn)) }
