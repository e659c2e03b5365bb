package kinds

import (
	"context"

	"baseline/resource"
)

// Kind is one sort of object: what the pure rooms know of it, and how AWS is asked about it and told to change it.
// The functions may be called by several goroutines at once.
type Kind struct {
	resource.Type

	// Permissions are what the functions below take of whoever calls them.
	Permissions Permissions

	// TagType is the name of the kind in the Resource Groups Tagging API, such as "iam:policy", for a kind whose tags no
	// other bulk read holds. Every kind that has one is read in the same calls; see [Reader.Tags].
	TagType string

	// List returns everything of the kind. A read that is denied, fails or stays incomplete is an error, never a shorter list.
	// Nil for a kind with Type.Held or Type.Named, which no list of the account shows.
	List func(context.Context, *Reader) (resource.State, error)

	// Look adds what the bulk read leaves out: the settings in Detail, and as facts what a deletion would lose.
	// Nil where there is nothing to add.
	Look func(context.Context, *Reader, resource.Address, resource.Resource) (resource.Resource, error)

	// Find returns those of the addresses, all of this kind, that are there, for a kind with Type.Named; nil for others. An object
	// that is known to be there and may not be read in whole is returned with what is known.
	Find func(context.Context, *Reader, []resource.Address) (resource.State, error)

	// Held returns all objects of a kind with Type.Held that the user in the address holds, whose name is the first part of
	// the address's. None are no error, nor is a user who is not there. Nil for other kinds.
	Held func(context.Context, *Reader, resource.Address) (resource.State, error)

	// Create makes the object. It may take several calls, and repeating it after some of them were made does no harm: it then
	// goes on, or fails because the object exists, and so is looked at and updated. Nil for a kind whose objects we only look at or take away.
	Create func(ctx context.Context, w *Writer, a resource.Address, after resource.Object) error

	// Update makes an object that looks like before look like after. It may take several calls, and repeating it after some of
	// them were made does no harm. Nil for a kind without settings that can change.
	Update func(ctx context.Context, w *Writer, a resource.Address, before, after resource.Object) error

	// Delete removes the object and what belongs to it alone. Repeating it after some of its calls were made does no harm.
	// Nil for a kind whose objects we only look at or switch off.
	Delete func(ctx context.Context, w *Writer, a resource.Address, before resource.Object) error
}

// All returns the kinds in the order in which their objects are created; they are deleted in reverse.
// What needs nothing comes first: settings of the account, then policies, because boundaries and attachments name them,
// then groups and users with what they hold, then roles, because they trust users. What exists only between others comes last: documents and
// attachments of a principal before memberships and instance profiles, so that a group is complete before anybody joins it,
// and a role before instances have it. Between both stands what is there for the record of what is done: keys before what is encrypted
// with them, log groups and topics before the filters and alarms that count in them and tell them, and all that a trail delivers to
// before CloudTrail tries it out.
func All() []Kind {
	return []Kind{
		iamPasswordPolicy(),
		iamAccountAlias(),
		iamPolicy(),
		iamGroup(),
		iamUser(),
		iamAccessKey(),
		iamLoginProfile(),
		iamMFADevice(),
		iamSSHPublicKey(),
		iamSigningCertificate(),
		iamServiceSpecificCredential(),
		iamVirtualMFADevice(),
		iamRole(),
		iamInstanceProfile(),
		s3AccountBlock(),
		s3Bucket(),
		s3BucketPolicy(),
		kmsKey(),
		logsGroup(),
		snsTopic(),
		snsSubscription(),
		iamInlinePolicy(),
		iamPolicyAttachment(),
		cloudTrailTrail(),
		logsMetricFilter(),
		cloudwatchAlarm(),
		iamMembership(),
		iamInstanceProfileRole(),
	}
}

// Types returns what the rooms that never call AWS know of the kinds, in the order of [All].
func Types() []resource.Type {
	all := All()
	types := make([]resource.Type, len(all))
	for i, kind := range all {
		types[i] = kind.Type
	}
	return types
}
