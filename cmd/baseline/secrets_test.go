package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"baseline/sandbox"
)

// Promise 6, for everything that the program can say: whatever secret an account gives out or is given, by whomever, is in no
// output, plan or record.
func TestNoSecretOfTheAccountIsEverSaid(t *testing.T) {
	o := newWatched(t)
	o.inhabit("alice", "bob")
	o.pass(100)
	file := []string{"-f", o.path("everything.yaml")}
	if err := os.WriteFile(file[1], []byte(askingForEverything), 0o600); err != nil {
		t.Fatal(err)
	}
	plan := o.path("plan.json")

	o.baseline(exitDone, "validate", file...)
	o.baseline(exitDone, "plan", file...)
	for _, form := range planForms {
		o.baseline(exitDone, "plan", append(file, "-o", string(form))...)
	}
	o.baseline(exitDone, "plan", append(file, "--events", "-")...)
	o.baseline(exitDone, "plan", append(file, "--out", plan)...)
	for _, form := range checkForms {
		o.baseline(exitFindings, "check", append(file, "-o", string(form))...)
	}
	o.baseline(exitRefused, "apply", append(file, "--auto-approve")...)
	o.baseline(exitDone, "apply", plan, "--allow-one-way")
	o.pass(60) // what was deactivated has been so for long enough to be deleted
	o.baseline(exitDone, "apply", append(file, "--auto-approve", "--allow-one-way", "-o", "json")...)
	o.baseline(exitDone, "runs")
	o.baseline(exitDone, "runs", "-o", "json")
	for _, form := range runForms {
		o.baseline(exitDone, "runs", "show", "-o", string(form))
		o.baseline(exitDone, "rollback", "--dry-run", "-o", string(form))
	}
	o.baseline(exitDone, "rollback", "--auto-approve")

	// What goes wrong says no more.
	o.inhabit("carol")
	o.pass(100)
	o.account.SetFaults(sandbox.Faults{Deny: []string{"iam:ListAccessKeys"}})
	o.baseline(exitError, "plan", file...)
	o.account.SetFaults(sandbox.Faults{Deny: []string{"iam:UpdateAccessKey", "iam:DeleteLoginProfile"}})
	o.baseline(exitPartly, "apply", append(file, "--auto-approve", "--allow-one-way", "--events", "-")...)
	o.baseline(exitDone, "runs", "show", "-o", "json")

	// It was about the things that have secrets, and there is something to look into.
	texts := o.texts()
	for _, said := range []string{"access key AKIA", "password", "MFA device", "service-specific credential", "signing certificate", "www"} {
		if !strings.Contains(texts["output"], said) {
			t.Errorf("nothing was said of %q", said)
		}
	}
	for _, name := range []string{"plan.json", "rollback.json", "journal.jsonl", "result.json"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(texts)), func(path string) bool { return filepath.Base(path) == name }) {
			t.Errorf("there is no %s to look into", name)
		}
	}
	secrets := o.secrets()
	for _, sort := range []string{
		"SecretAccessKey", "SessionToken", "ServicePassword", "ServiceCredentialSecret", "Base32StringSeed", "QRCodePNG", "Password",
		"PrivateKey", "the caller's",
	} {
		if len(secrets[sort]) == 0 {
			t.Errorf("no secret of the sort %s was seen, so none was looked for", sort)
		}
	}
	for _, leak := range leaks(texts, secrets) {
		t.Error(leak)
	}
}

// The search finds each secret in whichever text it is, so that the test above can fail.
func TestASecretThatIsSaidIsFound(t *testing.T) {
	t.Parallel()
	secrets := map[string][]string{"Password": {"Tr0ub4dor&3"}, "SecretAccessKey": {"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}}
	for name, text := range map[string]string{
		"plain":           "the password is Tr0ub4dor&3.",
		"in JSON":         `{"password": "Tr0ub4dor\u00263"}`,
		"in a form":       "Password=Tr0ub4dor%263&UserName=alice",
		"in base64":       base64.StdEncoding.EncodeToString([]byte("Tr0ub4dor&3")),
		"a key":           "key wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n",
		"a key in a form": "wJalrXUtnFEMI%2FK7MDENG%2BbPxRfiCYEXAMPLEKEY",
	} {
		if len(leaks(map[string]string{name: text}, secrets)) == 0 {
			t.Errorf("%s: not found in %q", name, text)
		}
	}
	if found := leaks(map[string]string{"harmless": "user/alice, password, AKIAIOSFODNN7EXAMPLE"}, secrets); len(found) > 0 {
		t.Errorf("found where there is none: %q", found)
	}
}

// leaks says which sorts of secrets are in which texts, as they are or as JSON, forms and base64 write them.
func leaks(texts map[string]string, secrets map[string][]string) []string {
	var found []string
	for name, text := range texts {
		for sort, all := range secrets {
			for _, secret := range all {
				json := strings.NewReplacer("&", `\u0026`, "<", `\u003c`, ">", `\u003e`).Replace(secret)
				for _, form := range []string{secret, json, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
					if strings.Contains(text, form) {
						found = append(found, fmt.Sprintf("%s holds a secret: %s %q", name, sort, form))
						break
					}
				}
			}
		}
	}
	return found
}

// watched is an account behind HTTP of which every secret that goes over the wire is noted.
type watched struct {
	t       *testing.T
	dir     string
	clock   *scriptClock
	account *sandbox.Account
	server  *httptest.Server
	out     bytes.Buffer

	mu   sync.Mutex
	seen map[string][]string
}

// The caller's own secrets.
const (
	callersSecret = "CaLLeRsOwNsEcReTaCcEsSkEy+0123456789ABCD"
	callersToken  = "CaLLeRsOwNsEsSiOnToKeN=="
)

func newWatched(t *testing.T) *watched {
	t.Helper()
	o := &watched{t: t, dir: t.TempDir(), clock: &scriptClock{now: time.Date(2026, time.November, 21, 14, 2, 11, 0, time.UTC)}}
	o.seen = map[string][]string{"the caller's": {callersSecret, callersToken}}
	o.account = sandbox.New(sandbox.Options{Now: o.clock.Now})
	o.server = httptest.NewServer(o)
	t.Cleanup(o.server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": o.server.URL, "AWS_REGION": "us-east-1", "HOME": o.dir,
		"AWS_ACCESS_KEY_ID": "ASIASANDBOXEXAMPLE00", "AWS_SECRET_ACCESS_KEY": callersSecret, "AWS_SESSION_TOKEN": callersToken,
	} {
		t.Setenv(name, value)
	}
	return o
}

// secretIn finds the secrets of an answer: what AWS says once and never again.
var secretIn = regexp.MustCompile(`<(SecretAccessKey|SessionToken|ServicePassword|ServiceCredentialSecret|Base32StringSeed|QRCodePNG)>([^<]+)<`)

// secretParameters are what a caller sends and nobody else may know.
var secretParameters = []string{"Password", "OldPassword", "NewPassword", "PrivateKey"}

// ServeHTTP answers as the account does, and notes the secrets.
func (o *watched) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	recorder := httptest.NewRecorder()
	o.account.ServeHTTP(recorder, r)
	o.mu.Lock()
	defer o.mu.Unlock()
	if form, err := url.ParseQuery(string(body)); err == nil {
		for _, name := range secretParameters {
			o.note(name, form.Get(name))
		}
	}
	for _, m := range secretIn.FindAllStringSubmatch(recorder.Body.String(), -1) {
		o.note(m[1], m[2])
	}
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes())
}

// note keeps a secret; of one that is written in lines, each line, and of a seed also what it is decoded.
func (o *watched) note(sort, secret string) {
	for line := range strings.Lines(secret) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-----") {
			o.seen[sort] = append(o.seen[sort], line)
		}
	}
	if seed, err := base64.StdEncoding.DecodeString(secret); sort == "Base32StringSeed" && err == nil {
		o.seen[sort] = append(o.seen[sort], string(seed))
	}
}

// secrets returns what was noted, by sort.
func (o *watched) secrets() map[string][]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return maps.Clone(o.seen)
}

func (o *watched) path(name string) string { return filepath.Join(o.dir, name) }

// pass lets days go by.
func (o *watched) pass(days int) {
	if err := o.clock.Sleep(o.t.Context(), time.Duration(days)*24*time.Hour); err != nil {
		o.t.Fatal(err)
	}
}

// baseline runs the program and keeps all that it says.
func (o *watched) baseline(end exit, name string, args ...string) {
	o.t.Helper()
	var out, errs bytes.Buffer
	w := &world{In: strings.NewReader(""), Out: &out, Err: &errs, Clock: o.clock, Getenv: os.Getenv}
	args = append([]string{name, "--runs", o.path("runs")}, args...)
	code := run(o.t.Context(), args, w)
	o.out.Write(out.Bytes())
	o.out.Write(errs.Bytes())
	if code != end.code {
		o.t.Fatalf("%s: exit %d, not %d\n%s\n%s", args, code, end.code, &out, &errs)
	}
}

// texts returns everything that was said or written, by file, beside the file that was given to the program.
func (o *watched) texts() map[string]string {
	o.t.Helper()
	texts := map[string]string{"output": o.out.String()}
	err := filepath.WalkDir(o.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return texts
}

// call does something by hand, and returns the first value of the answer with the name, if one is asked for.
func (o *watched) call(answer, action string, params ...string) string {
	o.t.Helper()
	status, body, err := call(o.server.Client(), o.server.URL, action, params)
	if err != nil || status != http.StatusOK {
		o.t.Fatalf("%s %s: HTTP %d, %v\n%s", action, params, status, err, body)
	}
	if answer == "" {
		return ""
	}
	m := regexp.MustCompile("<" + answer + ">([^<]+)<").FindStringSubmatch(body)
	if m == nil {
		o.t.Fatalf("%s answers without %s\n%s", action, answer, body)
	}
	return m[1]
}

// inhabit gives users one of everything that has a secret.
func (o *watched) inhabit(users ...string) {
	o.t.Helper()
	certificate, key := o.certificate()
	for i, name := range users {
		user := "UserName=" + name
		o.call("", "CreateUser", user)
		o.call("", "CreateAccessKey", user)
		o.call("", "CreateAccessKey", user)
		o.call("", "CreateLoginProfile", user, "Password=Tr0ub4dor&3-of-"+name)
		o.call("", "UpdateLoginProfile", user, "Password=c0rrect-H0rse&"+name)
		serial := o.call("SerialNumber", "CreateVirtualMFADevice", "VirtualMFADeviceName="+name)
		if i == 0 {
			o.call("", "EnableMFADevice", user, "SerialNumber="+serial, "AuthenticationCode1=123456", "AuthenticationCode2=654321")
		}
		id := o.call("ServiceSpecificCredentialId", "CreateServiceSpecificCredential", user, "ServiceName=codecommit.amazonaws.com")
		o.call("", "ResetServiceSpecificCredential", user, "ServiceSpecificCredentialId="+id)
		o.call("", "CreateServiceSpecificCredential", user, "ServiceName=bedrock.amazonaws.com")
		o.call("", "UploadSigningCertificate", user, "CertificateBody="+certificate)
	}
	o.call("", "UploadServerCertificate", "ServerCertificateName=www-"+users[0], "CertificateBody="+certificate, "PrivateKey="+key)
	o.call("", "CreateRole", "RoleName=reader-"+users[0], `AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}]}`)
	o.call("SessionToken", "AssumeRole", "Version=2011-06-15", "RoleArn=arn:aws:iam::111122223333:role/reader-"+users[0], "RoleSessionName=by-hand")
}

// certificate makes a certificate of a day and its private key, in PEM.
func (o *watched) certificate() (certificate, key string) {
	o.t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "www.example.com"},
		NotBefore: o.clock.Now().Add(-time.Hour), NotAfter: o.clock.Now().Add(24 * time.Hour),
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		o.t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		o.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

// askingForEverything has every rule act on whom it can, and a user leave.
const askingForEverything = `version: 1
name: everything
account: "111122223333"
users:
  alice: {}
  bob: {absent: true}
require:
  root: {mfa: hardware, access_keys: none}
  mfa: {of: all_users, enforce: deny-without-mfa, grace: 1d, unassigned: remove}
  access_keys: {max_age: 90d, max_active: 1, unused: 45d, ladder: {warn: 80d, deactivate: 90d, delete: 120d}}
  passwords: {unused: 45d, action: remove}
  credentials:
    ssh_keys: {max_age: 90d}
    service_specific: {max_age: 90d}
    signing_certificates: {max_age: 90d}
  permissions: {users: groups-only, admin: forbidden}
  trust: {public: forbidden}
  unused_roles: {after: 90d}
  server_certificates: {expired: removed}
  cloudshell_full_access: forbidden
password_policy: {min_length: 14}
`
