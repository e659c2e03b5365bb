package sandbox

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// quotaBucketPolicySize is in bytes of the text as it was sent.
const quotaBucketPolicySize = 20 << 10

func bucketPolicyOperations() []operation {
	return []operation{
		write("PutBucketPolicy", changeBucket(noContent, putBucketPolicy)),
		read("GetBucketPolicy", ofBucket(getBucketPolicy)),
		write("DeleteBucketPolicy", changeBucket(noContent, func(_ *call, b *Bucket) error {
			b.Policy, b.PolicyPut = "", time.Time{}
			return nil
		})),
		read("GetBucketPolicyStatus", ofBucket(getBucketPolicyStatus)),
	}
}

// putBucketPolicy replaces the whole policy.
func putBucketPolicy(c *call, b *Bucket) error {
	text := string(c.body)
	d, err := c.parseBucketPolicy(b, text)
	if err != nil {
		return err
	}
	if c.blocks(b, func(p PublicBlock) bool { return p.Policy }) && d.isPublic() {
		return refuse("AccessDenied", "User: %s is not authorized to perform: s3:PutBucketPolicy on resource: %q because public "+
			"policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.", c.caller.arn, b.arn())
	}
	b.Policy, b.PolicyPut = text, c.now
	return nil
}

// getBucketPolicy answers with the text as it was sent.
func getBucketPolicy(_ *call, b *Bucket) (answer, error) {
	if b.Policy == "" {
		return done, noBucketPolicy()
	}
	return answer{rest: restAnswer{header: map[string]string{"Content-Type": "application/json"}, body: b.Policy}}, nil
}

func noBucketPolicy() error { return refuse("NoSuchBucketPolicy", "The bucket policy does not exist") }

func getBucketPolicyStatus(_ *call, b *Bucket) (answer, error) {
	if b.Policy == "" {
		return done, noBucketPolicy()
	}
	d, err := parseResourcePolicy(b.Policy)
	if err != nil {
		return done, err
	}
	return respondXML("PolicyStatus", struct{ IsPublic bool }{d.isPublic()})
}

// parseBucketPolicy reads a bucket policy and refuses what S3 refuses.
func (c *call) parseBucketPolicy(b *Bucket, text string) (document, error) {
	if len(text) > quotaBucketPolicySize {
		return document{}, malformedBucketPolicy("Policy exceeds the maximum allowed document size.")
	}
	if tree, err := parseTree(text); err != nil || !strings.HasPrefix(text, "{") {
		return document{}, malformedBucketPolicy("Policies must be valid JSON and the first byte must be '{'")
	} else if root, ok := tree.(object); ok {
		if _, found := root.get("Statement"); !found {
			return document{}, malformedBucketPolicy("Missing required field Statement")
		}
	}
	d, err := parseResourcePolicy(text)
	if f, ok := errors.AsType[*failure](err); ok {
		return d, malformedBucketPolicy(f.message)
	}
	if !c.principalsExist(d) {
		return d, malformedBucketPolicy("Invalid principal in policy")
	}
	for _, s := range d.statements {
		if err := b.checkStatement(s); err != nil {
			return d, err
		}
	}
	return d, nil
}

func malformedBucketPolicy(text string) error { return refuse("MalformedPolicy", "%s", text) }

// checkStatement refuses a statement of the bucket's policy that is about something else.
func (b *Bucket) checkStatement(s statement) error {
	for _, action := range s.actions {
		if action != "*" && !bucketAction.MatchString(action) {
			return malformedBucketPolicy("Policy has invalid action")
		}
	}
	for _, r := range s.resources {
		if !b.isCoveredBy(r) {
			return malformedBucketPolicy("Policy has invalid resource")
		}
	}
	if s.actionWord == "Action" && s.resource == "Resource" && !s.actionsApply(b) {
		return malformedBucketPolicy("Action does not apply to any resource(s) in statement")
	}
	return nil
}

var (
	bucketAction = regexp.MustCompile(`(?i)^s3:[a-z*?]+$`)
	// objectActions are the actions on objects; the others of S3 are on buckets.
	objectActions = regexp.MustCompile(`(?i)^s3:((Get|Put|Delete|Restore|Update|Replicate|BypassGovernance)(Object|Retention|Delete|Tags)` +
		`|AbortMultipartUpload|ListMultipartUploadParts|ObjectOwnerOverrideToBucketOwner|InitiateReplication)`)
)

// isCoveredBy says whether a resource of a policy is of this bucket: the bucket, or objects of it.
func (b *Bucket) isCoveredBy(resource string) bool {
	named, _, _ := strings.Cut(resource, "/")
	return resource == "*" || like(named, b.arn())
}

// actionsApply says whether every action of a statement has a resource it can be done to.
func (s statement) actionsApply(b *Bucket) bool {
	onBucket := slices.ContainsFunc(s.resources, func(r string) bool { return like(r, b.arn()) })
	onObjects := slices.ContainsFunc(s.resources, func(r string) bool { return r == "*" || strings.ContainsAny(r, "/") || strings.HasSuffix(r, "*") })
	for _, action := range s.actions {
		switch {
		case strings.ContainsAny(action, "*?"):
		case objectActions.MatchString(action) && !onObjects, !objectActions.MatchString(action) && !onBucket:
			return false
		}
	}
	return true
}

// fixingKeys are the condition keys with which S3 takes a statement for everyone not to be public, when their values
// have no wildcards.
var fixingKeys = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalarn", "aws:principalaccount", "aws:sourcearn",
	"aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourceip", "aws:sourcevpc",
	"aws:sourcevpce", "aws:userid", "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
	"s3:x-amz-server-side-encryption-aws-kms-key-id",
}

// isPublic says whether S3 takes a policy to be public: it allows something to everyone, with no condition that says
// whom. Services are not everyone.
func (d document) isPublic() bool {
	return slices.ContainsFunc(d.statements, func(s statement) bool {
		everyone := s.principals == "NotPrincipal" || s.names("")
		return s.effect == "Allow" && everyone && !s.isFixed()
	})
}

func (s statement) isFixed() bool {
	for _, operator := range s.condition {
		positive := !strings.Contains(strings.ToLower(operator.key), "not") && !strings.EqualFold(operator.key, "Null") &&
			!strings.HasSuffix(strings.ToLower(operator.key), "ifexists")
		keys, _ := operator.value.(object)
		for _, key := range keys {
			values, _ := key.value.([]string)
			wild := slices.ContainsFunc(values, func(v string) bool { return isWild(strings.ToLower(key.key), v) })
			if positive && slices.Contains(fixingKeys, strings.ToLower(key.key)) && !wild {
				return true
			}
		}
	}
	return false
}

// isWild says whether a value of a condition leaves open who is meant. An ARN may have wildcards where it names an account
// all the same or, as a bucket's, no account; ranges of addresses are fixed unless they are all there are.
func isWild(key, value string) bool {
	switch {
	case key == "aws:sourceip":
		return strings.HasSuffix(value, "/0")
	case strings.HasPrefix(value, "arn:aws:s3:::"):
		return strings.HasPrefix(value, "arn:aws:s3:::*")
	case strings.HasPrefix(value, "arn:"):
		return !accountID.MatchString(accountOf(value))
	default:
		return strings.ContainsAny(value, "*?")
	}
}
