package sandbox

import "fmt"

// administratorRole is the name of the role that whoever comes with a foreign key has taken on.
const administratorRole = "SandboxAdministrator"

func simulationOperations() []operation {
	source := parameter{name: "PolicySourceArn", required: true, low: 20, high: 2048}
	return []operation{read("SimulatePrincipalPolicy", simulatePrincipalPolicy, source, marker, maxItems)}
}

// unsimulated are the parameters whose meaning is not simulated. To ignore one would be to answer another question.
var unsimulated = []string{
	"PolicyInputList.member.1", "PermissionsBoundaryPolicyInputList.member.1", "ResourcePolicy", "ResourceOwner", "CallerArn",
	"ContextEntries.member.1.ContextKeyName", "ResourceHandlingOption",
}

// A simulated is the answer to one question: may this be done to that?
type simulated struct {
	permit
	ruling
	at int // which question it is, from 0
}

// simulatePrincipalPolicy answers what a user, group or role may do by its policies: each action on each resource. The callers'
// own answer is what is so: where nobody's policies are enforced, they may do everything.
func simulatePrincipalPolicy(c *call) (answer, error) {
	for _, name := range unsimulated {
		if c.given(name) {
			return done, refuse("NotImplemented", "The sandbox does not simulate with %s.", name)
		}
	}
	arn := c.text("PolicySourceArn")
	who, free, err := c.simulatedAuthority(arn)
	if err != nil {
		return done, err
	}
	actions, resources := c.members("ActionNames"), c.members("ResourceArns")
	if len(actions) == 0 {
		return done, refuse("InvalidInput", "ActionNames must name at least one action.")
	}
	if len(resources) == 0 {
		resources = []string{"*"}
	}
	var results []simulated
	for _, action := range actions {
		if !actionRule.MatchString(action) {
			return done, refuse("InvalidInput", "Invalid Entity Action: %s", action)
		}
		for _, on := range resources {
			p := permit{action: action, on: on}
			r := ruling{decision: ruledAllowed}
			if !free {
				r = who.rule(p)
			}
			results = append(results, simulated{p, r, len(results)})
		}
	}
	page, next, err := pageOf(c, c.question("PolicySourceArn"), results, func(s simulated) string { return fmt.Sprintf("%08d", s.at) }, nil)
	if err != nil {
		return done, err
	}
	return respond(func(w *xmlWriter) {
		list(w, "EvaluationResults", page, func(s simulated) {
			w.text("EvalActionName", s.action)
			w.text("EvalResourceName", s.on)
			w.text("EvalDecision", s.decision)
			w.names("MatchedStatements", nil)
			w.names("MissingContextValues", s.keys)
		})
		w.more(next)
	})
}

// simulatedAuthority finds whose policies are asked about, and whether that may do everything whatever they say.
func (c *call) simulatedAuthority(arn string) (who authority, free bool, err error) {
	own := c.callerRole()
	_, judged := c.callerAuthority()
	if arn == own && (!c.options.Enforce || !judged) || arn == arnOf(c.account, "role/"+administratorRole) {
		return who, true, nil
	}
	for _, kind := range []string{userKindName, groupKindName, roleKindName} {
		if h, ok := c.store.get(placeOf(kind, baseName(arn))).(holder); ok && h.arn(c.account) == arn {
			return c.authorityOf(h), false, nil
		}
	}
	return who, false, noSuchEntity("The policy source %s cannot be found.", arn)
}
