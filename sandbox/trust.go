package sandbox

import (
	"slices"
	"strings"
)

// A trust policy is kept as IAM renders it, not as it was sent, and its principals of this account are kept as unique
// ids. On every read the ids of what still exists become ARNs again; the id of something deleted stays an id, and no
// document that holds such an id can be saved. A new entity of the old name has a new id, so the trust stays dead.

// idMark stands on both sides of an id in a kept trust policy. It cannot come from a document: JSON escapes it.
const idMark = "\x01"

var (
	serviceRule   = whole(`[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?`)
	foreignRule   = whole(`arn:aws[a-z-]*:(iam::[0-9]{12}:(root|(user|role)/[\w+=,.@/-]+)|sts::[0-9]{12}:(assumed-role|federated-user)/[\w+=,.@/-]+)`)
	federatedRule = whole(`arn:aws[a-z-]*:iam::[0-9]{12}:(saml-provider|oidc-provider)/[\w+=,.@:/-]+|[a-z0-9-]+(\.[a-z0-9-]+)+`)
	uniqueIDRule  = whole(`(AIDA|AROA)[A-Z0-9]{12,}`)
)

// saveTrust checks a trust policy and renders it to be kept with the role of the given id.
func (c *call) saveTrust(text, roleID string) (string, error) {
	d, err := parseTrust(text)
	if err != nil {
		return "", err
	}
	out := object{{"Version", d.version}}
	if d.version == "" {
		out[0].value = oldestVersion
	}
	if d.id != "" {
		out = append(out, field{"Id", d.id})
	}
	statements := []any{}
	for _, s := range d.statements {
		rendered, err := c.renderTrustStatement(s, roleID)
		if err != nil {
			return "", err
		}
		statements = append(statements, rendered)
	}
	kept := string(appendTree(nil, append(out, field{"Statement", statements})))
	if size := documentSize(c.showTrust(kept)); size > quotaTrustSize {
		return "", quotaExceeded("ACLSizePerRole", quotaTrustSize)
	}
	return kept, nil
}

// renderTrustStatement orders a statement's elements as IAM does, and its lists in an order of its own that depends
// only on the role: nobody may rely on the order that was sent.
func (c *call) renderTrustStatement(s statement, roleID string) (object, error) {
	out := object{}
	if s.sid != nil {
		out = append(out, field{"Sid", *s.sid})
	}
	out = append(out, field{"Effect", s.effect})
	principal, err := c.keepPrincipals(s.principal, roleID)
	if err != nil {
		return nil, err
	}
	out = append(out, field{s.principals, principal}, field{s.actionWord, oneOrShuffled(s.actions, roleID)})
	if len(s.condition) == 0 {
		return out, nil
	}
	condition := object{}
	for _, operator := range s.condition {
		keys := object{}
		operands, _ := operator.value.(object)
		for _, key := range operands {
			values, _ := key.value.([]string)
			keys = append(keys, field{key.key, oneOrShuffled(values, roleID)})
		}
		condition = append(condition, field{operator.key, shuffledFields(keys, roleID)})
	}
	return append(out, field{"Condition", shuffledFields(condition, roleID)}), nil
}

// oneOrShuffled is a list of one as a string, and a longer list in the role's own order.
func oneOrShuffled(values []string, roleID string) any {
	if len(values) == 1 {
		return values[0]
	}
	sorted := slices.Clone(values)
	slices.SortStableFunc(sorted, func(a, b string) int { return compareShuffled(a, b, roleID) })
	out := make([]any, len(sorted))
	for i, v := range sorted {
		out[i] = v
	}
	return out
}

func shuffledFields(fields object, roleID string) object {
	slices.SortStableFunc(fields, func(a, b field) int { return compareShuffled(a.key, b.key, roleID) })
	return fields
}

func compareShuffled(a, b, roleID string) int {
	switch x, y := hashOf(roleID, a), hashOf(roleID, b); {
	case x < y:
		return -1
	case x > y:
		return 1
	default:
		return 0
	}
}

// keepPrincipals checks principals and turns those of this account into marked ids.
func (c *call) keepPrincipals(principal any, roleID string) (any, error) {
	fields, ok := principal.(object)
	if !ok {
		return object{{"AWS", "*"}}, nil
	}
	out := object{}
	for _, f := range fields {
		values, _ := f.value.([]string)
		kept := make([]string, 0, len(values))
		for _, value := range values {
			k, ok := c.keepPrincipal(f.key, value)
			if !ok {
				return nil, malformedPolicy(`Invalid principal in policy: %s:"%s"`, principalWord(f.key), value)
			}
			kept = append(kept, k)
		}
		out = append(out, field{f.key, markIDs(oneOrShuffled(kept, roleID))})
	}
	return shuffledFields(out, roleID), nil
}

// markIDs makes marked ids, in what a principal may be, come through the writing of JSON as they are.
func markIDs(value any) any {
	switch v := value.(type) {
	case string:
		if strings.HasPrefix(v, idMark) {
			return verbatim(`"` + v + `"`)
		}
	case []any:
		for i, item := range v {
			v[i] = markIDs(item)
		}
	}
	return value
}

// principalWord is how the refusal of a principal names its sort.
func principalWord(key string) string {
	if key == "AWS" {
		return `"AWS"`
	}
	return `"` + strings.ToUpper(key) + `"`
}

func (c *call) keepPrincipal(sort, value string) (kept string, ok bool) {
	switch sort {
	case "Service":
		return value, serviceRule.MatchString(value)
	case "Federated":
		return value, federatedRule.MatchString(value)
	case "AWS":
		return c.keepAWSPrincipal(value)
	default:
		return "", false
	}
}

func (c *call) keepAWSPrincipal(value string) (kept string, ok bool) {
	switch {
	case value == "*":
		return value, true
	case accountID.MatchString(value):
		return arnOf(value, "root"), true
	case uniqueIDRule.MatchString(value):
		return idMark + value + idMark, c.principalByID(value) != nil
	case !foreignRule.MatchString(value):
		return "", false
	}
	own, found := strings.CutPrefix(value, arnOf(c.account, ""))
	if session, ofSTS := strings.CutPrefix(value, "arn:aws:sts::"+c.account+":assumed-role/"); ofSTS {
		name, _, _ := strings.Cut(session, "/")
		r, ok := c.store.get(placeOf(roleKindName, name)).(*Role)
		return value, ok && c.settled(r)
	}
	if !found || own == "root" {
		return value, true
	}
	kind, _, _ := strings.Cut(own, "/")
	h, ok := c.store.get(placeOf(kind, baseName(own))).(holder)
	if !ok || h.arn(c.account) != value || !c.settled(h) {
		return "", false
	}
	return idMark + uniqueID(h) + idMark, true
}

// principalByID is the living user or role of a unique id, or nil.
func (c *call) principalByID(id string) holder {
	for _, p := range c.store.linked[idLink(id)] {
		if h, ok := c.store.get(p).(holder); ok && c.settled(h) {
			return h
		}
	}
	return nil
}

func uniqueID(e entity) string {
	switch e := e.(type) {
	case *User:
		return e.ID
	case *Role:
		return e.ID
	case *Group:
		return e.ID
	default:
		return ""
	}
}

// showTrust is a kept trust policy as a read shows it.
func (c *call) showTrust(kept string) string {
	if !strings.Contains(kept, idMark) {
		return kept
	}
	parts := strings.Split(kept, idMark)
	for i := 1; i < len(parts); i += 2 {
		for _, p := range c.store.linked[idLink(parts[i])] {
			if h, ok := c.store.get(p).(holder); ok {
				parts[i] = h.arn(c.account)
			}
		}
	}
	return strings.Join(parts, "")
}

// showTrusts are the trust policies of roles, by the ids of the roles.
func (c *call) showTrusts(roles []*Role) map[string]string {
	shown := make(map[string]string, len(roles))
	for _, r := range roles {
		shown[r.ID] = c.showTrust(r.Trust)
	}
	return shown
}
