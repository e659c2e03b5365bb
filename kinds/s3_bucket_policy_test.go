package kinds_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"baseline/resource"
)

var auditPolicy = at("s3_bucket_policy", "acme-audit")

// byHand puts a policy as somebody else does; byHand("") takes it away.
func (s *subject) byHand(text string) {
	s.t.Helper()
	client, name := s.s3(euWest), aws.String("acme-audit")
	var err error
	if text == "" {
		_, err = client.DeleteBucketPolicy(s.t.Context(), &s3.DeleteBucketPolicyInput{Bucket: name})
	} else {
		_, err = client.PutBucketPolicy(s.t.Context(), &s3.PutBucketPolicyInput{Bucket: name, Policy: &text})
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// policyText is the text of the bucket's policy as S3 has it; "" for none.
func (s *subject) policyText() string {
	s.t.Helper()
	out, err := s.s3(euWest).GetBucketPolicy(s.t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("acme-audit")})
	if answer, ok := errors.AsType[smithy.APIError](err); ok && answer.ErrorCode() == "NoSuchBucketPolicy" {
		return ""
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return *out.Policy
}

// lay brings what a file wants into the terms of the account.
func (s *subject) lay(wanted resource.Object) resource.Object {
	s.t.Helper()
	state := s.look(auditPolicy)
	return typeOf(s.t, "s3_bucket_policy").Lay(auditPolicy, wanted, func(a resource.Address) (resource.Resource, bool) {
		found, ok := state[a]
		return found, ok
	})
}

// What others have in a policy stays byte for byte, from when ours is put in to when it is taken out again.
func TestStatementsOfOthersStayByteForByte(t *testing.T) {
	s := openWithBucket(t, nil)
	wanted := settings{"statements": resource.Document(tlsOnly), "own": "Baseline"}
	theirs := strings.ReplaceAll(onAuditBucket, "BaselineAclCheck", "AclCheck")
	s.byHand(theirs)
	before := s.look(auditPolicy)[auditPolicy].Settings
	if before.Document("document") != resource.Document(theirs) {
		t.Fatalf("it shows %s", before)
	}
	after := s.lay(wanted)
	s.write(resource.Change{Address: auditPolicy, Before: before, After: after})
	ours := tlsOnly[strings.Index(tlsOnly, "[{")+1 : len(tlsOnly)-2]
	if diff := cmp.Diff(strings.Replace(theirs, "}\n  ]", "},"+ours+"\n  ]", 1), s.policyText()); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if again := s.lay(wanted); again["document"] != after["document"] {
		t.Errorf("a second plan would write %s", again)
	}

	// Somebody adds a statement meanwhile; taking ours back leaves it.
	others := strings.Replace(theirs, "{\"Sid\": \"Readers\"", "{\"Effect\":\"Deny\", \"Principal\":\"*\",\"Action\":\"s3:DeleteObject\",\"Resource\":\"arn:aws:s3:::acme-audit/*\"}, {\"Sid\": \"Readers\"", 1)
	s.byHand(strings.Replace(others, "}\n  ]", "},"+ours+"\n  ]", 1))
	found := s.look(auditPolicy)[auditPolicy].Settings
	back, ok := typeOf(t, "s3_bucket_policy").TakeBack(before, after, found)
	if !ok {
		t.Fatal("it cannot be taken back")
	}
	s.write(resource.Change{Address: auditPolicy, Before: found, After: back})
	if diff := cmp.Diff(others, s.policyText()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.write(resource.Change{Address: auditPolicy, Before: settings{"document": resource.Document(others)}, After: before})
	if got := s.policyText(); got != theirs {
		t.Errorf("after the undoing of all: %s", got)
	}
}

func TestLayingAPolicy(t *testing.T) {
	s := openWithBucket(t, nil)
	wanted := settings{"statements": resource.Document(tlsOnly), "own": "Baseline"}
	if diff := cmp.Diff(settings{"document": resource.Document(tlsOnly)}, s.lay(wanted)); diff != "" {
		t.Errorf("over nothing (-want +got):\n%s", diff)
	}
	s.byHand(onAuditBucket)
	laid := string(s.lay(wanted).Document("document"))
	if strings.Contains(laid, "BaselineAclCheck") || !strings.Contains(laid, "BaselineTLS") || !strings.Contains(laid, "Readers") {
		t.Errorf("what is ours and not wanted any more stays: %s", laid)
	}
	whole := settings{"document": resource.Document(tlsOnly)}
	if diff := cmp.Diff(whole, s.lay(whole)); diff != "" {
		t.Errorf("a whole document (-want +got):\n%s", diff)
	}
}

func TestTakingBackAPolicy(t *testing.T) {
	takeBack := typeOf(t, "s3_bucket_policy").TakeBack
	made := settings{"document": resource.Document(tlsOnly)}
	if back, ok := takeBack(nil, made, made); back != nil || !ok {
		t.Errorf("what was made goes: %v, %v", back, ok)
	}
	if back, ok := takeBack(nil, made, settings{"document": resource.Document(onAuditBucket)}); ok {
		t.Errorf("what is not there any more: %v", back)
	}
}

// A policy that is not what the plan has seen is left alone, whatever was to be done to it.
func TestPolicyThatHasChangedSinceIsNotTouched(t *testing.T) {
	const since = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-audit/*"}}`
	seen, after := settings{"document": resource.Document(onAuditBucket)}, settings{"document": resource.Document(tlsOnly)}
	for _, test := range []struct {
		name   string
		change resource.Change
		now    string
	}{
		{"creation", resource.Change{Address: auditPolicy, After: after}, since},
		{"update", resource.Change{Address: auditPolicy, Before: seen, After: after}, since},
		{"update of what is gone", resource.Change{Address: auditPolicy, Before: seen, After: after}, ""},
		{"deletion", resource.Change{Address: auditPolicy, Before: seen}, since},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openWithBucket(t, nil)
			s.byHand(test.now)
			before := s.policyText()
			err := s.account.Write(t.Context(), test.change)
			if err == nil || !strings.Contains(err.Error(), "policy of bucket acme-audit has changed; nothing was changed") {
				t.Errorf("error: %v", err)
			}
			if got := s.policyText(); got != before {
				t.Errorf("it is now %s", got)
			}
		})
	}
}

// In other words, it is still what the plan has seen.
func TestPolicyInOtherWordsIsTheSame(t *testing.T) {
	s := openWithBucket(t, nil)
	s.byHand(strings.ReplaceAll(onAuditBucket, "s3:GetBucketAcl", "s3:getbucketacl"))
	s.write(resource.Change{Address: auditPolicy, Before: settings{"document": resource.Document(onAuditBucket)}, After: settings{"document": resource.Document(tlsOnly)}})
	if got := s.policyText(); got != tlsOnly {
		t.Errorf("it is %s", got)
	}
	reworded := strings.ReplaceAll(tlsOnly, "s3:*", "S3:*")
	s.byHand(reworded)
	s.write(resource.Change{Address: auditPolicy, Before: settings{"document": resource.Document(onAuditBucket)}, After: settings{"document": resource.Document(tlsOnly)}})
	if got := s.policyText(); got != reworded {
		t.Errorf("what is as it shall be was written again: %s", got)
	}
	s.write(resource.Change{Address: auditPolicy, Before: settings{"document": resource.Document(tlsOnly)}})
	s.shows(auditPolicy, nil)
	s.write(resource.Change{Address: auditPolicy, Before: settings{"document": resource.Document(tlsOnly)}}) // what is gone is gone
	s.write(resource.Change{Address: audit, Before: settings{"region": euWest}})
	s.write(resource.Change{Address: auditPolicy, Before: settings{"document": resource.Document(tlsOnly)}}) // also with its bucket
}
