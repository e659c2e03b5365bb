package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"baseline/live"
	"baseline/policy"
	"baseline/sandbox"
)

// These tests hold the printed policies to what the program calls: it runs with exactly these, and with each action of them taken
// away in turn, in an account that enforces them.

// factory is an account with a past, and a file with something of every kind of IAM.
type factory struct {
	t       *testing.T
	account *sandbox.Account
	clock   *movingClock
	dir     string
	// key signs the tool's calls.
	key string
	// grants are the policies of the tool's role.
	grants int
	// secrets are what AWS told once, to whoever made a credential.
	secrets []string
}

const factoryFile = `version: 1
name: factory
account: "111122223333"
alias: factory
password_policy: {min_length: 14}
policies:
  Fence: {path: /f/, description: a fence, tags: {team: a}, document: &doc {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:Get*", Resource: "*"}]}}
groups:
  Team: {path: /t/, policies: [Fence], inline: {own: *doc}}
  Auditors: {policies: [aws:ReadOnlyAccess]}
users:
  alice: {path: /people/, groups: [Team], boundary: Fence, tags: {team: a}, policies: [Fence], inline: {own: *doc}}
  bob: {boundary: none, groups: []}
roles:
  web: {trust: [{service: ec2.amazonaws.com}], description: serves, boundary: Fence, tags: {team: a}, policies: [Fence], inline: {own: *doc}}
  job: {trust: [{service: lambda.amazonaws.com}], boundary: none}
instance_profiles:
  web: {role: web, tags: {team: a}}
require:
  root: {mfa: hardware}
  mfa: {enforce: deny-without-mfa, unassigned: remove}
  access_keys: {max_age: 90d, ladder: {warn: 80d, deactivate: 90d, delete: 120d}}
  passwords: {unused: 45d, action: remove}
  credentials: {ssh_keys: {max_age: 90d}, service_specific: {max_age: 90d}, signing_certificates: {max_age: 90d}}
  server_certificates: {expired: removed}
  permissions: {users: groups-only, fix: true, groups: {aws:ReadOnlyAccess: Auditors}, exceptions: [user/alice]}
`

// The tool's role and policies go by names that belong to others, so that they are left alone.
const (
	toolRole   = "stacksets-exec-tool"
	toolPolicy = "aws-controltower-tool"
)

const (
	anybody   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
	sshKey    = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ=="
	otherText = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:List*","Resource":"*"}]}`
)

// newFactory is the account as most of these tests have it.
func newFactory(t *testing.T) *factory {
	t.Helper()
	f := emptyFactory(t, factoryFile)
	f.people()
	_ = f.clock.Sleep(t.Context(), 200*day)
	f.hire()
	return f
}

// emptyFactory is an account with nothing in it, and a file for it.
func emptyFactory(t *testing.T, file string) *factory {
	t.Helper()
	clock := &movingClock{now: time.Date(2026, time.January, 1, 12, 0, 0, 0, time.UTC)}
	f := &factory{t: t, clock: clock, dir: t.TempDir(), key: adminKey}
	f.account = sandbox.New(sandbox.Options{Now: clock.Now, Seed: 1, Enforce: true})
	if err := os.WriteFile(filepath.Join(f.dir, "baseline.yaml"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return f
}

// hire makes the tool's role, and has the tool take it on.
func (f *factory) hire() {
	f.t.Helper()
	f.call("CreateRole", "RoleName="+toolRole, "AssumeRolePolicyDocument="+anybody)
	body := f.call("AssumeRole", "Version=2011-06-15", "RoleArn=arn:aws:iam::111122223333:role/"+toolRole, "RoleSessionName=run")
	f.key = keyIDs.FindStringSubmatch(body)[1]
}

// people fills the account with what the file once made and no longer names, and with people who break its rules.
func (f *factory) people() {
	mark := []string{"Tags.member.1.Key=baseline:name", "Tags.member.1.Value=factory"}
	f.call("CreatePolicy", append(mark, "PolicyName=left", "PolicyDocument="+otherText)...)
	f.call("CreatePolicyVersion", "PolicyArn=arn:aws:iam::111122223333:policy/left", "PolicyDocument="+anythingOn("x"))
	f.call("CreateUser", append(mark, "UserName=left", "PermissionsBoundary=arn:aws:iam::aws:policy/PowerUserAccess")...)
	f.call("CreateUser", "UserName=old", "Path=/old/")
	for _, user := range []string{"left", "old"} {
		f.call("CreateLoginProfile", "UserName="+user, "Password=correct-Horse-7")
		f.call("CreateAccessKey", "UserName="+user)
		f.call("UploadSSHPublicKey", "UserName="+user, "SSHPublicKeyBody="+sshKey)
		f.call("CreateServiceSpecificCredential", "UserName="+user, "ServiceName=codecommit.amazonaws.com")
	}
	f.call("UploadSigningCertificate", "UserName=old", "CertificateBody="+certificates()[0])
	f.call("UploadSigningCertificate", "UserName=left", "CertificateBody="+certificates()[1])
	f.call("CreateVirtualMFADevice", "VirtualMFADeviceName=left")
	f.call("EnableMFADevice", "UserName=left", "SerialNumber=arn:aws:iam::111122223333:mfa/left", "AuthenticationCode1=111111", "AuthenticationCode2=222222")
	f.call("CreateVirtualMFADevice", "VirtualMFADeviceName=nobodys")
	// An old key that was switched off is deleted, and one that is on is switched off.
	key := keyIDs.FindStringSubmatch(f.call("CreateAccessKey", "UserName=old"))[1]
	f.call("UpdateAccessKey", "UserName=old", "AccessKeyId="+key, "Status=Inactive")
	f.call("AttachUserPolicy", "UserName=old", "PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess")
	f.call("CreateRole", append(mark, "RoleName=left", "AssumeRolePolicyDocument="+anybody, "PermissionsBoundary=arn:aws:iam::aws:policy/PowerUserAccess")...)
	f.call("CreateInstanceProfile", append(mark, "InstanceProfileName=left")...)
	f.call("AddRoleToInstanceProfile", "InstanceProfileName=left", "RoleName=left")
}

// drift changes by hand all that the file says otherwise.
func (f *factory) drift() {
	f.call("UpdateAccountPasswordPolicy", "MinimumPasswordLength=8")
	f.call("CreateAccountAlias", "AccountAlias=manufactory")
	for i := range 4 {
		f.call("CreatePolicyVersion", "PolicyArn=arn:aws:iam::111122223333:policy/f/Fence", "PolicyDocument="+anythingOn(fmt.Sprint(i)), "SetAsDefault=true")
	}
	// The text that the file has is stored as v1, so this drops it.
	f.call("DeletePolicyVersion", "PolicyArn=arn:aws:iam::111122223333:policy/f/Fence", "VersionId=v1")
	f.call("CreatePolicyVersion", "PolicyArn=arn:aws:iam::111122223333:policy/f/Fence", "PolicyDocument="+otherText, "SetAsDefault=true")
	tags := []string{"Tags.member.1.Key=team", "Tags.member.1.Value=b", "Tags.member.2.Key=more", "Tags.member.2.Value=c"}
	f.call("TagPolicy", append(tags, "PolicyArn=arn:aws:iam::111122223333:policy/f/Fence")...)
	f.call("TagUser", append(tags, "UserName=alice")...)
	f.call("TagRole", append(tags, "RoleName=web")...)
	f.call("TagInstanceProfile", append(tags, "InstanceProfileName=web")...)
	f.call("UpdateGroup", "GroupName=Team", "NewPath=/u/")
	f.call("UpdateUser", "UserName=alice", "NewPath=/folk/")
	f.call("UpdateRole", "RoleName=web", "Description=waits")
	f.call("UpdateAssumeRolePolicy", "RoleName=web", "PolicyDocument="+anybody)
	for _, on := range []string{"User", "Group", "Role"} {
		name := on + "Name=" + map[string]string{"User": "alice", "Group": "Team", "Role": "web"}[on]
		f.call("Attach"+on+"Policy", name, "PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess")
		f.call("Put"+on+"Policy", name, "PolicyName=own", "PolicyDocument="+otherText)
		f.call("Put"+on+"Policy", name, "PolicyName=more", "PolicyDocument="+otherText)
		if on != "Group" {
			f.call("Put"+on+"PermissionsBoundary", name, "PermissionsBoundary=arn:aws:iam::aws:policy/PowerUserAccess")
		}
	}
	f.call("PutUserPermissionsBoundary", "UserName=bob", "PermissionsBoundary=arn:aws:iam::aws:policy/PowerUserAccess")
	f.call("PutRolePermissionsBoundary", "RoleName=job", "PermissionsBoundary=arn:aws:iam::aws:policy/PowerUserAccess")
	f.call("AddUserToGroup", "UserName=bob", "GroupName=Team")
}

func anythingOn(name string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::` + name + `"}]}`
}

// certificate makes a certificate.
func certificate(name string) string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2035, time.January, 1, 0, 0, 0, 0, time.UTC),
	}
	made, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made}))
}

// certificates are made once: that takes longer than all else.
var certificates = sync.OnceValue(func() [2]string { return [2]string{certificate("old"), certificate("left")} })

// call makes a call as the administrator.
func (f *factory) call(action string, params ...string) string {
	f.t.Helper()
	status, body, err := call(f.account.Client(), "http://sandbox.invalid/", action, params)
	if err != nil || status != 200 {
		f.t.Fatalf("%s %s: %d, %v\n%s", action, params, status, err, body)
	}
	for _, secret := range toldOnce.FindAllStringSubmatch(body, -1) {
		f.secrets = append(f.secrets, secret[1])
	}
	return body
}

var toldOnce = regexp.MustCompile(`<(?:SecretAccessKey|SessionToken|ServicePassword|Base32StringSeed)>([^<]+)<`)

// grant gives the tool's role these policies in place of those it had.
func (f *factory) grant(documents []map[string]any) {
	f.t.Helper()
	for i := range f.grants {
		arn := fmt.Sprintf("PolicyArn=arn:aws:iam::111122223333:policy/%s%d", toolPolicy, i)
		f.call("DetachRolePolicy", "RoleName="+toolRole, arn)
		f.call("DeletePolicy", arn)
	}
	f.grants = len(documents)
	for i, document := range documents {
		text, err := json.Marshal(document)
		if err != nil {
			f.t.Fatal(err)
		}
		name := fmt.Sprintf("%s%d", toolPolicy, i)
		f.call("CreatePolicy", "PolicyName="+name, "PolicyDocument="+string(text))
		f.call("AttachRolePolicy", "RoleName="+toolRole, "PolicyArn=arn:aws:iam::111122223333:policy/"+name)
	}
}

// runAs runs the command with calls signed by a key.
func (f *factory) runAs(key string, words ...string) (code int, output string) {
	f.t.Helper()
	var out bytes.Buffer
	w := &world{
		In: strings.NewReader(""), Out: &out, Err: &out, Clock: f.clock, Getenv: func(string) string { return "" },
		Connect: func(o *live.Options) {
			o.HTTPClient, o.Endpoint, o.Settle = f.account.Client(), "http://sandbox.invalid", -1
			o.Credentials = credentials.NewStaticCredentialsProvider(key, "sandbox", "")
		},
	}
	words = append(words, "--runs", filepath.Join(f.dir, "runs"))
	if words[0] != "rollback" && !strings.HasSuffix(words[1], ".json") {
		words = append(words, "-f", filepath.Join(f.dir, "baseline.yaml"))
	}
	code = run(f.t.Context(), words, w)
	return code, out.String()
}

// must runs the command as the administrator, and it succeeds.
func (f *factory) must(words ...string) string {
	f.t.Helper()
	code, output := f.runAs(adminKey, words...)
	if code != 0 {
		f.t.Fatalf("%s: exit %d\n%s", words, code, output)
	}
	return output
}

// printed are the documents that a permissions command prints.
func (f *factory) printed(words ...string) []map[string]any {
	f.t.Helper()
	text := f.must(append([]string{"permissions"}, words...)...)
	text = text[strings.IndexByte(text, '{'):] // behind the note of how many there are
	var documents []map[string]any
	for decoder := json.NewDecoder(strings.NewReader(text)); ; {
		var document map[string]any
		if err := decoder.Decode(&document); err == io.EOF {
			return documents
		} else if err != nil {
			f.t.Fatalf("%v\n%s", err, text)
		}
		whole, err := json.Marshal(document)
		if err != nil || policy.Size(string(whole)) > policy.MaxManagedSize {
			f.t.Errorf("a document of %d characters: %v", policy.Size(string(whole)), err)
		}
		documents = append(documents, document)
	}
}

// Plans, checks and snapshots take what is printed for them.
func TestReadingTakesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	for purpose, words := range map[string][]string{
		"plan":     {"plan"},
		"snapshot": {"snapshot", "-o", os.DevNull},
	} {
		t.Run(purpose, func(t *testing.T) {
			t.Parallel()
			exactly(t, circumstances(),
				func(f *factory) []map[string]any {
					return lacking(f.printed("--for", purpose), simulate)
				},
				func(f *factory, act func(...string) bool) { act(words...) })
		})
	}
}

// Applying any plan of a file and taking it back takes what is printed for apply: creations, updates, deletions, and their opposites.
func TestApplyingTakesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	exactly(t, circumstances(),
		func(f *factory) []map[string]any { return f.printed("--for", "apply") },
		func(f *factory, act func(...string) bool) {
			apply := []string{"apply", "--auto-approve", "--allow-one-way", "--allow-large"}
			if act(apply...) && act("rollback", "--auto-approve") && act(apply...) {
				f.drift()
				_ = act(apply...) && act("rollback", "--auto-approve")
			}
		})
}

// A plan takes what is printed for it, and so does rolling it back.
func TestAPlanTakesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*factory){
		"from scratch": func(*factory) {},
		"after drift": func(f *factory) {
			f.must("apply", "--auto-approve", "--allow-one-way", "--allow-large")
			f.drift()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := func(f *factory) string {
				prepare(f)
				path := filepath.Join(f.dir, "plan.json")
				f.must("plan", "--out", path)
				return path
			}
			exactly(t, circumstances(),
				func(f *factory) []map[string]any { return f.printed("--for", planned(f)) },
				func(f *factory, act func(...string) bool) {
					_ = act("apply", filepath.Join(f.dir, "plan.json"), "--allow-one-way", "--allow-large") && act("rollback", "--auto-approve")
				})
		})
	}
}

// What is missing is named before the first change, all of it.
func TestMissingPermissionsAreNamedFirst(t *testing.T) {
	t.Parallel()
	f := newFactory(t)
	all := f.printed("--for", "apply")
	missing := []string{"iam:AttachRolePolicy", "iam:CreateAccountAlias", "iam:DeleteUser", "iam:TagPolicy"}
	f.grant(lacking(all, missing...))
	f.account.ResetCalls()
	before := f.account.DumpSettings()
	code, said := f.runAs(f.key, "apply", "--auto-approve", "--allow-one-way", "--allow-large")
	after := f.account.DumpSettings()
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		t.Errorf("the account was changed:\n%s", diff)
	}
	want := `error: arn:aws:sts::111122223333:assumed-role/stacksets-exec-tool/run lacks permissions that these changes take; nothing was changed
  iam:AttachRolePolicy on arn:aws:iam::111122223333:role/web
  iam:CreateAccountAlias
  iam:DeleteUser on arn:aws:iam::111122223333:user/left
  iam:TagPolicy on arn:aws:iam::111122223333:policy/baseline/baseline-require-mfa
  iam:TagPolicy on arn:aws:iam::111122223333:policy/f/Fence
next:  have them granted; all that is needed is printed by: baseline permissions --for apply -f ` + filepath.Join(f.dir, "baseline.yaml") + `
exit 6 (refused)
`
	if !strings.HasSuffix(said, want) || code != exitRefused.code {
		t.Errorf("exit %d (-want +got):\n%s", code, cmp.Diff(want, said[max(0, strings.Index(said, "error: ")):]))
	}
	if n := f.account.Calls()[simulate]; n == 0 || n > 8 {
		t.Errorf("%d simulations, want a few", n)
	}
}

// A plan from a snapshot is the plan of the account as it was, whatever was looked at beyond; and the snapshot holds no secret.
func TestSnapshotPlansAsTheAccountDoes(t *testing.T) {
	t.Parallel()
	for _, drifted := range []bool{false, true} {
		f := newFactory(t)
		if drifted {
			f.must("apply", "--auto-approve", "--allow-one-way", "--allow-large")
			f.drift()
		}
		asked := f.planned("plan", "-o", "json")
		for _, looks := range []string{"needed", "declared", "all"} {
			path := filepath.Join(f.dir, looks+".snapshot")
			f.must("snapshot", "-o", path, "--look", looks)
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range append(f.secrets, "correct-Horse-7") {
				if strings.Contains(string(text), secret) {
					t.Errorf("the snapshot with %s holds the secret %s", looks, secret)
				}
			}
			kept := f.planned("plan", "-o", "json", "--live", path)
			if kept["snapshot"] == nil {
				t.Errorf("the plan names no snapshot: %v", kept)
			}
			delete(kept, "snapshot")
			delete(kept, "digest")
			delete(asked, "digest")
			notices, _ := kept["notices"].([]any)
			if len(notices) == 0 || !strings.HasPrefix(notices[0].(string), "made from a snapshot that is 0 seconds old") {
				t.Fatalf("notices: %v", notices)
			}
			if kept["notices"] = notices[1:]; len(notices) == 1 {
				delete(kept, "notices")
			}
			if looks != "needed" { // what was looked at beyond is among the facts
				for _, plan := range []map[string]any{asked, kept} {
					for _, change := range plan["changes"].([]any) {
						delete(change.(map[string]any), "facts")
					}
				}
			}
			if diff := cmp.Diff(asked, kept); diff != "" {
				t.Errorf("drifted %v, looks %s: plans (-of the account +of the snapshot):\n%s", drifted, looks, diff)
			}
		}
		if len(f.secrets) < 5 {
			t.Errorf("only %d secrets were told", len(f.secrets))
		}
	}
}

// planned runs a command that prints a plan as JSON.
func (f *factory) planned(words ...string) map[string]any {
	f.t.Helper()
	var plan map[string]any
	if err := json.Unmarshal([]byte(f.must(words...)), &plan); err != nil {
		f.t.Fatal(err)
	}
	return plan
}
