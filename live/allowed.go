package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"baseline/kinds"
	"baseline/resource"
)

// How much is asked of AWS's policy simulator in one call. Its limits are not published; each resource is tried with each action.
const (
	simulatedResources = 250
	simulatedPairs     = 2000
	simulatedPage      = 1000
)

// Allowance is what became of asking whether the caller may do something.
type Allowance struct {
	// Missing is what the caller's policies do not allow, sorted.
	Missing []kinds.Grant
	// Unchecked says why all or some was not checked; "" where all was.
	Unchecked string
}

// Allowed asks AWS's policy simulator whether the caller may do all that is in grants, before any of it is done. It costs a call
// for some hundred objects. Where the simulator may not be asked, or cannot tell, that is said, and nothing is called missing: a
// doubt must not keep anybody from what he may do. Root may do everything.
func (a *Account) Allowed(ctx context.Context, grants []kinds.Grant) (*Allowance, error) {
	who, err := a.Identify(ctx)
	if err != nil || len(grants) == 0 {
		return &Allowance{}, err
	}
	source, why := a.policySource(who)
	if source == "" {
		return &Allowance{Unchecked: why}, nil
	}
	asked := &simulation{client: a.services.IAM, source: source}
	known := asked.withoutPatterns(grants)
	for _, batch := range batches(known) {
		err := asked.ask(ctx, batch)
		if code := errorCode(err); code == "NoSuchEntity" && !asked.sure {
			// The session of a role does not tell the role's path.
			if asked.source, err = a.ownRole(ctx, who); err == nil {
				err = asked.ask(ctx, batch)
			}
		}
		if failed, ok := errors.AsType[*resource.CallError](callError(err)); ok && failed.Class != resource.Expired {
			return &Allowance{Unchecked: failed.Error()}, nil
		}
		if err != nil {
			return nil, callError(err)
		}
		asked.sure = true
	}
	slices.SortFunc(asked.missing, compareGrants)
	out := &Allowance{Missing: slices.Compact(asked.missing)}
	if len(asked.doubtful) > 0 {
		slices.Sort(asked.doubtful)
		out.Unchecked = "it hangs on conditions, on policies of keys or of the organization, or on names and paths that are not known: " + strings.Join(slices.Compact(asked.doubtful), ", ")
	}
	return out, nil
}

// policySource is the ARN of the user or role whose policies hold for the caller; "" and the reason where there is none to ask
// about, and no reason for root.
func (a *Account) policySource(who Identity) (source, why string) {
	principal := who.Caller().Principal()
	switch {
	case strings.HasSuffix(who.ARN, ":root"):
		return "", ""
	case principal.Kind == "iam_user":
		return who.ARN, ""
	case principal.Kind == "iam_role":
		path := a.Paths()[principal]
		if path == "" {
			path = "/"
		}
		return "arn:" + who.Partition + ":iam::" + who.Account + ":role" + path + principal.Name, ""
	}
	return "", fmt.Sprintf("%s is neither a user nor the session of a role", who.ARN)
}

// ownRole asks for the ARN of the caller's role.
func (a *Account) ownRole(ctx context.Context, who Identity) (string, error) {
	found, err := a.services.IAM.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(who.Caller().Principal().Name)})
	if err != nil {
		return "", err
	}
	return aws.ToString(found.Role.Arn), nil
}

// Paths returns the paths of the objects that were read and have one, as they were last seen. They are part of ARNs.
func (a *Account) Paths() map[resource.Address]string {
	paths := map[resource.Address]string{}
	a.paths.Range(func(address, path any) bool {
		paths[address.(resource.Address)] = path.(string)
		return true
	})
	return paths
}

// rememberPaths keeps the paths of what was read.
func (a *Account) rememberPaths(state resource.State) {
	for address, found := range state {
		if path := found.Settings.Text("path"); path != "" {
			a.paths.Store(address, path)
		}
	}
}

func compareGrants(x, y kinds.Grant) int {
	return strings.Compare(x.Action+" "+x.Resource, y.Action+" "+y.Resource)
}

// batch is one question: whether each action is allowed on each resource. Only the pairs that are wanted count.
type batch struct {
	actions, resources []string
	wanted             map[kinds.Grant]bool
}

// withoutPatterns leaves out what is on a thing of IAM of which the path is not known, whose ARN can only be guessed.
func (s *simulation) withoutPatterns(grants []kinds.Grant) []kinds.Grant {
	guessed := map[string]bool{}
	for _, g := range grants {
		if before, name, found := strings.Cut(g.Resource, "/*/"); found && strings.Contains(before, ":iam:") {
			guessed[g.Resource], guessed[before+"/"+name] = true, true
			s.doubtful = append(s.doubtful, g.Action)
		}
	}
	return slices.DeleteFunc(slices.Clone(grants), func(g kinds.Grant) bool { return guessed[g.Resource] })
}

// batches puts grants together that are about the same sort of thing, and sorts of which there are few.
func batches(grants []kinds.Grant) []batch {
	type sorted struct{ actions, resources map[string]bool }
	wanted := map[kinds.Grant]bool{}
	by := map[string]*sorted{}
	for _, g := range grants {
		wanted[g] = true
		sort := sortOf(g.Resource)
		if by[sort] == nil {
			by[sort] = &sorted{map[string]bool{}, map[string]bool{}}
		}
		by[sort].actions[g.Action], by[sort].resources[g.Resource] = true, true
	}
	var all []batch
	for _, sort := range slices.Sorted(keysOf(by)) {
		actions := slices.Sorted(keysOf(by[sort].actions))
		size := max(1, min(simulatedResources, simulatedPairs/len(actions)))
		for resources := range slices.Chunk(slices.Sorted(keysOf(by[sort].resources)), size) {
			all = add(all, batch{actions, resources, wanted})
		}
	}
	return all
}

// sortOf is what an ARN begins with, up to what tells it from others of its sort.
func sortOf(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) < 6 {
		return arn
	}
	sort := strings.Join(fields[:5], ":")
	if fields[2] == "iam" {
		word, _, _ := strings.Cut(fields[5], "/")
		sort += ":" + word
	}
	return sort
}

// add asks with the last question what one more asks, where the answer to both is still one page.
func add(all []batch, more batch) []batch {
	if len(all) > 0 {
		last := all[len(all)-1]
		actions := slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(last.actions), more.actions...))))
		resources := append(slices.Clone(last.resources), more.resources...)
		if len(actions)*len(resources) <= simulatedPage && len(resources) <= simulatedResources {
			all[len(all)-1] = batch{actions, resources, more.wanted}
			return all
		}
	}
	return append(all, more)
}

func keysOf[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// simulation is what the simulator has answered so far.
type simulation struct {
	client *iam.Client
	source string
	// sure is true when the source is known to be there.
	sure     bool
	missing  []kinds.Grant
	doubtful []string
}

func (s *simulation) ask(ctx context.Context, b batch) error {
	var marker *string
	for {
		page, err := s.client.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
			PolicySourceArn: &s.source, ActionNames: b.actions, ResourceArns: b.resources, MaxItems: aws.Int32(simulatedPage), Marker: marker,
		})
		if err != nil {
			return err
		}
		for _, result := range page.EvaluationResults {
			s.note(b, result)
		}
		if !page.IsTruncated || aws.ToString(page.Marker) == "" {
			return nil
		}
		marker = page.Marker
	}
}

// mayBeAllowedElsewhere reports whether something may be allowed though the caller's own policies do not allow it: on a key, by the
// key's policy, and on a thing for which a pattern stands, by a policy that names it. What is done to a key that is yet to be made
// must be allowed for any.
func mayBeAllowedElsewhere(arn string) bool {
	if strings.Contains(arn, ":kms:") && strings.Contains(arn, ":key/") {
		return !strings.HasSuffix(arn, ":key/*")
	}
	return arn != "*" && strings.Contains(arn, "*") && !strings.HasSuffix(arn, ":*")
}

// note keeps what an answer says of the pairs that are wanted. An answer that takes several resources together names each.
func (s *simulation) note(b batch, result types.EvaluationResult) {
	keep := func(on string, decision types.PolicyEvaluationDecisionType, lacking []string) {
		g := kinds.Grant{Action: aws.ToString(result.EvalActionName), Resource: on}
		if !b.wanted[g] || decision == types.PolicyEvaluationDecisionTypeAllowed {
			return
		}
		// The simulator is not told the values of condition keys, and takes policies of the organization that have conditions for
		// denials. What hangs on either, it cannot tell, nor what a key's own policy allows.
		organization := result.OrganizationsDecisionDetail
		elsewhere := decision == types.PolicyEvaluationDecisionTypeImplicitDeny && mayBeAllowedElsewhere(on)
		if len(lacking) > 0 || elsewhere || organization != nil && !organization.AllowedByOrganizations {
			s.doubtful = append(s.doubtful, g.Action)
			return
		}
		s.missing = append(s.missing, g)
	}
	if len(result.ResourceSpecificResults) == 0 {
		keep(aws.ToString(result.EvalResourceName), result.EvalDecision, result.MissingContextValues)
	}
	for _, specific := range result.ResourceSpecificResults {
		keep(aws.ToString(specific.EvalResourceName), specific.EvalResourceDecision, specific.MissingContextValues)
	}
}
