package sandbox

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// What can be set on a log group after it was created: retention, key and tags.

func logRetentionOperations() []operation {
	return []operation{
		write("PutRetentionPolicy", asked(putRetentionPolicy)),
		write("DeleteRetentionPolicy", asked(deleteRetentionPolicy)),
	}
}

// retentions are the only days that a group may keep what it is sent.
var retentions = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

type putRetentionPolicyInput struct {
	LogGroupName    string
	RetentionInDays int
}

func putRetentionPolicy(c *call, in *putRetentionPolicyInput) (answer, error) {
	if !slices.Contains(retentions, in.RetentionInDays) {
		allowed := make([]string, len(retentions))
		for i, days := range retentions {
			allowed[i] = strconv.Itoa(days)
		}
		return done, refuse(codeLogsInvalid, "1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy "+
			"constraint: Member must satisfy enum value set: [%s]", in.RetentionInDays, strings.Join(allowed, ", "))
	}
	return c.setRetention(in.LogGroupName, in.RetentionInDays)
}

func deleteRetentionPolicy(c *call, in *logGroupInput) (answer, error) {
	return c.setRetention(in.LogGroupName, 0)
}

func (c *call) setRetention(name string, days int) (answer, error) {
	g, err := c.logGroup(name)
	if err != nil {
		return done, err
	}
	changed := *g
	changed.Retention = days
	c.put(&changed)
	return done, nil
}

func logKeyOperations() []operation {
	return []operation{
		write("AssociateKmsKey", asked(associateKMSKey)),
		write("DisassociateKmsKey", asked(disassociateKMSKey)),
	}
}

type logKeyInput struct {
	LogGroupName       string
	ResourceIdentifier string
	KmsKeyId           string //nolint:revive // the API's own spelling
}

// group is the log group the call names, by name or by ARN.
func (in *logKeyInput) group(c *call) (*LogGroup, error) {
	name := in.LogGroupName
	switch {
	case name != "" && in.ResourceIdentifier != "":
		return nil, refuse(codeLogsInvalid, "Only one of logGroupName and resourceIdentifier can be specified.")
	case in.ResourceIdentifier != "":
		var ok bool
		if name, ok = c.localName(in.ResourceIdentifier, "logs", logGroupStart); !ok {
			return nil, refuse(codeLogsInvalid, "Invalid resource identifier: %s", in.ResourceIdentifier)
		}
	}
	return c.logGroup(name)
}

func associateKMSKey(c *call, in *logKeyInput) (answer, error) {
	g, err := in.group(c)
	if err != nil {
		return done, err
	}
	required := parameter{name: "KmsKeyId", required: true, high: 256}
	if err := refuseBreaches(codeLogsInvalid, required.inField(in.KmsKeyId)); err != nil {
		return done, err
	}
	if err := c.checkLogKey(g, in.KmsKeyId); err != nil {
		return done, err
	}
	return c.setLogKey(g, in.KmsKeyId)
}

func disassociateKMSKey(c *call, in *logKeyInput) (answer, error) {
	g, err := in.group(c)
	if err != nil {
		return done, err
	}
	return c.setLogKey(g, "")
}

func (c *call) setLogKey(g *LogGroup, key string) (answer, error) {
	changed := *g
	changed.Key = key
	c.put(&changed)
	return done, nil
}

// checkLogKey refuses a key, named by its ARN, that CloudWatch Logs could not encrypt the group with; "" is no key.
func (c *call) checkLogKey(g *LogGroup, key string) error {
	if key == "" {
		return nil
	}
	arn := g.arn(c.account)
	a, _ := parseRegionalARN(key)
	_, isKey := cutKeyID(a.rest)
	if !isKey {
		return refuse(codeLogsInvalid, "Invalid KMS key ARN: %s", key)
	}
	service := "logs." + c.region + ".amazonaws.com"
	if _, err := c.keyUsable(key, c.region, service, map[string]string{
		"kms:EncryptionContext:aws:logs:arn": arn,
		"aws:SourceArn":                      arn,
		"aws:SourceAccount":                  c.account,
	}); err != nil {
		return refuse(codeLogsInvalid, "The specified KMS Key Id could not be found, is not enabled, or may not be used with "+
			"Arn '%s': %s", arn, asFailure(err).message)
	}
	return nil
}

func logTagOperations() []operation {
	return []operation{
		write("TagResource", asked(tagLogGroup)),
		write("UntagResource", asked(untagLogGroup)),
		read("ListTagsForResource", asked(listLogTags)),
	}
}

type logTagsInput struct {
	ResourceArn string
	Tags        map[string]string
	TagKeys     []string
}

// group is the log group of the ARN, which must not end with :*.
func (in *logTagsInput) group(c *call) (*LogGroup, error) {
	name, ok := c.localName(in.ResourceArn, "logs", logGroupStart)
	if !ok || strings.HasSuffix(in.ResourceArn, everyStream) {
		return nil, refuse(codeLogsInvalid, "Invalid resource ARN: %s", in.ResourceArn)
	}
	return c.logGroup(name)
}

var logTagRefusals = tagRefusals{
	reserved:  refuse(codeLogsInvalid, "Tag keys starting with aws: are reserved for system use."),
	tooMany:   refuse("TooManyTagsException", "The log group would have more than %d tags.", quotaTags),
	malformed: codeLogsInvalid,
}

// newLogTags lays tags that were sent over old ones. In a map no key is there twice.
func newLogTags(old []Tag, sent map[string]string) ([]Tag, error) {
	var tags []Tag
	for _, key := range slices.Sorted(maps.Keys(sent)) {
		tags = append(tags, Tag{Key: key, Value: sent[key]})
	}
	return logTagRefusals.merge(old, tags)
}

func tagLogGroup(c *call, in *logTagsInput) (answer, error) {
	g, err := in.group(c)
	if err != nil {
		return done, err
	}
	changed := *g
	if changed.Tags, err = newLogTags(g.Tags, in.Tags); err != nil {
		return done, err
	}
	c.put(&changed)
	return done, nil
}

func untagLogGroup(c *call, in *logTagsInput) (answer, error) {
	g, err := in.group(c)
	if err != nil {
		return done, err
	}
	changed := *g
	changed.Tags = withoutTags(g.Tags, in.TagKeys)
	c.put(&changed)
	return done, nil
}

func listLogTags(c *call, in *logTagsInput) (answer, error) {
	g, err := in.group(c)
	if err != nil {
		return done, err
	}
	tags := map[string]string{}
	for _, t := range g.Tags {
		tags[t.Key] = t.Value
	}
	return answer{json: struct {
		Tags map[string]string `json:"tags"`
	}{tags}}, nil
}
