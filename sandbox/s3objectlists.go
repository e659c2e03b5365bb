package sandbox

import "strings"

// mostKeys is how many keys a page of a list holds at most, and when nothing else is asked for.
const mostKeys = 1000

type listObjectsResult struct {
	Name                  string
	Prefix                string
	Delimiter             string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	KeyCount              int
	MaxKeys               int
	IsTruncated           bool
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	Contents              []listedObject
	CommonPrefixes        []commonPrefix
}

type listedObject struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
	StorageClass string
}

type commonPrefix struct{ Prefix string }

// A listing is one line of a list: an object, or what the keys of several begin with up to the delimiter.
type listing struct {
	key    string
	object *Object // nil for a common prefix
}

// listObjects lists the current versions of a bucket's objects, in the order of their keys.
func listObjects(c *call, b *Bucket) (answer, error) {
	if c.text("list-type") != "2" {
		return done, refuse("InvalidArgument", "Invalid List Type specified in request")
	}
	size, err := c.keysOnPage()
	if err != nil {
		return done, err
	}
	lines := c.listings(b, func(o *Object) bool {
		return !o.Versions[0].DeleteMarker && o.Key > c.text("start-after")
	})
	out := listObjectsResult{
		Name: b.Name, Prefix: c.text("prefix"), Delimiter: c.text("delimiter"), StartAfter: c.text("start-after"),
		MaxKeys: size, ContinuationToken: c.text("continuation-token"),
	}
	page, next, err := restPage(c, c.text("continuation-token"), size, lines, func(l listing) string { return l.key })
	if err != nil {
		return done, err
	}
	out.KeyCount, out.NextContinuationToken, out.IsTruncated = len(page), next, next != ""
	for _, l := range page {
		if l.object == nil {
			out.CommonPrefixes = append(out.CommonPrefixes, commonPrefix{l.key})
			continue
		}
		v := l.object.Versions[0]
		out.Contents = append(out.Contents, listedObject{l.key, restTime(v.Modified), v.entityTag(), v.Size, "STANDARD"})
	}
	a, err := respondXML("ListBucketResult", out)
	a.rest.header = map[string]string{"x-amz-bucket-region": b.Region}
	return a, err
}

func (c *call) keysOnPage() (int, error) {
	size := c.number("max-keys", mostKeys)
	if size < 0 {
		return 0, refuse("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647")
	}
	return min(size, mostKeys), nil
}

// listings are a bucket's objects that begin with the prefix asked for, those alike up to the delimiter as one.
func (c *call) listings(b *Bucket, keep func(o *Object) bool) []listing {
	prefix, delimiter := c.text("prefix"), c.text("delimiter")
	var lines []listing
	for _, o := range linked[*Object](c, objectsOf(b.Name)) {
		rest, found := strings.CutPrefix(o.Key, prefix)
		if !found || !keep(o) {
			continue
		}
		group, _, cut := strings.Cut(rest, delimiter)
		if delimiter == "" || !cut {
			lines = append(lines, listing{o.Key, o})
			continue
		}
		common := prefix + group + delimiter
		if len(lines) == 0 || lines[len(lines)-1].key != common {
			lines = append(lines, listing{key: common})
		}
	}
	return lines
}

type listVersionsResult struct {
	Name            string
	Prefix          string
	KeyMarker       string
	VersionIDMarker string `xml:"VersionIdMarker"`
	MaxKeys         int
	IsTruncated     bool
	NextKeyMarker   string `xml:",omitempty"`
	NextVersionID   string `xml:"NextVersionIdMarker,omitempty"`
	Version         []listedVersion
	DeleteMarker    []listedMarker
}

type listedVersion struct {
	Key          string
	VersionID    string `xml:"VersionId"`
	IsLatest     bool
	LastModified string
	ETag         string
	Size         int
	StorageClass string
}

type listedMarker struct {
	Key          string
	VersionID    string `xml:"VersionId"`
	IsLatest     bool
	LastModified string
}

// listObjectVersions lists all versions and delete markers, a key's newest first. The markers of pages are what they name.
func listObjectVersions(c *call, b *Bucket) (answer, error) {
	size, err := c.keysOnPage()
	if err != nil {
		return done, err
	}
	if c.given("delimiter") {
		return done, refuse("NotImplemented", "A query you provided implies functionality that is not implemented.")
	}
	out := listVersionsResult{
		Name: b.Name, Prefix: c.text("prefix"), MaxKeys: size,
		KeyMarker: c.text("key-marker"), VersionIDMarker: c.text("version-id-marker"),
	}
	budget, last := c.budget(size, out.KeyMarker+out.VersionIDMarker), [2]string{}
	for _, l := range c.versionsBehind(b, out.KeyMarker, out.VersionIDMarker) {
		if budget == 0 {
			out.IsTruncated, out.NextKeyMarker, out.NextVersionID = true, last[0], last[1]
			break
		}
		budget--
		last = [2]string{l.Key, l.ID}
		if l.DeleteMarker {
			out.DeleteMarker = append(out.DeleteMarker, listedMarker{l.Key, l.ID, l.latest, restTime(l.Modified)})
		} else {
			out.Version = append(out.Version,
				listedVersion{l.Key, l.ID, l.latest, restTime(l.Modified), l.entityTag(), l.Size, "STANDARD"})
		}
	}
	return respondXML("ListVersionsResult", out)
}

// A keyVersion is a version with its key.
type keyVersion struct {
	ObjectVersion
	Key    string
	latest bool
}

// versionsBehind are the versions that come after one, or after all of a key when no version is named.
func (c *call) versionsBehind(b *Bucket, key, version string) []keyVersion {
	var behind []keyVersion
	for _, l := range c.listings(b, func(o *Object) bool { return o.Key >= key }) {
		passed := l.key > key
		for i, v := range l.object.Versions {
			if passed {
				behind = append(behind, keyVersion{v, l.key, i == 0})
			}
			passed = passed || (version != "" && v.ID == version)
		}
	}
	return behind
}
