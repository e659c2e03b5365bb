package sandbox

import "time"

const trailKindName = "trail"

// A Trail is a trail of CloudTrail, with all that is set on it: selectors, tags and whether it logs. It lives in its home
// Region; a multi-Region trail is seen in all others too, as a shadow. A trail of another account is an organization
// trail, a shadow everywhere.
type Trail struct {
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Name    string    `json:"name"`
	Created time.Time `json:"created,omitzero"`
	trailSettings
	Logging        bool               `json:"logging"`
	Started        time.Time          `json:"started,omitzero"`
	Stopped        time.Time          `json:"stopped,omitzero"`
	EventSelectors []eventSelector    `json:"eventSelectors,omitempty"`
	Advanced       []advancedSelector `json:"advanced,omitempty"`
	Insights       []insightSelector  `json:"insights,omitempty"`
	Tags           []Tag              `json:"tags,omitempty"`
}

// trailSettings are what CreateTrail and UpdateTrail set.
type trailSettings struct {
	Bucket       string `json:"bucket"`
	Prefix       string `json:"prefix,omitempty"`
	TopicName    string `json:"topicName,omitempty"` // as it was given, a name or an ARN
	TopicARN     string `json:"topicARN,omitempty"`
	GlobalEvents bool   `json:"globalEvents"`
	MultiRegion  bool   `json:"multiRegion"`
	Validation   bool   `json:"validation"`
	Organization bool   `json:"organization"`
	KeyARN       string `json:"keyARN,omitempty"`
	LogGroupARN  string `json:"logGroupARN,omitempty"`
	LogRoleARN   string `json:"logRoleARN,omitempty"`
}

// trailPlace is where a trail is kept. Its ARN holds the Region and the account; names are compared exactly.
func trailPlace(arn string) place { return place{kind: trailKindName, name: arn} }

func (t *Trail) place() place    { return trailPlace(t.arn()) }
func (t *Trail) born() time.Time { return t.Created }
func (t *Trail) links() []string { return nil }
func (t *Trail) arn() string     { return trailARN(t.Region, t.Account, t.Name) }

// seenIn says whether a trail can be seen in a Region, be it as a shadow.
func (t *Trail) seenIn(region string) bool { return t.MultiRegion || t.Region == region }

// isShadow says whether what is seen of a trail is its replica: in another Region than its home, or in another account
// of the organization.
func (t *Trail) isShadow(c *call) bool { return t.Region != c.region || t.Account != c.account }

func trailKind() *kind {
	return &kind{
		name:   trailKindName,
		decode: decodeAs[Trail],
		settings: func(_ *call, e entity) (string, any) {
			t, _ := e.(*Trail)
			return t.arn(), t.chosen()
		},
	}
}

// chosen is a trail without what came of itself. Basic selectors that ask for what trails record anyway are none: they can be
// put, but never taken away.
func (t *Trail) chosen() Trail {
	chosen := *t
	chosen.Created, chosen.Started, chosen.Stopped = time.Time{}, time.Time{}, time.Time{}
	if !t.hasCustomSelectors() {
		chosen.EventSelectors = nil
	}
	return chosen
}

// trailOutput is a trail as CloudTrail answers. CreateTrail and UpdateTrail leave the last three members out.
type trailOutput struct {
	Name                       string
	S3BucketName               string
	S3KeyPrefix                *string `json:",omitempty"`
	SnsTopicName               *string `json:",omitempty"`
	SnsTopicARN                *string `json:",omitempty"`
	IncludeGlobalServiceEvents bool
	IsMultiRegionTrail         bool
	TrailARN                   string
	LogFileValidationEnabled   bool
	CloudWatchLogsLogGroupArn  *string `json:",omitempty"`
	CloudWatchLogsRoleArn      *string `json:",omitempty"`
	KmsKeyID                   *string `json:"KmsKeyId,omitempty"`
	IsOrganizationTrail        bool
	HomeRegion                 *string `json:",omitempty"`
	HasCustomEventSelectors    *bool   `json:",omitempty"`
	HasInsightSelectors        *bool   `json:",omitempty"`
}

// settingsOutput is what CreateTrail and UpdateTrail answer.
func (t *Trail) settingsOutput() trailOutput {
	return trailOutput{
		Name:                       t.Name,
		S3BucketName:               t.Bucket,
		S3KeyPrefix:                presentText(t.Prefix),
		SnsTopicName:               presentText(t.TopicName),
		SnsTopicARN:                presentText(t.TopicARN),
		IncludeGlobalServiceEvents: t.GlobalEvents,
		IsMultiRegionTrail:         t.MultiRegion,
		TrailARN:                   t.arn(),
		LogFileValidationEnabled:   t.Validation,
		CloudWatchLogsLogGroupArn:  presentText(t.LogGroupARN),
		CloudWatchLogsRoleArn:      presentText(t.LogRoleARN),
		KmsKeyID:                   presentText(t.KeyARN),
		IsOrganizationTrail:        t.Organization,
	}
}

// output is what DescribeTrails and GetTrail answer.
func (t *Trail) output() trailOutput {
	out := t.settingsOutput()
	custom, insights := t.hasCustomSelectors(), len(t.Insights) > 0
	out.HomeRegion, out.HasCustomEventSelectors, out.HasInsightSelectors = &t.Region, &custom, &insights
	return out
}
