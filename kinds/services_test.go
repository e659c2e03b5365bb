package kinds_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"

	"baseline/kinds"
	"baseline/sandbox"
)

// What stands in for AWS is called at the one name that it has.
func TestS3IsCalledAtTheNameOfTheEndpoint(t *testing.T) {
	account := sandbox.New(sandbox.Options{Account: account, Now: newClock().Now, Seed: 1})
	server := httptest.NewServer(account)
	defer server.Close()
	services := kinds.NewServices(aws.Config{Region: "eu-west-1", Credentials: testCredentials, HTTPClient: server.Client()}, server.URL)

	_, err := services.S3Control.DeletePublicAccessBlock(t.Context(), &s3control.DeletePublicAccessBlockInput{AccountId: aws.String("111122223333")})
	if err != nil {
		t.Error(err)
	}
	if _, err := services.S3.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("acme-none")}); err == nil {
		t.Error("there is such a bucket")
	}
	for _, action := range []string{"s3:DeleteAccountPublicAccessBlock", "s3:HeadBucket"} {
		if account.Calls()[action] != 1 {
			t.Errorf("%s did not arrive: %v", action, account.Calls())
		}
	}
}

// AWS's own endpoints have a name for each account.
func TestS3ControlKeepsTheAccountInTheNamesOfAWS(t *testing.T) {
	for endpoint, want := range map[string]string{
		"": "111122223333.s3-control.eu-west-1.amazonaws.com",
		"https://control.vpce-0123-abcd.s3.eu-west-1.vpce.amazonaws.com": "111122223333.control.vpce-0123-abcd.s3.eu-west-1.vpce.amazonaws.com",
		"https://stand-in.example:4711/aws":                              "stand-in.example:4711",
	} {
		var called *url.URL
		services := kinds.NewServices(aws.Config{
			Region: "eu-west-1", Credentials: testCredentials,
			HTTPClient: doer(func(r *http.Request) (*http.Response, error) {
				called = r.URL
				return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
			}),
		}, endpoint)
		_, err := services.S3Control.DeletePublicAccessBlock(t.Context(), &s3control.DeletePublicAccessBlockInput{AccountId: aws.String("111122223333")})
		if err != nil {
			t.Fatal(err)
		}
		if called.Host != want {
			t.Errorf("%q: called at %s, want %s", endpoint, called.Host, want)
		}
	}
}

// doer carries requests out in a test's own way.
type doer func(*http.Request) (*http.Response, error)

func (do doer) Do(r *http.Request) (*http.Response, error) { return do(r) }
