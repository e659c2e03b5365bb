package trail

import (
	"slices"
	"strings"
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
	return slices.ContainsFunc(atomsOf(selectors), func(a atom) bool {
		return a.category == CategoryManagement && a.reads == reads && a.rest == ""
	})
}

// Excluded returns the sources whose management events no selector records although it records those of others, sorted.
func Excluded(selectors []Selector) []string {
	var excluded []string
	first := true
	for _, s := range selectors {
		if !s.recordsCategory(CategoryManagement) {
			continue
		}
		left := sorted(s.excluded())
		if first {
			excluded, first = left, false
		}
		excluded = slices.DeleteFunc(excluded, func(source string) bool { return !slices.Contains(left, source) })
	}
	return excluded
}

func (s Selector) recordsCategory(category string) bool {
	if !s.IsAdvanced() {
		return category == CategoryManagement && s.Management || category == CategoryData && len(s.Data) > 0
	}
	return slices.ContainsFunc(s.Fields, func(f Field) bool {
		return f.Field == FieldCategory && slices.Contains(f.Equals, category)
	})
}

// excluded are the sources that the selector leaves out.
func (s Selector) excluded() []string {
	excluded := slices.Clone(s.Exclude)
	for _, f := range s.Fields {
		if f.Field == FieldSource {
			excluded = append(excluded, f.NotEquals...)
		}
	}
	return excluded
}

// RecordsAllObjects reports whether selectors record what reads, or what writes, the objects of all buckets, but for buckets that are
// left out by name.
func RecordsAllObjects(selectors []Selector, reads bool) bool {
	return slices.ContainsFunc(atomsOf(selectors), func(a atom) bool {
		return a.category == CategoryData && a.resource == S3Object && a.reads == reads && a.prefix == "" && a.rest == ""
	})
}

// RecordsOwnWrites reports whether selectors record what is written to some object of a bucket. A trail that delivers to such a bucket
// logs its own deliveries, whose log logs the next one, for ever.
func RecordsOwnWrites(selectors []Selector, partition, bucket string) bool {
	objects := bucketARN(partition, bucket) + "/"
	return slices.ContainsFunc(selectors, func(s Selector) bool {
		if !s.IsAdvanced() {
			return s.ReadWriteType != ReadOnly && slices.ContainsFunc(s.Data, func(d DataResource) bool {
				return d.Type == S3Object && slices.ContainsFunc(d.Values, func(v string) bool {
					return strings.HasPrefix(objects, v) || strings.HasPrefix(v, objects)
				})
			})
		}
		return s.fits(FieldCategory, CategoryData) && s.fits(FieldResourceType, S3Object) && s.fits(FieldReadOnly, "false") &&
			s.mayBegin(FieldResourceARN, objects)
	})
}

// fits reports whether the value of a field passes all that the selector says of the field.
func (s Selector) fits(field, value string) bool {
	for _, f := range s.Fields {
		if f.Field == field && !f.fits(value, func(v string) bool { return v == value }, false) {
			return false
		}
	}
	return true
}

// mayBegin reports whether some value of a field that begins with a text passes.
func (s Selector) mayBegin(field, begin string) bool {
	for _, f := range s.Fields {
		if f.Field == field && !f.fits(begin, func(v string) bool { return strings.HasPrefix(v, begin) }, true) {
			return false
		}
	}
	return true
}

// fits reports whether a value passes, or where it is only the beginning of one, whether it may.
func (f Field) fits(value string, equal func(string) bool, open bool) bool {
	begins := func(v string) bool { return strings.HasPrefix(value, v) || open && strings.HasPrefix(v, value) }
	ends := func(v string) bool { return open || strings.HasSuffix(value, v) }
	isPart := func(v string) bool { return !open && equal(v) }
	switch {
	case len(f.Equals) > 0 && !slices.ContainsFunc(f.Equals, equal),
		len(f.StartsWith) > 0 && !slices.ContainsFunc(f.StartsWith, begins),
		len(f.EndsWith) > 0 && !slices.ContainsFunc(f.EndsWith, ends),
		slices.ContainsFunc(f.NotEquals, isPart),
		slices.ContainsFunc(f.NotStartsWith, func(v string) bool { return strings.HasPrefix(value, v) }),
		slices.ContainsFunc(f.NotEndsWith, func(v string) bool { return !open && strings.HasSuffix(value, v) }):
		return false
	}
	return true
}
