package sandbox

import (
	"slices"
	"strings"
	"time"
)

const policyKindName = "policy"

// A Policy is a managed policy: of the account or, in the catalogue, of AWS.
type Policy struct {
	Name        string    `json:"name"`
	Path        string    `json:"path"`
	ID          string    `json:"id"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"` // when the newest version was made
	Description string    `json:"description,omitempty"`
	Tags        []Tag     `json:"tags,omitempty"`
	// Versions are the versions kept, newest first.
	Versions []PolicyVersion `json:"versions"`
	// Default is the number of the version in force.
	Default int `json:"default"`
	// Last is the highest number ever given; a deleted number does not return.
	Last int `json:"last"`

	ofAWS bool
}

func (p *Policy) place() place    { return placeOf(policyKindName, p.Name) }
func (p *Policy) born() time.Time { return p.Created }
func (p *Policy) links() []string { return []string{idLink(p.ID)} }
func (p *Policy) tags() []Tag     { return p.Tags }

func (p *Policy) arn(account string) string {
	if p.ofAWS {
		account = "aws"
	}
	return arnOf(account, "policy"+p.Path+p.Name)
}

func (p *Policy) withTags(tags []Tag) taggable {
	changed := *p
	changed.Tags = tags
	return &changed
}

// reserved says whether only AWS itself can attach the policy.
func (p *Policy) reserved() bool {
	return p.ofAWS && (strings.HasPrefix(p.Path, serviceLinkedPath) || strings.HasPrefix(p.Path, "/root-task/"))
}

func policyKind() *kind {
	return &kind{
		name:     policyKindName,
		decode:   decodeAs[Policy],
		taggedAs: "iam:policy",
		operations: slices.Concat([]operation{
			write("CreatePolicy", createPolicy, policyName, policyPath, policyDocument, description, tagList),
			read("GetPolicy", getPolicy, policyARN),
			read("ListPolicies", listPolicies, parameter{name: "Scope", values: []string{"All", "AWS", "Local"}},
				parameter{name: "OnlyAttached", form: flagForm}, policyPrefix, policyUsage, marker, maxItems),
			write("DeletePolicy", deletePolicy, policyARN),
		}, tagOperations("Policy", policyARN, findPolicyTags)),
		settings: policySettings,
		count: func(c *call, summary map[string]int) {
			versions := 0
			for e := range c.store.all(policyKindName) {
				if p, ok := e.(*Policy); ok {
					versions += len(p.Versions)
				}
			}
			summary["Policies"] = c.store.count(policyKindName)
			summary["PoliciesQuota"] = quotaPolicies
			summary["PolicySizeQuota"] = quotaPolicySize
			summary["PolicyVersionsInUse"] = versions
			summary["PolicyVersionsInUseQuota"] = quotaPolicyVersionsInUse
			summary["VersionsPerPolicyQuota"] = quotaVersionsPerPolicy
		},
	}
}

func findPolicyTags(c *call) (taggable, keyRule, error) {
	p, err := c.policy()
	if err == nil && p.ofAWS {
		err = refuse("InvalidInput", "Tags not supported for policies in this domain")
	}
	return p, exactKeys, err
}

func createPolicy(c *call) (answer, error) {
	name, document := c.text("PolicyName"), c.text("PolicyDocument")
	if c.store.get(placeOf(policyKindName, name)) != nil {
		return done, alreadyExists("A policy called %s already exists. Duplicate names are not allowed.", name)
	}
	tags, err := c.newTags(exactKeys)
	if err != nil {
		return done, err
	}
	if err := checkManagedPolicy(document); err != nil {
		return done, err
	}
	if c.store.count(policyKindName) >= quotaPolicies {
		return done, quotaExceeded("PoliciesPerAccount", quotaPolicies)
	}
	p := &Policy{
		Name:        name,
		Path:        c.path(),
		ID:          c.newID(idPolicy),
		Created:     c.now,
		Updated:     c.now,
		Description: c.text("Description"),
		Tags:        tags,
		Versions:    []PolicyVersion{{Number: 1, Created: c.now, Document: document}},
		Default:     1,
		Last:        1,
	}
	c.put(p)
	// The answer never tells the description.
	return respond(func(w *xmlWriter) {
		w.in("Policy", func() {
			p.write(w, c.account, usage{})
			if len(p.Tags) > 0 {
				writeTags(w, p.Tags)
			}
		})
	})
}

// getPolicy tells what lists do not: description and tags, be there none.
func getPolicy(c *call) (answer, error) {
	p, err := c.policy()
	if err != nil {
		return done, err
	}
	use := c.usage(p)
	return respond(func(w *xmlWriter) {
		w.in("Policy", func() {
			p.write(w, c.account, use)
			w.optional("Description", p.Description)
			writeTags(w, p.Tags)
		})
	})
}

// listPolicies lists the account's own policies, then AWS's. PolicyUsageFilter has an effect only with OnlyAttached.
func listPolicies(c *call) (answer, error) {
	scope := c.text("Scope")
	keep := func(p *Policy) bool { return c.underPrefix(p.Path+p.Name) && c.wanted(p) }
	var policies []*Policy
	var local, ofAWS section
	if scope != "AWS" {
		local = tableSection(c, policyKindName, &policies, keep)
	}
	if scope != "Local" {
		all := awsPolicies().sorted
		ofAWS = section{
			length: len(all),
			key:    func(i int) string { return strings.ToLower(all[i].Name) },
			keep:   func(i int) bool { return keep(all[i]) },
			take:   func(i int) { policies = append(policies, all[i]) },
		}
	}
	next, err := c.page(c.question("Scope", "OnlyAttached", "PathPrefix", "PolicyUsageFilter"), local, ofAWS)
	if err != nil {
		return done, err
	}
	uses := make([]usage, len(policies))
	for i, p := range policies {
		uses[i] = c.usage(p)
	}
	return respond(func(w *xmlWriter) {
		w.open("Policies")
		for i, p := range policies {
			w.in("member", func() { p.write(w, c.account, uses[i]) })
		}
		w.end("Policies")
		w.more(next)
	})
}

// wanted says whether a policy is in use in the way the call asks for.
func (c *call) wanted(p *Policy) bool {
	if !c.flag("OnlyAttached") {
		return true
	}
	use := c.usage(p)
	switch c.text("PolicyUsageFilter") {
	case "PermissionsPolicy":
		return use.attached > 0
	case "PermissionsBoundary":
		return use.bounds > 0
	default:
		return use.attached+use.bounds > 0
	}
}

func deletePolicy(c *call) (answer, error) {
	p, err := c.ownPolicy("Cannot delete policies outside your own account.")
	if err != nil {
		return done, err
	}
	if use := c.usage(p); use.attached+use.bounds > 0 {
		return done, refuse("DeleteConflict", "Cannot delete a policy attached to entities.")
	}
	if len(p.Versions) > 1 {
		return done, refuse("DeleteConflict", "This policy has more than one version. Before you delete a policy, you must "+
			"delete the policy's versions. The default version is deleted with the policy.")
	}
	c.remove(p)
	return done, nil
}

// usage is how many entities a policy is attached to, and how many it bounds.
type usage struct{ attached, bounds int }

func (c *call) usage(p *Policy) usage {
	arn := p.arn(c.account)
	return usage{attached: len(c.store.linked[attachedLink(arn)]), bounds: len(c.store.linked[boundaryLink(arn)])}
}

// policy is the policy that PolicyArn names.
func (c *call) policy() (*Policy, error) {
	arn := c.text("PolicyArn")
	if err := checkPolicyARN(arn); err != nil {
		return nil, err
	}
	p, ok := c.policyByARN(arn)
	if !ok {
		return nil, noSuchPolicy(arn)
	}
	return p, nil
}

func noSuchPolicy(arn string) error { return noSuchEntity("Policy %s was not found.", arn) }

// ownPolicy is the policy that PolicyArn names, unless it is AWS's: then the call is refused with the text.
func (c *call) ownPolicy(refusal string) (*Policy, error) {
	p, err := c.policy()
	if err == nil && p.ofAWS {
		err = refuse("AccessDenied", "%s", refusal)
	}
	return p, err
}

var policyARNRule = whole(`arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/.+`)

func checkPolicyARN(arn string) error {
	if !policyARNRule.MatchString(arn) {
		return refuse("InvalidInput", "ARN %s is not valid.", arn)
	}
	return nil
}

// policyByARN finds a policy of the account or of AWS. The ARN must be spelled exactly.
func (c *call) policyByARN(arn string) (*Policy, bool) {
	if p, ok := awsPolicies().byARN[arn]; ok {
		return p, true
	}
	p, ok := find[*Policy](c, policyKindName, baseName(arn))
	return p, ok && p.arn(c.account) == arn
}

// write writes what lists tell of a policy.
func (p *Policy) write(w *xmlWriter, account string, use usage) {
	w.text("PolicyName", p.Name)
	w.text("PolicyId", p.ID)
	w.text("Arn", p.arn(account))
	w.text("Path", p.Path)
	w.text("DefaultVersionId", versionName(p.Default))
	w.number("AttachmentCount", use.attached)
	w.number("PermissionsBoundaryUsageCount", use.bounds)
	w.flag("IsAttachable", !p.reserved())
	w.time("CreateDate", p.Created)
	w.time("UpdateDate", p.Updated)
}

// policySettings tells the document in force; other versions are history.
func policySettings(_ *call, e entity) (string, any) {
	p, _ := e.(*Policy)
	var document any
	for _, v := range p.Versions {
		if v.Number == p.Default {
			document = plainDocument(v.Document)
		}
	}
	return p.Name, struct {
		Path        string `json:"path"`
		Description string `json:"description,omitempty"`
		Tags        []Tag  `json:"tags,omitempty"`
		Document    any    `json:"document"`
	}{p.Path, p.Description, p.Tags, document}
}
