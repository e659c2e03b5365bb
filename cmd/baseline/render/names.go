package render

import (
	"strings"

	"baseline/resource"
)

// kindWord is what a kind is called in front of a name: the kind without its service, so iam_user is "user" and
// cloudtrail_trail is "trail".
func kindWord(kind resource.Kind) string {
	return text(kind.Plain())
}

// objectName is how an object that stands alone is called: user/alice.
func objectName(a resource.Address) string { return kindWord(a.Kind) + "/" + text(a.Name) }

// Name is how an object is called in a text: user/alice, and "role/ci, policy aws:ReadOnlyAccess" for a part of another. It
// is one line that is safe to show on a terminal.
func Name(a resource.Address) string { return stepName(a, holderOf(a)) }

// stepName is how an object is called outside of the block of its owner.
func stepName(a, owner resource.Address) string {
	if owner == a {
		return objectName(a)
	}
	return objectName(owner) + ", " + partName(a, owner, "")
}

// holderOf is the object that holds a part, found by the address of the part alone; the address itself for anything else. A
// change says who its owner is, and findings do not.
func holderOf(a resource.Address) resource.Address {
	service, word, ok := strings.Cut(string(a.Kind), "_")
	if !ok {
		return a
	}
	parts := a.Parts(3)
	switch word {
	case "policy_attachment", "inline_policy": // SORT/NAME/POLICY
		if parts[2] != "" {
			return resource.At(resource.Kind(service+"_"+parts[0]), parts[1])
		}
	case "membership": // USER/GROUP
		return heldBy(a, service+"_user")
	case "instance_profile_role": // PROFILE/ROLE
		return heldBy(a, service+"_instance_profile")
	case "login_profile": // USER
		return resource.At(resource.Kind(service+"_user"), a.Name)
	case "bucket_policy": // BUCKET
		return resource.At(resource.Kind(service+"_bucket"), a.Name)
	case "metric_filter": // REGION/GROUP/FILTER
		if end := strings.LastIndexByte(a.Name, '/'); end > 0 {
			return resource.At(resource.Kind(service+"_group"), a.Name[:end])
		}
	case "subscription": // REGION/TOPIC/PROTOCOL/ENDPOINT
		if of := a.Parts(4); of[3] != "" {
			return resource.At(resource.Kind(service+"_topic"), of[0], of[1])
		}
	case "access_key", "mfa_device", "service_specific_credential", "signing_certificate", "ssh_public_key": // USER/ID
		return heldBy(a, service+"_user")
	}
	return a
}

// heldBy is the holder of a part whose address begins with the holder's name.
func heldBy(part resource.Address, kind string) resource.Address {
	if name, _, ok := strings.Cut(part.Name, "/"); ok {
		return resource.At(resource.Kind(kind), name)
	}
	return part
}

// kindNouns are what some kinds are called by people. Others are called by their own words: an access_key is an access key.
var kindNouns = map[string]string{
	"login_profile":               "console password",
	"mfa_device":                  "MFA device",
	"service_specific_credential": "service-specific credential",
	"ssh_public_key":              "SSH public key",
	"virtual_mfa_device":          "virtual MFA device",
}

// kindNoun is what objects of a kind are called in a sentence, the kind given without its service.
func kindNoun(word string) string {
	if noun, ok := kindNouns[word]; ok {
		return noun
	}
	return strings.ReplaceAll(word, "_", " ")
}

// partWords are nicer words for some kinds of parts, seen from the object that holds them. Other parts are called by their kind,
// without the owner's where it begins with that: a role_binding of a role is a binding.
var partWords = map[string]string{
	"membership":        "group",
	"policy_attachment": "policy",
	"inline_policy":     "inline",
}

// partName is how a part is called under its owner, without repeating whose it is: "group Developers", "policy aws:ReadOnlyAccess".
func partName(part, owner resource.Address, account string) string {
	word := strings.TrimPrefix(kindWord(part.Kind), kindWord(owner.Kind)+"_")
	name, ends := part.Name, false
	for _, prefix := range []string{kindWord(owner.Kind) + "/" + owner.Name, owner.Name} {
		if rest, ok := strings.CutPrefix(name, prefix+"/"); ok {
			name = rest
			break
		}
		if rest, ok := strings.CutSuffix(name, "/"+prefix); ok {
			name, ends = rest, true
			break
		}
		if name == prefix {
			name = ""
			break
		}
	}
	switch nicer, known := partWords[word]; {
	case word == "membership" && ends:
		word = "member"
	case known:
		word = nicer
	}
	return strings.TrimSpace(kindNoun(word) + " " + policyName(text(name), account))
}

// policyName shortens the ARN of a managed policy to what a file calls it: aws:<path and name> for AWS's own, the bare name
// for one of the account. Any other text stays as it is.
func policyName(arn, account string) string {
	// arn:PARTITION:iam::ACCOUNT:policy/PATH/NAME
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || fields[2] != "iam" {
		return arn
	}
	name, ok := strings.CutPrefix(fields[5], "policy/")
	switch {
	case ok && fields[4] == "aws":
		return "aws:" + name
	case ok && fields[4] == account && account != "":
		return name[strings.LastIndexByte(name, '/')+1:]
	}
	return arn
}

// callerName shortens the ARN of a caller to role/NAME, user/NAME or root. Anything else stays an ARN.
func callerName(arn string) string {
	// arn:PARTITION:sts::ACCOUNT:assumed-role/NAME/SESSION, arn:PARTITION:iam::ACCOUNT:user/PATH/NAME
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 {
		return text(arn)
	}
	kind, name, _ := strings.Cut(fields[5], "/")
	switch kind {
	case "root":
		return "root"
	case "user":
		return "user/" + text(name[strings.LastIndexByte(name, '/')+1:])
	case "assumed-role":
		role, _, _ := strings.Cut(name, "/")
		return "role/" + text(role)
	}
	return text(arn)
}
