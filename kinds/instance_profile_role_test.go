package kinds_test

import (
	"testing"

	"baseline/resource"
	"baseline/sandbox"
)

// AWS refuses a role that is there already with the words for a profile that holds another. Only the other is a failure.
func TestPuttingARoleIntoAnInstanceProfileTwice(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	other := object{at("iam_role", "Other"), settings{"trust": resource.Document(trustLambda)}}
	for _, o := range []object{deployer, other, fleet} {
		s.write(resource.Change{Address: o.address, After: complete(o.address.Kind, o.settings)})
	}
	put := resource.Change{Address: at("iam_instance_profile_role", "Fleet", "Deployer"), After: settings{}}
	s.write(put)
	s.write(put)
	another := resource.Change{Address: at("iam_instance_profile_role", "Fleet", "Other"), After: settings{}}
	wantClass(t, s.account.Write(t.Context(), another), resource.Limit)
	s.shows(put.Address, settings{})
	s.shows(another.Address, nil)
}
