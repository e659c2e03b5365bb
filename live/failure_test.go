package live_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"baseline/live"
	"baseline/resource"
	"baseline/sandbox"
)

// fail makes every call of an action fail with a code.
func fail(action, code string) sandbox.Faults {
	return sandbox.Faults{Fail: map[string]sandbox.Failure{action: {Code: code}}}
}

func TestClassesOfFailures(t *testing.T) {
	for code, want := range map[string]resource.Class{
		"AccessDenied":                  resource.Denied,
		"ValidationError":               resource.Invalid,
		"InvalidInput":                  resource.Invalid,
		"MalformedPolicyDocument":       resource.Invalid,
		"UnmodifiableEntity":            resource.Invalid,
		"PolicyNotAttachable":           resource.Invalid,
		"LimitExceeded":                 resource.Limit,
		"Throttling":                    resource.Throttled,
		"ConcurrentModification":        resource.Busy,
		"EntityTemporarilyUnmodifiable": resource.Busy,
		"NoSuchEntity":                  resource.Missing,
		"EntityAlreadyExists":           resource.Exists,
		"DeleteConflict":                resource.InUse,
		"ExpiredToken":                  resource.Expired,
		"InvalidClientTokenId":          resource.Expired,
		"SignatureDoesNotMatch":         resource.Expired,
		"ServiceFailure":                resource.Lost,
	} {
		t.Run(code, func(t *testing.T) {
			s := open(t, nil)
			s.sandbox.SetFaults(fail("iam:CreateUser", code))
			err := s.account.Write(t.Context(), createAlice)
			call := failed(t, err)
			if call.Class != want || call.Code != code || call.Operation != "iam:CreateUser" {
				t.Errorf("%s %s is %q, want %q", call.Operation, call.Code, call.Class, want)
			}
			if !strings.HasPrefix(err.Error(), "iam:CreateUser: "+code) {
				t.Errorf("error: %v", err)
			}
		})
	}
}

func TestUnknownPrincipalMayYetComeToExist(t *testing.T) {
	s := open(t, nil)
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/nobody"},"Action":"sts:AssumeRole"}]}`
	err := s.account.Write(t.Context(), resource.Change{
		Address: resource.At("iam_role", "r"), After: resource.Object{"trust": resource.Document(trust)},
	})
	if call := failed(t, err); call.Class != resource.Missing || call.Code != "MalformedPolicyDocument" {
		t.Errorf("failure: %+v", call)
	}
}

func TestDenialNamesThePermission(t *testing.T) {
	s := open(t, nil)
	s.sandbox.SetFaults(sandbox.Faults{Deny: []string{"iam:CreateUser"}})
	err := s.account.Write(t.Context(), createAlice)
	if call := failed(t, err); !strings.Contains(call.Message, "iam:CreateUser") {
		t.Errorf("message: %s", call.Message)
	}
	// IAM can also refuse without a word about why.
	bare := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(formOf(t, r), "Action=GetCallerIdentity") {
				return inner.Do(r)
			}
			return answer(r, http.StatusForbidden, `<ErrorResponse><Error><Code>AccessDenied</Code><Message></Message></Error></ErrorResponse>`), nil
		})
	})
	err = bare.account.Write(t.Context(), createAlice)
	if call := failed(t, err); call.Class != resource.Denied || !strings.Contains(call.Message, "iam:CreateUser") {
		t.Errorf("failure: %+v", call)
	}
}

// What happens to a write once, and whether it may be sent again.
func TestWriteIsSentAgainOnlyAfterAnAnswerThatNothingWasDone(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault sandbox.Fault
		sent  int
		class resource.Class // "" is success
		done  bool
	}{
		{"throttled", sandbox.Fault{Code: "Throttling"}, 2, "", true},
		{"failed inside", sandbox.Fault{Code: "ServiceFailure"}, 1, resource.Lost, false},
		{"lost before it was done", sandbox.Fault{Lost: sandbox.LostBefore}, 1, resource.Lost, false},
		{"lost after it was done", sandbox.Fault{Lost: sandbox.LostAfter}, 1, resource.Lost, true},
		{"busy", sandbox.Fault{Code: "ConcurrentModification"}, 1, resource.Busy, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t, nil)
			sent := 0
			s.sandbox.SetFaults(sandbox.Faults{Hook: func(action string, _ int) sandbox.Fault {
				if action != "iam:CreateUser" {
					return sandbox.Fault{}
				}
				if sent++; sent > 1 {
					return sandbox.Fault{}
				}
				return test.fault
			}})
			err := s.account.Write(t.Context(), createAlice)
			if test.class == "" && err != nil || test.class != "" && failed(t, err).Class != test.class {
				t.Errorf("error: %v, want class %q", err, test.class)
			}
			if sent != test.sent {
				t.Errorf("sent %d times, want %d", sent, test.sent)
			}
			s.sandbox.SetFaults(sandbox.Faults{})
			reading, err := s.account.Read(t.Context(), live.Ask{})
			if err != nil {
				t.Fatal(err)
			}
			if _, done := reading.State[alice]; done != test.done {
				t.Errorf("done: %v, want %v", done, test.done)
			}
		})
	}
}

func TestWriteThatCouldNotConnectIsTriedAgain(t *testing.T) {
	refused := 0
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(formOf(t, r), "Action=CreateUser") && refused < 2 {
				refused++
				return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
			}
			return inner.Do(r)
		})
	})
	if err := s.account.Write(t.Context(), createAlice); err != nil {
		t.Fatal(err)
	}
	if refused != 2 {
		t.Errorf("refused %d times, want 2", refused)
	}
}

// Without an answer there is nothing to tell but which host was asked and what the network said.
func TestFailureOfTheNetworkNamesTheHost(t *testing.T) {
	noHost := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "iam.test", IsNotFound: true}}
	for name, test := range map[string]struct {
		cause error
		want  string
	}{
		"no such host":          {noHost, "cannot reach iam.test: dial tcp: lookup iam.test: no such host"},
		"broken off":            {io.ErrUnexpectedEOF, "no answer from iam.test: unexpected EOF"},
		"a certificate of late": {errors.New("tls: expired"), "no answer from iam.test: tls: expired"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, func(o *live.Options) {
				inner := o.HTTPClient
				o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
					if strings.HasPrefix(formOf(t, r), "Action=CreateUser") {
						return nil, &url.Error{Op: "Post", URL: "https://iam.test/", Err: test.cause}
					}
					return inner.Do(r)
				})
			})
			err := s.account.Write(t.Context(), createAlice)
			if call := failed(t, err); call.Class != resource.Lost || call.Message != test.want || !errors.Is(err, test.cause) {
				t.Errorf("%q: %q, want %q", call.Class, call.Message, test.want)
			}
			if want := "iam:CreateUser: " + test.want; err.Error() != want {
				t.Errorf("%q, want %q", err, want)
			}
		})
	}
}

func TestReadIsTriedAgain(t *testing.T) {
	for name, fault := range map[string]sandbox.Fault{
		"throttled":     {Code: "Throttling"},
		"failed inside": {Code: "ServiceFailure"},
		"lost":          {Lost: sandbox.LostAfter},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, nil)
			s.sandbox.SetFaults(sandbox.Faults{Hook: func(_ string, n int) sandbox.Fault {
				if n%2 == 1 {
					return fault
				}
				return sandbox.Fault{}
			}})
			if _, err := s.account.Read(t.Context(), live.Ask{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReadGivesUpInTheEnd(t *testing.T) {
	s := open(t, nil)
	s.sandbox.SetFaults(fail("iam:ListRoles", "ServiceFailure"))
	_, err := s.account.Read(t.Context(), live.Ask{})
	if call := failed(t, err); call.Operation != "iam:ListRoles" || call.Class != resource.Lost {
		t.Errorf("failure: %+v", call)
	}
}

// A proxy that answers for AWS must not look like an account with nothing in it.
func TestAnswerWithoutContentIsNoEmptyAccount(t *testing.T) {
	for name, body := range map[string]string{"nothing": "", "a page for people": "<html><body>Please sign in</body></html>"} {
		t.Run(name, func(t *testing.T) {
			s := open(t, func(o *live.Options) {
				inner := o.HTTPClient
				o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
					if strings.HasPrefix(formOf(t, r), "Action=GetAccountAuthorizationDetails") {
						return answer(r, http.StatusOK, body), nil
					}
					return inner.Do(r)
				})
			})
			reading, err := s.account.Read(t.Context(), live.Ask{})
			if err == nil {
				t.Fatalf("read %d objects", len(reading.State))
			}
			failed(t, err)
		})
	}
}

func TestContextThatEndsBeforeACallLeavesNoDoubt(t *testing.T) {
	s := open(t, nil)
	if _, err := s.account.Identify(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := s.account.Write(ctx, createAlice)
	if call := (*resource.CallError)(nil); !errors.Is(err, context.Canceled) || errors.As(err, &call) {
		t.Errorf("error: %v", err)
	}
	if s.account.Calls() != 1 {
		t.Errorf("%d calls, want that of before", s.account.Calls())
	}
}

func TestContextThatEndsDuringAReadLeavesNoDoubt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(formOf(t, r), "Action=ListRoles") {
				cancel()
				return nil, ctx.Err()
			}
			return inner.Do(r)
		})
	})
	_, err := s.account.Read(ctx, live.Ask{})
	if call := (*resource.CallError)(nil); !errors.Is(err, context.Canceled) || errors.As(err, &call) {
		t.Errorf("error: %v", err)
	}
}

func TestContextThatEndsDuringAWriteLosesIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := open(t, func(o *live.Options) {
		inner := o.HTTPClient
		o.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(formOf(t, r), "Action=CreateUser") {
				cancel()
				return nil, ctx.Err()
			}
			return inner.Do(r)
		})
	})
	err := s.account.Write(ctx, createAlice)
	if call := failed(t, err); call.Class != resource.Lost || !errors.Is(err, context.Canceled) {
		t.Errorf("error: %v", err)
	}
}

func TestChangesThatMakeNoSenseAreRefused(t *testing.T) {
	s := open(t, nil)
	for _, change := range []resource.Change{
		{Address: resource.At("iam_nonsense", "x"), After: resource.Object{}},
		{Address: alice},
		{Address: resource.At("iam_policy_attachment", "user", "alice", "NeverSeen"), After: resource.Object{}},
		{Address: resource.At("iam_inline_policy", "robot", "r2", "p"), After: resource.Object{}},
	} {
		err := s.account.Write(t.Context(), change)
		if err == nil {
			t.Errorf("%s: error: %v", change.Address, err)
		}
	}
}

// formOf returns the body of a request and leaves it to be read again.
func formOf(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return string(body)
}

func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}
