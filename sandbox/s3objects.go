package sandbox

import (
	"cmp"
	"encoding/base32"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const objectKindName = "s3-object"

// nullVersion is the id of a version that was made without versioning.
const nullVersion = "null"

// An Object is what is kept under one key of a bucket, but for what it holds; see [ObjectContent].
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
	// ETag is without quotes; "" for what was put before contents were kept.
	ETag string `json:"etag,omitempty"`
	// Type is the Content-Type it was put with, "" for none.
	Type string `json:"type,omitempty"`
	// Checksum is the one it was put with, as the header's name and value; both are "" for none.
	Checksum   objectChecksum   `json:"checksum,omitzero"`
	Encryption objectEncryption `json:"encryption,omitzero"`
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

const objectContentKindName = "s3-object-content"

// An ObjectContent is what a version of an object holds. It is kept apart from the object, so that a new version does not
// write the old ones again.
type ObjectContent struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	Version string `json:"version"`
	Data    []byte `json:"data"`
}

// place ends with the version, whose ids hold no question mark.
func (o *ObjectContent) place() place {
	return place{kind: objectContentKindName, name: o.Bucket + "/" + o.Key + "?" + o.Version}
}

func (o *ObjectContent) born() time.Time { return time.Time{} }
func (o *ObjectContent) links() []string { return nil }

func objectContentKind() *kind {
	return &kind{name: objectContentKindName, decode: decodeAs[ObjectContent]}
}

func objectOperations() []operation {
	return []operation{
		write("PutObject", ofBucket(putObject)),
		read("GetObject", ofBucket(getObject)),
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

// current is the version that an object shows to who names none; nil where there is none or it is deleted.
func (o *Object) current() *ObjectVersion {
	if o == nil || o.Versions[0].DeleteMarker {
		return nil
	}
	return &o.Versions[0]
}

// putEmptyObject puts an object that holds nothing into a bucket that there is, for a service of AWS.
func (c *call) putEmptyObject(bucket, key string) {
	if b, ok := c.store.get(bucketPlace(bucket)).(*Bucket); ok {
		c.putVersion(b, key, ObjectVersion{ETag: md5Of(nil), Encryption: objectEncryption{Algorithm: b.Encryption.Algorithm}}, nil)
	}
}

// putVersion makes a version the newest. Without versioning it takes the place of the one made without.
func (c *call) putVersion(b *Bucket, key string, v ObjectVersion, data []byte) ObjectVersion {
	v.ID, v.Modified, v.Size = nullVersion, c.now, len(data)
	if b.Versioning == versioningEnabled {
		v.ID = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(c.random(20))
	}
	changed := &Object{Bucket: b.Name, Key: key, Versions: []ObjectVersion{v}}
	content := &ObjectContent{Bucket: b.Name, Key: key, Version: v.ID, Data: data}
	if old := c.object(b.Name, key); old != nil {
		for _, other := range old.Versions {
			if other.ID != v.ID {
				changed.Versions = append(changed.Versions, other)
			}
		}
	}
	c.put(changed)
	if len(data) > 0 {
		c.put(content)
	} else {
		c.remove(content)
	}
	return v
}

// entityTag is quoted, as in headers and lists.
func (v ObjectVersion) entityTag() string {
	return `"` + cmp.Or(v.ETag, strconv.FormatUint(hashOf(v.ID, strconv.Itoa(v.Size)), 16)) + `"`
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

// putObject keeps what was sent, if the conditions that came with it are met.
func putObject(c *call, b *Bucket) (answer, error) {
	key := c.text(keyField)
	data, sum, err := c.content()
	if err != nil {
		return done, err
	}
	encryption, err := c.encryptionOf(b)
	if err != nil {
		return done, err
	}
	if err := c.mayReplace(c.object(b.Name, key).current()); err != nil {
		return done, err
	}
	v := ObjectVersion{ETag: md5Of(data), Type: c.text(typeHeader), Checksum: sum, Encryption: encryption}
	if encryption.Key != "" {
		v.ETag = sealedTag(c.random(16)) // AWS's is no MD5 either, since that would tell of what is encrypted
	}
	v = c.putVersion(b, key, v, data)
	h := versionHeaders(b, v)
	h["ETag"] = v.entityTag()
	v.Checksum.tell(h)
	encryption.tell(h)
	return answer{rest: restAnswer{header: h}}, nil
}

// getObject answers with what a version holds.
func getObject(c *call, b *Bucket) (answer, error) {
	v, h, err := c.asked(b)
	if err != nil {
		return done, err
	}
	if v.Encryption.Key != "" {
		if _, err := c.usableKey(v.Encryption.Key); err != nil {
			return done, err
		}
	}
	held, _ := c.store.get((&ObjectContent{Bucket: b.Name, Key: c.text(keyField), Version: v.ID}).place()).(*ObjectContent)
	if held == nil && v.Size > 0 {
		return done, refuse("NotImplemented", "The object was put by a version of the sandbox that did not keep contents.")
	}
	a := answer{rest: restAnswer{header: h}}
	if held != nil {
		a.rest.body = string(held.Data)
	}
	return a, nil
}

func headObject(c *call, b *Bucket) (answer, error) {
	_, h, err := c.asked(b)
	return answer{rest: restAnswer{header: h}}, err
}

// asked is the version that a call reads, with the headers that tell of it, if the call's conditions let it.
func (c *call) asked(b *Bucket) (ObjectVersion, map[string]string, error) {
	none := ObjectVersion{}
	o := c.object(b.Name, c.text(keyField))
	if o == nil {
		return none, nil, c.noSuchKey(b)
	}
	v := o.Versions[0]
	if c.given("versionId") {
		at := o.version(c.text("versionId"))
		if at < 0 {
			return none, nil, refuse("NoSuchVersion", "The specified version does not exist.")
		}
		v = o.Versions[at]
		if v.DeleteMarker {
			return none, nil, refuse("MethodNotAllowed", "The specified method is not allowed against this resource.")
		}
	}
	if v.DeleteMarker {
		return none, nil, c.noSuchKey(b)
	}
	if err := c.mayRead(v); err != nil {
		return none, nil, err
	}
	h := versionHeaders(b, v)
	h["Content-Length"] = strconv.Itoa(v.Size)
	h["Content-Type"] = cmp.Or(v.Type, "binary/octet-stream")
	h["ETag"] = v.entityTag()
	h["Last-Modified"] = v.Modified.UTC().Format(http.TimeFormat)
	v.Encryption.tell(h)
	if c.text("x-amz-checksum-mode") == "ENABLED" {
		v.Checksum.tell(h)
	}
	return v, h, nil
}

// noSuchKey tells that there is no object only to who may list the bucket.
func (c *call) noSuchKey(b *Bucket) error {
	if who, judged := c.callerAuthority(); judged && c.options.Enforce {
		if who.rule(permit{action: "s3:ListBucket", on: b.arn(), context: map[string]string{}}).decision != ruledAllowed {
			return refuse("AccessDenied", "User: %s is not authorized to perform: s3:ListBucket on resource: %s "+
				"because no identity-based policy allows the s3:ListBucket action", c.caller.arn, b.arn())
		}
	}
	return errNoSuchKey()
}

func errNoSuchKey() error { return refuse("NoSuchKey", "The specified key does not exist.") }

func (o *Object) version(id string) int {
	return slices.IndexFunc(o.Versions, func(v ObjectVersion) bool { return v.ID == id })
}

// deleteObject takes a version away for good when it is named. Otherwise, where there was ever versioning, it puts a delete
// marker before the versions, which stay. Deleting what is not there is no error.
func deleteObject(c *call, b *Bucket) (answer, error) {
	key := c.text(keyField)
	o := c.object(b.Name, key)
	if !c.given("versionId") && b.Versioning != "" {
		marker := c.putVersion(b, key, ObjectVersion{DeleteMarker: true}, nil)
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
	c.remove(&ObjectContent{Bucket: o.Bucket, Key: o.Key, Version: gone.ID})
	if len(changed.Versions) == 0 {
		c.remove(o)
	} else {
		c.put(changed)
	}
	return answer{rest: restAnswer{status: http.StatusNoContent, header: versionHeaders(b, gone)}}, nil
}
