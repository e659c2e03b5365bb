package kinds

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"baseline/resource"
)

const iamPasswordPolicyKind resource.Kind = "iam_password_policy"

// iamPasswordPolicy is the account's rule for passwords of users: iam_password_policy/account, which is absent while AWS's
// built-in rule applies.
//
//	min_length                                 int, 6 to 128
//	symbols, numbers, uppercase, lowercase     bool, must be in a password
//	allow_change                               bool, users may change their own
//	max_age                                    int, days; 0 = passwords never expire
//	hard_expiry                                bool, an expired password can only be reset by an administrator
//	reuse_prevention                           int, how many earlier passwords are refused; 0 = none
func iamPasswordPolicy() Kind {
	return Kind{
		Type: resource.Type{
			Kind: iamPasswordPolicyKind,
			// Eight is what AWS asks for where no policy is set. A policy that leaves the length out would get six, and be
			// weaker than none.
			Defaults: resource.Object{
				"min_length": 8, "symbols": false, "numbers": false, "uppercase": false, "lowercase": false,
				"allow_change": false, "hard_expiry": false, "max_age": 0, "reuse_prevention": 0,
			},
		},
		Permissions: Permissions{
			List:   []Permit{{Action: "iam:GetAccountPasswordPolicy"}},
			Create: []Permit{{Action: "iam:UpdateAccountPasswordPolicy"}},
			Update: []Permit{{Action: "iam:UpdateAccountPasswordPolicy"}},
			Delete: []Permit{{Action: "iam:DeleteAccountPasswordPolicy"}},
		},
		List: func(ctx context.Context, r *Reader) (resource.State, error) {
			found, err := r.IAM.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
			if absent(err) {
				return resource.State{}, nil
			}
			if err != nil {
				return nil, err
			}
			policy := found.PasswordPolicy
			settings := resource.Object{
				"min_length":       int(aws.ToInt32(policy.MinimumPasswordLength)),
				"symbols":          policy.RequireSymbols,
				"numbers":          policy.RequireNumbers,
				"uppercase":        policy.RequireUppercaseCharacters,
				"lowercase":        policy.RequireLowercaseCharacters,
				"allow_change":     policy.AllowUsersToChangePassword,
				"hard_expiry":      aws.ToBool(policy.HardExpiry),
				"max_age":          int(aws.ToInt32(policy.MaxPasswordAge)),
				"reuse_prevention": int(aws.ToInt32(policy.PasswordReusePrevention)),
			}
			return resource.State{resource.At(iamPasswordPolicyKind, "account"): {Settings: settings}}, nil
		},
		Create: func(ctx context.Context, w *Writer, _ resource.Address, after resource.Object) error {
			return putPasswordPolicy(ctx, w, after)
		},
		Update: func(ctx context.Context, w *Writer, _ resource.Address, _, after resource.Object) error {
			return putPasswordPolicy(ctx, w, after)
		},
		Delete: func(ctx context.Context, w *Writer, _ resource.Address, _ resource.Object) error {
			_, err := w.IAM.DeleteAccountPasswordPolicy(ctx, &iam.DeleteAccountPasswordPolicyInput{})
			return err
		},
	}
}

// putPasswordPolicy replaces the whole policy: AWS takes whatever is left out as off.
func putPasswordPolicy(ctx context.Context, w *Writer, after resource.Object) error {
	_, err := w.IAM.UpdateAccountPasswordPolicy(ctx, &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength:      positive(after.Number("min_length")),
		RequireSymbols:             after.Flag("symbols"),
		RequireNumbers:             after.Flag("numbers"),
		RequireUppercaseCharacters: after.Flag("uppercase"),
		RequireLowercaseCharacters: after.Flag("lowercase"),
		AllowUsersToChangePassword: after.Flag("allow_change"),
		HardExpiry:                 aws.Bool(after.Flag("hard_expiry")),
		MaxPasswordAge:             positive(after.Number("max_age")),
		PasswordReusePrevention:    positive(after.Number("reuse_prevention")),
	})
	return err
}

// positive returns nil for zero: AWS refuses a zero and wants the field left out instead.
func positive(n int) *int32 {
	if n == 0 {
		return nil
	}
	return aws.Int32(clamp32(n))
}
