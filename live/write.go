package live

import (
	"context"
	"fmt"

	"baseline/resource"
)

// Write carries out one change. A failed call comes back as a [resource.CallError]; which object it was about, the caller knows.
// A failure of class [resource.Lost] means that nobody knows whether the change was made; after any other, a change that
// takes several calls may still have been made in part. An error without a CallError was met before anything was sent.
// References to policies of the account are resolved from the last Read and from what was written since.
//
// A change that has grounds, or that is of a kind which we cannot make, is preceded by another look. If a ground no longer holds, or
// the object is not what the change was made for, nothing is written, and the error says what differs. If the object is
// already as the change would leave it, there is nothing to write.
func (a *Account) Write(ctx context.Context, change resource.Change) error {
	if err := a.write(ctx, change); err != nil {
		return callError(err)
	}
	return nil
}

func (a *Account) write(ctx context.Context, change resource.Change) error {
	kind, ok := a.kinds[change.Address.Kind]
	if !ok {
		return fmt.Errorf("there is no kind %q", change.Address.Kind)
	}
	if change.Before == nil && change.After == nil {
		return fmt.Errorf("the change has neither a before nor an after")
	}
	switch op := change.Op(); {
	case op == resource.OpCreate && kind.Create == nil, op == resource.OpDelete && kind.Delete == nil:
		return fmt.Errorf("%s: baseline cannot %s anything of this kind", change.Address, op)
	}
	if _, err := a.Identify(ctx); err != nil {
		return err
	}
	if rereads(kind) || len(change.Grounds) > 0 {
		if done, err := a.confirm(ctx, kind, change); done || err != nil {
			return err
		}
	}
	switch change.Op() {
	case resource.OpCreate:
		return kind.Create(ctx, a.writer, change.Address, change.After)
	case resource.OpDelete:
		return kind.Delete(ctx, a.writer, change.Address, change.Before)
	case resource.OpUpdate:
		if kind.Update == nil {
			return nil // there is nothing that could differ
		}
		return kind.Update(ctx, a.writer, change.Address, change.Before, change.After)
	}
	return fmt.Errorf("there is no change %q", change.Op())
}

// remember keeps what writing must know of a read. The account was identified before it was read.
func (a *Account) remember(state resource.State) {
	a.writer.Remember(state)
	a.rememberPaths(state)
}
