package kinds

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/policy"
	"baseline/resource"
)

const iamRoleKind resource.Kind = "iam_role"

// iamRole is a role: iam_role/NAME.
//
//	path            string, "/" or "/…/"; cannot be changed
//	description     string
//	trust           document: who may assume the role. AWS shows it in another form than it was written in
//	max_session     int, seconds, 3600 to 43200
//	boundary        string, reference to the policy that bounds its permissions; "" = none
//	tags            map
func iamRole() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     iamRoleKind,
			Family:   "roles",
			Quota:    "Roles",
			Required: []string{"trust"},
			Defaults: resource.Object{
				"path": "/", "description": "", "max_session": 3600, "boundary": "", "tags": map[string]string{},
			},
			Fixed: []string{"path"},
			Tags:  "tags",
			Needs: func(account string, _ resource.Address, o resource.Object) []resource.Address {
				return append(boundaryNeeds(o), trustedHere(account, o.Document("trust"))...)
			},
			Takes: roleTakes,
			OneWay: func(resource.Resource) []string {
				return []string{resource.LosesID + ", by which others trust it", "its running sessions"}
			},
			Serves: func(o resource.Object) (resource.Kind, string) {
				trust, err := policy.Parse(string(o.Document("trust")))
				if err != nil || !slices.ContainsFunc(trust.Statements, func(s policy.Statement) bool { return allowsService(s, trailService) }) {
					return "", ""
				}
				return cloudTrailTrailKind, "cloudtrail" // which delivers to CloudWatch Logs with it
			},
			Interim: func(account string, after resource.Object) resource.Object {
				return after.With(resource.Object{"trust": trustNobody(account)})
			},
		},
		Permissions: Permissions{
			List: []Permit{authorizationDetails, {Action: "iam:ListRoles"}},
			Create: []Permit{
				{Action: "iam:CreateRole", On: itself},
				{Action: "iam:PutRolePermissionsBoundary", On: itself, If: bounds},
				createdTagged("Role"),
			},
			Update: append([]Permit{
				{Action: "iam:UpdateAssumeRolePolicy", On: itself, If: changes("trust")},
				{Action: "iam:UpdateRole", On: itself, If: changes("description", "max_session")},
				{Action: "iam:PutRolePermissionsBoundary", On: itself, If: bounds},
				{Action: "iam:DeleteRolePermissionsBoundary", On: itself, If: unbounds},
			}, tagged("Role", keysFold)...),
			Delete: []Permit{{Action: "iam:DeleteRole", On: itself}},
		},
		List: listRoles,
		Create: func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error {
			boundary, err := boundaryARN(w, after)
			if err != nil {
				return err
			}
			_, err = w.IAM.CreateRole(ctx, &iam.CreateRoleInput{
				RoleName: aws.String(a.Name), Path: given(after, "path"), Description: given(after, "description"),
				AssumeRolePolicyDocument: text(after, "trust"), MaxSessionDuration: positive(after.Number("max_session")),
				PermissionsBoundary: boundary, Tags: tagList(after.Map("tags")),
			})
			return err
		},
		Update: updateRole,
		Delete: func(ctx context.Context, w *Writer, a resource.Address, _ resource.Object) error {
			_, err := w.IAM.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String(a.Name)})
			return err
		},
	}
}

// listRoles joins two reads: the authorization details lack the description and the longest session, ListRoles lacks the rest.
func listRoles(ctx context.Context, r *Reader) (resource.State, error) {
	type extra struct {
		description string
		maxSession  int32
	}
	extras := map[string]extra{}
	listed := make(chan error, 1)
	go func() {
		listed <- everyPage(func(marker *string) (bool, *string, error) {
			page, err := r.IAM.ListRoles(ctx, &iam.ListRolesInput{MaxItems: aws.Int32(pageSize), Marker: marker})
			if err != nil {
				return false, nil, err
			}
			for _, role := range page.Roles {
				extras[aws.ToString(role.RoleId)] = extra{aws.ToString(role.Description), aws.ToInt32(role.MaxSessionDuration)}
			}
			return page.IsTruncated, page.Marker, nil
		})
	}()
	roles, err := r.Roles(ctx)
	if err := errors.Join(err, <-listed); err != nil {
		return nil, err
	}
	state := make(resource.State, len(roles))
	for _, role := range roles {
		name, path, tags := aws.ToString(role.RoleName), aws.ToString(role.Path), tagMap(role.Tags)
		settings := resource.Object{
			"path":     path,
			"trust":    resource.Document(aws.ToString(role.AssumeRolePolicyDocument)),
			"boundary": boundaryReference(r.Account, role.PermissionsBoundary),
			"tags":     settableTags(tags),
		}
		// A role that came or went between the two reads is known only by what one of them says.
		if more, ok := extras[aws.ToString(role.RoleId)]; ok {
			settings["description"], settings["max_session"] = more.description, int(more.maxSession)
		}
		state[resource.At(iamRoleKind, name)] = resource.Resource{
			Settings: settings, Facts: identified(role.RoleId, owner(name, path, tags)),
		}
	}
	return state, nil
}

func updateRole(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
	name := aws.String(a.Name)
	if changed(before, after, "boundary") {
		arn, err := boundaryARN(w, after)
		if err != nil {
			return err
		}
		if arn == nil {
			_, err = w.IAM.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: name})
			err = unlessAbsent(err)
		} else {
			_, err = w.IAM.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: name, PermissionsBoundary: arn})
		}
		if err != nil {
			return err
		}
	}
	if changed(before, after, "trust") {
		_, err := w.IAM.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: text(after, "trust")})
		if err != nil {
			return err
		}
	}
	if changed(before, after, "description") || changed(before, after, "max_session") {
		// Both are always sent: AWS's texts and its behaviour disagree on what leaving one out means.
		whole := before.With(after)
		_, err := w.IAM.UpdateRole(ctx, &iam.UpdateRoleInput{
			RoleName: name, Description: aws.String(whole.Text("description")), MaxSessionDuration: positive(whole.Number("max_session")),
		})
		if err != nil {
			return err
		}
	}
	return updateTags(before, after, keysFold, func(keys []string) error {
		_, err := w.IAM.UntagRole(ctx, &iam.UntagRoleInput{RoleName: name, TagKeys: keys})
		return err
	}, func(tags []types.Tag) error {
		_, err := w.IAM.TagRole(ctx, &iam.TagRoleInput{RoleName: name, Tags: tags})
		return err
	})
}
