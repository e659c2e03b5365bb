package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A PolicyVersion is one text of a managed policy. It never changes.
type PolicyVersion struct {
	Number   int       `json:"number"`
	Created  time.Time `json:"created"`
	Document string    `json:"document"`
}

func versionName(number int) string { return "v" + strconv.Itoa(number) }

func policyVersionOperations() []operation {
	return []operation{
		write("CreatePolicyVersion", createPolicyVersion, policyARN, policyDocument, parameter{name: "SetAsDefault", form: flagForm}),
		read("GetPolicyVersion", getPolicyVersion, policyARN, versionID),
		read("ListPolicyVersions", listPolicyVersions, policyARN, marker, maxItems),
		write("SetDefaultPolicyVersion", setDefaultPolicyVersion, policyARN, versionID),
		write("DeletePolicyVersion", deletePolicyVersion, policyARN, versionID),
	}
}

func createPolicyVersion(c *call) (answer, error) {
	p, err := c.ownPolicy("Cannot create versions for policies outside your own account.")
	if err != nil {
		return done, err
	}
	document := c.text("PolicyDocument")
	if err := checkManagedPolicy(document); err != nil {
		return done, err
	}
	if len(p.Versions) >= quotaVersionsPerPolicy {
		return done, refuse("LimitExceeded", "A managed policy can have up to %d versions. Before you create a new version, "+
			"you must delete an existing version.", quotaVersionsPerPolicy)
	}
	changed := *p
	changed.Last++
	version := PolicyVersion{Number: changed.Last, Created: c.now, Document: document}
	changed.Versions = append([]PolicyVersion{version}, p.Versions...)
	changed.Updated = c.now
	if c.flag("SetAsDefault") {
		changed.Default = version.Number
	}
	c.put(&changed)
	return respond(func(w *xmlWriter) { w.in("PolicyVersion", func() { changed.writeVersion(w, version) }) })
}

func getPolicyVersion(c *call) (answer, error) {
	p, at, err := c.policyVersion()
	if err != nil {
		return done, err
	}
	version := p.Versions[at]
	if version.Document == "" {
		return done, refuse("NotImplemented", "The sandbox does not hold the document of AWS managed policy %s.", p.Name)
	}
	return respond(func(w *xmlWriter) {
		w.in("PolicyVersion", func() {
			w.document("Document", version.Document)
			p.writeVersion(w, version)
		})
	})
}

// listPolicyVersions lists the newest first, without documents.
func listPolicyVersions(c *call) (answer, error) {
	p, err := c.policy()
	if err != nil {
		return done, err
	}
	page, next, err := pageOf(c, c.question("PolicyArn"), p.Versions, newestFirst, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "Versions", page, func(v PolicyVersion) { p.writeVersion(w, v) })
		w.more(next)
	})
}

// newestFirst is a key that sorts higher numbers to the front.
func newestFirst(v PolicyVersion) string { return fmt.Sprintf("%010d", 1_000_000_000-v.Number) }

func setDefaultPolicyVersion(c *call) (answer, error) {
	if _, err := c.ownPolicy("Cannot update policies outside your own account."); err != nil {
		return done, err
	}
	p, at, err := c.policyVersion()
	if err != nil {
		return done, err
	}
	changed := *p
	changed.Default = p.Versions[at].Number
	c.put(&changed)
	return done, nil
}

func deletePolicyVersion(c *call) (answer, error) {
	if _, err := c.ownPolicy("Cannot delete versions for policies outside your own account."); err != nil {
		return done, err
	}
	p, at, err := c.policyVersion()
	if err != nil {
		return done, err
	}
	if p.Versions[at].Number == p.Default {
		return done, refuse("DeleteConflict", "Cannot delete the default version of a policy.")
	}
	changed := *p
	changed.Versions = slices.Delete(slices.Clone(p.Versions), at, at+1)
	c.put(&changed)
	return done, nil
}

// policyVersion is the policy that PolicyArn names, and where in it the version is that VersionId names.
func (c *call) policyVersion() (*Policy, int, error) {
	p, err := c.policy()
	if err != nil {
		return nil, 0, err
	}
	id := c.text("VersionId")
	at := slices.IndexFunc(p.Versions, func(v PolicyVersion) bool { return versionName(v.Number) == id })
	if at < 0 {
		return nil, 0, noSuchEntity("Policy %s version %s does not exist or is not attachable.", c.text("PolicyArn"), id)
	}
	return p, at, nil
}

func (p *Policy) writeVersion(w *xmlWriter, v PolicyVersion) {
	w.text("VersionId", versionName(v.Number))
	w.flag("IsDefaultVersion", v.Number == p.Default)
	w.time("CreateDate", v.Created)
}

// checkManagedPolicy refuses a document that cannot become a managed policy.
func checkManagedPolicy(document string) error {
	if err := checkIdentityPolicy(document, version2012); err != nil {
		return err
	}
	if documentSize(document) > quotaPolicySize {
		return quotaExceeded("PolicySize", quotaPolicySize)
	}
	return nil
}

// documentSize is a document's size as AWS counts it: white space is free.
func documentSize(document string) int {
	size := 0
	for _, r := range document {
		if !strings.ContainsRune(" \t\r\n", r) {
			size++
		}
	}
	return size
}
