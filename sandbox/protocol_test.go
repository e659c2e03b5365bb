package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/aws/smithy-go/encoding/cbor"
	"github.com/google/go-cmp/cmp"

	"baseline/sandbox"
)

// TestCBOR asks as newer SDKs ask where a service offers RPC v2 CBOR. Another implementation of CBOR writes and reads.
func TestCBOR(t *testing.T) {
	a := sandbox.New(fixed())
	call(t, a, "CreatePolicy", "PolicyName", "p", "PolicyDocument", readS3, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	ask := func(body []byte) (status int, answer cbor.Value) {
		const path = "/service/ResourceGroupsTaggingAPI_20170126/operation/GetResources"
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sandbox.invalid"+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		response, err := a.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err = cbor.Decode(data); err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, answer
	}
	status, got := ask(cbor.Encode(cbor.Map{
		"ResourcesPerPage":    cbor.Uint(100),
		"ResourceTypeFilters": cbor.List{cbor.String("iam:policy")},
		"TagFilters":          cbor.List{cbor.Map{"Key": cbor.String("k")}},
	}))
	want := cbor.Map{
		"PaginationToken": cbor.String(""),
		"ResourceTagMappingList": cbor.List{cbor.Map{
			"ResourceARN": cbor.String("arn:aws:iam::111122223333:policy/p"),
			"Tags":        cbor.List{cbor.Map{"Key": cbor.String("k"), "Value": cbor.String("v")}},
		}},
	}
	if diff := cmp.Diff(cbor.Value(want), got); status != http.StatusOK || diff != "" {
		t.Errorf("%d (-want +got):\n%s", status, diff)
	}
	status, got = ask(cbor.Encode(cbor.Map{"ResourcesPerPage": cbor.Uint(1000)}))
	if m, ok := got.(cbor.Map); !ok || status != http.StatusBadRequest || m["__type"] != cbor.String("InvalidParameterException") {
		t.Errorf("%d %v, want InvalidParameterException", status, got)
	}
	if status, _ = ask([]byte{0xbf, 0x61}); status != http.StatusBadRequest {
		t.Errorf("%d for a body cut short", status)
	}
}

// FuzzRequests sends anything by any protocol: there is always an answer.
func FuzzRequests(f *testing.F) {
	f.Add("/", "", "Action=CreateUser&Version=2010-05-08&UserName=a")
	f.Add("/", "", "Action=CreatePolicy&Version=2010-05-08&PolicyName=a&PolicyDocument="+readS3)
	f.Add("/", "", "Action=CreateRole&Version=2010-05-08&RoleName=a&AssumeRolePolicyDocument="+trustOther)
	f.Add("/", "", "Action=ListUsers&Version=2010-05-08&Marker=AAAAAAAAMC9h")
	f.Add("/", "CloudTrail_20131101.CreateTrail", `{"Name":"audit","S3BucketName":"acme-logs","TagsList":[{"Key":"a"}]}`)
	f.Add("/", "ResourceGroupsTaggingAPI_20170126.GetResources", `{"ResourcesPerPage":1,"PaginationToken":"AAAAAAAAMC9h"}`)
	f.Add("/service/ResourceGroupsTaggingAPI_20170126/operation/GetResources", "", "\xbf\x61a\x01\xff")
	f.Add("/", "TrentService.CreateKey", `{"Policy":"{}","Tags":[{"TagKey":"a","TagValue":""}],"MultiRegion":true}`)
	f.Add("/", "Logs_20140328.DescribeLogGroups", `{"logGroupNamePrefix":"a","limit":1,"nextToken":"AAAAAAAAMC9h"}`)
	f.Add("/", "GraniteServiceVersion20100801.PutMetricAlarm", `{"AlarmName":"a","Threshold":1e300,"Period":60,"EvaluationPeriods":1}`)
	f.Add("/", "", "Action=PutMetricAlarm&Version=2010-08-01&AlarmName=a&Dimensions.member.1.Name=a&Dimensions.member=b&Period=x")
	f.Add("/", "", "Action=CreateTopic&Version=2010-03-31&Name=a&Attributes.entry.1.key=Policy&Attributes.entry.1.value={}&Tags.member.0=a")
	f.Fuzz(func(t *testing.T, path, target, body string) {
		a := sandbox.New(fixed())
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://sandbox.invalid/", bytes.NewReader([]byte(body)))
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path = path
		r.Header["X-Amz-Target"] = []string{target}
		response, err := a.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode >= http.StatusInternalServerError && response.StatusCode != http.StatusNotImplemented {
			t.Errorf("%d", response.StatusCode)
		}
	})
}
