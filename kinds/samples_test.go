package kinds_test

import (
	"slices"

	"baseline/resource"
)

// A sample is one object of a kind, in two forms.
type sample struct {
	address resource.Address
	// ground makes what the object stands on and no kind of ours makes; nil for nothing.
	ground func(*subject)
	// needs are created before and deleted after, in reverse.
	needs []object
	// first is what is created, second what it is updated to; nil for a kind without settings.
	first, second resource.Object
}

type object struct {
	address  resource.Address
	settings resource.Object
}

const account = "111122223333"

// Texts with what encodings get wrong: white space, a plus sign, per cent, quotes, letters beyond ASCII.
const (
	readS3 = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject", "s3:List*"], "Resource": "arn:aws:s3:::a+b/100%25 of/*"}
  ]
}
`
	denyS3 = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalTag/größe":"<a & b>"}}}]}`

	trustLambda = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	trustMany   = `{"Version": "2012-10-17", "Statement": [
  {"Action": ["sts:AssumeRole", "sts:TagSession"], "Effect": "Allow",
   "Principal": {"AWS": ["arn:aws:iam::444455556666:root", "arn:aws:iam::111122223333:user/Trusted"]},
   "Condition": {"StringEquals": {"sts:ExternalId": "my id"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}}
]}`
)

type (
	settings = resource.Object
	tags     = map[string]string
)

var (
	trusted  = object{at("iam_user", "Trusted"), settings{"path": "/"}}
	fence    = object{at("iam_policy", "Fence"), settings{"path": "/fences/", "document": resource.Document(readS3)}}
	team     = object{at("iam_group", "Team"), settings{"path": "/"}}
	fleet    = object{at("iam_instance_profile", "Fleet"), settings{"path": "/fleet/", "tags": tags{"team": "data"}}}
	deployer = object{at("iam_role", "Deployer"), settings{"path": "/", "trust": resource.Document(trustLambda)}}
)

func at(kind resource.Kind, parts ...string) resource.Address { return resource.At(kind, parts...) }

// samples are two for each kind.
var samples = slices.Concat(iamSamples, s3Samples, keySamples, trailSamples)

// iamSamples are those of the kinds of IAM.
var iamSamples = []sample{
	{
		address: at("iam_password_policy", "account"),
		first:   settings{"min_length": 14, "symbols": true, "numbers": true, "uppercase": true, "lowercase": true, "allow_change": true, "hard_expiry": true, "max_age": 90, "reuse_prevention": 24},
		second:  settings{"min_length": 8, "symbols": false, "numbers": false, "uppercase": false, "lowercase": false, "allow_change": false, "hard_expiry": false, "max_age": 0, "reuse_prevention": 0},
	},
	{
		address: at("iam_password_policy", "account"),
		first:   settings{"min_length": 20, "numbers": true},
		second:  settings{"min_length": 20, "numbers": true, "max_age": 1095, "reuse_prevention": 1},
	},
	{
		address: at("iam_account_alias", "account"),
		first:   settings{"alias": "acme-prod"},
		second:  settings{"alias": "acme-production"},
	},
	{
		address: at("iam_account_alias", "account"),
		first:   settings{"alias": "a1b"},
		second:  settings{"alias": "b1a"},
	},
	{
		address: at("iam_policy", "RDSReadOnly"),
		first:   settings{"path": "/db/", "description": "reads, never writes", "document": resource.Document(readS3), "tags": tags{"team": "data", "cost centre": "1+1"}},
		second:  settings{"path": "/db/", "description": "reads, never writes", "document": resource.Document(denyS3), "tags": tags{"Team": "data", "empty": ""}},
	},
	{
		address: at("iam_policy", "Plain+Policy=,.@-_"),
		first:   settings{"document": resource.Document(denyS3)},
		second:  settings{"document": resource.Document(readS3), "tags": tags{"baseline:name": "acme"}},
	},
	{
		address: at("iam_group", "Developers"),
		first:   settings{"path": "/"},
		second:  settings{"path": "/people/dev/"},
	},
	{
		address: at("iam_group", "x+=,.@-_"),
		first:   settings{"path": "/a!b~/"},
		second:  settings{"path": "/"},
	},
	{
		address: at("iam_user", "alice"),
		needs:   []object{fence},
		first:   settings{"path": "/people/", "boundary": "Fence", "tags": tags{"team": "data", "cost centre": "1+1"}},
		second:  settings{"path": "/", "boundary": "aws:PowerUserAccess", "tags": tags{"TEAM": "data"}},
	},
	{
		address: at("iam_user", "bob@example.com"),
		first:   settings{},
		second:  settings{"boundary": "aws:job-function/ViewOnlyAccess", "tags": tags{"note": "größer"}},
	},
	{
		address: at("iam_role", "Partner"),
		needs:   []object{trusted, fence},
		first:   settings{"path": "/service/", "description": "", "trust": resource.Document(trustLambda), "max_session": 3600, "boundary": "", "tags": tags{}},
		second:  settings{"path": "/service/", "description": "shares data", "trust": resource.Document(trustMany), "max_session": 43200, "boundary": "Fence", "tags": tags{"team": "data"}},
	},
	{
		address: at("iam_role", "Worker"),
		needs:   []object{trusted},
		first:   settings{"description": "works", "trust": resource.Document(trustMany), "max_session": 7200, "boundary": "aws:PowerUserAccess", "tags": tags{"Team": "data", "other": "x"}},
		second:  settings{"description": "", "trust": resource.Document(trustLambda), "max_session": 3600, "boundary": "", "tags": tags{"team": "data"}},
	},
	{
		address: at("iam_instance_profile", "web"),
		first:   settings{"path": "/web/", "tags": tags{"team": "data", "cost centre": "1+1"}},
		second:  settings{"path": "/web/", "tags": tags{"Team": "data", "empty": ""}},
	},
	{
		address: at("iam_instance_profile", "x+=,.@-_"),
		first:   settings{},
		second:  settings{"tags": tags{"baseline:name": "acme"}},
	},
	{
		address: at("iam_inline_policy", "user", "Trusted", "deny-billing"),
		needs:   []object{trusted},
		first:   settings{"document": resource.Document(denyS3)},
		second:  settings{"document": resource.Document(readS3)},
	},
	{
		address: at("iam_inline_policy", "group", "Team", "x+=,.@-_"),
		needs:   []object{team},
		first:   settings{"document": resource.Document(readS3)},
		second:  settings{"document": resource.Document(denyS3)},
	},
	{
		address: at("iam_inline_policy", "role", "Deployer", "deploy"),
		needs:   []object{deployer},
		first:   settings{"document": resource.Document(readS3)},
		second:  settings{"document": resource.Document(denyS3)},
	},
	{
		address: at("iam_policy_attachment", "user", "Trusted", "aws:job-function/ViewOnlyAccess"),
		needs:   []object{trusted},
		first:   settings{},
	},
	{
		address: at("iam_policy_attachment", "group", "Team", "Fence"),
		needs:   []object{team, fence},
		first:   settings{},
	},
	{
		address: at("iam_policy_attachment", "role", "Deployer", "Fence"),
		needs:   []object{deployer, fence},
		first:   settings{},
	},
	{
		address: at("iam_membership", "Trusted", "Team"),
		needs:   []object{trusted, team},
		first:   settings{},
	},
	{
		address: at("iam_membership", "bob", "Team"),
		needs:   []object{{at("iam_user", "bob"), settings{"path": "/x/"}}, team},
		first:   settings{},
	},
	{
		address: at("iam_instance_profile_role", "Fleet", "Deployer"),
		needs:   []object{deployer, fleet},
		first:   settings{},
	},
	{
		address: at("iam_instance_profile_role", "Deployer", "Deployer"),
		needs:   []object{deployer, {at("iam_instance_profile", "Deployer"), settings{"path": "/"}}},
		first:   settings{},
	},
}
