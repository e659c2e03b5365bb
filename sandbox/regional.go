package sandbox

import (
	"slices"
	"strings"
)

// Regional services keep a world of their own in each Region. Their entities are kept under the Region and the name,
// which these services, unlike IAM, compare exactly as it is spelled.

func regionalPlace(kind, region, name string) place {
	return place{kind: kind, name: region + "/" + name}
}

// findRegional returns the entity of a kind by its Region and name, if the call can see it.
func findRegional[T entity](c *call, kind, region, name string) (T, bool) {
	e, ok := c.store.get(regionalPlace(kind, region, name)).(T)
	if !ok || !c.visible(e) {
		var none T
		return none, false
	}
	return e, true
}

// allRegional are the entities of a kind in the call's Region whose names start with a prefix and that the call can see,
// in the order of names.
func allRegional[T entity](c *call, kind, prefix string) []T {
	t := c.store.tables[kind]
	start := regionalPlace(kind, c.region, prefix).name
	first, _ := slices.BinarySearch(t.names, start)
	var found []T
	for _, name := range t.names[first:] {
		if !strings.HasPrefix(name, start) {
			break
		}
		if e, ok := t.byName[name].(T); ok && c.visible(e) {
			found = append(found, e)
		}
	}
	return found
}

// regionalARN is the ARN of something of a regional service in an account.
func regionalARN(service, region, account, rest string) string {
	return "arn:aws:" + service + ":" + region + ":" + account + ":" + rest
}

// localName is what stands behind a prefix in an ARN of a service in the call's own Region and account, such as the
// name of a topic; ok is false for any other ARN.
func (c *call) localName(arn, service, prefix string) (name string, ok bool) {
	name, ok = strings.CutPrefix(arn, regionalARN(service, c.region, c.account, prefix))
	return name, ok && name != ""
}

// A regionalName is an ARN of a regional service, taken apart.
type regionalName struct{ service, region, account, rest string }

func isARN(name string) bool { return strings.HasPrefix(name, "arn:") }

func parseRegionalARN(arn string) (regionalName, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] == "" || parts[3] == "" || !accountID.MatchString(parts[4]) || parts[5] == "" {
		return regionalName{}, false
	}
	return regionalName{service: parts[2], region: parts[3], account: parts[4], rest: parts[5]}, true
}
