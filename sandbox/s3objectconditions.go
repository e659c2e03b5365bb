package sandbox

import "strings"

// Conditions of reads and writes: headers that say in which state an object must be.

// mayReplace says whether a write's conditions let it put a version in place of the current one, nil being none.
func (c *call) mayReplace(now *ObjectVersion) error {
	switch {
	case c.given(ifNoneMatchHeader) && (c.given(ifMatchHeader) || c.text(ifNoneMatchHeader) != "*"):
		return refuse("NotImplemented", "A header you provided implies functionality that is not implemented")
	case c.given(ifNoneMatchHeader) && now != nil:
		return preconditionFailed()
	case c.given(ifMatchHeader) && now == nil:
		return errNoSuchKey()
	case c.given(ifMatchHeader) && !now.bears(c.text(ifMatchHeader)):
		return preconditionFailed()
	}
	return nil
}

// mayRead says whether a read's conditions let it have a version.
func (c *call) mayRead(v ObjectVersion) error {
	if c.given(ifModifiedHeader) || c.given(ifUnmodifiedHeader) {
		return refuse("NotImplemented", "The sandbox does not simulate conditions on dates.")
	}
	if c.given(ifMatchHeader) && !v.bears(c.text(ifMatchHeader)) {
		return preconditionFailed()
	}
	if c.given(ifNoneMatchHeader) && v.bears(c.text(ifNoneMatchHeader)) {
		return refuse("NotModified", "Not Modified")
	}
	return nil
}

// bears says whether a version has an ETag, which clients name with quotes or without, or is asked for by *.
func (v ObjectVersion) bears(tag string) bool {
	tag = strings.TrimSpace(tag)
	return tag == "*" || strings.Trim(tag, `"`) == strings.Trim(v.entityTag(), `"`)
}

func preconditionFailed() error {
	return refuse("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
}
