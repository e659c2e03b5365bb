package sandbox

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
)

// A protocol is a way to say what an operation answered.
type protocol interface {
	respond(w http.ResponseWriter, req *request, id string, a answer)
	refuse(w http.ResponseWriter, req *request, id string, f *failure)
}

// queryProtocol answers with XML, as IAM and STS do.
type queryProtocol struct{}

// namespaces are the XML namespaces of the answers, by API version.
var namespaces = map[string]string{
	"2010-05-08": "https://iam.amazonaws.com/doc/2010-05-08/",
	"2011-06-15": "https://sts.amazonaws.com/doc/2011-06-15/",
	"2010-08-01": "http://monitoring.amazonaws.com/doc/2010-08-01/",
	"2010-03-31": "http://sns.amazonaws.com/doc/2010-03-31/",
}

func namespaceOf(req *request) string {
	if req == nil || req.service == nil {
		return namespaces["2010-05-08"]
	}
	return namespaces[req.service.version]
}

func (queryProtocol) respond(w http.ResponseWriter, req *request, id string, a answer) {
	var x xmlWriter
	name := req.operation.name
	x.b.WriteString("<" + name + `Response xmlns="` + namespaceOf(req) + `">`)
	if a.xml != nil {
		x.in(name+"Result", func() { a.xml(&x) })
	}
	x.in("ResponseMetadata", func() { x.text("RequestId", id) })
	x.end(name + "Response")
	send(w, http.StatusOK, "text/xml", id, []byte(x.b.String()))
}

func (queryProtocol) refuse(w http.ResponseWriter, req *request, id string, f *failure) {
	var x xmlWriter
	code := f.code
	if req != nil && req.service != nil {
		code = cmp.Or(req.service.queryCodes[code], code)
	}
	x.b.WriteString(`<ErrorResponse xmlns="` + namespaceOf(req) + `">`)
	x.in("Error", func() {
		x.text("Type", blame(f))
		x.text("Code", code)
		x.text("Message", f.message)
	})
	x.text("RequestId", id)
	x.end("ErrorResponse")
	send(w, f.status(), "text/xml", id, []byte(x.b.String()))
}

// blame says whose fault an error is, in AWS's words.
func blame(f *failure) string {
	if f.status() >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// jsonProtocol is AWS JSON 1.1.
type jsonProtocol struct{}

func (jsonProtocol) respond(w http.ResponseWriter, _ *request, id string, a answer) {
	if a.json == nil {
		send(w, http.StatusOK, jsonType, id, nil)
		return
	}
	sendJSON(w, http.StatusOK, id, a.json)
}

func (jsonProtocol) refuse(w http.ResponseWriter, req *request, id string, f *failure) {
	f = asShape(w, req, f)
	sendJSON(w, f.status(), id, map[string]string{"__type": f.code, "message": f.message})
}

// jsonCodes are the codes that JSON services spell otherwise than IAM: errors that no operation raises itself.
var jsonCodes = map[string]string{
	"AccessDenied":         "AccessDeniedException",
	"ExpiredToken":         "ExpiredTokenException",
	"InvalidClientTokenId": "UnrecognizedClientException",
	"Throttling":           "ThrottlingException",
}

// asShape is a failure under the name of its shape. Services that speak the query protocol too also tell the code it has
// there.
func asShape(w http.ResponseWriter, req *request, f *failure) *failure {
	if req.service == nil || req.service.errorShapes == nil {
		return asJSONFailure(f)
	}
	w.Header().Set("X-Amzn-Query-Error", f.code+";"+blame(f))
	if shape, ok := req.service.errorShapes[f.code]; ok {
		return &failure{code: shape, message: f.message}
	}
	return asJSONFailure(f)
}

// asJSONFailure is a failure in the codes of JSON services.
func asJSONFailure(f *failure) *failure {
	if code, ok := jsonCodes[f.code]; ok {
		return &failure{code: code, message: f.message}
	}
	return f
}

const jsonType = "application/x-amz-json-1.1"

func sendJSON(w http.ResponseWriter, status int, id string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		// Answers are made of strings and lists; this cannot happen but must not be silent if it does.
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, status, jsonType, id, body)
}

// cborProtocol is Smithy RPC v2 CBOR, which newer SDKs choose where a service offers it.
type cborProtocol struct{}

func (cborProtocol) respond(w http.ResponseWriter, _ *request, id string, a answer) {
	if a.json == nil {
		a.json = object{}
	}
	sendCBOR(w, http.StatusOK, id, a.json)
}

func (cborProtocol) refuse(w http.ResponseWriter, req *request, id string, f *failure) {
	f = asShape(w, req, f)
	sendCBOR(w, f.status(), id, map[string]string{"__type": f.code, "message": f.message})
}

func sendCBOR(w http.ResponseWriter, status int, id string, value any) {
	body, err := cborOf(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	send(w, status, "application/cbor", id, body)
}

func send(w http.ResponseWriter, status int, contentType, id string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("X-Amzn-Requestid", id)
	w.WriteHeader(status)
	// A client that hung up gets no answer; there is nobody left to tell.
	_, _ = w.Write(body)
}
