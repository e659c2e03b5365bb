package sandbox

import "net/url"

// An operation is one action of a service.
type operation struct {
	name string
	// write is set for what may change the account: it counts for lost answers, and it sees what reads do not see yet.
	write bool
	// parameters are checked before the operation runs.
	parameters []parameter
	// run does the work. What it returns is rendered after the lock is gone.
	run func(c *call) (answer, error)
}

// An answer is what a call returns when it succeeds.
type answer struct {
	// xml writes what stands inside the Result element; nil for an operation that returns nothing.
	xml func(w *xmlWriter)
	// json is the whole answer of an operation of a JSON service.
	json any
	// rest is the answer of an operation of S3.
	rest restAnswer
}

// done is the answer of an operation that returns nothing.
var done = answer{}

func respond(xml func(w *xmlWriter)) (answer, error) { return answer{xml: xml}, nil }

func read(name string, run func(c *call) (answer, error), parameters ...parameter) operation {
	return operation{name: name, run: run, parameters: parameters}
}

func write(name string, run func(c *call) (answer, error), parameters ...parameter) operation {
	return operation{name: name, write: true, run: run, parameters: parameters}
}

// A service is one AWS API.
type service struct {
	// name is the service's prefix in actions and its name in signatures.
	name string
	// signedAs is the name in the scope of signatures where it differs.
	signedAs string
	// version is the API version, which query requests name.
	version string
	// target is the prefix of X-Amz-Target and the service of RPC v2 paths, for JSON services.
	target string
	// queryCodes are the codes that a query service spells otherwise than IAM: errors that no operation raises itself.
	queryCodes map[string]string
	// errorShapes are the names of errors by their codes in the query protocol, for services that speak it and others.
	errorShapes map[string]string
	// rest is set for S3, whose requests are told apart by method and path.
	rest       bool
	operations map[string]*operation
}

// services are the APIs the account answers.
func services() []*service {
	iam := &service{name: "iam", version: "2010-05-08"}
	for _, k := range kinds() {
		iam.add(k.operations...)
	}
	iam.add(attachmentOperations()...)
	iam.add(inlinePolicyOperations()...)
	iam.add(boundaryOperations()...)
	iam.add(membershipOperations()...)
	iam.add(policyVersionOperations()...)
	iam.add(serviceLinkedRoleOperations()...)
	iam.add(simulationOperations()...)
	iam.add(summaryOperation(), authorizationDetailsOperation())

	sts := &service{name: "sts", version: "2011-06-15"}
	sts.add(stsOperations()...)

	tagging := &service{name: "tag", signedAs: "tagging", target: "ResourceGroupsTaggingAPI_20170126"}
	tagging.add(taggingOperations()...)
	return []*service{iam, sts, tagging, s3Service(), kmsService(), logsService(), cloudWatchService(), snsService(), cloudTrailService()}
}

func (s *service) add(operations ...operation) {
	if s.operations == nil {
		s.operations = map[string]*operation{}
	}
	for _, o := range operations {
		s.operations[o.name] = &o
	}
}

// emptyForm is what operations that are not called by a form find instead of one.
var emptyForm = url.Values{}
