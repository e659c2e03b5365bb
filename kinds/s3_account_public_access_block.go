package kinds

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/s3control/types"

	"baseline/resource"
)

const s3AccountBlockKind resource.Kind = "s3_account_public_access_block"

// s3AccountBlock is the account's public access block: s3_account_public_access_block/account. It holds in all Regions, beside
// the blocks of single buckets: what either blocks is blocked. An account need not have one.
//
//	block  set of BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls and RestrictPublicBuckets
func s3AccountBlock() Kind {
	return Kind{
		Type: resource.Type{
			Kind:     s3AccountBlockKind,
			Required: []string{"block"},
			Extra:    true,
			Weakens:  accountBlockWeakens,
		},
		Permissions: accountBlockPermissions(),
		List:        listAccountBlock,
		Create: func(ctx context.Context, w *Writer, _ resource.Address, after resource.Object) error {
			return putAccountBlock(ctx, w, after)
		},
		Update: func(ctx context.Context, w *Writer, _ resource.Address, _, after resource.Object) error {
			return putAccountBlock(ctx, w, after)
		},
		Delete: func(ctx context.Context, w *Writer, _ resource.Address, _ resource.Object) error {
			_, err := w.S3Control.DeletePublicAccessBlock(ctx, &s3control.DeletePublicAccessBlockInput{AccountId: &w.Account})
			return err
		},
	}
}

func accountBlockWeakens(before, after resource.Object) []string {
	if after == nil {
		after = resource.Object{"block": []string{}}
	}
	if lost := blocksLess(before, after, "block"); len(lost) > 0 {
		return []string{"buckets of the account lose " + strings.Join(lost, ", ")}
	}
	return nil
}

func listAccountBlock(ctx context.Context, r *Reader) (resource.State, error) {
	out, err := r.S3Control.GetPublicAccessBlock(ctx, &s3control.GetPublicAccessBlockInput{AccountId: &r.Account})
	switch {
	case code(err) == "NoSuchPublicAccessBlockConfiguration":
		return nil, nil
	case err != nil:
		return nil, err
	}
	block := accessBlock{}
	if b := out.PublicAccessBlockConfiguration; b != nil {
		block = accessBlock{b.BlockPublicAcls, b.BlockPublicPolicy, b.IgnorePublicAcls, b.RestrictPublicBuckets}
	}
	return resource.State{resource.At(s3AccountBlockKind, "account"): {Settings: resource.Object{"block": block.words()}}}, nil
}

// putAccountBlock replaces the whole block.
func putAccountBlock(ctx context.Context, w *Writer, after resource.Object) error {
	b := accessBlockOf(after.List("block"))
	_, err := w.S3Control.PutPublicAccessBlock(ctx, &s3control.PutPublicAccessBlockInput{
		AccountId: &w.Account, PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{
			BlockPublicAcls: b.acls, BlockPublicPolicy: b.policy, IgnorePublicAcls: b.ignoreACLs, RestrictPublicBuckets: b.restrict,
		},
	})
	return err
}
