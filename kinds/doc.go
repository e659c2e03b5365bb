// Package kinds knows every kind of object that a baseline can manage: how it is read from AWS, in which canonical form it
// is kept, what it depends on, and which calls create, update and delete it.
//
// There is one file per kind, all of the same shape, and each can be read alone: a [Kind] with the [resource.Type] that the
// pure rooms see, and the functions that call AWS. [All] lists them. To add a kind, write its file, add its line to All and
// its samples to the contract suite. What requirements judge by beside objects, a [Reader] reads: see evidence.go.
//
// The functions return the errors of the AWS SDK as they are; package live turns them into [resource.CallError].
// Nothing here decides what to change, retries, or waits, except where one change needs a pause between two of its calls, and
// for a credential report that AWS must make first.
//
// The package imports resource, policy and the AWS SDK, and must never import planner, applier, spec, live or cmd.
package kinds
