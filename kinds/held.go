package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"baseline/resource"
)

// What the kinds have in common whose objects a user holds: access keys, the password, devices, and the like. Each holder's
// objects are found with calls of their own.

// holder is the user who holds the object at an address, whose name comes first in the address's.
func holder(a resource.Address) resource.Address { return resource.At(iamUserKind, a.Parts(2)[0]) }

// status is the only setting of a credential that can be switched off and on again.
func status[S ~string](of S) resource.Object { return resource.Object{"status": string(of)} }

// dated returns the facts of what was created at a time.
func dated(created *time.Time) resource.Facts {
	facts := resource.Facts{}
	setTime(facts, resource.FactCreated, created)
	return facts
}

// setTime states a time as a fact; nil, which stands for never, is left out.
func setTime(facts resource.Facts, name string, at *time.Time) {
	if at != nil {
		facts[name] = at.UTC().Format(time.RFC3339)
	}
}

// updateStatus is the update of a kind with a status and nothing else. It makes one call where the status differs, with the
// user and the id in the address.
func updateStatus(call func(ctx context.Context, w *Writer, user, id *string, status string) error) (
	update func(context.Context, *Writer, resource.Address, resource.Object, resource.Object) error,
) {
	return func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error {
		if !changed(before, after, "status") {
			return nil
		}
		parts := a.Parts(2)
		return call(ctx, w, aws.String(parts[0]), aws.String(parts[1]), after.Text("status"))
	}
}
