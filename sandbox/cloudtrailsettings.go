package sandbox

import "slices"

// quotaTrails is how many trails can be seen in a Region: a multi-Region trail counts in each, and an organization trail
// in each account of the organization.
const quotaTrails = 5

const (
	longestKeyPrefix = 200
	longestTopicName = 256
)

// trailInput is what CreateTrail and UpdateTrail are sent. UpdateTrail keeps what is left out, and takes away what is
// empty.
type trailInput struct {
	Name                       string
	S3BucketName               *string
	S3KeyPrefix                *string
	SnsTopicName               *string
	IncludeGlobalServiceEvents *bool
	IsMultiRegionTrail         *bool
	EnableLogFileValidation    *bool
	CloudWatchLogsLogGroupArn  *string
	CloudWatchLogsRoleArn      *string
	KmsKeyID                   *string `json:"KmsKeyId"`
	IsOrganizationTrail        *bool
	TagsList                   []Tag
}

// createTrail makes a trail that does not log yet. A refusal comes before, in the order of the checks; the preflight's
// marker object stays in the bucket even when a later check fails.
func createTrail(c *call, in *trailInput) (answer, error) {
	if err := checkTrailName(in.Name); err != nil {
		return done, err
	}
	tags, err := trailTagRefusals.merge(nil, in.TagsList)
	if err != nil {
		return done, err
	}
	t := &Trail{
		Account: c.account, Region: c.region, Name: in.Name, Created: c.now, Tags: tags,
		trailSettings: trailSettings{GlobalEvents: true},
	}
	if err := t.set(in); err != nil {
		return done, err
	}
	if err := c.checkOrganization(t); err != nil {
		return done, err
	}
	regions := []string{t.Region}
	if t.MultiRegion {
		regions = append(regions, c.otherRegions(t)...)
	}
	if err := c.checkRoom(t, regions); err != nil {
		return done, err
	}
	if err := c.preflight(t, in); err != nil {
		return done, err
	}
	c.put(t)
	return answer{json: t.settingsOutput()}, nil
}

// updateTrail changes what is named and keeps the rest. Doing it twice is harmless.
func updateTrail(c *call, in *trailInput) (answer, error) {
	old, err := c.trailToWrite(in.Name)
	if err != nil {
		return done, err
	}
	t := *old
	if err := t.set(in); err != nil {
		return done, err
	}
	if t.Organization != old.Organization {
		if err := c.checkOrganization(&t); err != nil {
			return done, err
		}
	}
	if t.MultiRegion && !old.MultiRegion {
		if err := c.checkRoom(&t, c.otherRegions(&t)); err != nil {
			return done, err
		}
	}
	if err := c.preflight(&t, in); err != nil {
		return done, err
	}
	c.put(&t)
	return answer{json: t.settingsOutput()}, nil
}

// deleteTrail takes the trail with its selectors, insights and tags. What it wrote stays where it is.
func deleteTrail(c *call, in *trailNameInput) (answer, error) {
	t, err := c.trailToWrite(in.Name)
	if err != nil {
		return done, err
	}
	c.remove(t)
	return trailDone, nil
}

// set lays what was sent over a trail's settings, and refuses what cannot be together. The preflight finds the ARNs of the
// topic and of the key.
func (t *Trail) set(in *trailInput) error {
	wasMultiRegion := t.MultiRegion
	setIfGiven(&t.Bucket, in.S3BucketName)
	setIfGiven(&t.Prefix, in.S3KeyPrefix)
	setIfGiven(&t.TopicName, in.SnsTopicName)
	setIfGiven(&t.MultiRegion, in.IsMultiRegionTrail)
	setIfGiven(&t.Validation, in.EnableLogFileValidation)
	setIfGiven(&t.Organization, in.IsOrganizationTrail)
	setIfGiven(&t.LogGroupARN, in.CloudWatchLogsLogGroupArn)
	setIfGiven(&t.LogRoleARN, in.CloudWatchLogsRoleArn)
	setIfGiven(&t.KeyARN, in.KmsKeyID)
	if wasMultiRegion && !t.MultiRegion {
		t.GlobalEvents = false // unless the call says otherwise
	}
	setIfGiven(&t.GlobalEvents, in.IncludeGlobalServiceEvents)
	if t.TopicName == "" {
		t.TopicARN = ""
	}
	return t.check()
}

func setIfGiven[T any](setting, given *T) {
	if given != nil {
		*setting = *given
	}
}

var topicForm = whole(`(arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:)?[A-Za-z0-9_-]+(\.fifo)?`)

// check refuses settings that are malformed or cannot be together.
func (t *Trail) check() error {
	switch {
	case t.Bucket == "":
		return refuse("InvalidS3BucketNameException", "S3 bucket name cannot be blank!")
	case !bucketNameRule.MatchString(t.Bucket):
		return refuse("InvalidS3BucketNameException", "Bucket name %s is not valid.", t.Bucket)
	case len(t.Prefix) > longestKeyPrefix:
		return refuse("InvalidS3PrefixException", "S3 prefix is longer than maximum length: %d characters.", longestKeyPrefix)
	case t.TopicName != "" && (len(t.TopicName) > longestTopicName || !topicForm.MatchString(t.TopicName)):
		return refuse("InvalidSnsTopicNameException", "SNS topic name %s is not valid.", t.TopicName)
	case t.MultiRegion && !t.GlobalEvents:
		return refuse("InvalidParameterCombinationException", "Multi-Region trail must include global service events.")
	case t.LogGroupARN != "" && t.LogRoleARN == "":
		return refuse("InvalidCloudWatchLogsRoleArnException", "You must specify a role ARN as well as a log group.")
	case t.LogGroupARN == "" && t.LogRoleARN != "":
		return refuse("InvalidCloudWatchLogsLogGroupArnException", "You must specify a log group as well as a role ARN.")
	}
	return nil
}

// checkRoom refuses a trail that would be seen in Regions where another trail of the account has its name, or where there
// is no room for one more.
func (c *call) checkRoom(t *Trail, regions []string) error {
	for _, region := range regions {
		seen := c.trailsIn(region)
		if slices.ContainsFunc(seen, func(o *Trail) bool { return o.Account == t.Account && o.Name == t.Name }) {
			return refuse("TrailAlreadyExistsException", "Trail %s already exists for customer: %s", t.Name, c.account)
		}
		if len(seen) >= quotaTrails {
			return refuse("MaximumNumberOfTrailsExceededException", "User: %s already has %d trails in %s.", c.account, quotaTrails, region)
		}
	}
	return nil
}

// otherRegions are the Regions, but for the trail's own, in which trails have their home. In Regions without any there is
// always room for what its home has room for.
func (c *call) otherRegions(t *Trail) []string {
	var regions []string
	for e := range c.store.all(trailKindName) {
		if other, ok := e.(*Trail); ok && other.Region != t.Region && !slices.Contains(regions, other.Region) {
			regions = append(regions, other.Region)
		}
	}
	return regions
}
