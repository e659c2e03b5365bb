package requirements

import (
	"fmt"
	"time"

	"baseline/resource"
)

// rootUser is the subject of what is found about the root user, which is no object of the account: its name is not among
// those of users, and nobody but itself can change what it has.
var rootUser = resource.At("account", "root")

// root judges the root user by the account summary. AWS does not say since when root has had what it has.
func (j *judging) root() {
	asked := j.asked.Root
	switch {
	case asked == nil:
		return
	case j.Evidence == nil:
		for _, rule := range []string{"root.mfa", "root.mfa.hardware", "root.access_keys"} {
			j.unchecked(rule, "the account summary was not read")
		}
		return
	}
	root := j.Evidence.Root
	if asked.NoAccessKeys && root.AccessKeys > 0 {
		j.violate("root.access_keys", rootUser, "root has "+accessKeys(root.AccessKeys), time.Time{},
			"find out what uses it (CloudTrail, userIdentity.type Root), give that a role, then sign in as root, open Security "+
				"credentials, and deactivate and delete all of them")
	}
	// Where root access is managed centrally, an account may have no root credentials at all, and nothing to protect.
	if !root.Password && root.AccessKeys == 0 && root.Certificates == 0 {
		return
	}
	switch {
	case asked.MFA == "":
	case !root.MFA && asked.MFA == "hardware":
		j.violate("root.mfa", rootUser, "root has no MFA device", time.Time{},
			"sign in as root, open Security credentials, and assign a security key or a hardware token, and a second one in case it is lost")
	case !root.MFA:
		j.violate("root.mfa", rootUser, "root has no MFA device", time.Time{},
			"sign in as root, open Security credentials, and assign an MFA device, and a second one in case it is lost")
	case asked.MFA == "hardware" && root.VirtualMFA:
		j.violate("root.mfa.hardware", rootUser, "root has a virtual MFA device", time.Time{},
			"sign in as root, open Security credentials, assign a security key or a hardware token, then remove the virtual device")
	}
}

func accessKeys(n int) string {
	if n == 1 {
		return "an access key"
	}
	return fmt.Sprintf("%d access keys", n)
}
