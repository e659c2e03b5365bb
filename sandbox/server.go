package sandbox

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxRequest bounds the body in bytes of a request that puts no object: the largest document there is, every character of it percent-encoded, and
// room for the rest.
const maxRequest = 1 << 20

// A request is what arrived, recognised: which operation of which service, asked how, by whom.
type request struct {
	protocol  protocol
	service   *service
	operation *operation
	form      url.Values // of a query request
	body      []byte     // of a JSON or CBOR request
	scope     scope
}

func (r *request) action() string { return r.service.name + ":" + r.operation.name }

// ServeHTTP answers one call of any of the services. A call whose answer is lost ends with the connection: the handler
// panics with [http.ErrAbortHandler], which makes an HTTP server close it.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID()
	most := int64(maxRequest)
	if credentialScope(r).service == "s3" {
		most = mostContent + mostFraming
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		queryProtocol{}.refuse(w, nil, id, &failure{code: "RequestEntityTooLarge", message: err.Error()})
		return
	}
	req, err := a.recognise(r, body)
	if err != nil {
		req.protocol.refuse(w, req, id, asFailure(err))
		return
	}
	result, err := a.perform(req)
	switch {
	case errors.Is(err, errLost):
		panic(http.ErrAbortHandler)
	case err != nil:
		req.protocol.refuse(w, req, id, asFailure(err))
	default:
		req.protocol.respond(w, req, id, result)
	}
}

// asFailure makes an error of the sandbox itself, such as a full disk, an answer too.
func asFailure(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	return &failure{code: "ServiceFailure", message: err.Error()}
}

// perform decides what goes wrong with a call, and carries it out.
func (a *Account) perform(req *request) (answer, error) {
	verdict := a.admit(req)
	if verdict.latency > 0 {
		a.options.Sleep(verdict.latency)
	}
	if verdict.err != nil {
		return answer{}, verdict.err
	}
	result, err := a.run(req)
	if verdict.loseAfter || (err == nil && req.operation.write && a.loses()) {
		return answer{}, errLost
	}
	return result, err
}

// run carries out one call under the account's lock.
func (a *Account) run(req *request) (answer, error) {
	release, err := a.acquire()
	if err != nil {
		return answer{}, err
	}
	defer release()
	c := &call{
		account:   a.id,
		options:   &a.options,
		lag:       a.faults.settings.Lag,
		store:     a.store,
		operation: req.operation,
		now:       a.options.Now().UTC(),
		form:      req.form,
		body:      req.body,
		minted:    a.store.minted,
		region:    cmp.Or(req.scope.region, globalRegion),
	}
	if c.caller, err = c.identify(req.scope); err != nil {
		return answer{}, err
	}
	if a.faults.denies(req.action()) {
		return answer{}, c.denied(req.action())
	}
	if a.options.Enforce {
		if err := c.authorize(req.service.name); err != nil {
			return answer{}, err
		}
	}
	if err := c.check(req.operation.parameters); err != nil {
		return answer{}, err
	}
	result, err := req.operation.run(c)
	if err != nil {
		if failed := a.commit(c.kept); failed != nil {
			return answer{}, failed
		}
		return answer{}, err
	}
	if req.operation.write && len(c.change.puts)+len(c.change.removes) > 0 && !isDataEvent(req.operation.name) {
		c.record(req.service)
	}
	return result, a.commit(c.change)
}

// recognise finds the operation a request asks for. When it fails, the request still has the protocol to say so in.
func (a *Account) recognise(r *http.Request, body []byte) (*request, error) {
	req := &request{scope: credentialScope(r), protocol: queryProtocol{}}
	if req.scope.service == "s3" {
		return req, a.findREST(req, r, body)
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		req.protocol = jsonProtocol{}
		prefix, name := cutTarget(target)
		return req, a.findTarget(req, prefix, name, body)
	}
	if rest, found := strings.CutPrefix(r.URL.Path, "/service/"); found {
		req.protocol = cborProtocol{}
		prefix, name, _ := strings.Cut(rest, "/operation/")
		decoded, err := jsonFromCBOR(body)
		if err != nil {
			return req, refuse("SerializationException", "%s", err)
		}
		return req, a.findTarget(req, prefix, name, decoded)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return req, refuse("MalformedInput", "the form cannot be read: %s", err)
	}
	for name, values := range r.URL.Query() {
		if !form.Has(name) {
			form[name] = values
		}
	}
	req.form = form
	return req, a.findAction(req)
}

// cutTarget cuts an X-Amz-Target at its last dot, and the package off its service: clients name CloudTrail's with and
// without it, as in com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.
func cutTarget(target string) (prefix, name string) {
	at := strings.LastIndexByte(target, '.')
	if at < 0 {
		return target, ""
	}
	prefix, name = target[:at], target[at+1:]
	return prefix[strings.LastIndexByte(prefix, '.')+1:], name
}

func (a *Account) findTarget(req *request, prefix, name string, body []byte) error {
	for _, s := range a.services {
		if s.target == "" || s.target != prefix {
			continue
		}
		req.service = s
		if req.operation = s.operations[name]; req.operation == nil {
			break
		}
		if len(body) == 0 {
			body = []byte("{}")
		}
		req.form, req.body = emptyForm, body
		return nil
	}
	return refuse("UnknownOperationException", "The requested operation %s.%s is not supported.", prefix, name)
}

// findAction finds an operation by its Action. Its Version tells the service; failing that, the signature's scope does.
func (a *Account) findAction(req *request) error {
	action, version := req.form.Get("Action"), req.form.Get("Version")
	for _, s := range a.services {
		if s.version != "" && (s.version == version || (version == "" && cmp.Or(s.signedAs, s.name) == req.scope.service)) {
			req.service = s
		}
	}
	switch {
	case action == "":
		return refuse("MissingAction", "The request must contain the parameter Action.")
	case req.service == nil:
		return refuse("InvalidAction", "Could not find operation %s for version %s", action, orNone(version))
	}
	if req.operation = req.service.operations[action]; req.operation == nil {
		return refuse("InvalidAction", "Could not find operation %s for version %s", action, orNone(version))
	}
	return nil
}

func orNone(version string) string {
	if version == "" {
		return "NO_VERSION_SPECIFIED"
	}
	return version
}

// globalRegion is where global services are, and where calls go that name no Region.
const globalRegion = "us-east-1"

// A scope is what a signature says besides being one: whose key made it, and for which service.
type scope struct{ keyID, region, service string }

// credentialScope reads the scope KEY/DATE/REGION/SERVICE/aws4_request from the Authorization header or, for presigned
// requests, from the query.
func credentialScope(r *http.Request) scope {
	text := r.URL.Query().Get("X-Amz-Credential")
	if _, rest, found := strings.Cut(r.Header.Get("Authorization"), "Credential="); found {
		text, _, _ = strings.Cut(rest, ",")
	}
	parts := strings.Split(strings.TrimSpace(text), "/")
	if len(parts) < 5 {
		return scope{keyID: parts[0]}
	}
	return scope{keyID: parts[0], region: parts[2], service: parts[3]}
}
