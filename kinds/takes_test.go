package kinds_test

import (
	"strings"
	"testing"

	"baseline/resource"
)

// What one change takes, its inverse brings.
func TestWhatIsTakenFromThoseThatFollow(t *testing.T) {
	const (
		trail  = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*"}`
		narrow = `{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"a"}}}`
		logs   = `{"Effect":"Allow","Principal":{"Service":"logs.eu-west-1.amazonaws.com"},"Action":"kms:Encrypt*","Resource":"*"}`
		deny   = `{"Effect":"Deny","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`
	)
	document := func(statements ...string) resource.Document {
		return resource.Document(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)
	}
	key := func(enabled bool, alias string, statements ...string) settings {
		return settings{"enabled": enabled, "alias": alias, "policy": document(statements...)}
	}
	bucket := func(statements ...string) settings { return settings{"document": document(statements...)} }
	role := func(boundary string, statements ...string) settings {
		return settings{"boundary": boundary, "trust": document(statements...)}
	}
	for _, test := range []struct {
		name          string
		kind          resource.Kind
		before, after settings
		takes, brings bool
	}{
		{"a statement goes", "s3_bucket_policy", bucket(trail, logs), bucket(logs), true, false},
		{"a statement becomes narrower", "s3_bucket_policy", bucket(trail), bucket(narrow), true, false},
		{"a statement for another", "s3_bucket_policy", bucket(trail), bucket(logs), true, true},
		{"a denial comes", "s3_bucket_policy", bucket(trail), bucket(trail, deny), true, false},
		{"a denial in place of a statement", "s3_bucket_policy", bucket(trail), bucket(deny), true, false},
		{"a statement in place of a denial", "s3_bucket_policy", bucket(trail, deny), bucket(trail, logs), false, true},
		{"another order", "s3_bucket_policy", bucket(trail, logs), bucket(logs, trail), false, false},
		{"an inline policy allows less", "iam_inline_policy", bucket(trail, logs), bucket(trail), true, false},
		{"a key is disabled", "kms_key", key(true, "alias/a", trail), key(false, "alias/a", trail), true, false},
		{"a key is disabled, and allows more", "kms_key", key(true, "alias/a"), key(false, "alias/a", trail), true, false},
		{"a key's statement goes", "kms_key", key(true, "alias/a", trail, logs), key(true, "alias/a", logs), true, false},
		{"a key loses its alias", "kms_key", key(true, "alias/a", trail), key(true, "", trail), true, false},
		{"a key rotates", "kms_key", key(true, "alias/a", trail).With(settings{"rotation": 0}), key(true, "alias/a", trail).With(settings{"rotation": 365}), false, false},
		{"a role trusts fewer", "iam_role", role("", trail, logs), role("", trail), true, false},
		{"a role comes under a boundary", "iam_role", role("", trail), role("Fence", trail), true, false},
		{"a role comes under another boundary", "iam_role", role("Fence", trail), role("Wall", trail), true, true},
	} {
		takes := typeOf(t, test.kind).Takes
		if got := takes(test.before, test.after); got != test.takes {
			t.Errorf("%s: it takes something: %v, want %v", test.name, got, test.takes)
		}
		if got := takes(test.after, test.before); got != test.brings {
			t.Errorf("%s: it brings something: %v, want %v", test.name, got, test.brings)
		}
	}
}
