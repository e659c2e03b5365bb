package kinds

import (
	"fmt"
	"sync"
	"time"

	"baseline/resource"
)

// Writer carries out single changes. It is safe for concurrent use, and must not be copied.
type Writer struct {
	*Services
	// Account and Partition are those of the account that is written to.
	Account, Partition string
	Clock              resource.Clock
	// Settle is how long a new version of a policy is left to spread before it becomes the default.
	Settle time.Duration

	paths   sync.Map // names of the account's own policies to their paths
	regions sync.Map // names of buckets that this Writer made or found to their Regions
}

// Remember takes from a fresh read where the account's own policies are. Without it [Writer.PolicyARN] knows only
// policies that this Writer created.
func (w *Writer) Remember(live resource.State) {
	for address, found := range live {
		if address.Kind == iamPolicyKind {
			w.paths.Store(address.Name, found.Settings.Text("path"))
		}
	}
}

// PolicyARN returns the ARN behind a reference to a managed policy. One of AWS's own ("aws:PATH/NAME") follows from its
// name; the path of the account's own must have been read or made before.
func (w *Writer) PolicyARN(ref string) (string, error) {
	if arn, ok := foreignPolicyARN(w.Partition, ref); ok {
		return arn, nil
	}
	path, ok := w.paths.Load(ref)
	if !ok {
		return "", fmt.Errorf("policy %q was neither found in account %s nor created by this run, so its ARN is unknown", ref, w.Account)
	}
	return localPolicyARN(w.Partition, w.Account, path.(string), ref), nil
}
