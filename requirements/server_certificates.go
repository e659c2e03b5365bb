package requirements

import (
	"slices"
	"strings"

	"baseline/resource"
)

// serverCertificates names the server certificates that have expired. Only their users know what they are good for, so
// none is ever deleted here.
func (j *judging) serverCertificates() {
	const id = "server_certificates"
	rule := j.asked.ServerCertificates
	switch {
	case rule == nil || !rule.NoExpired:
		return
	case j.Evidence == nil || j.Evidence.ServerCertificates == nil:
		j.unchecked(id, "the server certificates were not read")
		return
	}
	certificates := slices.SortedFunc(slices.Values(j.Evidence.ServerCertificates), func(a, b resource.ServerCertificate) int {
		return strings.Compare(a.Name, b.Name)
	})
	for _, c := range certificates {
		if !c.Expires.After(j.Now) {
			j.violate(id, resource.At("iam_server_certificate", c.Name), "expired on "+date(c.Expires), c.Expires,
				"move what uses it to another certificate, then run: aws iam delete-server-certificate --server-certificate-name "+c.Name)
		}
	}
}
