package trail

import (
	"slices"
	"strconv"
)

// The fields of advanced selectors that say what is recorded.
const (
	FieldCategory     = "eventCategory"
	FieldReadOnly     = "readOnly"
	FieldSource       = "eventSource"
	FieldResourceType = "resources.type"
	FieldResourceARN  = "resources.ARN"
)

// The categories of events.
const (
	CategoryManagement = "Management"
	CategoryData       = "Data"
)

// S3Object is the type of the objects in buckets.
const S3Object = "AWS::S3::Object"

// RecordsManagement reports whether selectors record management events, of those that read or of those that write, but for sources
// that are left out: see [Excluded].
func RecordsManagement(selectors []Selector, reads bool) bool {
	events := managementEvents(reads)
	return slices.ContainsFunc(partsOf(selectors), func(p part) bool { return p.ignoring(FieldSource).covers(events) })
}

func managementEvents(reads bool) part {
	return part{is(FieldCategory, CategoryManagement), is(FieldReadOnly, strconv.FormatBool(reads))}
}

// Excluded returns the sources of which no selector records the management events, of those that read or of those that write,
// although such events of other sources are recorded. They are sorted.
func Excluded(selectors []Selector) []string {
	parts := partsOf(selectors)
	var excluded []string
	for _, reads := range []bool{true, false} {
		if !RecordsManagement(selectors, reads) {
			continue
		}
		for _, source := range excludedAnywhere(parts) {
			events := append(managementEvents(reads), condition{field: FieldSource, wanted: []term{source}})
			if !slices.ContainsFunc(parts, func(p part) bool { return p.covers(events) }) {
				excluded = append(excluded, source.value)
			}
		}
	}
	return sorted(excluded)
}

// excludedAnywhere are the sources whose management events some part leaves out.
func excludedAnywhere(parts []part) []term {
	var excluded []term
	for _, p := range parts {
		if !p.mayHave(FieldCategory, CategoryManagement) {
			continue
		}
		for _, c := range p {
			if c.field == FieldSource {
				excluded = append(excluded, c.unwanted...)
			}
		}
	}
	return excluded
}

// mayHave reports whether the part may hold events with that text in a field.
func (p part) mayHave(field, text string) bool {
	return !slices.ContainsFunc(p, func(c condition) bool { return c.field == field && !c.fits(text) })
}

// RecordsAllObjects reports whether selectors record what reads, or what writes, the objects of all buckets, but for buckets that are
// left out by name.
func RecordsAllObjects(selectors []Selector, reads bool) bool {
	events := part{
		is(FieldCategory, CategoryData), is(FieldReadOnly, strconv.FormatBool(reads)), is(FieldResourceType, S3Object),
		is(FieldSource, "s3.amazonaws.com"),
	}
	return slices.ContainsFunc(partsOf(selectors), func(p part) bool { return p.ignoring(FieldResourceARN).covers(events) })
}

// RecordsOwnWrites reports whether selectors record what CloudTrail writes to some object of a bucket. A trail that delivers to such a
// bucket logs its own deliveries, whose log logs the next one, for ever.
func RecordsOwnWrites(selectors []Selector, partition, bucket string) bool {
	delivery := map[string]string{
		FieldCategory: CategoryData, FieldReadOnly: "false", FieldResourceType: S3Object, FieldSource: "s3.amazonaws.com",
		"eventName": "PutObject", "eventType": "AwsApiCall",
	}
	objects := bucketARN(partition, bucket) + "/"
	return slices.ContainsFunc(partsOf(selectors), func(p part) bool {
		return !slices.ContainsFunc(p, func(c condition) bool {
			text, told := delivery[c.field]
			return told && !c.fits(text) || c.field == FieldResourceARN && !c.mayBegin(objects)
		})
	})
}
