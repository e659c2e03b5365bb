package requirements_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

// assumes is a statement of a trust policy that lets a principal assume the role.
func assumes(principal string) string {
	return `{"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal + `}`
}

// under is a statement with a condition.
func under(statement, condition string) string {
	return strings.TrimSuffix(statement, "}") + `,"Condition":{` + condition + `}}`
}

// federated lets identities of a web identity provider assume the role.
func federated(provider string) string {
	return `{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"` + provider + `"}}`
}

const (
	partner   = `{"AWS":"arn:aws:iam::444455556666:root"}`
	stranger  = `{"AWS":"555566667777"}`
	everybody = `{"AWS":"*"}`
)

// testTrust judges one role "r" with each of the statements, and compares what was seen; "" for nothing.
func testTrust(t *testing.T, rule resource.TrustRule, id string, want map[string]string) {
	t.Helper()
	for statements, seen := range want {
		j := newAccount().trusting("r", "", statements).judge(t, resource.Requirements{Trust: &rule})
		var expected []string
		if seen != "" {
			expected = []string{id + " iam_role/r: " + seen}
		}
		if diff := cmp.Diff(expected, findings(j)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", statements, diff)
		}
		if len(j.Unchecked) > 0 {
			t.Errorf("not checked: %v", j.Unchecked)
		}
	}
}

func TestTrustedAccounts(t *testing.T) {
	const unlisted = "trusts accounts that the file does not list: "
	testTrust(t, resource.TrustRule{Accounts: []string{"444455556666"}}, "trust.accounts", map[string]string{
		assumes(`{"AWS":"` + accountID + `"}`):                         "",
		assumes(`{"AWS":"arn:aws:iam::` + accountID + `:user/p/zoe"}`): "",
		assumes(partner): "",
		assumes(`{"AWS":"arn:aws:iam::444455556666:role/x"}`): "",
		assumes(stranger): unlisted + "555566667777",
		assumes(`{"AWS":"arn:aws:iam::555566667777:root"}`):                                         unlisted + "555566667777",
		assumes(`{"AWS":"arn:aws:sts::555566667777:assumed-role/r/s"}`):                             unlisted + "555566667777",
		assumes(stranger) + "," + assumes(`{"AWS":["666677778888","555566667777","444455556666"]}`): unlisted + "555566667777, 666677778888",
		under(assumes(stranger), `"StringEquals":{"sts:ExternalId":"x"}`):                           unlisted + "555566667777",
		// Ids of who is gone, services and identity providers are no accounts.
		assumes(`{"AWS":["AROAEXAMPLEEXAMPLE12","AIDAEXAMPLEEXAMPLE12"]}`):             "",
		assumes(`{"Service":"ec2.amazonaws.com"}`):                                     "",
		federated("arn:aws:iam::" + accountID + ":oidc-provider/example.com"):          "",
		assumes(`{"CanonicalUser":"79a5"}`):                                            unlisted + "the canonical user 79a5",
		`{"Effect":"Deny","Action":"sts:AssumeRole","Principal":` + stranger + `}`:     "",
		`{"Effect":"Allow","Action":["sts:TagSession"],"Principal":` + stranger + `}`:  "",
		`{"Effect":"Allow","Action":"STS:Assume*","Principal":` + stranger + `}`:       unlisted + "555566667777",
		`{"Effect":"Allow","NotAction":"sts:TagSession","Principal":` + stranger + `}`: unlisted + "555566667777",
		`{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":` + partner + `}`:  unlisted + "every account",
		assumes(`"*"`):                           unlisted + "every account",
		assumes(`{"AWS":"arn:aws:iam::*:root"}`): unlisted + "every account",
		// A condition can say which accounts "*" stands for.
		under(assumes(everybody), `"StringEquals":{"aws:PrincipalAccount":["444455556666","111122223333"]}`): "",
		under(assumes(everybody), `"StringEquals":{"aws:PrincipalAccount":["444455556666","555566667777"]}`): unlisted + "555566667777",
		under(assumes(everybody), `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::555566667777:role/*"}`):       unlisted + "555566667777",
		under(assumes(everybody), `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/x"}`):                  unlisted + "every account",
		under(assumes(everybody), `"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`):                    unlisted + "every account of organization o-a1b2c3d4e5",
		under(assumes(everybody), `"StringEqualsIfExists":{"aws:PrincipalAccount":"444455556666"}`):          unlisted + "every account",
	})
	testTrust(t, resource.TrustRule{Accounts: []string{}}, "trust.accounts", map[string]string{
		assumes(partner): unlisted + "444455556666", assumes(`{"AWS":"` + accountID + `"}`): "",
	})
	testTrust(t, resource.TrustRule{}, "trust.accounts", map[string]string{assumes(stranger): "", assumes(everybody): ""})
}

func TestTrustedServices(t *testing.T) {
	const unlisted = "trusts services that the file does not list: "
	testTrust(t, resource.TrustRule{Services: []string{"lambda.amazonaws.com"}}, "trust.services", map[string]string{
		assumes(`{"Service":"lambda.amazonaws.com"}`):                       "",
		assumes(`{"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]}`): unlisted + "ec2.amazonaws.com",
		assumes(partner): "",
		`{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"Service":"x.amazonaws.com"}}`: "",
	})
	testTrust(t, resource.TrustRule{Services: []string{}}, "trust.services", map[string]string{
		assumes(`{"Service":"lambda.amazonaws.com"}`): unlisted + "lambda.amazonaws.com",
	})
	testTrust(t, resource.TrustRule{NoPublic: true}, "trust.services", map[string]string{
		assumes(`{"Service":"ec2.amazonaws.com"}`): "",
	})
}

func TestExternalID(t *testing.T) {
	const open = "can be assumed without an external id from 444455556666"
	condition := func(text string) string { return under(assumes(partner), text) }
	testTrust(t, resource.TrustRule{Accounts: []string{"444455556666"}, ExternalID: true}, "trust.external_id", map[string]string{
		assumes(partner): open,
		condition(`"StringEquals":{"sts:ExternalId":"agreed"}`):                              "",
		condition(`"StringEquals":{"STS:externalid":["a","b"]}`):                             "",
		condition(`"StringLike":{"sts:ExternalId":"agreed-*"}`):                              "",
		condition(`"StringLike":{"sts:ExternalId":"*"}`):                                     open,
		condition(`"StringLike":{"sts:ExternalId":["agreed","?*"]}`):                         open,
		condition(`"StringEqualsIfExists":{"sts:ExternalId":"agreed"}`):                      open,
		condition(`"ForAllValues:StringEquals":{"sts:ExternalId":"agreed"}`):                 open,
		condition(`"StringNotEquals":{"sts:ExternalId":"agreed"}`):                           open,
		condition(`"Null":{"sts:ExternalId":"false"}`):                                       open,
		condition(`"Bool":{"aws:MultiFactorAuthPresent":"true"}`):                            open,
		condition(`"StringEquals":{"sts:ExternalId":"agreed"}`) + "," + assumes(partner):     open,
		assumes(`{"AWS":"` + accountID + `"}`):                                               "",
		assumes(`{"Service":"ec2.amazonaws.com"}`):                                           "",
		`{"Effect":"Allow","Action":"sts:TagSession","Principal":` + partner + `}`:           "",
		under(assumes(everybody), `"StringEquals":{"aws:PrincipalAccount":"`+accountID+`"}`): "",
		under(assumes(everybody), `"StringEquals":{"aws:PrincipalAccount":"444455556666"}`):  open,
	})
	testTrust(t, resource.TrustRule{ExternalID: true}, "trust.external_id", map[string]string{
		under(assumes(everybody), `"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`): "",
		assumes(everybody): "can be assumed without an external id from every account",
	})
}

func TestNoPublicTrust(t *testing.T) {
	const anybody = "can be assumed by anybody"
	condition := func(text string) string { return under(assumes(`"*"`), text) }
	testTrust(t, resource.TrustRule{NoPublic: true}, "trust.public", map[string]string{
		assumes(`"*"`):                           anybody,
		assumes(everybody):                       anybody,
		assumes(`{"AWS":["444455556666","*"]}`):  anybody,
		assumes(`{"AWS":"arn:aws:iam::*:root"}`): anybody,
		assumes(partner):                         "",
		`{"Effect":"Allow","Action":"sts:AssumeRole","NotPrincipal":` + partner + `}`:            anybody,
		`{"Effect":"Deny","Action":"sts:AssumeRole","NotPrincipal":` + partner + `}`:             "",
		`{"Effect":"Deny","Action":"sts:AssumeRole","Principal":"*"}`:                            "",
		`{"Effect":"Allow","Action":"sts:SetSourceIdentity","Principal":"*"}`:                    "",
		condition(`"StringEquals":{"sts:ExternalId":"x"}`):                                       anybody,
		condition(`"Bool":{"aws:MultiFactorAuthPresent":"true"}`):                                anybody,
		condition(`"StringEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`):                        "",
		condition(`"StringLike":{"aws:PrincipalOrgID":"o-*"}`):                                   anybody,
		condition(`"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`):                     anybody,
		condition(`"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}`):                anybody,
		condition(`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a1b2c3d4e5/r-ab12/*"}`):  "",
		condition(`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-a/*","*/r-ab12/*"]}`):   anybody,
		condition(`"StringEquals":{"aws:principalaccount":"444455556666"}`):                      "",
		condition(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:role/deploy-*"}`):    "",
		condition(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/deploy"}`):                 anybody,
		condition(`"StringEquals":{"aws:SourceAccount":"444455556666"}`):                         "",
		condition(`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"}`):                           "",
		condition(`"ArnLike":{"aws:SourceArn":"arn:aws:lambda:*:444455556666:function:*"}`):      "",
		condition(`"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*"}`):                                anybody,
		condition(`"StringEquals":{"sts:ExternalId":"x","aws:PrincipalAccount":"444455556666"}`): "",
	})
}

func TestNoPublicWebIdentities(t *testing.T) {
	const (
		github  = "token.actions.githubusercontent.com"
		eks     = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
		anyone  = "can be assumed by anybody with an identity of "
		cognito = "cognito-identity.amazonaws.com"
	)
	provider := func(host string) string { return federated("arn:aws:iam::" + accountID + ":oidc-provider/" + host) }
	subject := func(operator, value string) string {
		return under(provider(github), `"`+operator+`":{"`+github+`:sub":"`+value+`"}`)
	}
	testTrust(t, resource.TrustRule{NoPublic: true}, "trust.public", map[string]string{
		provider(github): anyone + github,
		under(provider(github), `"StringEquals":{"`+github+`:aud":"sts.amazonaws.com"}`):                        anyone + github,
		subject("StringEquals", "repo:octo-org/octo-repo:ref:refs/heads/main"):                                  "",
		subject("StringLike", "repo:octo-org/*"):                                                                "",
		subject("StringLike", "repo:octo-org/octo-repo:*"):                                                      "",
		subject("StringLike", "repo:octo-org*"):                                                                 anyone + github,
		subject("StringLike", "repo:*/octo-repo:*"):                                                             anyone + github,
		subject("StringLike", "repo:*"):                                                                         anyone + github,
		subject("StringLike", "repo:/*"):                                                                        anyone + github,
		subject("StringLike", "*"):                                                                              anyone + github,
		subject("StringNotLike", "repo:octo-org/*"):                                                             anyone + github,
		subject("StringLikeIfExists", "repo:octo-org/*"):                                                        anyone + github,
		under(provider("app.terraform.io"), `"StringLike":{"app.terraform.io:sub":"organization:my-org:*"}`):    "",
		under(provider("app.terraform.io"), `"StringLike":{"app.terraform.io:sub":"organization:*:project:p"}`): anyone + "app.terraform.io",
		under(provider("app.terraform.io"), `"StringEquals":{"app.terraform.io:aud":"aws.workload.identity"}`):  anyone + "app.terraform.io",
		under(provider("gitlab.com"), `"StringLike":{"gitlab.com:sub":"project_path:group/*"}`):                 "",
		// The identities of other issuers are somebody's; any condition on them chooses some.
		provider(eks): anyone + eks,
		under(provider(eks), `"StringEquals":{"`+eks+`:aud":"sts.amazonaws.com"}`):             "",
		under(provider(eks), `"StringEquals":{"`+eks+`:sub":"system:serviceaccount:ns:name"}`): "",
		under(provider(eks), `"StringEquals":{"`+eks+`2:aud":"sts.amazonaws.com"}`):            anyone + eks,
		under(provider(eks), `"Bool":{"aws:SecureTransport":"true"}`):                          anyone + eks,
		federated(cognito): anyone + cognito,
		under(federated(cognito), `"StringEquals":{"`+cognito+`:aud":"eu-west-1:11111111-2222-3333-4444-555555555555"}`): "",
		// Those of SAML providers are handed out by the company itself.
		`{"Effect":"Allow","Action":"sts:AssumeRoleWithSAML","Principal":{"Federated":"arn:aws:iam::` + accountID + `:saml-provider/Idp"}}`: "",
	})
}

func TestTrustIsNotJudged(t *testing.T) {
	rule := resource.TrustRule{
		Accounts: []string{}, Services: []string{}, ExternalID: true, NoPublic: true, Exceptions: except("iam_role/excepted"),
	}
	open := assumes(`{"AWS":["*","444455556666"],"Service":"ec2.amazonaws.com"}`)
	w := newAccount().trusting("AWSReservedSSO_x", "IAM Identity Center", open).trusting("AWSServiceRoleForX", "AWS service", open).
		trusting("excepted", "", open)
	if j := w.judge(t, resource.Requirements{Trust: &rule}); len(j.Violations) > 0 {
		t.Errorf("found %q", findings(j))
	}
	j := w.trusting("mine", "Terraform", open).judge(t, resource.Requirements{Trust: &rule})
	want := []string{
		"trust.accounts iam_role/mine: trusts accounts that the file does not list: 444455556666, every account",
		"trust.services iam_role/mine: trusts services that the file does not list: ec2.amazonaws.com",
		"trust.external_id iam_role/mine: can be assumed without an external id from 444455556666, every account",
		"trust.public iam_role/mine: can be assumed by anybody",
	}
	if diff := cmp.Diff(want, findings(j)); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func TestUnreadableTrust(t *testing.T) {
	j := newAccount().put("iam_role/odd", resource.Object{"trust": resource.Document("{}")}, nil).judge(t, resource.Requirements{
		Trust: &resource.TrustRule{NoPublic: true, Accounts: []string{}},
	})
	const why = "iam_role/odd: its trust policy cannot be read: policy document: there is no Statement"
	if diff := cmp.Diff(map[string]string{"trust.public": why, "trust.accounts": why}, j.Unchecked); diff != "" {
		t.Errorf("not checked (-want +got):\n%s", diff)
	}
}
