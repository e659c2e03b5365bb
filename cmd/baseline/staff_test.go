package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"

	"baseline/applier"
	"baseline/kinds"
	"baseline/live"
	"baseline/planner"
	"baseline/resource"
	"baseline/testdata/accounts"
)

// staff is an account whose people have a past, and a file of rules for all of them.
type staff struct {
	*stage
	command *command
	rules   *resource.Requirements
	users   []string
	// admin makes people's calls for them. Its key is none of the account's, so that it leaves no trace.
	admin *iam.Client
	// signer is the access key that the program calls with.
	signer string
	// changed is when each access key was made or last changed its status, which AWS tells of no single key.
	changed map[string]time.Time
}

const adminKey = "AKIASANDBOXEXAMPLE00"

const day = 24 * time.Hour

func newStaff(t *rapid.T, dir string) *staff {
	s := &staff{stage: newStage(t, filepath.Join(dir, "runs")), changed: map[string]time.Time{}, signer: adminKey}
	s.admin = s.client(adminKey)
	for i := range rapid.IntRange(1, 3).Draw(t, "users") {
		s.users = append(s.users, fmt.Sprintf("u%d", i))
		s.did(s.admin.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &s.users[i]}))
	}
	s.did(s.admin.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("worker"), AssumeRolePolicyDocument: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`),
	}))
	for range rapid.IntRange(5, 20).Draw(t, "events") {
		s.pass()
		s.event(everydayEvents...)
	}
	if rapid.Bool().Draw(t, "busy day") {
		s.useAll()
	}
	s.chooseSigner()
	s.readFile(dir)
	return s
}

func (s *staff) client(key string) *iam.Client {
	return iam.NewFromConfig(aws.Config{
		Region: "us-east-1", HTTPClient: s.account.Client(), BaseEndpoint: aws.String("http://sandbox.invalid"),
		Credentials: credentials.NewStaticCredentialsProvider(key, "sandbox", ""),
	})
}

// did ends a person's call, which AWS may refuse for a reason of its own, such as a limit.
func (s *staff) did(_ any, err error) {
	refusal, refused := errors.AsType[smithy.APIError](err)
	if err != nil && (!refused || !slices.Contains([]string{"LimitExceeded", "EntityAlreadyExists", "NoSuchEntity"}, refusal.ErrorCode())) {
		s.t.Fatal(err)
	}
}

// pass lets time pass.
func (s *staff) pass() {
	times := []time.Duration{9 * day, 0, 3 * time.Hour, 40 * day, time.Minute, 20 * time.Hour, 2 * day}
	_ = s.clock.Sleep(s.t.Context(), rapid.SampledFrom(times).Draw(s.t, "passes"))
}

// keys are the access keys of a user.
func (s *staff) keys(user string) []types.AccessKeyMetadata {
	out, err := s.admin.ListAccessKeys(s.t.Context(), &iam.ListAccessKeysInput{UserName: &user})
	if err != nil {
		s.t.Fatal(err)
	}
	return out.AccessKeyMetadata
}

// everydayEvents are what people do, the more usual more than once.
var everydayEvents = []string{
	"make a key", "make a key", "use a key", "use a key", "switch a key",
	"get a password", "get a password", "sign in", "enrol", "lose the device",
	"get a policy", "get a service credential", "join", "join ten", "read the report",
}

// event is one of some events, if it can be.
func (s *staff) event(of ...string) {
	ctx, user := s.t.Context(), aws.String(rapid.SampledFrom(s.users).Draw(s.t, "who"))
	var key types.AccessKeyMetadata
	if keys := s.keys(*user); len(keys) > 0 {
		key = keys[rapid.IntRange(0, 1).Draw(s.t, "key")%len(keys)]
	}
	switch what := rapid.SampledFrom(of).Draw(s.t, "does"); {
	case what == "make a key":
		made, err := s.admin.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
		s.did(made, err)
		if err == nil {
			s.changed[*made.AccessKey.AccessKeyId] = s.clock.Now()
		}
	case what == "use a key" && key.Status == types.StatusTypeActive:
		s.did(s.client(*key.AccessKeyId).GetAccountSummary(ctx, &iam.GetAccountSummaryInput{}))
	case what == "switch a key" && key.AccessKeyId != nil && *key.AccessKeyId != s.signer:
		to := types.StatusTypeActive
		if key.Status == to {
			to = types.StatusTypeInactive
		}
		s.did(s.admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: key.AccessKeyId, Status: to}))
		s.changed[*key.AccessKeyId] = s.clock.Now()
	case what == "get a password":
		s.did(s.admin.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: user, Password: aws.String("correct-Horse-7")}))
	case what == "sign in":
		_ = s.account.SignIn(*user) // fails without a password
	case what == "enrol":
		made, err := s.admin.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: user})
		s.did(made, err)
		if err == nil {
			s.did(s.admin.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
				UserName: user, SerialNumber: made.VirtualMFADevice.SerialNumber,
				AuthenticationCode1: aws.String("111111"), AuthenticationCode2: aws.String("222222"),
			}))
		}
	case what == "lose the device":
		s.did(s.admin.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{
			UserName: user, SerialNumber: aws.String("arn:aws:iam::" + accounts.ID + ":mfa/" + *user),
		}))
	case what == "get a policy":
		s.did(s.admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}))
	case what == "get a service credential":
		s.did(s.admin.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{
			UserName: user, ServiceName: aws.String("codecommit.amazonaws.com"),
		}))
	case what == "join":
		s.join(user, 1)
	case what == "join ten":
		s.join(user, 10)
	case what == "read the report": // which is then the one that is known for four hours
		for range 3 {
			s.did(s.admin.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{}))
		}
	}
}

// useAll has every key used that can be.
func (s *staff) useAll() {
	for _, user := range s.users {
		for _, key := range s.keys(user) {
			if key.Status == types.StatusTypeActive {
				s.did(s.client(*key.AccessKeyId).GetAccountSummary(s.t.Context(), &iam.GetAccountSummaryInput{}))
			}
		}
	}
}

func (s *staff) join(user *string, groups int) {
	for i := range groups {
		group := aws.String(fmt.Sprintf("g%d", i))
		s.did(s.admin.CreateGroup(s.t.Context(), &iam.CreateGroupInput{GroupName: group}))
		s.did(s.admin.AddUserToGroup(s.t.Context(), &iam.AddUserToGroupInput{UserName: user, GroupName: group}))
	}
}

// chooseSigner has the program called by the admin, or by a user with an active key.
func (s *staff) chooseSigner() {
	for _, user := range s.users {
		for _, key := range s.keys(user) {
			if key.Status == types.StatusTypeActive && rapid.IntRange(0, 5).Draw(s.t, "signs") == 0 {
				s.signer = *key.AccessKeyId
			}
		}
	}
	s.connect()
}

// connect opens the account anew, as another process would.
func (s *staff) connect() {
	opened, err := live.Open(s.t.Context(), live.Options{
		HTTPClient: s.account.Client(), Endpoint: "http://sandbox.invalid", Clock: s.clock, MaxBackoff: time.Millisecond, Settle: -1,
		Credentials: credentials.NewStaticCredentialsProvider(s.signer, "sandbox", ""),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.session = &session{Account: opened}
}

// readFile draws the file of rules and reads it as the command does.
func (s *staff) readFile(dir string) {
	path := filepath.Join(dir, "rules.yaml")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, []byte(s.file()), 0o600)); err != nil {
		s.t.Fatal(err)
	}
	s.command = &command{
		world: &world{Out: io.Discard, Err: io.Discard, Clock: s.clock, Getenv: func(string) string { return "" }},
		files: []string{path}, accountID: accounts.ID, runsDir: s.runs, color: "never", parallel: 4,
	}
	read, err := s.command.load(accounts.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	s.rules = read.Want.Require
}

// file draws a file with some rules of each sort, and some of the users.
func (s *staff) file() string {
	t := s.t
	coin := func(label string) bool { return rapid.Bool().Draw(t, label) }
	days := func(label string, from, to int) int { return rapid.IntRange(from, to).Draw(t, label) }
	except := func() string {
		if rapid.IntRange(0, 3).Draw(t, "excepts") > 0 {
			return ""
		}
		return ", exceptions: [user/" + rapid.SampledFrom(s.users).Draw(t, "excepted") + "]"
	}
	var b strings.Builder
	b.WriteString(`version: 1
name: firm
unmanaged: {users: ignore, groups: ignore, roles: ignore, policies: ignore}
groups: {Readers: {policies: [aws:ReadOnlyAccess]}}
policies: {Bound: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}}
`)
	if coin("declares a user") {
		fmt.Fprintf(&b, "users: {u0: {groups: [%s]}, newcomer: {policies: [aws:ReadOnlyAccess]}}\n", rapid.SampledFrom([]string{"", "Readers"}).Draw(t, "groups"))
	}
	b.WriteString("require:\n  support_role: {}\n")
	if maxAge := days("max_age", 1, 90); coin("access_keys") {
		fmt.Fprintf(&b, "  access_keys: {max_age: %dd", maxAge)
		if coin("with unused") {
			fmt.Fprintf(&b, ", unused: %dd", days("unused keys", 1, 60))
		}
		if coin("with max_active") {
			fmt.Fprintf(&b, ", max_active: %d", days("max_active", 0, 2))
		}
		if days("with a ladder", 0, 3) > 0 {
			deactivate := maxAge + days("deactivate", 0, 20)
			fmt.Fprintf(&b, ", ladder: {warn: %dd, deactivate: %dd, delete: %dd}", max(1, deactivate-days("warn", 0, 20)), deactivate, deactivate+days("delete", 1, 30))
		}
		b.WriteString(except() + "}\n")
	}
	if coin("mfa") {
		fmt.Fprintf(&b, "  mfa: {of: %s, enforce: %s, unassigned: %s%s}\n",
			rapid.SampledFrom([]string{"console_users", "all_users"}).Draw(t, "of"),
			rapid.SampledFrom([]string{"report", "deny-without-mfa", "deny-without-mfa", "deny-without-mfa, grace: 7d"}).Draw(t, "enforce"),
			rapid.SampledFrom([]string{"report", "remove"}).Draw(t, "unassigned"), except())
	}
	if coin("passwords") {
		fmt.Fprintf(&b, "  passwords: {unused: %dd, action: %s%s}\n", days("unused passwords", 1, 60),
			rapid.SampledFrom([]string{"report", "remove"}).Draw(t, "password action"), except())
	}
	if coin("credentials") {
		fmt.Fprintf(&b, "  credentials: {service_specific: {max_age: %dd}%s}\n", days("credentials", 1, 60), except())
	}
	if coin("permissions") {
		fmt.Fprintf(&b, "  permissions: {users: groups-only, admin: forbidden, boundary: {for: [%s], policy: Bound}, fix: true, groups: {aws:ReadOnlyAccess: Readers}%s}\n",
			rapid.SampledFrom([]string{"users", "roles", "user/u0, role/worker"}).Draw(t, "bounded"), except())
	}
	return b.String()
}

// plan is what the command plans now.
func (s *staff) plan() *resource.Plan {
	p, err := s.command.draw(s.t.Context(), s.session, accounts.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return p.plan
}

// apply carries out a plan, one made from a read of this moment or, as from a file, one that must first be compared.
func (s *staff) apply(header applier.Header, plan *resource.Plan) *applier.Run {
	run, err := s.applier().Apply(s.t.Context(), header, plan, rapid.Bool().Draw(s.t, "fresh"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.note(plan)
	return run
}

// note keeps the times at which a plan changed keys.
func (s *staff) note(plan *resource.Plan) {
	for _, c := range plan.Changes {
		if c.Address.Kind == "iam_access_key" {
			s.changed[c.Address.Parts(2)[1]] = s.clock.Now()
		}
	}
}

// everything is all that the account holds, also what is only seen by looking at each user.
func (s *staff) everything() resource.State {
	ctx := s.t.Context()
	var needs resource.Needs
	var look []resource.Address
	for _, kind := range kinds.Types() {
		switch {
		case kind.Held:
			for _, user := range s.users {
				look = append(look, resource.At(kind.Kind, user))
			}
		case kind.Extra:
			needs.Kinds = append(needs.Kinds, kind.Kind)
		}
	}
	reading, err := s.session.Account.Read(ctx, live.Ask{Needs: needs})
	if err != nil {
		s.t.Fatal(err)
	}
	state, err := s.session.Look(ctx, reading.State, look)
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

// mustHold compares all of the account with what it must be.
func (s *staff) mustHold(what string, want resource.State) {
	s.t.Helper()
	now := s.everything()
	for _, a := range slices.Concat(want.Addresses(), now.Addresses()) {
		if !planner.Same(now[a].Settings, want[a].Settings) {
			s.t.Fatalf("%s: %s is %v, not %v", what, a, now[a].Settings, want[a].Settings)
		}
	}
}

// without is a state without what a plan deletes for good.
func without(state resource.State, plan *resource.Plan) resource.State {
	out := maps.Clone(state)
	for _, c := range plan.Changes {
		if c.Final {
			delete(out, c.Address)
		}
	}
	return out
}
