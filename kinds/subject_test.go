package kinds_test

import (
	"errors"
	"maps"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"baseline/kinds"
	"baseline/live"
	"baseline/policy"
	"baseline/resource"
	"baseline/sandbox"
)

// endpointVariable names another implementation of AWS's protocols to hold the contract against, instead of the sandbox: its
// URL, with an empty account behind it whose id is that of the samples. CI names moto; see testdata/witness/moto_server.py.
const endpointVariable = "BASELINE_TEST_ENDPOINT"

// subject is an account that the contract is held against.
type subject struct {
	t       *testing.T
	account *live.Account
	clock   *clock
	sandbox *sandbox.Account // nil when it is another implementation
	options live.Options     // what it was opened with
}

// openSubject opens the account that the contract is held against: a new sandbox, unless another is named.
func openSubject(t *testing.T) *subject {
	t.Helper()
	if endpoint := os.Getenv(endpointVariable); endpoint != "" {
		s := &subject{t: t, clock: newClock()}
		s.open(live.Options{Endpoint: endpoint, HTTPClient: http.DefaultClient})
		return s
	}
	return openSandbox(t, sandbox.Options{ShortPages: true})
}

func openSandbox(t *testing.T, o sandbox.Options) *subject {
	t.Helper()
	s := &subject{t: t, clock: newClock()}
	o.Account, o.Now, o.Seed = account, s.clock.Now, 1
	s.sandbox = sandbox.New(o)
	s.open(live.Options{HTTPClient: s.sandbox.Client()})
	return s
}

var testCredentials = credentials.NewStaticCredentialsProvider("test", "test", "")

func (s *subject) open(o live.Options) {
	s.t.Helper()
	o.Credentials, o.Clock, o.MaxBackoff = testCredentials, s.clock, time.Millisecond
	opened, err := live.Open(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.account, s.options = opened, o
}

// s3 calls S3 in a Region without the code under test.
func (s *subject) s3(region string) *s3.Client {
	o := s3.Options{Region: region, Credentials: testCredentials, HTTPClient: s.options.HTTPClient, UsePathStyle: true}
	if s.options.Endpoint != "" {
		o.BaseEndpoint = &s.options.Endpoint
	}
	return s3.New(o)
}

// client calls the account without the code under test.
func (s *subject) client() *iam.Client {
	o := iam.Options{Region: "us-east-1", Credentials: testCredentials, HTTPClient: s.options.HTTPClient}
	if s.options.Endpoint != "" {
		o.BaseEndpoint = &s.options.Endpoint
	}
	return iam.New(o)
}

func (s *subject) write(change resource.Change) {
	s.t.Helper()
	if err := s.account.Write(s.t.Context(), change); err != nil {
		s.t.Fatalf("%s: %v", change.Op(), err)
	}
}

func (s *subject) state() resource.State {
	s.t.Helper()
	reading, err := s.account.Read(s.t.Context(), live.Ask{})
	if err != nil {
		s.t.Fatal(err)
	}
	return reading.State
}

// everything is all of the account that a sample could leave a trace in: what lists show, also those that are seldom read, the
// sample and its needs where none does, and with a sandbox what is in there that we would not see.
func (s *subject) everything(of sample) any {
	s.t.Helper()
	ask := live.Ask{}
	for _, known := range kinds.Types() {
		if known.Extra {
			ask.Needs.Kinds = append(ask.Needs.Kinds, known.Kind)
		}
	}
	reading, err := s.account.Read(s.t.Context(), ask)
	if err != nil {
		s.t.Fatal(err)
	}
	named := []resource.Address{of.address}
	for _, need := range of.needs {
		named = append(named, need.address)
	}
	named = slices.DeleteFunc(named, func(a resource.Address) bool { return !typeOf(s.t, a.Kind).Named })
	looked, err := s.account.Look(s.t.Context(), reading.State, named)
	if err != nil {
		s.t.Fatal(err)
	}
	dump := ""
	// A key that is deleted is only scheduled to go, and stays to be seen for as long.
	if keys := func(a resource.Address) bool { return a.Kind == "kms_key" }; s.sandbox != nil && !keys(of.address) && !slices.ContainsFunc(named, keys) {
		dump = string(s.sandbox.DumpSettings())
	}
	return struct {
		State resource.State
		Dump  string
	}{looked, dump}
}

// look reads one kind and looks closely at addresses of it.
func (s *subject) look(addresses ...resource.Address) resource.State {
	s.t.Helper()
	reading, err := s.account.Read(s.t.Context(), live.Ask{Kinds: []resource.Kind{addresses[0].Kind}})
	if err != nil {
		s.t.Fatal(err)
	}
	looked, err := s.account.Look(s.t.Context(), reading.State, addresses)
	if err != nil {
		s.t.Fatal(err)
	}
	return looked
}

// shows checks that the account shows these settings at the address, after a closer look; nil is for nothing at all.
func (s *subject) shows(a resource.Address, want resource.Object) {
	s.t.Helper()
	got := s.look(a)[a].Settings
	if diff := cmp.Diff(want, got, cmp.Comparer(sameDocument)); diff != "" {
		s.t.Fatalf("%s (-want +got):\n%s", a, diff)
	}
}

func sameDocument(a, b resource.Document) bool { return policy.Equal(string(a), string(b)) }

// complete fills in the settings AWS gives an object where nothing is said.
func complete(kind resource.Kind, o resource.Object) resource.Object {
	for _, known := range kinds.Types() {
		if known.Kind == kind {
			return known.Defaults.With(o)
		}
	}
	return maps.Clone(o)
}

// wantClass checks that a write or read failed as a call of that class.
func wantClass(t *testing.T, err error, want resource.Class) {
	t.Helper()
	var failed *resource.CallError
	if !errors.As(err, &failed) {
		t.Fatalf("no failed call: %v", err)
	}
	if failed.Class != want {
		t.Fatalf("class %q, want %q: %v", failed.Class, want, err)
	}
}
