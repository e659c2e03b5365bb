package spec

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// The names of what a trail stands on, as types. The rules are those of CloudTrail's and S3's user guides and of the services'
// models; none lets a character through that means something in JSON, since package trail writes names into statements.
type (
	trailName    string
	region       string
	organization string
	bucketName   string
	logPrefix    string
	accessPrefix string
	groupOfLogs  string
	topicName    string
)

const (
	// none is the word for what shall not be there.
	none = "none"
	// wordAll is the word for whatever there is.
	wordAll = "all"
)

// withVariables is the schema of a string that has a pattern or holds a variable.
func withVariables(pattern string) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^(` + pattern + `|.*\$\{.*)$`}
}

const trailNameForm = `[A-Za-z0-9]+([._-][A-Za-z0-9]+)*`

var trailNamePattern = regexp.MustCompile(`^` + trailNameForm + `$`)

func (n trailName) check() error {
	name := string(n)
	if !trailNamePattern.MatchString(name) || len(name) < 3 || len(name) > 128 || isIP(name) {
		return fmt.Errorf("trail name %q: AWS allows 3 to 128 letters, digits and single ._- between them, and no IP address", name)
	}
	return nil
}

func (trailName) schema() *jsonschema.Schema { return withVariables(trailNameForm) }

func isIP(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

const regionForm = `[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}`

var regionPattern = regexp.MustCompile(`^` + regionForm + `$`)

func (r region) check() error {
	if !regionPattern.MatchString(string(r)) {
		return fmt.Errorf("%q is not the name of a Region, such as eu-west-1", string(r))
	}
	return nil
}

func (region) schema() *jsonschema.Schema { return withVariables(regionForm) }

func (o organization) check() error {
	if o != none && !orgIDPattern.MatchString(string(o)) {
		return fmt.Errorf("organization %q: write its id, which is o- and 10 to 32 letters and digits, or none", string(o))
	}
	return nil
}

func (organization) schema() *jsonschema.Schema { return withVariables(`o-[a-z0-9]{10,32}|` + none) }

const bucketNameForm = `[a-z0-9][a-z0-9.-]*[a-z0-9]`

var (
	bucketNamePattern = regexp.MustCompile(`^` + bucketNameForm + `$`)
	// AWS keeps these for access points, directory buckets and the like.
	reservedBucketPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedBucketSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

func (n bucketName) check() error {
	name := string(n)
	if !bucketNamePattern.MatchString(name) || len(name) < 3 || len(name) > 63 || strings.Contains(name, "..") || isIP(name) {
		return fmt.Errorf("bucket name %q: AWS allows 3 to 63 lower case letters, digits, hyphens and single dots, a letter or digit at both ends, and no IP address", name)
	}
	for _, prefix := range reservedBucketPrefixes {
		if strings.HasPrefix(name, prefix) {
			return fmt.Errorf("bucket name %q: AWS keeps names that begin with %s for its own", name, prefix)
		}
	}
	for _, suffix := range reservedBucketSuffixes {
		if strings.HasSuffix(name, suffix) {
			return fmt.Errorf("bucket name %q: AWS keeps names that end with %s for its own", name, suffix)
		}
	}
	return nil
}

func (bucketName) schema() *jsonschema.Schema { return withVariables(bucketNameForm) }

// The characters that S3 calls safe in keys, but for the asterisk, which is a wildcard in a policy.
const (
	keyForm    = `[A-Za-z0-9!_.'()-][A-Za-z0-9!_.'()/-]*`
	maxPrefix  = 200
	maxKey     = 1024
	keyAllowed = "letters, digits, / and !_.'()-"
)

var keyPattern = regexp.MustCompile(`^` + keyForm + `$`)

func (p logPrefix) check() error {
	text := string(p)
	if text != "" && (!keyPattern.MatchString(text) || len(text) > maxPrefix || strings.HasSuffix(text, "/")) {
		return fmt.Errorf("prefix %q: up to %d %s, without a slash at either end: CloudTrail puts one behind it", text, maxPrefix, keyAllowed)
	}
	return nil
}

func (logPrefix) schema() *jsonschema.Schema { return withVariables(`(` + keyForm + `)?`) }

func (p accessPrefix) check() error {
	text := string(p)
	if text != "" && (!keyPattern.MatchString(text) || len(text) > maxKey/2) {
		return fmt.Errorf("prefix %q: up to %d %s, not beginning with a slash", text, maxKey/2, keyAllowed)
	}
	return nil
}

func (accessPrefix) schema() *jsonschema.Schema { return withVariables(`(` + keyForm + `)?`) }

const groupOfLogsForm = `[A-Za-z0-9_/.#-]{1,512}`

var groupOfLogsPattern = regexp.MustCompile(`^` + groupOfLogsForm + `$`)

func (g groupOfLogs) check() error {
	switch name := string(g); {
	case !groupOfLogsPattern.MatchString(name):
		return fmt.Errorf("log group %q: AWS allows 1 to 512 letters, digits and _-/.#", name)
	case strings.HasPrefix(name, "aws/"):
		return fmt.Errorf("log group %q: AWS keeps names that begin with aws/ for its own", name)
	}
	return nil
}

func (groupOfLogs) schema() *jsonschema.Schema { return withVariables(groupOfLogsForm) }

const topicNameForm = `[A-Za-z0-9_-]{1,256}`

var topicNamePattern = regexp.MustCompile(`^` + topicNameForm + `$`)

func (t topicName) check() error {
	if !topicNamePattern.MatchString(string(t)) {
		return fmt.Errorf("topic %q: AWS allows 1 to 256 letters, digits, _ and -", string(t))
	}
	return nil
}

func (topicName) schema() *jsonschema.Schema { return withVariables(topicNameForm) }

// topicReference is a topic by its name or its ARN, or none.
type topicReference string

var topicARNPattern = regexp.MustCompile(`^arn:[a-z-]+:sns:` + regionForm + `:[0-9]{12}:` + topicNameForm + `$`)

func (t topicReference) check() error {
	if strings.HasPrefix(string(t), "arn:") {
		if !topicARNPattern.MatchString(string(t)) {
			return fmt.Errorf("%q is not the ARN of an SNS topic", string(t))
		}
		return nil
	}
	return topicName(t).check()
}

func (topicReference) schema() *jsonschema.Schema {
	return withVariables(topicNameForm + `|arn:.+`)
}
