package sandbox

import (
	"cmp"
	"encoding/base32"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const objectKindName = "s3-object"

// nullVersion is the id of a version that was made without versioning.
const nullVersion = "null"

// An Object is what is kept under one key of a bucket: not what it holds, but how much.
type Object struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
	// Versions are the newest first; there is at least one.
	Versions []ObjectVersion `json:"versions"`
}

// An ObjectVersion is one version of an object or, as a delete marker, that it was deleted.
type ObjectVersion struct {
	ID           string    `json:"id"`
	Size         int       `json:"size"` // bytes
	Modified     time.Time `json:"modified"`
	DeleteMarker bool      `json:"deleteMarker,omitempty"`
}

// place keeps the case of the key, in which keys differ.
func (o *Object) place() place { return place{kind: objectKindName, name: o.Bucket + "/" + o.Key} }

// born is never: objects are there for everyone as soon as they are put.
func (o *Object) born() time.Time { return time.Time{} }

func (o *Object) links() []string { return []string{objectsOf(o.Bucket)} }

// objectsOf is the link from the objects of a bucket to it.
func objectsOf(bucket string) string { return ownedBy(objectKindName, bucket) }

func objectKind() *kind {
	return &kind{
		name:   objectKindName,
		decode: decodeAs[Object],
		settings: func(_ *call, e entity) (string, any) {
			o, _ := e.(*Object)
			sizes := make([]int, len(o.Versions))
			for i, v := range o.Versions {
				sizes[i] = v.Size
			}
			return o.Bucket + "/" + o.Key, sizes
		},
	}
}

func objectOperations() []operation {
	return []operation{
		write("PutObject", ofBucket(putObject)),
		read("HeadObject", ofBucket(headObject)),
		write("DeleteObject", ofBucket(deleteObject)),
		read("ListObjectsV2", ofBucket(listObjects)),
		read("ListObjectVersions", ofBucket(listObjectVersions)),
	}
}

// object is what is kept under a key of a bucket, or nil.
func (c *call) object(bucket, key string) *Object {
	o, _ := c.store.get((&Object{Bucket: bucket, Key: key}).place()).(*Object)
	return o
}

// putObject puts an object of so many bytes into a bucket that there is.
func (c *call) putObject(bucket, key string, size int) {
	if b, ok := c.store.get(bucketPlace(bucket)).(*Bucket); ok {
		c.putVersion(b, key, ObjectVersion{Size: size})
	}
}

// putVersion makes a version the newest. Without versioning it takes the place of the one made without.
func (c *call) putVersion(b *Bucket, key string, v ObjectVersion) ObjectVersion {
	v.ID, v.Modified = nullVersion, c.now
	if b.Versioning == versioningEnabled {
		v.ID = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(c.random(20))
	}
	changed := &Object{Bucket: b.Name, Key: key, Versions: []ObjectVersion{v}}
	if old := c.object(b.Name, key); old != nil {
		for _, other := range old.Versions {
			if other.ID != v.ID {
				changed.Versions = append(changed.Versions, other)
			}
		}
	}
	c.put(changed)
	return v
}

// entityTag is made up of what is known of an object; clients take it as it is.
func (v ObjectVersion) entityTag() string {
	return `"` + strconv.FormatUint(hashOf(v.ID, strconv.Itoa(v.Size)), 16) + `"`
}

// versionHeaders name a version, where versions have names.
func versionHeaders(b *Bucket, v ObjectVersion) map[string]string {
	h := map[string]string{}
	if b.Versioning != "" {
		h["x-amz-version-id"] = v.ID
	}
	if v.DeleteMarker {
		h["x-amz-delete-marker"] = "true"
	}
	return h
}

func putObject(c *call, b *Bucket) (answer, error) {
	size := c.number(decodedLength, len(c.body))
	v := c.putVersion(b, c.text(keyField), ObjectVersion{Size: size})
	h := versionHeaders(b, v)
	h["ETag"] = v.entityTag()
	h["x-amz-server-side-encryption"] = b.Encryption.Algorithm
	return answer{rest: restAnswer{header: h}}, nil
}

func headObject(c *call, b *Bucket) (answer, error) {
	o := c.object(b.Name, c.text(keyField))
	if o == nil {
		return done, noSuchKey()
	}
	v := o.Versions[0]
	if c.given("versionId") {
		at := o.version(c.text("versionId"))
		if at < 0 {
			return done, refuse("NoSuchVersion", "The specified version does not exist.")
		}
		v = o.Versions[at]
		if v.DeleteMarker {
			return done, refuse("MethodNotAllowed", "The specified method is not allowed against this resource.")
		}
	}
	if v.DeleteMarker {
		return done, noSuchKey()
	}
	h := versionHeaders(b, v)
	h["Content-Length"] = strconv.Itoa(v.Size)
	h["ETag"] = v.entityTag()
	h["Last-Modified"] = v.Modified.UTC().Format(http.TimeFormat)
	return answer{rest: restAnswer{header: h}}, nil
}

func noSuchKey() error { return refuse("NoSuchKey", "The specified key does not exist.") }

func (o *Object) version(id string) int {
	return slices.IndexFunc(o.Versions, func(v ObjectVersion) bool { return v.ID == id })
}

// deleteObject takes a version away for good when it is named. Otherwise, where there was ever versioning, it puts a delete
// marker before the versions, which stay. Deleting what is not there is no error.
func deleteObject(c *call, b *Bucket) (answer, error) {
	key := c.text(keyField)
	o := c.object(b.Name, key)
	if !c.given("versionId") && b.Versioning != "" {
		marker := c.putVersion(b, key, ObjectVersion{DeleteMarker: true})
		return answer{rest: restAnswer{status: http.StatusNoContent, header: versionHeaders(b, marker)}}, nil
	}
	if o == nil {
		return noContent, nil
	}
	at := o.version(cmp.Or(c.text("versionId"), nullVersion))
	if at < 0 {
		return noContent, nil
	}
	gone := o.Versions[at]
	changed := &Object{Bucket: o.Bucket, Key: o.Key, Versions: slices.Delete(slices.Clone(o.Versions), at, at+1)}
	if len(changed.Versions) == 0 {
		c.remove(o)
	} else {
		c.put(changed)
	}
	return answer{rest: restAnswer{status: http.StatusNoContent, header: versionHeaders(b, gone)}}, nil
}

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
