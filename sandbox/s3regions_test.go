package sandbox_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"baseline/sandbox"
)

// TestWrongRegion asks for a bucket where it is not: the answer says where it is.
func TestWrongRegion(t *testing.T) {
	tests := []struct {
		name, region string
		pathStyle    bool
		code         string
		status       int
	}{
		{"a Region's endpoint, path", "us-west-2", true, "PermanentRedirect", 301},
		{"a Region's endpoint, virtual host", "us-west-2", false, "PermanentRedirect", 301},
		{"us-east-1, path", usEast, true, "PermanentRedirect", 301},
		{"us-east-1, virtual host", usEast, false, "AuthorizationHeaderMalformed", 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := sandbox.New(fixed())
			createIn(t, s3In(a, euWest, true), "acme-logs", euWest)
			c := s3In(a, tt.region, tt.pathStyle)
			_, err := c.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("acme-logs")})
			expect(t, err, tt.code, "")
			response, ok := errors.AsType[*smithyhttp.ResponseError](err)
			if !ok {
				t.Fatal(err)
			}
			if response.HTTPStatusCode() != tt.status {
				t.Errorf("status %d, want %d", response.HTTPStatusCode(), tt.status)
			}
			if got := response.Response.Header.Get("x-amz-bucket-region"); got != euWest {
				t.Errorf("x-amz-bucket-region is %q, want %s", got, euWest)
			}
		})
	}
}

// TestAWSHostNames reaches a bucket by the names that AWS gives it.
func TestAWSHostNames(t *testing.T) {
	a := sandbox.New(fixed())
	createIn(t, s3In(a, euWest, true), "acme.logs", euWest)
	tests := []struct {
		host, path, signed string
		status             int
	}{
		{"acme.logs.s3.eu-west-1.amazonaws.com", "/", euWest, 200},
		{"acme.logs.s3-eu-west-1.amazonaws.com", "/", euWest, 200},
		{"s3.eu-west-1.amazonaws.com", "/acme.logs", euWest, 200},
		{"acme.logs.s3.amazonaws.com", "/", euWest, 200},
		{"acme.logs.s3.eu-west-1.amazonaws.com", "/", usEast, 400},
		{"acme.logs.s3.us-west-2.amazonaws.com", "/", "us-west-2", 301},
		{"other.s3.eu-west-1.amazonaws.com", "/", euWest, 404},
		{"127.0.0.1:8080", "/acme.logs", euWest, 200},
		{"acme.logs.localhost:8080", "/", euWest, 200},
	}
	for _, tt := range tests {
		response := restCall(t, a, http.MethodHead, "http://"+tt.host+tt.path, tt.signed, "", nil)
		if response.StatusCode != tt.status {
			t.Errorf("%s%s signed for %s: %d, want %d", tt.host, tt.path, tt.signed, response.StatusCode, tt.status)
		}
		if got := response.Header.Get("x-amz-bucket-region"); tt.status != 404 && got != euWest {
			t.Errorf("%s: x-amz-bucket-region %q", tt.host, got)
		}
	}
}
