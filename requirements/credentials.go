package requirements

import (
	"fmt"

	"baseline/resource"
)

// credentialSort is one sort of credential beside passwords and access keys.
type credentialSort struct {
	rule   string
	kind   resource.Kind
	limit  *resource.CredentialLimit
	plural string
	// asked reports whether what a user has must be judged, looking at it where need be.
	asked func(user string) bool
}

// credentials limits the age of SSH keys, service-specific credentials and signing certificates.
func (j *judging) credentials() {
	rule := j.asked.Credentials
	if rule == nil {
		return
	}
	j.expired("credentials", rule.Exceptions)
	for _, sort := range j.credentialSorts(rule) {
		if sort.limit == nil {
			continue
		}
		if sort.limit.Unused != 0 {
			j.out.Unchecked[sort.rule+".unused"] = "AWS does not tell when " + sort.plural + " were last used"
		}
		if aged(sort.limit) {
			j.oldCredentials(sort, rule.Exceptions)
		}
	}
}

func (j *judging) credentialSorts(rule *resource.CredentialRule) []credentialSort {
	return []credentialSort{
		{
			"credentials.ssh_keys", sshKeyKind, rule.SSHKeys, "SSH keys",
			// Nothing but a call per user tells of them.
			func(user string) bool { return j.known(sshKeyKind, user) },
		},
		{
			"credentials.service_specific", serviceKeyKind, rule.ServiceSpecific, "service-specific credentials",
			// One list shows them all.
			func(string) bool { return true },
		},
		{
			"credentials.signing_certificates", signingKind, rule.SigningCertificates, "signing certificates",
			// So few have one that all who do are looked at: the report's date is no age, for it moves with the status.
			func(user string) bool {
				slots := j.Evidence.Report.Users[user].Certificates
				return (slots[0].Active || slots[1].Active) && j.known(signingKind, user)
			},
		},
	}
}

// oldCredentials judges the active credentials of a sort by their age.
func (j *judging) oldCredentials(sort credentialSort, exceptions []resource.Exception) {
	if sort.kind == signingKind && j.report(sort.rule) == nil {
		return
	}
	for _, user := range j.users {
		if j.excepted(exceptions, resource.At(userKind, user)) || !sort.asked(user) {
			continue
		}
		for _, a := range j.held(sort.kind, user) {
			if j.State[a].Settings.Text("status") == active {
				j.oldCredential(sort, user, a)
			}
		}
	}
}

func (j *judging) oldCredential(sort credentialSort, user string, a resource.Address) {
	limit := sort.limit.MaxAge
	created := when(j.State[a].Facts, resource.FactCreated)
	age := j.Now.Sub(created)
	switch {
	case created.IsZero(): // it would be older than any limit
		j.unchecked(sort.rule, "%s: its creation is not known", a)
		return
	case age < limit:
		return
	}
	seen := fmt.Sprintf("%s old, created %s; the limit is %s", ageText(age), date(created), length(limit))
	v := j.violate(sort.rule, a, seen, created.Add(limit),
		"make a new one, have it used instead, and deactivate this one")
	owner := j.ownerOf(user)
	switch {
	case sort.limit.ReportOnly:
	case owner != "":
		v.Seen += "; it is left to " + owner + ", which the user belongs to"
	default:
		v.Fixes = []Fix{{Address: a, After: resource.Object{"status": inactive}, Reason: seen}}
	}
}
