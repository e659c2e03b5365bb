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
		kept := forDays(before.Number("expire"))
		if before.Text("expire_rule") != "" {
			kept = byOthers
		}
		phrases = append(phrases, fmt.Sprintf("it keeps objects %s instead of %s", forDays(after.Number("expire")), kept))
	}
	if changed(before, after, "expire_rule") && after.Text("expire_rule") != "" {
		phrases = append(phrases, "it keeps objects "+byOthers)
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

// forDays says for how long things are kept; 0 is for ever.
func forDays(n int) string {
	switch n {
	case 0:
		return "for ever"
	case 1:
		return "for 1 day"
	}
	return fmt.Sprintf("for %d days", n)
}

// byOthers stands for how long things are kept by a rule that somebody has given another form than ours.
const byOthers = "as a rule of others says"

// bucketExpires says what goes at once where objects are to go sooner.
func bucketExpires(before resource.Resource, after resource.Object) []string {
	switch {
	case before.Facts[factHolds] == "":
		return nil
	case changed(before.Settings, after, "expire_rule") && after.Text("expire_rule") != "":
		return []string{"what is in it that a rule of others lets go"}
	case !shortened(before.Settings, after, "expire"):
		return nil
	}
	return []string{"what is in it that is older than " + strings.TrimPrefix(forDays(after.Number("expire")), "for ")}
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
