package requirements

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

// Asked is what a file asks of an account as a whole.
type Asked struct {
	*resource.Requirements
	// PasswordPolicy is the declared password policy, which some controls ask about; nil to leave it out.
	PasswordPolicy resource.Object
}

// World is an account to be judged.
type World struct {
	// Account is the account's 12 digits.
	Account string
	// State holds the objects as they are or, for a plan, as they will be when it is carried out.
	State    resource.State
	Evidence *resource.Evidence
	// Now is the time that all ages are counted to.
	Now time.Time
	// Looked says which looks were taken: after one at iam_access_key/alice, State holds all keys of alice.
	Looked map[resource.Address]bool
}

// Judgement is what comes of judging an account.
type Judgement struct {
	// Violations are in order of rule and subject.
	Violations []Violation
	// Fixes are changes that no violation asks for: what keeps the rules' own objects in order, and the removal of what was
	// put out of use before.
	Fixes []Fix
	// Look names what must be looked at before the judgement is complete: take the look and judge again.
	Look []resource.Address
	// Notices are remarks to the reader, such as how old the credential report was.
	Notices []string
	// Unchecked says by rule why it could not be judged although the file asks for it.
	Unchecked map[string]string
	// Remarks say by rule what else there is to know of how the account stands to it.
	Remarks map[string]string
}

// Violation is a rule that somebody breaks, or is about to.
type Violation struct {
	resource.Finding
	// Warning is true where the rule is not broken yet but will be at a known date if nothing happens.
	Warning bool
	// Fixes put it right; none where only a person can.
	Fixes []Fix
}

// Fix is a change that puts a violation right.
type Fix struct {
	Address resource.Address
	// After is what shall be there, nil for nothing. It is laid over what is there.
	After resource.Object
	// Reason is for the reader of the plan.
	Reason string
	// RestsOnUse is true where the change is wrong if the credential has been used meanwhile.
	RestsOnUse bool
	// Grounds are what else must still be so when the change is made.
	Grounds []resource.Ground
	// Waits names objects of other fixes that must be changed before this one.
	Waits []resource.Address
}

// Judge judges an account. The same input gives the same judgement, in the same order.
func Judge(asked Asked, w World) *Judgement {
	j := &judging{World: w, asked: asked, out: &Judgement{Unchecked: map[string]string{}, Remarks: map[string]string{}}}
	if asked.Requirements == nil {
		j.asked.Requirements = &resource.Requirements{}
	}
	j.index()
	for _, rule := range judges() {
		rule(j)
	}
	slices.SortStableFunc(j.out.Violations, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(rank(a.Rule), rank(b.Rule)), a.Subject.Compare(b.Subject))
	})
	slices.SortFunc(j.out.Look, resource.Address.Compare)
	j.out.Look = slices.Compact(j.out.Look)
	return j.out
}

// judges lists the rules. A new one is a file, and a line here and in the tables of rules and controls.
func judges() []func(*judging) {
	return []func(*judging){
		(*judging).root,
		(*judging).mfa,
		(*judging).accessKeys,
		(*judging).passwords,
		(*judging).credentials,
		(*judging).permissions,
		(*judging).trust,
		(*judging).unusedRoles,
		(*judging).supportRole,
		(*judging).serverCertificates,
		(*judging).cloudShell,
		(*judging).passwordPolicy,
		(*judging).trails,
	}
}

// judging is a judgement in the making.
type judging struct {
	World
	asked Asked
	out   *Judgement
	// users and roles are the names of those in State, sorted.
	users, roles []string
	// groupsOf and membersOf are the memberships in State, sorted.
	groupsOf, membersOf map[string][]string
	// attached and inline are the policies of principals in State, by the principal's address: references to managed
	// policies, and names of inline ones; sorted.
	attached, inline map[resource.Address][]string
	// holdings are the credentials in State, in order, by kind and user, as in iam_access_key/alice.
	holdings map[resource.Address][]resource.Address
}

// The kinds whose objects are judged.
const (
	accessKeyKind    resource.Kind = "iam_access_key"
	accountBlockKind resource.Kind = "s3_account_public_access_block"
	alarmKind        resource.Kind = "cloudwatch_alarm"
	attachmentKind   resource.Kind = "iam_policy_attachment"
	bucketKind       resource.Kind = "s3_bucket"
	filterKind       resource.Kind = "logs_metric_filter"
	groupKind        resource.Kind = "iam_group"
	inlineKind       resource.Kind = "iam_inline_policy"
	logGroupKind     resource.Kind = "logs_group"
	loginProfileKind resource.Kind = "iam_login_profile"
	membershipKind   resource.Kind = "iam_membership"
	mfaDeviceKind    resource.Kind = "iam_mfa_device"
	policyKind       resource.Kind = "iam_policy"
	roleKind         resource.Kind = "iam_role"
	serviceKeyKind   resource.Kind = "iam_service_specific_credential"
	signingKind      resource.Kind = "iam_signing_certificate"
	sshKeyKind       resource.Kind = "iam_ssh_public_key"
	subscriptionKind resource.Kind = "sns_subscription"
	topicKind        resource.Kind = "sns_topic"
	trailKind        resource.Kind = "cloudtrail_trail"
	userKind         resource.Kind = "iam_user"
	virtualMFAKind   resource.Kind = "iam_virtual_mfa_device"
)

// index sorts the state by who holds what.
func (j *judging) index() {
	j.groupsOf, j.membersOf = map[string][]string{}, map[string][]string{}
	j.attached, j.inline = map[resource.Address][]string{}, map[resource.Address][]string{}
	j.holdings = map[resource.Address][]resource.Address{}
	for _, a := range j.State.Addresses() {
		switch a.Kind {
		case userKind:
			j.users = append(j.users, a.Name)
		case roleKind:
			j.roles = append(j.roles, a.Name)
		case membershipKind:
			user, group := a.Parts(2)[0], a.Parts(2)[1]
			j.groupsOf[user] = append(j.groupsOf[user], group)
			j.membersOf[group] = append(j.membersOf[group], user)
		case attachmentKind:
			holder, policy := holderOf(a)
			j.attached[holder] = append(j.attached[holder], policy)
		case inlineKind:
			holder, policy := holderOf(a)
			j.inline[holder] = append(j.inline[holder], policy)
		case accessKeyKind, loginProfileKind, mfaDeviceKind, serviceKeyKind, signingKind, sshKeyKind:
			if j.State[a].Settings != nil {
				holder := resource.At(a.Kind, a.Parts(2)[0])
				j.holdings[holder] = append(j.holdings[holder], a)
			}
		}
	}
}

// holderOf splits the address of a policy that a principal has, iam_policy_attachment/user/alice/aws:ReadOnlyAccess, into
// who has it and what it is.
func holderOf(a resource.Address) (holder resource.Address, policy string) {
	parts := a.Parts(3)
	return resource.At(resource.Kind("iam_"+parts[0]), parts[1]), parts[2]
}

// violate records that a subject breaks a rule, with the severity and the controls of the rule.
func (j *judging) violate(rule string, subject resource.Address, seen string, since time.Time, advice string) *Violation {
	j.out.Violations = append(j.out.Violations, Violation{Finding: resource.Finding{
		Rule: rule, Subject: subject, Severity: Severity(rule), Seen: seen, Since: since, Advice: advice,
		Controls: controlsOf(rule, j.asked.Benchmark),
	}})
	return &j.out.Violations[len(j.out.Violations)-1]
}

// warn records that a subject will break a rule.
func (j *judging) warn(rule string, subject resource.Address, seen, advice string) {
	v := j.violate(rule, subject, seen, time.Time{}, advice)
	v.Warning, v.Severity = true, resource.Low
}

// known reports whether everything of a kind that the user holds has been looked at, and asks for the look otherwise.
func (j *judging) known(kind resource.Kind, user string) bool {
	at := resource.At(kind, user)
	if !j.Looked[at] {
		j.out.Look = append(j.out.Look, at)
	}
	return j.Looked[at]
}

// held returns what of a kind a user holds, in order; known must have said that it was looked at.
func (j *judging) held(kind resource.Kind, user string) []resource.Address {
	return j.holdings[resource.At(kind, user)]
}

// when reads a time among the facts of a resource; zero where there is none.
func when(facts resource.Facts, name string) time.Time {
	t, err := time.Parse(time.RFC3339, facts[name])
	if err != nil {
		return time.Time{}
	}
	return t
}

// date is how days are written for people.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// exists reports whether an object is there, in whatever spelling of its name.
func (j *judging) exists(a resource.Address) bool {
	if _, ok := j.State[a]; ok {
		return true
	}
	for other := range j.State {
		if other.Kind == a.Kind && strings.EqualFold(other.Name, a.Name) {
			return true
		}
	}
	return false
}

// excepted reports whether an exception that still holds takes a subject out of a rule. AWS takes names that differ in case
// only for one, so a name that the file spells in another way means the same.
func (j *judging) excepted(exceptions []resource.Exception, subject resource.Address) bool {
	return slices.ContainsFunc(exceptions, func(e resource.Exception) bool {
		same := e.Subject.Kind == subject.Kind && strings.EqualFold(e.Subject.Name, subject.Name)
		return same && (e.Until.IsZero() || j.Now.Before(e.Until))
	})
}

// expired records the exceptions of a section of rules that hold no longer, and tells of those that are of nobody: a name
// that is misspelled takes nothing out.
func (j *judging) expired(section string, exceptions []resource.Exception) {
	for _, e := range exceptions {
		if !j.exists(e.Subject) {
			j.notice("the exception of " + e.Subject.Plain() + " to " + section + " is of nobody in the account")
		}
		if !e.Until.IsZero() && !j.Now.Before(e.Until) {
			j.violate(section+endedSuffix, e.Subject, "its exception ended on "+date(e.Until.Add(-time.Second))+": "+e.Reason, e.Until,
				"take the exception out of the file, or give it a new end with a new reason")
		}
	}
}
