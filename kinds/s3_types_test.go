package kinds_test

import (
	"strings"
	"testing"

	"baseline/resource"
)

func TestWhatWeakensABucket(t *testing.T) {
	whole := complete("s3_bucket", settings{
		"region": euWest, "encryption": "aws:kms", "encryption_key": foreignKey, "versioning": "Enabled", "expire": 365, "access_logs": "acme-access-logs/",
	})
	for _, test := range []struct {
		name  string
		after resource.Object
		want  string
	}{
		{"nothing", whole, ""},
		{"nothing that is named", settings{}, ""},
		{"deletion", nil, "nothing can be delivered to it any more"},
		{"less blocked", settings{"public_access_block": []string{"BlockPublicAcls", "IgnorePublicAcls"}}, "its public access block loses BlockPublicPolicy, RestrictPublicBuckets"},
		{"lists of its own", settings{"ownership": "BucketOwnerPreferred"}, ""},
		{"objects of others", settings{"ownership": "ObjectWriter"}, "what is written to it belongs to whoever wrote it"},
		{"encrypted by S3", settings{"encryption": "AES256", "encryption_key": ""}, "new objects are encrypted with AES256 instead of aws:kms"},
		{"encrypted twice", settings{"encryption": "aws:kms:dsse"}, ""},
		{"another key", settings{"encryption_key": foreignKey + "-2"}, ""},
		{"AWS's key", settings{"encryption_key": ""}, "new objects are encrypted with a key of AWS's instead of the bucket's"},
		{"no versions", settings{"versioning": ""}, "it no longer keeps what is overwritten or deleted"},
		{"kept longer", settings{"expire": 366}, ""},
		{"kept for ever", settings{"expire": 0}, ""},
		{"kept as others say", settings{"expire": 0, "expire_rule": "{}"}, "it keeps objects as a rule of others says"},
		{"kept shorter", settings{"expire": 1}, "it keeps objects for 1 day instead of for 365 days"},
		{"logged elsewhere", settings{"access_logs": "elsewhere/"}, ""},
		{"not logged", settings{"access_logs": ""}, "accesses to it are no longer logged"},
		{"tags", settings{"tags": tags{}}, ""},
		{"two of them", settings{"versioning": "", "access_logs": ""}, "it no longer keeps what is overwritten or deleted, accesses to it are no longer logged"},
	} {
		if got := strings.Join(typeOf(t, "s3_bucket").Weakens(whole, test.after), ", "); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	plain := complete("s3_bucket", settings{"region": euWest})
	if got := strings.Join(typeOf(t, "s3_bucket").Weakens(plain, whole), ", "); got != "it keeps objects for 365 days instead of for ever" {
		t.Errorf("a bucket that gets everything: %q", got)
	}
	if got := typeOf(t, "s3_bucket").Weakens(nil, plain); len(got) > 0 {
		t.Errorf("a new bucket: %q", got)
	}
}

// Weakening one way strengthens the other.
func TestWhatWeakensTheAccountsBlock(t *testing.T) {
	weakens := typeOf(t, "s3_account_public_access_block").Weakens
	two, one, none := settings{"block": []string{"BlockPublicAcls", "BlockPublicPolicy"}}, settings{"block": []string{"BlockPublicPolicy"}}, settings{"block": []string{}}
	for _, test := range []struct {
		before, after resource.Object
		want          string
	}{
		{nil, two, ""},
		{one, two, ""},
		{none, nil, ""},
		{two, two, ""},
		{two, one, "buckets of the account lose BlockPublicAcls"},
		{two, nil, "buckets of the account lose BlockPublicAcls, BlockPublicPolicy"},
	} {
		if got := strings.Join(weakens(test.before, test.after), ", "); got != test.want {
			t.Errorf("%v -> %v: %q, want %q", test.before, test.after, got, test.want)
		}
	}
}

func TestWhatWeakensABucketPolicy(t *testing.T) {
	const (
		deny                   = `{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
		denyAll                = `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`
		trail                  = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"r","Condition":{"StringEquals":{"aws:SourceArn":"a","s3:x-amz-acl":"full"}}}`
		trails                 = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":["q","r"],"Condition":{"StringEquals":{"aws:SourceArn":["a","b"],"s3:x-amz-acl":"full"}}}`
		other                  = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"q","Condition":{"StringEquals":{"aws:SourceArn":"a"}}}`
		logs                   = `{"Effect":"Allow","Principal":{"Service":["logging.s3.amazonaws.com","cloudtrail.amazonaws.com"]},"Action":"s3:PutObject","Resource":"r"}`
		service                = `{"Effect":"Allow","Principal":{"Service":["config.amazonaws.com","cloudtrail.amazonaws.com"]},"Action":"s3:PutObject","Resource":"r"}`
		account                = `{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":["s3:GetObject","s3:GetBucketAcl"],"Resource":"r"}`
		reads                  = `{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"r"}`
		spelled                = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":["S3:GetObject"],"Resource":["r"]}`
		nobody                 = `{"Effect":"Allow","NotPrincipal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"r"}`
		less, down, more, gone = "it forbids less", "CloudTrail may do less with the bucket", "it lets more in", "the policy goes"
	)
	policyOf := func(statements ...string) resource.Object {
		if statements == nil {
			return nil
		}
		return settings{"document": resource.Document(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)}
	}
	for _, test := range []struct {
		name          string
		before, after resource.Object
		want          string
	}{
		{"a new policy for trails", nil, policyOf(deny, trail, logs), ""},
		{"a new policy for others", nil, policyOf(trail, reads), more},
		{"a new policy for another service", nil, policyOf(service), more},
		{"nothing but words", policyOf(reads, deny), policyOf(deny, spelled), ""},
		{"a denial goes", policyOf(deny, trail), policyOf(trail), less},
		{"a denial becomes wider", policyOf(deny), policyOf(denyAll), ""},
		{"a denial becomes narrower", policyOf(denyAll), policyOf(deny), less},
		{"a denial comes", policyOf(trail), policyOf(trail, deny), ""},
		{"the trail's goes", policyOf(trail, reads), policyOf(reads), down},
		{"one more trail", policyOf(trail), policyOf(trails), ""},
		{"one trail less", policyOf(trails), policyOf(trail), down},
		{"another place", policyOf(trail), policyOf(other), down},
		{"others' goes", policyOf(trail, reads), policyOf(trail), ""},
		{"others may do more", policyOf(reads), policyOf(account), more},
		{"others may do less", policyOf(account), policyOf(reads), ""},
		{"all others", policyOf(reads), policyOf(nobody), more},
		{"the whole policy", policyOf(deny, trail), nil, less + ", " + down},
		{"the whole policy of others", policyOf(reads), nil, gone},
	} {
		if got := strings.Join(typeOf(t, "s3_bucket_policy").Weakens(test.before, test.after), ", "); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestWhatAnUpdateOfABucketLosesAndNotes(t *testing.T) {
	known := typeOf(t, "s3_bucket")
	full := resource.Resource{Settings: complete("s3_bucket", settings{"region": euWest}), Facts: resource.Facts{"now:holds": "3 objects"}}
	empty := resource.Resource{Settings: full.Settings, Facts: resource.Facts{}}
	kept := resource.Resource{Settings: full.Settings.With(settings{"expire": 30, "versioning": "Enabled"}), Facts: full.Facts}
	for _, test := range []struct {
		name       string
		before     resource.Resource
		after      resource.Object
		lost, note string
	}{
		{"objects expire", full, settings{"expire": 30}, "what is in it that is older than 30 days", ""},
		{"nothing expires in an empty bucket", empty, settings{"expire": 30}, "", ""},
		{"objects expire as others say", kept, settings{"expire": 0, "expire_rule": "{}"}, "what is in it that a rule of others lets go", ""},
		{"objects expire sooner", kept, settings{"expire": 1}, "what is in it that is older than 1 day", ""},
		{"objects expire later", kept, settings{"expire": 60}, "", ""},
		{"objects no longer expire", kept, settings{"expire": 0}, "", ""},
		{"another encryption", full, settings{"encryption": "aws:kms"}, "", "what is in it stays encrypted as it is"},
		{"another encryption of nothing", empty, settings{"encryption": "aws:kms"}, "", ""},
		{"versioning", empty, settings{"versioning": "Enabled"}, "", "versioning can be suspended later, but not taken away"},
		{"no versioning", kept, settings{"versioning": ""}, "", ""},
	} {
		if got := strings.Join(known.OneWayUpdate(test.before, test.after), ", "); got != test.lost {
			t.Errorf("%s loses %q, want %q", test.name, got, test.lost)
		}
		if got := strings.Join(known.Notes(test.before, test.after), ", "); got != test.note {
			t.Errorf("%s notes %q, want %q", test.name, got, test.note)
		}
	}
}

func TestBucketsNeedAndFollowTheBucketOfTheirAccessLogs(t *testing.T) {
	known := typeOf(t, "s3_bucket")
	for logs, want := range map[string]string{"": "", "acme-access-logs/audit/x": "s3_bucket/acme-access-logs", "acme-audit/": ""} {
		for _, of := range [][]resource.Address{
			known.Needs(account, audit, settings{"access_logs": logs}), known.Follows(account, audit, settings{"access_logs": logs}),
		} {
			got := ""
			for _, a := range of {
				got += a.String()
			}
			if got != want {
				t.Errorf("%q: %q, want %q", logs, got, want)
			}
		}
	}
	part := typeOf(t, "s3_bucket_policy")
	if of := at("s3_bucket_policy", "acme-audit"); part.Owner(of) != audit || len(part.Needs(account, of, nil)) != 1 || part.Needs(account, of, nil)[0] != audit || !part.Part {
		t.Error("a policy is not its bucket's")
	}
}
