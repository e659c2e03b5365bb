package sandbox

import (
	"slices"
	"strings"
	"time"
)

// A BucketLifecycle is when objects of a bucket move to other storage and when they go.
type BucketLifecycle struct {
	Rules []LifecycleRule `json:"rules" xml:"Rule"`
	// SmallObjects is from what size objects move: all_storage_classes_128K or varies_by_storage_class.
	SmallObjects string `json:"smallObjects" xml:"-"`
}

// A LifecycleRule is one rule of a lifecycle. Fields are as in S3's XML; what was not sent is nil.
type LifecycleRule struct {
	ID                   string                `json:"id" xml:",omitempty"`
	Status               string                `json:"status"`
	Prefix               *string               `json:"prefix,omitempty"`
	Filter               *LifecycleFilter      `json:"filter,omitempty"`
	Expiration           *LifecycleExpiration  `json:"expiration,omitempty"`
	Transitions          []LifecycleTransition `json:"transitions,omitempty" xml:"Transition"`
	NoncurrentExpiration *NoncurrentAction     `json:"noncurrentExpiration,omitempty" xml:"NoncurrentVersionExpiration"`
	NoncurrentMoves      []NoncurrentAction    `json:"noncurrentTransitions,omitempty" xml:"NoncurrentVersionTransition"`
	Abort                *AbortUploads         `json:"abort,omitempty" xml:"AbortIncompleteMultipartUpload"`
}

// A LifecycleFilter says which objects a rule is about. One without members is about all.
type LifecycleFilter struct {
	Prefix      *string       `json:"prefix,omitempty"`
	Tag         *resourceTag  `json:"tag,omitempty"`
	LargerThan  *int64        `json:"largerThan,omitempty" xml:"ObjectSizeGreaterThan"`
	SmallerThan *int64        `json:"smallerThan,omitempty" xml:"ObjectSizeLessThan"`
	And         *LifecycleAnd `json:"and,omitempty"`
}

// A LifecycleAnd is several conditions at once.
type LifecycleAnd struct {
	Prefix      *string       `json:"prefix,omitempty"`
	Tags        []resourceTag `json:"tags,omitempty" xml:"Tag"`
	LargerThan  *int64        `json:"largerThan,omitempty" xml:"ObjectSizeGreaterThan"`
	SmallerThan *int64        `json:"smallerThan,omitempty" xml:"ObjectSizeLessThan"`
}

// A LifecycleExpiration is when objects go: after days, at a date, or as delete markers that hide nothing any more.
type LifecycleExpiration struct {
	Days                      *int    `json:"days,omitempty"`
	Date                      *string `json:"date,omitempty"`
	ExpiredObjectDeleteMarker *bool   `json:"expiredObjectDeleteMarker,omitempty"`
}

// A LifecycleTransition is when objects move, and where.
type LifecycleTransition struct {
	Days         *int    `json:"days,omitempty"`
	Date         *string `json:"date,omitempty"`
	StorageClass string  `json:"storageClass"`
}

// A NoncurrentAction is when versions that are no longer current go or, with a storage class, move.
type NoncurrentAction struct {
	NoncurrentDays          *int    `json:"days,omitempty"`
	NewerNoncurrentVersions *int    `json:"newerVersions,omitempty"`
	StorageClass            *string `json:"storageClass,omitempty"`
}

// AbortUploads is after how many days uploads in parts that were not ended go.
type AbortUploads struct {
	DaysAfterInitiation int `json:"days"`
}

const (
	mostLifecycleRules    = 1000
	smallObjectsHeader    = "x-amz-transition-default-minimum-object-size"
	smallObjectsStay      = "all_storage_classes_128K"
	smallObjectsDependent = "varies_by_storage_class"
	// daysBeforeInfrequent is how old objects must be at least that move to a class for infrequent access.
	daysBeforeInfrequent = 30
)

var storageClasses = []string{"GLACIER", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "DEEP_ARCHIVE", "GLACIER_IR"}

func bucketLifecycleOperations() []operation {
	return []operation{
		write("PutBucketLifecycleConfiguration", ofBucket(putBucketLifecycle)),
		read("GetBucketLifecycleConfiguration", ofBucket(getBucketLifecycle)),
		write("DeleteBucketLifecycle", changeBucket(noContent, func(_ *call, b *Bucket) error {
			b.Lifecycle = nil
			return nil
		})),
	}
}

// putBucketLifecycle replaces all rules. A rule without an ID is given one.
func putBucketLifecycle(c *call, b *Bucket) (answer, error) {
	var in BucketLifecycle
	if err := c.readXML("LifecycleConfiguration", &in); err != nil {
		return done, err
	}
	switch in.SmallObjects = c.text(smallObjectsHeader); in.SmallObjects {
	case "":
		in.SmallObjects = smallObjectsStay
	case smallObjectsStay, smallObjectsDependent:
	default:
		return done, refuse("InvalidArgument", "Invalid value for %s", smallObjectsHeader)
	}
	if len(in.Rules) == 0 || len(in.Rules) > mostLifecycleRules {
		return done, malformedXML()
	}
	seen := map[string]bool{}
	for i := range in.Rules {
		r := &in.Rules[i]
		if r.ID == "" {
			r.ID = c.newSecret(48)
		}
		if seen[r.ID] {
			return done, refuse("InvalidArgument", "Rule ID must be unique. Found same ID for more than one rule")
		}
		seen[r.ID] = true
		if err := r.check(); err != nil {
			return done, err
		}
	}
	changed := *b
	changed.Lifecycle = &in
	c.put(&changed)
	return answer{rest: restAnswer{header: map[string]string{smallObjectsHeader: in.SmallObjects}}}, nil
}

func (r *LifecycleRule) check() error {
	if len(r.ID) > 255 {
		return refuse("InvalidArgument", "ID length should not exceed allowed limit of 255")
	}
	if (r.Status != "Enabled" && r.Status != "Disabled") || (r.Prefix == nil) == (r.Filter == nil) {
		return malformedXML()
	}
	if r.Filter != nil && !r.Filter.isOne() {
		return malformedXML()
	}
	if r.Expiration == nil && len(r.Transitions) == 0 && r.NoncurrentExpiration == nil && len(r.NoncurrentMoves) == 0 && r.Abort == nil {
		return refuse("InvalidRequest", "At least one action needs to be specified in a rule")
	}
	if r.Abort != nil && r.Abort.DaysAfterInitiation < 1 {
		return refuse("InvalidArgument", "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer")
	}
	if n := r.NoncurrentExpiration; n != nil && (n.NoncurrentDays == nil || *n.NoncurrentDays < 1) {
		return refuse("InvalidArgument", "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
	}
	for _, m := range r.NoncurrentMoves {
		if m.StorageClass == nil || !slices.Contains(storageClasses, *m.StorageClass) || m.NoncurrentDays == nil {
			return malformedXML()
		}
	}
	return r.checkCurrent()
}

// isOne says whether a filter has at most one member, and a conjunction two at least.
func (f *LifecycleFilter) isOne() bool {
	members := oneIf(f.Prefix != nil) + oneIf(f.Tag != nil) + oneIf(f.LargerThan != nil) + oneIf(f.SmallerThan != nil) + oneIf(f.And != nil)
	if f.And != nil {
		a := f.And
		joined := oneIf(a.Prefix != nil) + len(a.Tags) + oneIf(a.LargerThan != nil) + oneIf(a.SmallerThan != nil)
		return members == 1 && joined > 1
	}
	return members <= 1
}

// checkCurrent checks the actions on current versions.
func (r *LifecycleRule) checkCurrent() error {
	latest := 0
	for _, t := range r.Transitions {
		switch {
		case !slices.Contains(storageClasses, t.StorageClass), (t.Days == nil) == (t.Date == nil):
			return malformedXML()
		case t.Date != nil && !isMidnight(*t.Date):
			return refuse("InvalidArgument", "'Date' must be at midnight GMT")
		case t.Days == nil:
			continue
		case *t.Days < 0:
			return refuse("InvalidArgument", "'Days' in Transition action must be nonnegative")
		case strings.HasSuffix(t.StorageClass, "_IA") && *t.Days < daysBeforeInfrequent:
			return refuse("InvalidArgument", "'Days' in Transition action must be greater than or equal to %d for storageClass '%s'",
				daysBeforeInfrequent, t.StorageClass)
		}
		latest = max(latest, *t.Days+1)
	}
	e := r.Expiration
	if e == nil {
		return nil
	}
	switch {
	case oneIf(e.Days != nil)+oneIf(e.Date != nil)+oneIf(e.ExpiredObjectDeleteMarker != nil) != 1:
		return malformedXML()
	case e.Date != nil && !isMidnight(*e.Date):
		return refuse("InvalidArgument", "'Date' must be at midnight GMT")
	case e.Days != nil && *e.Days < 1:
		return refuse("InvalidArgument", "'Days' for Expiration action must be a positive integer")
	case e.Days != nil && *e.Days < latest:
		return refuse("InvalidArgument", "'Days' in the Expiration action must be greater than 'Days' in the Transition action")
	}
	return nil
}

func isMidnight(date string) bool {
	t, err := time.Parse(time.RFC3339, date)
	return err == nil && t.Equal(t.Truncate(24*time.Hour))
}

func getBucketLifecycle(_ *call, b *Bucket) (answer, error) {
	if b.Lifecycle == nil {
		return done, refuse("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist")
	}
	a, err := respondXML("LifecycleConfiguration", *b.Lifecycle)
	a.rest.header = map[string]string{smallObjectsHeader: b.Lifecycle.SmallObjects}
	return a, err
}
