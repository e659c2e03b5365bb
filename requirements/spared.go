package requirements

import (
	"strings"

	"baseline/resource"
)

// ownerOf names the service or tool that a user belongs to, which would change back what we change; "" for nobody.
func (j *judging) ownerOf(user string) string {
	return j.State[resource.At(userKind, user)].Facts[resource.FactOwner]
}

// runs reports whether the account is read as this user, be it with a session of the user's.
func (j *judging) runs(user string) bool {
	// arn:aws:iam::111122223333:user/path/alice
	parts := strings.SplitN(j.Evidence.Caller.ARN, ":", 6)
	if len(parts) < 6 || parts[4] != j.Account || !strings.HasPrefix(parts[5], "user/") {
		return false
	}
	return parts[5][strings.LastIndex(parts[5], "/")+1:] == user
}

// spared says why a rule takes nothing away from a user; "" where it may.
func (j *judging) spared(user string) string {
	if owner := j.ownerOf(user); owner != "" {
		return "it is left to " + owner + ", which the user belongs to"
	}
	if j.runs(user) {
		return "it is left alone because this user runs this"
	}
	return ""
}

// sparedKey says why a rule leaves an access key as it is; "" where it may change it. A temporary key does not tell which of
// the user's keys it was made with, so all of them are left alone.
func (j *judging) sparedKey(user, id string) string {
	if owner := j.ownerOf(user); owner != "" {
		return "it is left to " + owner + ", which the user belongs to"
	}
	signer := j.Evidence.Caller.AccessKey
	if signer == id {
		return "it is left alone because it signs the calls of this run"
	}
	if j.runs(user) && !strings.HasPrefix(signer, "AKIA") {
		return "it is left alone because this user runs this, perhaps with this key"
	}
	return ""
}
