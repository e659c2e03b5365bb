package kinds

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/resource"
)

// maxVersions is how many versions AWS stores of a managed policy. The number is fixed.
const maxVersions = 5

// The facts of a managed policy's versions.
const (
	// factVersions lists the stored versions, newest first, the default one marked: "v3* v2 v1".
	factVersions = "versions"
	// factTexts holds, for a policy with no room for another version, the fingerprints of those that are not the default, in the
	// same order: "v4:1f3a… v2:99c0…". It tells whether a wanted text is stored already.
	factTexts = "version_texts"
)

// versionFacts states the versions of a policy.
func versionFacts(facts resource.Facts, policy types.ManagedPolicyDetail) {
	versions := newestFirst(policy.PolicyVersionList)
	var ids, texts []string
	for _, version := range versions {
		id := aws.ToString(version.VersionId)
		if version.IsDefaultVersion {
			ids = append(ids, id+"*")
			continue
		}
		ids = append(ids, id)
		texts = append(texts, id+":"+fingerprint(aws.ToString(version.Document)))
	}
	if len(ids) > 0 {
		facts[factVersions] = strings.Join(ids, " ")
	}
	if len(ids) >= maxVersions {
		facts[factTexts] = strings.Join(texts, " ")
	}
}

// defaultText returns the document of the default version.
func defaultText(policy types.ManagedPolicyDetail) resource.Document {
	for _, version := range policy.PolicyVersionList {
		if version.IsDefaultVersion {
			return resource.Document(aws.ToString(version.Document))
		}
	}
	return ""
}

// olderVersions says which versions go with a policy and come back only as text, if at all.
func olderVersions(facts resource.Facts) []string {
	var ids []string
	for id := range strings.FieldsSeq(facts[factVersions]) {
		if !strings.HasSuffix(id, "*") {
			ids = append(ids, id)
		}
	}
	switch len(ids) {
	case 0:
		return nil
	case 1:
		return []string{"its older version " + ids[0]}
	}
	return []string{"its older versions " + strings.Join(ids, ", ")}
}

// pruningNotes says which version an update of the document will delete to make room, if it must.
func pruningNotes(before resource.Resource, after resource.Object) []string {
	if !changed(before.Settings, after, "document") {
		return nil
	}
	stored := strings.Fields(before.Facts[factTexts])
	if len(stored) == 0 {
		return nil
	}
	wanted, oldest := fingerprint(string(after.Document("document"))), ""
	for _, entry := range stored {
		id, text, _ := strings.Cut(entry, ":")
		if text == wanted {
			return nil
		}
		oldest = id
	}
	return []string{"deletes " + oldest + ", the oldest of " + strconv.Itoa(len(stored)+1) + " versions, to make room"}
}

// storedText says which stored version has a text, as far as the facts tell, which is only where there is no room for another.
func storedText(facts resource.Facts, text resource.Document) (stored, known bool) {
	entries := strings.Fields(facts[factTexts])
	for _, entry := range entries {
		if _, print, _ := strings.Cut(entry, ":"); print == fingerprint(string(text)) {
			return true, true
		}
	}
	return false, len(entries) > 0
}

// makesVersion reports whether an update of a policy has to make a version, or may have to.
func makesVersion(c resource.Change) bool {
	stored, _ := storedText(c.Facts, c.After.Document("document"))
	return !stored && changed(c.Before, c.After, "document")
}

// prunes reports whether an update of a policy has to delete a version to make room.
func prunes(c resource.Change) bool {
	stored, known := storedText(c.Facts, c.After.Document("document"))
	return known && !stored && changed(c.Before, c.After, "document")
}

// setDefaultText makes a text the default version of a policy. A stored version with that very text is used again: that
// undoes an earlier update exactly, and keeps a repeated try from piling up versions. Otherwise the new version is made first,
// given time to spread, and only then made the default, so that there is no moment without the policy. The version that was the
// default stays stored.
func setDefaultText(ctx context.Context, w *Writer, arn *string, wanted string) error {
	versions, err := listVersions(ctx, w.IAM, arn)
	if err != nil {
		return err
	}
	for _, version := range versions {
		text, err := versionText(ctx, w.IAM, arn, version.VersionId)
		if err != nil {
			return err
		}
		if text != wanted {
			continue
		}
		if version.IsDefaultVersion {
			return nil
		}
		// A version this young is what an earlier try made whose answer was lost.
		if made := version.CreateDate; made != nil && w.Clock.Now().Sub(*made) < w.Settle {
			if err := w.Clock.Sleep(ctx, w.Settle); err != nil {
				return err
			}
		}
		return setDefault(ctx, w, arn, version.VersionId)
	}
	if len(versions) >= maxVersions {
		if err := deleteOldest(ctx, w, arn, versions); err != nil {
			return err
		}
	}
	made, err := w.IAM.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: aws.String(wanted)})
	if err != nil {
		return err
	}
	if err := w.Clock.Sleep(ctx, w.Settle); err != nil {
		return err
	}
	return setDefault(ctx, w, arn, made.PolicyVersion.VersionId)
}

func setDefault(ctx context.Context, w *Writer, arn, id *string) error {
	_, err := w.IAM.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: id})
	return err
}

// deleteOldest makes room for a version. The default is never deleted.
func deleteOldest(ctx context.Context, w *Writer, arn *string, versions []types.PolicyVersion) error {
	for _, version := range slices.Backward(versions) {
		if version.IsDefaultVersion {
			continue
		}
		_, err := w.IAM.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: version.VersionId})
		return unlessAbsent(err)
	}
	return nil
}

// deleteOlderVersions leaves only the default version, which then goes with the policy.
func deleteOlderVersions(ctx context.Context, w *Writer, arn *string) error {
	versions, err := listVersions(ctx, w.IAM, arn)
	if err != nil {
		return err
	}
	for _, version := range versions {
		if version.IsDefaultVersion {
			continue
		}
		_, err := w.IAM.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: version.VersionId})
		if unlessAbsent(err) != nil {
			return err
		}
	}
	return nil
}

// listVersions returns the versions of a policy, newest first, without their documents.
func listVersions(ctx context.Context, client *iam.Client, arn *string) ([]types.PolicyVersion, error) {
	var versions []types.PolicyVersion
	err := everyPage(func(marker *string) (bool, *string, error) {
		page, err := client.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: arn, Marker: marker})
		if err != nil {
			return false, nil, err
		}
		versions = append(versions, page.Versions...)
		return page.IsTruncated, page.Marker, nil
	})
	return newestFirst(versions), err
}

func versionText(ctx context.Context, client *iam.Client, arn, id *string) (string, error) {
	found, err := client.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: id})
	if err != nil {
		return "", err
	}
	return documentText(found.PolicyVersion.Document)
}

// newestFirst sorts by number: numbers only grow, and times have a resolution of a second.
func newestFirst(versions []types.PolicyVersion) []types.PolicyVersion {
	number := func(version types.PolicyVersion) int {
		digits, _, _ := strings.Cut(strings.TrimPrefix(aws.ToString(version.VersionId), "v"), ".")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return 0
		}
		return n
	}
	return slices.SortedStableFunc(slices.Values(versions), func(a, b types.PolicyVersion) int {
		return cmp.Compare(number(b), number(a))
	})
}

// fingerprint stands for a text in facts, where only equality matters.
func fingerprint(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}
