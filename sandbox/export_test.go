package sandbox

import (
	"maps"
	"slices"
)

// Operations are the names of a service's operations, for tests.
func Operations(name string) []string {
	for _, s := range services() {
		if s.name == name {
			return slices.Sorted(maps.Keys(s.operations))
		}
	}
	return nil
}

// UnknownPermits are the operations of IAM of which it is not told what they are on, for tests.
func UnknownPermits() []string {
	return slices.DeleteFunc(Operations("iam"), func(name string) bool { return sortOf(name) != "" || slices.Contains(accountWide, name) })
}
