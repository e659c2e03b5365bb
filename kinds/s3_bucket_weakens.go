package kinds

import (
	"fmt"
	"slices"
	"strings"

	"baseline/resource"
)

// encryptions are the ways to encrypt, the weakest first.
var encryptions = []string{encryptedByS3, "aws:kms", "aws:kms:dsse"}

// bucketWeakens says what a change takes from the protection of what is in a bucket.
func bucketWeakens(before, after resource.Object) (phrases []string) {
	switch {
	case before == nil:
		return nil
	case after == nil:
		return []string{"nothing can be delivered to it any more"}
	}
	if lost := blocksLess(before, after, "public_access_block"); len(lost) > 0 {
		phrases = append(phrases, "its public access block loses "+strings.Join(lost, ", "))
	}
	if changed(before, after, "ownership") && after.Text("ownership") == objectWriter {
		phrases = append(phrases, "what is written to it belongs to whoever wrote it")
	}
	if phrase := weakerEncryption(before, after); phrase != "" {
		phrases = append(phrases, phrase)
	}
	if changed(before, after, "versioning") && before.Text("versioning") == versioningEnabled {
		phrases = append(phrases, "it no longer keeps what is overwritten or deleted")
	}
	if shortened(before, after, "expire") {
		phrases = append(phrases, fmt.Sprintf("it keeps objects for %s instead of %s", keptFor(after.Number("expire")), keptFor(before.Number("expire"))))
	}
	if changed(before, after, "access_logs") && before.Text("access_logs") != "" && after.Text("access_logs") == "" {
		phrases = append(phrases, "accesses to it are no longer logged")
	}
	return phrases
}

// weakerEncryption compares how new objects are encrypted. A key of one's own says who may read, AWS's does not.
func weakerEncryption(before, after resource.Object) string {
	whole := before.With(after)
	was, is := slices.Index(encryptions, before.Text("encryption")), slices.Index(encryptions, whole.Text("encryption"))
	switch {
	case is < was:
		return "new objects are encrypted with " + whole.Text("encryption") + " instead of " + before.Text("encryption")
	case before.Text("encryption_key") != "" && whole.Text("encryption_key") == "":
		return "new objects are encrypted with a key of AWS's instead of the bucket's"
	}
	return ""
}

// shortened reports whether a time to keep things becomes shorter. Zero is for ever.
func shortened(before, after resource.Object, name string) bool {
	was, is := before.Number(name), after.Number(name)
	return before.Has(name) && after.Has(name) && is != 0 && (was == 0 || is < was)
}

// keptFor says how long things are kept.
func keptFor(days int) string {
	switch days {
	case 0:
		return "ever"
	case 1:
		return "1 day"
	}
	return fmt.Sprintf("%d days", days)
}

// bucketExpires says what goes at once where objects are to go sooner.
func bucketExpires(before resource.Resource, after resource.Object) []string {
	if before.Facts[factHolds] == "" || !shortened(before.Settings, after, "expire") {
		return nil
	}
	return []string{"objects that are older than " + keptFor(after.Number("expire"))}
}

func bucketNotes(before resource.Resource, after resource.Object) (notes []string) {
	encryption := changed(before.Settings, after, "encryption") || changed(before.Settings, after, "encryption_key")
	if encryption && before.Facts[factHolds] != "" {
		notes = append(notes, "what is in it stays encrypted as it is")
	}
	if changed(before.Settings, after, "versioning") && after.Text("versioning") == versioningEnabled {
		notes = append(notes, "versioning can be suspended later, but not taken away")
	}
	return notes
}
