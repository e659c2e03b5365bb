// Package live is the account as it is: who is asking, one fast read of everything, a closer look at single objects, and one
// change written at a time, after another look where the change rests on what was seen. What the objects are is known by
// package kinds; how calls are made is decided here.
//
// Every failure of a call is a [resource.CallError], so that the rooms above can tell a missing permission from a full
// quota without knowing AWS. Reads are repeated until they succeed or clearly cannot. Writes are repeated only after an
// answer that says that nothing was done; where no such answer came, the failure is [resource.Lost] and the caller looks.
// All calls of an account share one pace, which is learned from AWS's own throttling.
//
// The package imports kinds, resource, policy and the AWS SDK, and must never import planner, applier, spec or cmd.
package live
