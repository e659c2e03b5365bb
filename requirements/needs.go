package requirements

import "baseline/resource"

// Needs says which evidence the rules take beside what every read of an account shows. Nil rules need none.
func Needs(r *resource.Requirements) resource.Needs {
	var needs resource.Needs
	if r == nil {
		return needs
	}
	certificates := r.Credentials != nil && aged(r.Credentials.SigningCertificates)
	needs.Report = r.MFA != nil || r.AccessKeys != nil || r.Passwords != nil || certificates
	needs.RootMFA = r.Root != nil && r.Root.MFA == "hardware"
	needs.ServerCertificates = r.ServerCertificates != nil && r.ServerCertificates.NoExpired
	if r.MFA != nil {
		needs.Kinds = append(needs.Kinds, virtualMFAKind)
	}
	if r.Credentials != nil && aged(r.Credentials.ServiceSpecific) {
		needs.Kinds = append(needs.Kinds, serviceKeyKind)
	}
	if r.Trail != nil {
		needs.Kinds = append(needs.Kinds, trailKind)
		needs.Watched = r.Trail.Alarms
		if r.Trail.BucketPrivate {
			needs.Kinds = append(needs.Kinds, accountBlockKind)
		}
	}
	return needs
}

// aged reports whether credentials are judged by their age, which is all that they are judged by.
func aged(limit *resource.CredentialLimit) bool { return limit != nil && limit.MaxAge != 0 }
