// Package permissions says what the tool must be allowed to do: from files and plans to IAM policies.
//
// It asks nobody. What each call takes is stated by the kinds (kinds/permissions.go); which calls may be made follows from the
// file or the plan. A test of the command runs it with exactly what this package says, and with each action taken away in turn.
//
// The package must never import live, planner, applier or cmd.
package permissions
