package kinds_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/sandbox"
)

// A change that breaks off anywhere is made whole by making it once more, or by going on from what is there then.
func TestChangesOfBucketsCanBeRepeatedAfterAnyOfTheirCalls(t *testing.T) {
	broken := 0
	for _, s := range s3Samples {
		first, second := complete(s.address.Kind, s.first), complete(s.address.Kind, s.second)
		for _, life := range [][]resource.Change{
			{{Address: s.address, After: first}},
			{{Address: s.address, After: second}},
			{{Address: s.address, After: first}, {Address: s.address, Before: first, After: second}},
			{{Address: s.address, After: second}, {Address: s.address, Before: second, After: first}},
			{{Address: s.address, After: second}, {Address: s.address, Before: second}},
		} {
			change := life[len(life)-1]
			t.Run(s.address.String()+"/"+string(change.Op()), func(t *testing.T) {
				prepared := func() *subject {
					subject := openSandbox(t, sandbox.Options{ShortPages: true})
					for _, need := range s.needs {
						subject.write(resource.Change{Address: need.address, After: complete(need.address.Kind, need.settings)})
					}
					for _, earlier := range life[:len(life)-1] {
						subject.write(earlier)
					}
					if change.After == nil && s.address.Kind == "s3_bucket" {
						subject.leaveTrials(s.address.Name)
					}
					return subject
				}
				whole := prepared()
				whole.write(change)
				want := string(whole.sandbox.DumpSettings())
				for _, loss := range []sandbox.Loss{sandbox.LostBefore, sandbox.LostAfter} {
					for _, goOn := range []func(*subject, resource.Change){(*subject).repeat, (*subject).resume} {
						for n := 1; ; n++ {
							subject := prepared()
							if !subject.breakOff(change, n, loss) {
								break
							}
							broken++
							goOn(subject, change)
							if diff := cmp.Diff(want, string(subject.sandbox.DumpSettings())); diff != "" {
								t.Fatalf("after it broke off at call %d (-whole +repeated):\n%s", n, diff)
							}
						}
					}
				}
			})
		}
	}
	if broken < 200 {
		t.Errorf("only %d changes broke off", broken)
	}
}

// breakOff makes a change that ends with its nth call, which is lost, or refused if it is a read, since those are tried again and
// again. It returns false if there were fewer calls.
func (s *subject) breakOff(change resource.Change, n int, loss sandbox.Loss) bool {
	s.sandbox.SetFaults(sandbox.Faults{Hook: func(action string, call int) sandbox.Fault {
		_, operation, _ := strings.Cut(action, ":")
		switch {
		case call < n:
			return sandbox.Fault{}
		case strings.HasPrefix(operation, "Get"), strings.HasPrefix(operation, "List"), strings.HasPrefix(operation, "Head"):
			return sandbox.Fault{Code: "InvalidRequest"}
		}
		return sandbox.Fault{Lost: loss}
	}})
	err := s.account.Write(s.t.Context(), change)
	s.sandbox.SetFaults(sandbox.Faults{})
	return err != nil
}

// repeat makes the change again, and makes an update of a creation of what is there.
func (s *subject) repeat(change resource.Change) {
	s.t.Helper()
	err := s.account.Write(s.t.Context(), change)
	if failed, ok := errors.AsType[*resource.CallError](err); ok && failed.Class == resource.Exists {
		s.resume(change)
	} else if err != nil {
		s.t.Fatal(err)
	}
}

// resume looks at what is there, and goes on from it.
func (s *subject) resume(change resource.Change) {
	s.t.Helper()
	change.Before = s.look(change.Address)[change.Address].Settings
	if change.Before != nil || change.After != nil {
		s.write(change)
	}
}

// A bucket that somebody has made since is not taken over, and not changed by the attempt.
func TestBucketThatIsThereIsNotMadeAgain(t *testing.T) {
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		s := openSandbox(t, sandbox.Options{})
		audit := at("s3_bucket", "acme-audit")
		there := complete("s3_bucket", settings{"region": region, "ownership": "ObjectWriter", "public_access_block": []string{}})
		s.write(resource.Change{Address: audit, After: there})
		s.grantEverybody("acme-audit", region)
		before := string(s.sandbox.DumpSettings())

		err := s.account.Write(t.Context(), resource.Change{Address: audit, After: complete("s3_bucket", settings{"region": region})})
		wantClass(t, err, resource.Exists)
		if diff := cmp.Diff(before, string(s.sandbox.DumpSettings())); diff != "" {
			t.Errorf("in %s (-before +after):\n%s", region, diff)
		}
	}
}

func TestNameOfAnotherAccountsBucketCannotBeHad(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.takeName("acme-audit", "")
	for _, region := range []string{"us-east-1", "eu-west-1"} {
		err := s.account.Write(t.Context(), resource.Change{Address: at("s3_bucket", "acme-audit"), After: settings{"region": region}})
		wantClass(t, err, resource.Invalid)
		if !strings.Contains(err.Error(), "another account has a bucket of this name") {
			t.Errorf("error: %v", err)
		}
	}
}
