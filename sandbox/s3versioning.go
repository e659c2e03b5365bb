package sandbox

// The states of versioning. A bucket has none until it is told one, and never again after.
const (
	versioningEnabled   = "Enabled"
	versioningSuspended = "Suspended"
)

func bucketVersioningOperations() []operation {
	return []operation{
		write("PutBucketVersioning", changeBucket(done, putBucketVersioning)),
		read("GetBucketVersioning", ofBucket(func(_ *call, b *Bucket) (answer, error) {
			return respondXML("VersioningConfiguration", versioningConfiguration{Status: b.Versioning})
		})),
	}
}

type versioningConfiguration struct {
	Status    string  `xml:",omitempty"`
	MfaDelete *string `xml:"MfaDelete"`
}

// putBucketVersioning refuses to speak of MFA delete, which only root can change, with its device at hand.
func putBucketVersioning(c *call, b *Bucket) error {
	var in versioningConfiguration
	if err := c.readXML("VersioningConfiguration", &in); err != nil {
		return err
	}
	switch {
	case in.MfaDelete != nil && *in.MfaDelete == "Enabled":
		return refuse("AccessDenied", "Mfa Authentication must be used for this request")
	case in.Status == "":
		return refuse("IllegalVersioningConfigurationException", "The Versioning element must be specified")
	case in.Status != versioningEnabled && in.Status != versioningSuspended:
		return malformedXML()
	}
	b.Versioning = in.Status
	return nil
}
