package sandbox

// bucketAllows says whether a bucket's policy lets a principal do something: a service such as cloudtrail.amazonaws.com,
// an account's id or an ARN. The context is what is known of the request, by condition key. It is false where there is
// no bucket, no policy, or either is too new to have reached the service that asks.
func (c *call) bucketAllows(bucket, principal, action, resource string, context map[string]string) bool {
	b, ok := c.store.get(bucketPlace(bucket)).(*Bucket)
	if !ok || !c.settled(b) || b.Policy == "" || (c.lag > 0 && c.now.Before(b.PolicyPut.Add(c.lag))) {
		return false
	}
	d, err := parseResourcePolicy(b.Policy)
	return err == nil && d.allows(principal, action, resource, context)
}

// bucketExists finds a bucket of whatever account, for services that are told its name.
func (c *call) bucketExists(name string) (owner, region string, ok bool) {
	b, ok := c.store.get(bucketPlace(name)).(*Bucket)
	if !ok || !c.settled(b) {
		return "", "", false
	}
	return b.ownerOr(c.account), b.Region, true
}
