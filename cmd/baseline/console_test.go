package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"baseline/sandbox"
)

// console does by hand to the sandbox in a file, at the script's time, what people do to an account:
//
//	console FILE ACTION [Name=value ...]   makes one call; a value @file is that file's text
//	console FILE sign-in USER              signs in with the user's password
//	console FILE use USER [N]              makes a call with the user's first (Nth) access key by id
//	console FILE use KEY                   makes a call with this access key
//	console FILE assume ROLE               makes a call with a session of the role
//	console FILE seed DETAILS [REPORT]     fills the account from what AWS printed of another: details, credential report
//	console FILE confirm ADDRESS           confirms the subscriptions of an address, as its owner does by the link in the mail
//	console FILE root MFA KEYS             gives root a device (none, virtual or hardware) and so many access keys
//	console FILE root centralized          takes all credentials from root, as central management of root access does
//	console FILE SERVICE:ACTION REGION [Name=value ...]  makes one call to another service than IAM, and prints the answer as JSON
//	console FILE dump                      prints all settings of the account, without what AWS chooses or leaves there to try a bucket
//	console FILE organization ID ACCOUNT   puts the account into an organization that ACCOUNT manages
//	console FILE organization-trail ARN BUCKET  has the organization keep a trail that records everything
//	console FILE bucket-of ACCOUNT NAME    has another account take the name of a bucket
func console(args []string) int {
	account, err := sandbox.Open(args[0], sandbox.Options{Now: scriptNow})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer account.Close()
	if err := act(account, args[1], args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func act(account *sandbox.Account, action string, args []string) error {
	if strings.Contains(action, ":") {
		return callService(account, action, args[0], args[1:])
	}
	switch action {
	case "dump":
		_, err := os.Stdout.WriteString(settingsOf(account))
		return err
	case "organization":
		return account.SetOrganization(sandbox.Organization{ID: args[0], Management: args[1]})
	case "organization-trail":
		return account.AddForeignTrail(sandbox.ForeignTrail{
			ARN: args[0], Bucket: args[1], MultiRegion: true, GlobalEvents: true, Validation: true, Logging: true,
		})
	case "bucket-of":
		return account.SetForeignBucket(sandbox.ForeignBucket{Account: args[0], Name: args[1]})
	case "sign-in":
		return account.SignIn(args[0])
	case "confirm":
		return account.ConfirmSubscriptions(args[0])
	case "use":
		key, err := keyOf(account, args)
		if err != nil {
			return err
		}
		return use(account, key)
	case "assume":
		_, body, err := call(account.Client(), "http://sandbox.invalid/", "AssumeRole", []string{
			"Version=2011-06-15", "RoleArn=arn:aws:iam::" + account.ID() + ":role/" + args[0], "RoleSessionName=console",
		})
		if err != nil {
			return err
		}
		key := keyIDs.FindStringSubmatch(body)
		if key == nil {
			return errors.New(body)
		}
		return use(account, key[1])
	case "seed":
		for i, seed := range []func(io.Reader) error{account.SeedFrom, account.SeedReport} {
			if i == len(args) {
				break
			}
			text, err := os.ReadFile(args[i])
			if err != nil {
				return err
			}
			if err := seed(strings.NewReader(strings.TrimSpace(string(text)))); err != nil {
				return err
			}
		}
		return nil
	case "root":
		if args[0] == "centralized" {
			return account.SetRoot(sandbox.Root{})
		}
		keys, err := strconv.Atoi(args[1])
		if err != nil {
			return err
		}
		return account.SetRoot(sandbox.Root{Password: true, MFA: args[0], AccessKeys: keys})
	}
	status, body, err := call(account.Client(), "http://sandbox.invalid/", action, args)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, body)
	if status != http.StatusOK {
		return fmt.Errorf("%s: HTTP %d", action, status)
	}
	return nil
}

// trials are the lines of a dump about the empty objects with which CloudTrail has tried out a bucket. How many there are depends on
// how often a trail was made or changed.
var trials = regexp.MustCompile(`(?m),?\n    "s3-object/[^"]*/AWSLogs/[^"]*/CloudTrail/": (0|\[[0,\s]*\])`)

// settingsOf is all that somebody has chosen about an account.
func settingsOf(account *sandbox.Account) string {
	return trials.ReplaceAllString(string(account.DumpSettings()), "")
}

// use makes a call with an access key.
func use(account *sandbox.Account, key string) error {
	request, err := http.NewRequest(http.MethodPost, "http://sandbox.invalid/", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261121/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := account.Client().Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("a call with %s: %s", key, answer.Status)
	}
	return nil
}

var keyIDs = regexp.MustCompile(`<AccessKeyId>(\w+)</AccessKeyId>`)

// keyOf returns the id of an access key: USER [N], or the id itself.
func keyOf(account *sandbox.Account, args []string) (string, error) {
	if strings.HasPrefix(args[0], "AKIA") {
		return args[0], nil
	}
	_, body, err := call(account.Client(), "http://sandbox.invalid/", "ListAccessKeys", []string{"UserName=" + args[0]})
	if err != nil {
		return "", err
	}
	n := 1
	if len(args) > 1 {
		if n, err = strconv.Atoi(args[1]); err != nil {
			return "", err
		}
	}
	keys := keyIDs.FindAllStringSubmatch(body, -1)
	if n > len(keys) {
		return "", fmt.Errorf("user %s has %d access keys", args[0], len(keys))
	}
	return keys[n-1][1], nil
}

// scriptNow is the time that the script sets, or the computer's.
func scriptNow() time.Time {
	if now := os.Getenv("TEST_NOW"); now != "" {
		return mustParse(now)
	}
	return time.Now()
}

func mustParse(now string) time.Time {
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		panic(err)
	}
	return at
}

func call(client *http.Client, endpoint, action string, params []string) (int, string, error) {
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for _, p := range params {
		name, value, _ := strings.Cut(p, "=")
		if file, ok := strings.CutPrefix(value, "@"); ok {
			text, err := os.ReadFile(file)
			if err != nil {
				return 0, "", err
			}
			value = string(text)
		}
		form.Set(name, value)
	}
	answer, err := client.PostForm(endpoint, form)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body), err
}
