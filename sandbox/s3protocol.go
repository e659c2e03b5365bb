package sandbox

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// S3 is REST: the method, the path and the query say what is asked. What the request says by them and by its headers
// becomes the call's form: the bucket and the key under bucketField and keyField, headers of Amazon's by their names in
// lower case, some of HTTP's own likewise behind httpPrefix, and the query as it is.
const (
	bucketField = "Bucket"
	keyField    = "Key"
	// hostRegionField is the Region that the host name is of, when it is of one.
	hostRegionField = "HostRegion"
	// styleField is virtualHosted when the host and not the path named the bucket.
	styleField    = "Style"
	virtualHosted = "virtual-hosted"
	// decodedLength is the header with an object's size when the body is sent in chunks, each with its signature.
	decodedLength = "x-amz-decoded-content-length"
	accountHeader = "x-amz-account-id"
)

// httpPrefix begins the names of the fields for headers that are HTTP's own, not Amazon's.
const httpPrefix = "http:"

// The headers of HTTP's own that say something about an object.
const (
	ifMatchHeader      = httpPrefix + "if-match"
	ifNoneMatchHeader  = httpPrefix + "if-none-match"
	ifModifiedHeader   = httpPrefix + "if-modified-since"
	ifUnmodifiedHeader = httpPrefix + "if-unmodified-since"
	typeHeader         = httpPrefix + "content-type"
	encodingHeader     = httpPrefix + "content-encoding"
	md5Header          = httpPrefix + "content-md5"
)

var httpHeaders = []string{
	ifMatchHeader, ifNoneMatchHeader, ifModifiedHeader, ifUnmodifiedHeader, typeHeader, encodingHeader, md5Header,
}

// s3Namespace is the XML namespace of S3's answers.
const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// accountBlockPath is where S3 Control, which signs as S3, keeps the account's public access block.
const accountBlockPath = "/v20180820/configuration/publicAccessBlock"

// A restAnswer is what S3 answers besides XML made from an answer's parts.
type restAnswer struct {
	status int // 0 is 200
	header map[string]string
	body   string
}

// noContent is the answer of an operation that took something away.
var noContent = answer{rest: restAnswer{status: http.StatusNoContent}}

// respondXML answers with an XML document whose root has the given name.
func respondXML(root string, value any) (answer, error) {
	var b strings.Builder
	b.WriteString(xml.Header)
	start := xml.StartElement{Name: xml.Name{Space: s3Namespace, Local: root}}
	if err := xml.NewEncoder(&b).EncodeElement(value, start); err != nil {
		return done, err
	}
	return answer{rest: restAnswer{body: b.String()}}, nil
}

// readXML reads the body of a call. S3 refuses a document that does not follow its schema; here that is one with another
// root, or with an element that is lost when what was read is written again.
func (c *call) readXML(root string, into any) error {
	d := xml.NewDecoder(bytes.NewReader(c.body))
	for {
		token, err := d.Token()
		if err != nil {
			return malformedXML()
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local != root || d.DecodeElement(into, &start) != nil {
			return malformedXML()
		}
		break
	}
	again, err := xml.Marshal(into)
	if err != nil {
		return err
	}
	if countElements(c.body) != countElements(again) {
		return malformedXML()
	}
	return nil
}

func malformedXML() error {
	return refuse("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
}

// countElements is how many elements a document has, and -1 for one that cannot be read to its end.
func countElements(document []byte) int {
	d := xml.NewDecoder(bytes.NewReader(document))
	for n := 0; ; {
		token, err := d.Token()
		if err == io.EOF { //nolint:errorlint // Token returns it as it is
			return n
		}
		if err != nil {
			return -1
		}
		if _, ok := token.(xml.StartElement); ok {
			n++
		}
	}
}

// findREST finds the operation of S3 that a request asks for.
func (a *Account) findREST(req *request, r *http.Request, body []byte) error {
	req.protocol = restProtocol{}
	for _, s := range a.services {
		if s.name == "s3" {
			req.service = s
		}
	}
	req.form, req.body = restForm(r), body
	name := ""
	if r.URL.Path == accountBlockPath && req.form.Has(accountHeader) {
		req.protocol = restProtocol{wrapped: true}
		req.form.Del(bucketField)
		req.form.Del(keyField)
		name = accountBlockOperations[r.Method]
	} else {
		name = routeOf(r.Method, req.form)
	}
	if req.operation = req.service.operations[name]; req.operation == nil {
		return refuse("NotImplemented", "A header or query you provided implies functionality that is not implemented.")
	}
	return nil
}

// restForm is what a request says, as a form.
func restForm(r *http.Request) url.Values {
	form := r.URL.Query()
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-") {
			form.Set(lower, r.Header.Get(name))
		}
	}
	for _, own := range append(httpHeaders, bucketField, keyField, hostRegionField, styleField) {
		form.Del(own)
	}
	for _, field := range httpHeaders {
		if value := r.Header.Get(strings.TrimPrefix(field, httpPrefix)); value != "" {
			form.Set(field, value)
		}
	}
	path := strings.TrimPrefix(r.URL.Path, "/")
	bucket, region := hostParts(cmp.Or(r.Host, r.URL.Host))
	if bucket != "" {
		form.Set(styleField, virtualHosted)
	} else {
		bucket, path, _ = strings.Cut(path, "/")
	}
	for name, value := range map[string]string{bucketField: bucket, keyField: path, hostRegionField: region} {
		if value != "" {
			form.Set(name, value)
		}
	}
	return form
}

// ownHosts are the hosts, beside addresses and AWS's own names, that an account is reached at. What stands before one of
// them is a bucket.
var ownHosts = []string{"sandbox.invalid", "localhost"}

// hostParts reads what a host name says: BUCKET.s3.REGION.amazonaws.com, or BUCKET before a host of the account's own.
func hostParts(host string) (bucket, region string) {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	for _, own := range ownHosts {
		if bucket, found := strings.CutSuffix(host, "."+own); found {
			return bucket, ""
		}
	}
	rest, found := strings.CutSuffix(strings.TrimSuffix(host, ".cn"), ".amazonaws.com")
	if !found {
		return "", ""
	}
	at := strings.LastIndex("."+rest, ".s3")
	if at < 0 {
		return "", ""
	}
	bucket, endpoint := strings.TrimSuffix(rest[:at], "."), rest[at:]
	return bucket, strings.TrimLeft(strings.TrimPrefix(endpoint, "s3"), ".-")
}

// restProtocol answers as S3 does; S3 Control wraps its refusals as the query protocol does.
type restProtocol struct{ wrapped bool }

func (restProtocol) respond(w http.ResponseWriter, req *request, id string, a answer) {
	h := w.Header()
	for name, value := range a.rest.header {
		h.Set(name, value)
	}
	sendREST(w, req, cmp.Or(a.rest.status, http.StatusOK), id, a.rest.body)
}

func (p restProtocol) refuse(w http.ResponseWriter, req *request, id string, f *failure) {
	f = asRESTFailure(f)
	bucket := req.form.Get(bucketField)
	var x xmlWriter
	x.b.WriteString(xml.Header)
	write := func() {
		x.text("Code", f.code)
		x.text("Message", f.message)
		x.optional("BucketName", bucket)
		x.optional("Key", req.form.Get(keyField))
		switch f.code {
		case "PermanentRedirect":
			x.text("Endpoint", bucket+".s3."+f.region+".amazonaws.com")
		case "AuthorizationHeaderMalformed":
			x.text("Region", f.region)
		}
		x.text("RequestId", id)
		x.text("HostId", id)
	}
	if p.wrapped {
		x.in("ErrorResponse", func() {
			x.in("Error", write)
			x.text("RequestId", id)
		})
	} else {
		x.in("Error", write)
	}
	if f.region != "" {
		w.Header().Set("x-amz-bucket-region", f.region)
	}
	sendREST(w, req, restStatus(f), id, x.b.String())
}

// sendREST sends an answer. One to HEAD has no body, so that a refusal is told by its status alone.
func sendREST(w http.ResponseWriter, req *request, status int, id, body string) {
	h := w.Header()
	h.Set("X-Amz-Request-Id", id)
	h.Set("X-Amz-Id-2", id)
	h.Set("Server", "AmazonS3")
	isHead := strings.HasPrefix(operationName(req), "Head")
	if isHead || status == http.StatusNotModified {
		body = ""
	}
	if body != "" && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/xml")
	}
	if status != http.StatusNoContent && h.Get("Content-Length") == "" && !isHead {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	// A client that hung up gets no answer; there is nobody left to tell.
	_, _ = io.WriteString(w, body)
}

func operationName(req *request) string {
	if req.operation == nil {
		return ""
	}
	return req.operation.name
}

// restWords are S3's words for what the sandbox refuses alike in all services.
var restWords = map[string]failure{
	"Throttling":           {code: "SlowDown", message: "Please reduce your request rate."},
	"ServiceFailure":       {code: "InternalError", message: "We encountered an internal error. Please try again."},
	"InvalidClientTokenId": {code: "InvalidAccessKeyId", message: "The AWS Access Key Id you provided does not exist in our records."},
	"ExpiredToken":         {code: "ExpiredToken", message: "The provided token has expired."},
}

func asRESTFailure(f *failure) *failure {
	if own, ok := restWords[f.code]; ok {
		return &own
	}
	return f
}

// restStatuses are the HTTP statuses of S3's codes that are not answered with 400.
var restStatuses = map[string]int{
	"PermanentRedirect":                              http.StatusMovedPermanently,
	"AccessDenied":                                   http.StatusForbidden,
	"CrossLocationLoggingProhibited":                 http.StatusForbidden,
	"InvalidAccessKeyId":                             http.StatusForbidden,
	"SignatureDoesNotMatch":                          http.StatusForbidden,
	"NoSuchBucket":                                   http.StatusNotFound,
	"NoSuchBucketPolicy":                             http.StatusNotFound,
	"NoSuchKey":                                      http.StatusNotFound,
	"NoSuchLifecycleConfiguration":                   http.StatusNotFound,
	"NoSuchPublicAccessBlockConfiguration":           http.StatusNotFound,
	"NoSuchTagSet":                                   http.StatusNotFound,
	"NoSuchVersion":                                  http.StatusNotFound,
	"OwnershipControlsNotFoundError":                 http.StatusNotFound,
	"ServerSideEncryptionConfigurationNotFoundError": http.StatusNotFound,
	"MethodNotAllowed":                               http.StatusMethodNotAllowed,
	"BucketAlreadyExists":                            http.StatusConflict,
	"BucketAlreadyOwnedByYou":                        http.StatusConflict,
	"BucketNotEmpty":                                 http.StatusConflict,
	"OperationAborted":                               http.StatusConflict,
	"ConditionalRequestConflict":                     http.StatusConflict,
	"NotModified":                                    http.StatusNotModified,
	"PreconditionFailed":                             http.StatusPreconditionFailed,
	"InternalError":                                  http.StatusInternalServerError,
	"NotImplemented":                                 http.StatusNotImplemented,
	"ServiceUnavailable":                             http.StatusServiceUnavailable,
	"SlowDown":                                       http.StatusServiceUnavailable,
}

func restStatus(f *failure) int { return cmp.Or(restStatuses[f.code], http.StatusBadRequest) }

// plainQuery are the parts of a query that do not choose the operation.
var plainQuery = []string{
	"x-id", "prefix", "delimiter", "max-keys", "continuation-token", "start-after", "encoding-type", "fetch-owner",
	"key-marker", "version-id-marker", "versionId", "max-buckets", "bucket-region",
}

// routeOf is the name of the operation that a request asks for; "" when it is none of those that are simulated.
func routeOf(method string, form url.Values) string {
	var chosen []string
	for _, name := range slices.Sorted(maps.Keys(form)) {
		switch {
		case name == bucketField, name == keyField, name == hostRegionField, name == styleField:
		case strings.HasPrefix(strings.ToLower(name), "x-amz-"), strings.HasPrefix(name, httpPrefix), slices.Contains(plainQuery, name):
		default:
			chosen = append(chosen, name)
		}
	}
	asked := strings.Join(chosen, "&")
	switch {
	case !form.Has(bucketField):
		return serviceRoutes[method+" "+asked]
	case !form.Has(keyField):
		return bucketRoutes[method+" "+asked]
	case form.Has("x-amz-copy-source"):
		return ""
	default:
		return objectRoutes[method+" "+asked]
	}
}

// The routes, by method and what the query names.
var (
	serviceRoutes = map[string]string{"GET ": "ListBuckets"}
	bucketRoutes  = map[string]string{
		"PUT ":                     "CreateBucket",
		"HEAD ":                    "HeadBucket",
		"DELETE ":                  "DeleteBucket",
		"GET location":             "GetBucketLocation",
		"PUT policy":               "PutBucketPolicy",
		"GET policy":               "GetBucketPolicy",
		"DELETE policy":            "DeleteBucketPolicy",
		"GET policyStatus":         "GetBucketPolicyStatus",
		"PUT acl":                  "PutBucketAcl",
		"GET acl":                  "GetBucketAcl",
		"PUT ownershipControls":    "PutBucketOwnershipControls",
		"GET ownershipControls":    "GetBucketOwnershipControls",
		"DELETE ownershipControls": "DeleteBucketOwnershipControls",
		"PUT publicAccessBlock":    "PutPublicAccessBlock",
		"GET publicAccessBlock":    "GetPublicAccessBlock",
		"DELETE publicAccessBlock": "DeletePublicAccessBlock",
		"PUT encryption":           "PutBucketEncryption",
		"GET encryption":           "GetBucketEncryption",
		"DELETE encryption":        "DeleteBucketEncryption",
		"PUT versioning":           "PutBucketVersioning",
		"GET versioning":           "GetBucketVersioning",
		"PUT lifecycle":            "PutBucketLifecycleConfiguration",
		"GET lifecycle":            "GetBucketLifecycleConfiguration",
		"DELETE lifecycle":         "DeleteBucketLifecycle",
		"PUT logging":              "PutBucketLogging",
		"GET logging":              "GetBucketLogging",
		"PUT tagging":              "PutBucketTagging",
		"GET tagging":              "GetBucketTagging",
		"DELETE tagging":           "DeleteBucketTagging",
		"GET list-type":            "ListObjectsV2",
		"GET versions":             "ListObjectVersions",
	}
	objectRoutes = map[string]string{"PUT ": "PutObject", "GET ": "GetObject", "HEAD ": "HeadObject", "DELETE ": "DeleteObject"}
	// accountBlockOperations have the names of IAM's actions: S3 Control's own names are those of the bucket's.
	accountBlockOperations = map[string]string{
		http.MethodPut:    "PutAccountPublicAccessBlock",
		http.MethodGet:    "GetAccountPublicAccessBlock",
		http.MethodDelete: "DeleteAccountPublicAccessBlock",
	}
)
