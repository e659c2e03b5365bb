package live

import (
	"context"
	"errors"

	"baseline/kinds"
	"baseline/resource"
)

// evidence returns the reads that fill in the evidence: what a full read shows anyway, and what it needs beyond. Each read fills
// in fields of its own.
func evidence(ctx context.Context, r *kinds.Reader, needs resource.Needs, found *resource.Evidence) []func() error {
	reads := []func() error{
		func() (err error) { found.Users, err = r.UsersCreated(ctx); return err },
		func() (err error) { found.Roles, err = r.RoleUses(ctx); return err },
		func() error {
			root, err := r.Root(ctx)
			if needs.RootMFA {
				virtual, virtualErr := r.RootHasVirtualMFA(ctx)
				root.VirtualMFA, err = virtual, errors.Join(err, virtualErr)
			}
			found.Root = root
			return err
		},
	}
	if needs.Report {
		reads = append(reads, func() (err error) { found.Report, err = r.CredentialReport(ctx); return err })
	}
	if needs.ServerCertificates {
		reads = append(reads, func() (err error) { found.ServerCertificates, err = r.ServerCertificates(ctx); return err })
	}
	if needs.Watched {
		reads = append(reads, func() (err error) { found.Watched, err = r.Watched(ctx); return err })
	}
	return reads
}
