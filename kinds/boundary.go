package kinds

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// boundaryReference returns the setting "boundary" of a user or role as AWS shows it.
func boundaryReference(account string, attached *types.AttachedPermissionsBoundary) string {
	if attached == nil {
		return ""
	}
	return policyReference(account, aws.ToString(attached.PermissionsBoundaryArn))
}

// boundaryARN returns the setting "boundary" as AWS takes it, nil for none.
func boundaryARN(w *Writer, o resource.Object) (*string, error) {
	ref := o.Text("boundary")
	if ref == "" {
		return nil, nil
	}
	arn, err := w.PolicyARN(ref)
	if err != nil {
		return nil, err
	}
	return &arn, nil
}

// boundaryNeeds returns the policy of the account that is the boundary, if it is one.
func boundaryNeeds(o resource.Object) []resource.Address {
	if ref := o.Text("boundary"); isLocalPolicy(ref) {
		return []resource.Address{resource.At(iamPolicyKind, ref)}
	}
	return nil
}
