// Package resource holds the words of this program as Go types: addresses, objects, states, changes, plans and findings.
//
// Every other package speaks in these words, so this one imports the standard library only. It knows no kind by name:
// what is particular to users, roles or trails is said by the [Type] of that kind, which package kinds provides.
//
// The word "live" is what the account shows, "want" is what a file declares, "before" and "after" belong to a change,
// and "made" is what a run did.
package resource
