// Package trail knows what a trail of CloudTrail records, what it must be allowed for that, and what the CIS benchmark has watched
// in it: event selectors in a canonical form, the statements in the policies of the bucket, the key and the role, and the patterns
// of metric filters.
//
// It is pure, and imports the standard library only, so that files, accounts, plans and requirements share one opinion.
package trail
