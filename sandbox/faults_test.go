package sandbox_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

func createUser(t *testing.T, c *iam.Client, name string) error {
	t.Helper()
	_, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
	return err
}

func listUsers(t *testing.T, c *iam.Client) error {
	t.Helper()
	_, err := c.ListUsers(t.Context(), &iam.ListUsersInput{})
	return err
}

// TestParseFault reads each form, and refuses what is none while telling the forms.
func TestParseFault(t *testing.T) {
	var got sandbox.Faults
	for _, text := range []string{
		"throttle=20/10", "lag=2s", "lose=3", "deny=iam:PutRolePolicy", "deny=iam:Get*", "latency=50ms", "stop-after=12",
		"fail=iam:CreateUser:ServiceFailure", "fail=iam:TagUser:ConcurrentModification*2",
		"throttle=cloudtrail:write:1/1", "throttle=iam:15/5",
	} {
		if err := sandbox.ParseFault(text, &got); err != nil {
			t.Fatal(err)
		}
	}
	want := sandbox.Faults{
		Throttles: map[string]sandbox.Rate{"cloudtrail:write": {Burst: 1, PerSecond: 1}, "iam": {Burst: 15, PerSecond: 5}},
		Throttle:  sandbox.Rate{Burst: 20, PerSecond: 10}, Lag: 2 * time.Second, LoseEvery: 3,
		Deny: []string{"iam:PutRolePolicy", "iam:Get*"}, Latency: 50 * time.Millisecond, StopAfter: 12,
		Fail: map[string]sandbox.Failure{"iam:CreateUser": {Code: "ServiceFailure"}, "iam:TagUser": {Code: "ConcurrentModification", Times: 2}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, text := range []string{
		"", "slow", "slow=1", "lag=2", "lag=-2s", "lose=0", "lose=x", "throttle=20", "throttle=1/0", "deny=iam:Frobnicate",
		"fail=iam:CreateUser", "fail=iam:CreateUser:", "fail=iam:CreateUser:X*0",
		"throttle=colour:1/1", "throttle=iam:read:1/1", "throttle=iam:1",
	} {
		var f sandbox.Faults
		if err := sandbox.ParseFault(text, &f); err == nil || !strings.Contains(err.Error(), "throttle=BURST/PER_SECOND") {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

func TestThrottle(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	o.Faults.Throttle = sandbox.Rate{Burst: 3, PerSecond: 2}
	c := clientOf(sandbox.New(o))
	for range 3 {
		expect(t, listUsers(t, c), "", "")
	}
	expect(t, listUsers(t, c), "Throttling", "Rate exceeded")
	now = now.Add(time.Second)
	expect(t, listUsers(t, c), "", "")
	expect(t, listUsers(t, c), "", "")
	expect(t, listUsers(t, c), "Throttling", "")
}

// TestLag creates things and reads them before and after the lag is over.
func TestLag(t *testing.T) {
	now := start
	o := fixed()
	o.Now = func() time.Time { return now }
	o.Faults.Lag = 2 * time.Second
	c := clientOf(sandbox.New(o))
	furnish(t, c)
	made := must[*iam.CreateUserOutput](t)(c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob")}))
	const alice = "arn:aws:iam::111122223333:user/alice"
	trust := func(principal string) error {
		_, err := c.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{
			RoleName: aws.String("share"), PolicyDocument: aws.String(trustIn(principal)),
		})
		return err
	}
	get := func() error {
		_, err := c.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("alice")})
		return err
	}
	expect(t, get(), "NoSuchEntity", "")
	expect(t, trust(alice), "MalformedPolicyDocument", "Invalid principal")
	expect(t, trust(*made.User.UserId), "MalformedPolicyDocument", "Invalid principal")
	expect(t, createUser(t, c, "alice"), "EntityAlreadyExists", "")
	out := must[*iam.ListUsersOutput](t)(c.ListUsers(t.Context(), &iam.ListUsersInput{}))
	if len(out.Users) != 0 {
		t.Errorf("%d users are listed within the lag", len(out.Users))
	}
	expect(t, loginProfile(t.Context(), c), "", "")
	_, err := c.DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: aws.String("alice")})
	expect(t, err, "EntityTemporarilyUnmodifiable", "")
	now = now.Add(2 * time.Second)
	expect(t, get(), "", "")
	expect(t, trust(alice), "", "")
	expect(t, trust(*made.User.UserId), "", "")
}

// TestLostAnswers finds out what became of calls that were not answered.
func TestLostAnswers(t *testing.T) {
	o := fixed()
	o.Faults.LoseEvery = 2
	a := sandbox.New(o)
	c := clientOf(a)
	expect(t, createUser(t, c, "one"), "", "")
	expect(t, listUsers(t, c), "", "")
	if err := createUser(t, c, "two"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("error %v, want a broken connection", err)
	}
	expect(t, createUser(t, c, "two"), "EntityAlreadyExists", "")

	a.SetFaults(sandbox.Faults{Hook: func(action string, n int) sandbox.Fault {
		switch n {
		case 1:
			return sandbox.Fault{Lost: sandbox.LostBefore}
		case 2:
			return sandbox.Fault{Lost: sandbox.LostAfter}
		case 3:
			return sandbox.Fault{Code: "ConcurrentModification"}
		}
		if action != "iam:CreateUser" {
			t.Errorf("asked about %s", action)
		}
		return sandbox.Fault{}
	}})
	for range 2 {
		if err := createUser(t, c, "three"); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("error %v, want a broken connection", err)
		}
	}
	expect(t, createUser(t, c, "three"), "ConcurrentModification", "")
	expect(t, createUser(t, c, "three"), "EntityAlreadyExists", "")
}

// TestLostOverHTTP loses an answer of a real server.
func TestLostOverHTTP(t *testing.T) {
	o := fixed()
	o.Faults.StopAfter = 1
	server := httptest.NewServer(sandbox.New(o))
	defer server.Close()
	ask := func() error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("Action=ListUsers&Version=2010-05-08"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := server.Client().Do(request)
		if err == nil {
			err = response.Body.Close()
		}
		return err
	}
	if err := ask(); err != nil {
		t.Fatal(err)
	}
	if err := ask(); !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want a closed connection", err)
	}
}

func TestDenyAndFail(t *testing.T) {
	o := fixed()
	o.Faults.Deny = []string{"iam:Create*", "sts:*"}
	o.Faults.Fail = map[string]sandbox.Failure{"iam:ListUsers": {Code: "ServiceFailure", Times: 1}}
	a := sandbox.New(o)
	c := clientOf(a)
	expect(t, createUser(t, c, "bob"), "AccessDenied",
		"User: arn:aws:sts::111122223333:assumed-role/SandboxAdministrator/sandbox is not authorized to perform: "+
			"iam:CreateUser on resource: arn:aws:iam::111122223333:user/bob")
	expect(t, listUsers(t, c), "ServiceFailure", "")
	expect(t, listUsers(t, c), "", "")
	_, err := stsOf(a, foreignKey).GetCallerIdentity(t.Context(), nil)
	expect(t, err, "", "")
	if diff := cmp.Diff(map[string]int{"iam:CreateUser": 1, "iam:ListUsers": 2, "sts:GetCallerIdentity": 1}, a.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	a.ResetCalls()
	if len(a.Calls()) != 0 {
		t.Error("calls are not counted anew")
	}
}

// TestLatency is spent once per call, outside of the lock: the sleeper itself can use the account.
func TestLatency(t *testing.T) {
	var a *sandbox.Account
	var slept time.Duration
	o := fixed()
	o.Faults.Latency = 50 * time.Millisecond
	o.Sleep = func(d time.Duration) {
		slept += d
		a.Calls()
	}
	a = sandbox.New(o)
	c := clientOf(a)
	expect(t, createUser(t, c, "a"), "", "")
	expect(t, listUsers(t, c), "", "")
	if slept != 100*time.Millisecond {
		t.Errorf("slept %v", slept)
	}
}
