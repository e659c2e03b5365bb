package sandbox

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

const logGroupKindName = "log-group"

// A LogGroup is a log group of CloudWatch Logs.
type LogGroup struct {
	Name    string    `json:"name"`
	Region  string    `json:"region"`
	Created time.Time `json:"created"`
	Class   string    `json:"class"`
	// Retention is for how many days the group keeps what it is sent; 0 is for ever.
	Retention int `json:"retention,omitempty"`
	// Key is the ARN of the KMS key the group is encrypted with, or "".
	Key  string `json:"key,omitempty"`
	Tags []Tag  `json:"tags,omitempty"`
}

func (g *LogGroup) place() place    { return regionalPlace(logGroupKindName, g.Region, g.Name) }
func (g *LogGroup) born() time.Time { return g.Created }
func (g *LogGroup) links() []string { return nil }

func (g *LogGroup) arn(account string) string {
	return regionalARN("logs", g.Region, account, logGroupStart+g.Name)
}

const (
	logGroupStart  = "log-group:"
	everyStream    = ":*"
	classStandard  = "STANDARD"
	classRare      = "INFREQUENT_ACCESS"
	classDelivery  = "DELIVERY"
	reservedGroups = "aws/"
)

// cutLogGroup is the name of a log group in the last part of its ARN.
func cutLogGroup(rest string) (name string, ok bool) {
	name, ok = strings.CutPrefix(rest, logGroupStart)
	return strings.TrimSuffix(name, everyStream), ok
}

func logGroupKind() *kind {
	return &kind{
		name:   logGroupKindName,
		decode: decodeAs[LogGroup],
		settings: func(_ *call, e entity) (string, any) {
			g, _ := e.(*LogGroup)
			return g.Region + "/" + g.Name, struct {
				Class     string `json:"class"`
				Retention int    `json:"retention,omitempty"`
				Encrypted bool   `json:"encrypted,omitempty"` // the key's id is AWS's choice
				Tags      []Tag  `json:"tags,omitempty"`
			}{g.Class, g.Retention, g.Key != "", g.Tags}
		},
	}
}

func logGroupOperations() []operation {
	return []operation{
		write("CreateLogGroup", asked(createLogGroup)),
		read("DescribeLogGroups", asked(describeLogGroups)),
		write("DeleteLogGroup", asked(deleteLogGroup)),
	}
}

type createLogGroupInput struct {
	LogGroupName              string
	KmsKeyId                  string //nolint:revive // the API's own spelling
	Tags                      map[string]string
	LogGroupClass             string
	DeletionProtectionEnabled bool
}

var logGroupClass = parameter{name: "LogGroupClass", values: []string{classStandard, classRare, classDelivery}}

func createLogGroup(c *call, in *createLogGroupInput) (answer, error) {
	err := refuseBreaches(codeLogsInvalid, logGroupName.inField(in.LogGroupName), logGroupClass.inField(in.LogGroupClass))
	if err != nil {
		return done, err
	}
	if strings.HasPrefix(in.LogGroupName, reservedGroups) {
		return done, refuse(codeLogsInvalid, "Log groups starting with AWS/ are reserved for AWS.")
	}
	if in.DeletionProtectionEnabled {
		return done, refuse("NotImplemented", "Deletion protection of log groups is not simulated.")
	}
	g := &LogGroup{
		Name: in.LogGroupName, Region: c.region, Created: c.now, Class: cmp.Or(in.LogGroupClass, classStandard), Key: in.KmsKeyId,
	}
	if c.store.get(g.place()) != nil {
		return done, refuse("ResourceAlreadyExistsException", "The specified log group already exists")
	}
	if g.Tags, err = newLogTags(nil, in.Tags); err != nil {
		return done, err
	}
	if err := c.checkLogKey(g, g.Key); err != nil {
		return done, err
	}
	c.put(g)
	return done, nil
}

type logGroupInput struct{ LogGroupName string }

// deleteLogGroup takes the group's filters with it.
func deleteLogGroup(c *call, in *logGroupInput) (answer, error) {
	g, err := c.logGroup(in.LogGroupName)
	if err != nil {
		return done, err
	}
	for _, f := range linked[*MetricFilter](c, filterOf(g.Region, g.Name)) {
		c.remove(f)
	}
	c.remove(g)
	return done, nil
}

type describeLogGroupsInput struct {
	LogGroupNamePrefix, LogGroupNamePattern string
	LogGroupClass                           string
	LogGroupIdentifiers                     []string
	logsPage
}

// A logGroupEntry is a log group as lists show it. Times are milliseconds since 1970.
type logGroupEntry struct {
	LogGroupName              string `json:"logGroupName"`
	CreationTime              int64  `json:"creationTime"`
	RetentionInDays           int    `json:"retentionInDays,omitempty"`
	MetricFilterCount         int    `json:"metricFilterCount"`
	Arn                       string `json:"arn"`
	StoredBytes               int64  `json:"storedBytes"`
	KmsKeyId                  string `json:"kmsKeyId,omitempty"` //nolint:revive // the API's own spelling
	LogGroupClass             string `json:"logGroupClass"`
	LogGroupArn               string `json:"logGroupArn"`
	DeletionProtectionEnabled bool   `json:"deletionProtectionEnabled"`
}

// describeLogGroups lists groups whose names start with a prefix or hold a pattern, without regard to case, or that are
// named by name or ARN.
func describeLogGroups(c *call, in *describeLogGroupsInput) (answer, error) {
	err := refuseBreaches(codeLogsInvalid, logGroupPrefix.inField(in.LogGroupNamePrefix),
		logGroupWords.inField(in.LogGroupNamePattern), logGroupClass.inField(in.LogGroupClass))
	switch {
	case err != nil:
		return done, err
	case in.LogGroupNamePrefix != "" && in.LogGroupNamePattern != "":
		return done, refuse(codeLogsInvalid, "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	case len(in.LogGroupIdentifiers) > 0 && (in.LogGroupNamePrefix != "" || in.LogGroupNamePattern != ""):
		return done, refuse(codeLogsInvalid, "LogGroup identifiers cannot be combined with a name prefix or a name pattern.")
	}
	groups := slices.DeleteFunc(allRegional[*LogGroup](c, logGroupKindName, in.LogGroupNamePrefix), func(g *LogGroup) bool {
		return !in.wants(g, c.account)
	})
	words := strings.Join([]string{in.LogGroupNamePrefix, in.LogGroupNamePattern, in.LogGroupClass}, "\x00")
	page, next, err := logsListPage(c, in.logsPage, words, groups, func(g *LogGroup) string { return g.Name })
	if err != nil {
		return done, err
	}
	entries := []logGroupEntry{}
	for _, g := range page {
		entries = append(entries, c.showLogGroup(g))
	}
	return answer{json: struct {
		LogGroups []logGroupEntry `json:"logGroups"`
		NextToken string          `json:"nextToken,omitempty"`
	}{entries, next}}, nil
}

func (in *describeLogGroupsInput) wants(g *LogGroup, account string) bool {
	named := len(in.LogGroupIdentifiers) == 0 ||
		slices.Contains(in.LogGroupIdentifiers, g.Name) || slices.Contains(in.LogGroupIdentifiers, g.arn(account))
	return named && strings.Contains(strings.ToLower(g.Name), strings.ToLower(in.LogGroupNamePattern)) &&
		(in.LogGroupClass == "" || in.LogGroupClass == g.Class)
}

func (c *call) showLogGroup(g *LogGroup) logGroupEntry {
	return logGroupEntry{
		LogGroupName:      g.Name,
		CreationTime:      g.Created.UnixMilli(),
		RetentionInDays:   g.Retention,
		MetricFilterCount: len(linked[*MetricFilter](c, filterOf(g.Region, g.Name))),
		Arn:               g.arn(c.account) + everyStream,
		KmsKeyId:          g.Key,
		LogGroupClass:     g.Class,
		LogGroupArn:       g.arn(c.account),
	}
}
