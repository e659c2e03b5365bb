package kinds

import (
	"maps"
	"strings"
	"sync"

	"baseline/resource"
)

// regionOf takes the name of a Region's object apart: the Region comes first, and what the object is called there may hold slashes.
func regionOf(a resource.Address) (region, name string) {
	parts := a.Parts(2)
	return parts[0], parts[1]
}

// regionalARN is the ARN of an object of a Region.
func regionalARN(partition, service, region, account, rest string) string {
	return strings.Join([]string{"arn", partition, service, region, account, rest}, ":")
}

// missing reports whether KMS, CloudWatch Logs, CloudWatch or SNS said that what the call names does not exist.
func missing(err error) bool {
	switch code(err) {
	case "NotFoundException", "ResourceNotFoundException", "ResourceNotFound", "NotFound":
		return true
	}
	return false
}

// unlessMissing forgives a removal of what is already gone.
func unlessMissing(err error) error {
	if missing(err) {
		return nil
	}
	return err
}

// findEach looks objects up side by side. What look does not find, which it says by settings that are nil, is left out.
func findEach(addresses []resource.Address, look func(resource.Address) (resource.Resource, error)) (resource.State, error) {
	return findGroups(addresses, func(a resource.Address) resource.Address { return a },
		func(a resource.Address, _ []resource.Address) (resource.State, error) {
			found, err := look(a)
			if err != nil || found.Settings == nil {
				return nil, err
			}
			return resource.State{a: found}, nil
		})
}

// findGroups looks up together those objects that one call can show, and the groups side by side. Group names the group of an
// address.
func findGroups[G comparable](addresses []resource.Address, group func(resource.Address) G,
	look func(G, []resource.Address) (resource.State, error),
) (resource.State, error) {
	groups := map[G][]resource.Address{}
	for _, a := range addresses {
		groups[group(a)] = append(groups[group(a)], a)
	}
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		errs []error
	)
	state := resource.State{}
	for of, members := range groups {
		all.Go(func() {
			found, err := look(of, members)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
			maps.Copy(state, found)
		})
	}
	all.Wait()
	for _, err := range errs { // side by side they mostly fail for one reason
		if err != nil {
			return nil, err
		}
	}
	return state, nil
}

// factHolds says what is in an object that is lost with it.
const factHolds = resource.FactNow + "holds"

// held says what goes with an object because it is in it.
func held(facts resource.Facts) []string {
	if what := facts[factHolds]; what != "" {
		return []string{what}
	}
	return nil
}
