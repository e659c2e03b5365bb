package kinds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/sandbox"
)

var versioned = at("iam_policy", "Versioned")

// text is the nth of many policies.
func text(n int) settings {
	return settings{"path": "/", "document": resource.Document(fmt.Sprintf(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket-%d/*"}]}`, n))}
}

// update writes the nth text over the one before it.
func (s *subject) update(from, to int) {
	s.t.Helper()
	s.write(resource.Change{Address: versioned, Before: text(from), After: text(to)})
}

func (s *subject) versions() string {
	s.t.Helper()
	return s.state()[versioned].Facts["versions"]
}

func TestUpdateMakesAVersionAndUndoingItUsesTheOldOneAgain(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: versioned, After: text(1)})
	s.update(1, 2)
	if got := s.versions(); got != "v2* v1" {
		t.Errorf("after the update: %s", got)
	}
	s.update(2, 1)
	if got := s.versions(); got != "v2 v1*" {
		t.Errorf("after undoing it: %s", got)
	}
}

func TestNewVersionIsGivenTimeBeforeItBecomesTheDefault(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: versioned, After: text(1)})
	s.update(1, 2)
	if diff := cmp.Diff([]time.Duration{5 * time.Second}, s.clock.slept); diff != "" {
		t.Errorf("waits (-want +got):\n%s", diff)
	}
	s.clock.Sleep(t.Context(), time.Hour)
	s.clock.slept = nil
	s.update(2, 1)
	if len(s.clock.slept) > 0 {
		t.Errorf("waited %v for a version that is an hour old", s.clock.slept)
	}
}

func TestFullPolicyLosesItsOldestVersionButNeverTheDefault(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: versioned, After: text(1)})
	for n := 1; n < 5; n++ {
		s.update(n, n+1)
	}
	s.update(5, 1) // back to the oldest, which is the default now
	if got := s.versions(); got != "v5 v4 v3 v2 v1*" {
		t.Fatalf("five versions: %s", got)
	}

	live := s.state()[versioned]
	notes := typeOf(t, "iam_policy").Notes
	if got := strings.Join(notes(live, live.Settings.With(text(6))), ""); got != "deletes v2, the oldest of 5 versions, to make room" {
		t.Errorf("note: %q", got)
	}
	if got := notes(live, live.Settings.With(text(3))); got != nil {
		t.Errorf("a stored text takes no room, but the note says %q", got)
	}
	if got := notes(live, live.Settings); got != nil {
		t.Errorf("an update of other settings takes no room, but the note says %q", got)
	}

	s.update(1, 6)
	if got := s.versions(); got != "v6* v5 v4 v3 v1" {
		t.Errorf("after the sixth text: %s", got)
	}
}

func TestRepeatingAnUpdateWhoseAnswerWasLostMakesNoSecondVersion(t *testing.T) {
	for _, lost := range []string{"iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"} {
		t.Run(lost, func(t *testing.T) {
			s := openSandbox(t, sandbox.Options{})
			s.write(resource.Change{Address: versioned, After: text(1)})
			once := true
			s.sandbox.SetFaults(sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
				if action == lost && once {
					once = false
					return sandbox.Fault{Lost: sandbox.LostAfter}
				}
				return sandbox.Fault{}
			}})
			update := resource.Change{Address: versioned, Before: text(1), After: text(2)}
			wantClass(t, s.account.Write(t.Context(), update), resource.Lost)
			s.write(update)
			if got := s.versions(); got != "v2* v1" {
				t.Errorf("after the second try: %s", got)
			}
		})
	}
}

func TestDeletingAPolicyTakesAllItsVersions(t *testing.T) {
	s := openSandbox(t, sandbox.Options{})
	s.write(resource.Change{Address: versioned, After: text(1)})
	s.update(1, 2)
	s.update(2, 3)
	s.write(resource.Change{Address: versioned, Before: text(3)})
	if _, err := s.client().GetPolicy(t.Context(), &iam.GetPolicyInput{
		PolicyArn: aws.String("arn:aws:iam::" + account + ":policy/Versioned"),
	}); err == nil {
		t.Error("the policy is still there")
	}
}
