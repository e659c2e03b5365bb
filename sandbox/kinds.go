package sandbox

import "encoding/json"

// A kind is one sort of entity: how it is kept, what can be asked of it, and what it means to others.
type kind struct {
	// name is the first part of the entity's place in the store, such as "user".
	name string
	// decode reads an entity from the file of an account.
	decode func([]byte) (entity, error)
	// operations are the actions that belong to the kind.
	operations []operation
	// blocks is, for what belongs to a user, a role or another entity, the text with which deleting the owner is refused
	// while it has any. The owner is whom the entity links to by ownedBy.
	blocks string
	// count adds the kind's lines to GetAccountSummary.
	count func(c *call, summary map[string]int)
	// settings are what someone chose about an entity, under a name that survives its being made again; see DumpSettings.
	// A kind without is no part of what an account is, such as a session: it is left out of dumps, as are entities of which this is nil.
	settings func(c *call, e entity) (name string, settings any)
	// taggedAs is the kind's name in the Resource Groups Tagging API, for kinds that API can read. Its entities are tagged.
	taggedAs string
	// roleDetail writes the members the kind adds to the InstanceProfileList of a role's record in
	// GetAccountAuthorizationDetails.
	roleDetail func(c *call, r *Role, w *xmlWriter)
}

// kinds are all kinds of entity there are, in the order they are written down. A new kind is a new file and a line here.
func kinds() []*kind {
	return []*kind{
		policyKind(),
		groupKind(),
		roleKind(),
		userKind(),
		instanceProfileKind(),
		loginProfileKind(),
		accessKeyKind(),
		mfaDeviceKind(),
		sshPublicKeyKind(),
		signingCertificateKind(),
		serverCertificateKind(),
		serviceCredentialKind(),
		passwordPolicyKind(),
		aliasKind(),
		rootKind(),
		credentialReportKind(),
		sessionKind(),
		bucketKind(),
		objectKind(),
		objectContentKind(),
		accountBlockKind(),
		kmsKeyKind(),
		kmsAliasKind(),
		logGroupKind(),
		metricFilterKind(),
		alarmKind(),
		topicKind(),
		subscriptionKind(),
		trailKind(),
		organizationKind(),
		eventKind(),
	}
}

// decodeAs reads an entity of type T.
func decodeAs[T any, E interface {
	*T
	entity
}](data []byte) (entity, error) {
	e := E(new(T))
	if err := json.Unmarshal(data, e); err != nil {
		return nil, err
	}
	return e, nil
}

// ownedBy is the link from what belongs to an entity to its owner, told by the owner's unique id, which a rename keeps.
func ownedBy(kind, ownerID string) string { return kind + " of " + ownerID }

// checkOwnsNothing refuses to delete an owner while another kind's entities belong to it.
func checkOwnsNothing(c *call, ownerID string) error {
	for _, k := range c.store.kinds {
		if k.blocks != "" && len(c.store.linked[ownedBy(k.name, ownerID)]) > 0 {
			return deleteConflict(k.blocks)
		}
	}
	return nil
}
