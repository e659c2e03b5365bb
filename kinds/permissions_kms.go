package kinds

import "baseline/resource"

// keyItself is the ARN of the key of an address. It holds an id that KMS chooses, so of a key that was not seen it is that of any key
// of the Region: by its alias or its tags AWS tells a key apart only some minutes after it has got them.
func keyItself(s Scope, c resource.Change) []string {
	if arn := c.Facts["arn"]; arn != "" {
		return []string{arn}
	}
	return anyKey(s, c)
}

// anyKey are all keys of the Region in an address.
func anyKey(s Scope, c resource.Change) []string { return regional("kms", "key/*")(s, c) }

// keyAlias is the alias in an address.
func keyAlias(s Scope, c resource.Change) []string { return regional("kms", "alias/%")(s, c) }

// findsStray is what it takes to find a key that was made for an alias and does not have it.
func findsStray() []Permit {
	return append([]Permit{{Action: "kms:ListAliases"}, {Action: "kms:ListKeys"}}, on(anyKey, "kms", "ListResourceTags")...)
}

// whenAlias is what a change of a key takes on the alias and on the key, both, where it gives or takes the alias.
func whenAlias(action string, is func(resource.Object, string) bool) []Permit {
	var permits []Permit
	for _, where := range []func(Scope, resource.Change) []string{keyAlias, keyItself} {
		permits = append(permits, Permit{Action: "kms:" + action, On: where}.when(becomes("alias", is)))
	}
	return permits
}

func keyPermissions() Permissions {
	unaliased := func(c resource.Change) bool { return c.Before.Text("alias") == "" }
	var strays []Permit
	for _, permit := range findsStray() {
		strays = append(strays, permit.when(unaliased))
	}
	whenEnabled := func(c resource.Change) bool {
		asleep := !c.Before.Flag("enabled")
		return asleep && (c.After.Flag("enabled") || changed(c.Before, c.After, "rotation"))
	}
	whenDisabled := func(c resource.Change) bool {
		whole := c.Before.With(c.After)
		return !whole.Flag("enabled") && (c.Before.Flag("enabled") || changed(c.Before, c.After, "rotation"))
	}
	key := func(action string, condition func(resource.Change) bool) Permit {
		return Permit{Action: "kms:" + action, On: keyItself, If: condition}
	}
	return Permissions{
		Look: join(on(anyKey, "kms", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus"), findsStray()),
		// One that awaits its deletion, which nobody sees before, is called back instead, and may have had any settings.
		Create: join(on(anyKey, "kms", "DescribeKey"), findsStray(), []Permit{{Action: "kms:CreateKey"}}, on(anyKey, "kms", "TagResource"),
			on(keyAlias, "kms", "CreateAlias"), on(keyItself, "kms",
				"CreateAlias", "CancelKeyDeletion", "EnableKey", "GetKeyPolicy", "GetKeyRotationStatus", "PutKeyPolicy", "UntagResource"),
			[]Permit{
				key("UpdateKeyDescription", func(c resource.Change) bool { return c.After.Has("description") }),
				key("EnableKeyRotation", func(c resource.Change) bool { return c.After.Number("rotation") != 0 }),
				key("DisableKeyRotation", func(c resource.Change) bool { return c.After.Has("rotation") && c.After.Number("rotation") == 0 }),
				key("DisableKey", func(c resource.Change) bool { return c.After.Has("enabled") && !c.After.Flag("enabled") }),
			}),
		Update: join([]Permit{key("DescribeKey", nil)}, strays, whenAlias("CreateAlias", isText), whenAlias("DeleteAlias", isNoText), []Permit{
			key("EnableKey", whenEnabled),
			key("GetKeyPolicy", changes("policy")), key("PutKeyPolicy", changes("policy")),
			key("UpdateKeyDescription", changes("description")),
			key("EnableKeyRotation", becomes("rotation", isSome)), key("DisableKeyRotation", becomes("rotation", isNone)),
		}, retags(keyItself, "kms:TagResource", "kms:UntagResource"), []Permit{key("DisableKey", whenDisabled)}),
		Delete: join([]Permit{key("DescribeKey", nil)}, strays, []Permit{key("ScheduleKeyDeletion", nil)}),
	}
}
