// Package planner compares what a file wants with what an account shows and says, as a list of changes, what must be done:
// to bring the account to the file ([Make]), or to take back what a run made ([Undo]).
//
// A plan is data. A *change* leads from before to after; no before is a create, no after a delete, and the swap of the two
// undoes it. *Drift* is an object that is neither as a run left it nor as it was before. A change is *one-way* where
// something of it cannot come back, such as a unique id or a secret.
//
// The package is pure: it must never import an AWS package, read a clock, print or call anything. The same input gives the
// same plan, in the same order.
//
// Partial declarations are handled by addition: what the file leaves open is copied from the live object into the wanted one
// before the two are compared, so "leave this alone" is never a filter on differences.
package planner
