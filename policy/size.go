package policy

import "unicode/utf8"

// Limits of IAM on the size of a document, in characters as [Size] counts them. That of managed policies is fixed; that
// of trust policies is the quota an account has unless it asked for more. The limits on inline policies are on the sum
// over their owner, so they are not rules about one document.
const (
	MaxManagedSize = 6144
	MaxTrustSize   = 2048
)

// MaxWireLength is the length of the longest text the IAM API takes as a document, in characters, white space included.
const MaxWireLength = 131072

// Size counts the characters of a document as IAM does for its size limits: without white space.
func Size(text string) int {
	size := utf8.RuneCountInString(text)
	for i := range len(text) {
		if isSpace(text[i]) {
			size--
		}
	}
	return size
}

// checkSize compares a text with the limits that hold for one document of this use.
func (c *checker) checkSize(text string) {
	if length := utf8.RuneCountInString(text); length > MaxWireLength {
		c.add(spot{}, "the text is %d characters long, %d more than the IAM API takes", length, length-MaxWireLength)
	}
	limit, rule := 0, ""
	switch c.use {
	case Managed:
		limit, rule = MaxManagedSize, "IAM allows for a managed policy"
	case Trust:
		limit, rule = MaxTrustSize, "the default quota allows for a trust policy"
	case Inline:
		return
	}
	if size := Size(text); size > limit {
		c.add(spot{}, "the document has %d characters without white space, %d more than %s", size, size-limit, rule)
	}
}
