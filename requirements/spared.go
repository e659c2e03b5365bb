package requirements

import "baseline/resource"

// ownerOf names the service or tool that a user belongs to, which would change back what we change; "" for nobody.
func (j *judging) ownerOf(user string) string {
	return j.State[resource.At(userKind, user)].Facts[resource.FactOwner]
}

// runs reports whether the account is read as this user or by this role.
func (j *judging) runs(a resource.Address) bool {
	return j.Evidence != nil && j.Evidence.Caller.Principal() == a
}

// spared says why a rule takes nothing away from a user; "" where it may.
func (j *judging) spared(user string) string {
	if owner := j.ownerOf(user); owner != "" {
		return "it is left to " + owner + ", which the user belongs to"
	}
	if j.runs(resource.At(userKind, user)) {
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
	switch caller := j.Evidence.Caller; {
	case caller.AccessKey == id:
		return "it is left alone because it signs the calls of this run"
	case caller.Signs(user, id):
		return "it is left alone because this user runs this, perhaps with this key"
	}
	return ""
}
