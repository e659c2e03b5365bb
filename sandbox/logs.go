package sandbox

import "slices"

// CloudWatch Logs (JSON 1.1): log groups, how long they keep what they are sent, and the filters that count it. What is
// logged is not simulated.

func logsService() *service {
	logs := &service{name: "logs", target: "Logs_20140328"}
	logs.add(slices.Concat(logGroupOperations(), logRetentionOperations(), logKeyOperations(), metricFilterOperations(), logTagOperations())...)
	return logs
}

// The codes of CloudWatch Logs.
const (
	codeLogsInvalid  = "InvalidParameterException"
	codeLogsNotFound = "ResourceNotFoundException"
)

var (
	logGroupName   = parameter{name: "LogGroupName", required: true, low: 1, high: 512, pattern: whole(`[\.\-_/#A-Za-z0-9]+`)}
	logGroupPrefix = parameter{name: "LogGroupNamePrefix", low: 1, high: 512, pattern: whole(`[\.\-_/#A-Za-z0-9]+`)}
	logGroupWords  = parameter{name: "LogGroupNamePattern", high: 512, pattern: whole(`[\.\-_/#A-Za-z0-9]*`)}
	logsLimit      = parameter{name: "Limit", low: 1, high: logsPageSize}
)

// logsPageSize is how many items a page holds when nothing else is asked for, and at most.
const logsPageSize = 50

// A logsPage is how lists of CloudWatch Logs are asked for.
type logsPage struct {
	Limit     *int
	NextToken string
}

// logsListPage takes a page of a list of CloudWatch Logs.
func logsListPage[T any](c *call, in logsPage, words string, items []T, key func(T) string) (page []T, next string, err error) {
	if err := refuseBreaches(codeLogsInvalid, logsLimit.inNumber(in.Limit)); err != nil {
		return nil, "", err
	}
	size := logsPageSize
	if in.Limit != nil {
		size = *in.Limit
	}
	page, next, ok := tokenPage(c, words, in.NextToken, size, items, key)
	if !ok {
		return nil, "", refuse(codeLogsInvalid, "The specified nextToken is invalid.")
	}
	return page, next, nil
}

// logGroup is the log group of a name in the call's Region.
func (c *call) logGroup(name string) (*LogGroup, error) {
	if err := refuseBreaches(codeLogsInvalid, logGroupName.inField(name)); err != nil {
		return nil, err
	}
	g, ok := findRegional[*LogGroup](c, logGroupKindName, c.region, name)
	if !ok {
		return nil, refuse(codeLogsNotFound, "The specified log group does not exist.")
	}
	return g, nil
}

// logGroupExists says whether there is a log group of an ARN, be it written with :* at its end or without.
func (c *call) logGroupExists(arn string) bool {
	a, ok := parseRegionalARN(arn)
	name, isGroup := cutLogGroup(a.rest)
	if !ok || !isGroup || a.service != "logs" || a.account != c.account {
		return false
	}
	_, found := findRegional[*LogGroup](c, logGroupKindName, a.region, name)
	return found
}
