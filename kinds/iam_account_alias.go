package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/resource"
)

const iamAccountAliasKind resource.Kind = "iam_account_alias"

// iamAccountAlias is the account's name in the address of its sign-in page: iam_account_alias/account. There is one or none.
//
//	alias     string, unique over all accounts of a partition
func iamAccountAlias() Kind {
	return Kind{
		Type: resource.Type{
			Kind: iamAccountAliasKind,
			OneWay: func(before resource.Resource) []string {
				return aliasGivenUp(before)
			},
			OneWayUpdate: func(before resource.Resource, _ resource.Object) []string {
				return aliasGivenUp(before)
			},
		},
		Permissions: Permissions{
			List:   []Permit{{Action: "iam:ListAccountAliases"}},
			Create: []Permit{{Action: "iam:CreateAccountAlias"}},
			Update: []Permit{{Action: "iam:CreateAccountAlias", If: changes("alias")}},
			Delete: []Permit{{Action: "iam:DeleteAccountAlias"}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			found, err := r.IAM.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
			if err != nil {
				return nil, err
			}
			state := resource.State{}
			for _, alias := range found.AccountAliases {
				state[resource.At(iamAccountAliasKind, "account")] = resource.Resource{Settings: resource.Object{"alias": alias}}
			}
			return state, nil
		},
		Create: func(ctx context.Context, w *Writer, _ resource.Address, after resource.Object) error {
			return putAlias(ctx, w, after)
		},
		Update: func(ctx context.Context, w *Writer, _ resource.Address, before, after resource.Object) error {
			if !changed(before, after, "alias") {
				return nil
			}
			return putAlias(ctx, w, after)
		},
		Delete: func(ctx context.Context, w *Writer, _ resource.Address, before resource.Object) error {
			_, err := w.IAM.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String(before.Text("alias"))})
			return err
		},
	}
}

// putAlias sets the alias. A second alias replaces the first in one step; a name that is taken, even by this account, is refused.
func putAlias(ctx context.Context, w *Writer, after resource.Object) error {
	_, err := w.IAM.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: aws.String(after.Text("alias"))})
	return err
}

func aliasGivenUp(before resource.Resource) []string {
	return []string{"the alias " + before.Settings.Text("alias") + ", should another account take the freed name,"}
}
