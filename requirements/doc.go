// Package requirements judges a whole account by rules that hold for everyone, declared or not: a second factor, the age and
// use of access keys and passwords, who holds which permissions, whom roles trust, and that a trail records what is done.
//
// [Judge] takes the rules that a file declares, an account and a time, and says who breaks which rule since when. A violation
// that can be put right safely comes with a [Fix], which the planner makes a change of; any other is for a person. What AWS's
// credential report tells is up to four hours old, so nobody is named on its word: the judgement asks for a closer look at
// whoever it suspects, and is made again with what was seen.
//
// The controls of published standards that the rules answer are tables, one for each section of the CIS benchmark, in
// controls_*.go; [Assess] lays a judgement over them.
//
// There is one file per rule. The package is pure: it must never import an AWS package, read a clock, print or call anything.
// It imports resource, policy and trail only.
package requirements
