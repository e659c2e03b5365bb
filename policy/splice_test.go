package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baseline/policy"
)

// Statements of a bucket's policy: two of others, in their own wording, and three of ours.
const (
	theirsRead  = `{ "Sid" : "Readers","Effect":"Allow", "Principal":{"AWS":["arn:aws:iam::444455556666:root"]}, "Action":["s3:GetObject"],"Resource":"arn:aws:s3:::b/*" }`
	theirsNoSid = `{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject*","Resource":"arn:aws:s3:::b\/\u002a"}`
	oursACL     = `{"Sid":"OursAcl","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::b"}`
	oursWrite   = `{"Sid":"OursWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/AWSLogs/*"}`
	oursWritten = `{"Sid":"OursWrite","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/logs/AWSLogs/*"}`
	// oursACLSpelled means what oursACL does.
	oursACLSpelled = `{"Resource":["arn:aws:s3:::b"],"Action":["S3:getbucketacl"],"Principal":{"Service":["cloudtrail.amazonaws.com"]},"Effect":"Allow","Sid":"ByHand"}`
)

// of joins statements into the document that the splicing itself would write.
func of(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func TestMerge(t *testing.T) {
	spaced := "{\n  \"Id\": \"x\",\n  \"Statement\" : [ " + theirsRead + " ,\n\t" + theirsNoSid + "\n ], \"Version\":\"2008-10-17\"}\n"
	for _, test := range []struct {
		name, text, wanted, own, want string
	}{
		{"into nothing", "", of(oursACL, oursWrite), "Ours", of(oursACL, oursWrite)},
		{"nothing into nothing", "", of(), "Ours", ""},
		{"nothing into what is others'", spaced, of(), "Ours", spaced},
		{
			"after what is there", spaced, of(oursACL), "Ours",
			"{\n  \"Id\": \"x\",\n  \"Statement\" : [ " + theirsRead + " ,\n\t" + theirsNoSid + "," + oursACL + "\n ], \"Version\":\"2008-10-17\"}\n",
		},
		{"beside a single statement", `{"Statement": ` + theirsRead + ` }`, of(oursACL), "Ours", `{"Statement": [` + theirsRead + "," + oursACL + `] }`},
		{"into an empty list", `{"Statement": [ ], "Id":"x"}`, of(oursACL), "Ours", `{"Statement": [` + oursACL + `], "Id":"x"}`},
		{"what is there as it is", of(theirsRead, oursACL, oursWrite), of(oursWrite, oursACL), "Ours", of(theirsRead, oursACL, oursWrite)},
		{"what is there in other words", of(oursACLSpelled), of(oursACL), "Ours", of(oursACLSpelled)},
		{"over the one of the same Sid", of(oursWrite, theirsRead), of(oursWritten), "Ours", of(oursWritten, theirsRead)},
		{"and away with what is not wanted", of(oursACL, theirsRead, oursWrite), of(oursWrite), "Ours", of(theirsRead, oursWrite)},
		{"away with the last", of(theirsRead, oursACL), of(), "Ours", of(theirsRead)},
		{"away with all", of(oursACL, oursWrite), of(), "Ours", ""},
		{"nothing is ours", of(oursACL, oursWrite), of(oursWritten), "", of(oursACL, oursWrite, oursWritten)},
		{"others' of our wanted Sid stays without a name of ours", of(theirsRead), of(strings.Replace(oursACL, "OursAcl", "Readers", 1)), "Ours", of(theirsRead, strings.Replace(oursACL, "OursAcl", "Readers", 1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := policy.Merge(test.text, test.wanted, test.own)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if again, err := policy.Merge(got, test.wanted, test.own); again != got || err != nil {
				t.Errorf("merged again: %s, %v", again, err)
			}
		})
	}
}

func TestMergeRefusesWhatItCannotRead(t *testing.T) {
	for _, texts := range [][2]string{{"{", of(oursACL)}, {of(oursACL), "{"}, {`{"Statement":[{}]}`, of()}} {
		if got, err := policy.Merge(texts[0], texts[1], "Ours"); err == nil {
			t.Errorf("%q with %q is %q", texts[0], texts[1], got)
		}
	}
}

func TestLacking(t *testing.T) {
	for _, test := range []struct {
		name, text, wanted string
		want               []string
	}{
		{"nothing is there", "", of(oursACL, oursWrite), []string{oursACL, oursWrite}},
		{"all is there, in other words", of(theirsRead, oursACLSpelled, oursWrite), of(oursWrite, oursACL), nil},
		{"another of the same Sid", of(oursWrite), of(oursWritten), []string{oursWritten}},
		{"what cannot be read has nothing", "{", of(oursACL), []string{oursACL}},
		{"what cannot be read wants nothing", of(oursACL), "{", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, policy.Lacking(test.text, test.wanted)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTakeBack(t *testing.T) {
	for _, test := range []struct {
		name, before, after, text, want string
		ok                              bool
	}{
		{"what was made goes", "", of(oursACL), of(oursACL), "", true},
		{"what others have added stays", "", of(oursACL), `{"Statement":[` + oursACL + " , " + theirsRead + `]}`, `{"Statement":[` + theirsRead + `]}`, true},
		{"what was replaced comes back", of(theirsRead, oursWrite), of(theirsRead, oursWritten), of(theirsNoSid, oursWritten), of(theirsNoSid, oursWrite), true},
		{"what was taken comes back", of(oursACL, theirsRead), of(theirsRead), "", of(oursACL), true},
		{"what came back by itself is not there twice", of(oursACL, theirsRead), of(theirsRead), of(oursACLSpelled), of(oursACLSpelled), true},
		{"what others have reworded goes", "", of(oursACL), of(oursACLSpelled, theirsRead), of(theirsRead), true},
		{"what others have changed cannot be told apart", "", of(oursWrite), of(oursWritten), "", false},
		{"what others have taken away", "", of(oursWrite), "", "", false},
		{"what cannot be read", "", of(oursWrite), "{", "", false},
		{"what could not be read before", "{", of(oursWrite), of(oursWrite, theirsRead), "", false},
		{"nobody has changed it", `{"Statement": ` + theirsRead + `}`, of(theirsRead, oursWrite), of(theirsRead, oursWrite), `{"Statement": ` + theirsRead + `}`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, ok := policy.TakeBack(test.before, test.after, test.text)
			if got != test.want || ok != test.ok {
				t.Errorf("%s, %v; want %s, %v", got, ok, test.want, test.ok)
			}
		})
	}
}

// ours draws statements of ours, each with a Sid of its own, and each in one of three forms.
func ours(t *rapid.T, label string) string {
	var statements []string
	for _, n := range some([]string{"1", "2", "3", "4"}).Draw(t, label) {
		statements = append(statements, fmt.Sprintf(`{"Sid":"Ours%s","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:Ours%s","Resource":"arn:aws:s3:::b/%d"}`,
			n, n, rapid.IntRange(1, 3).Draw(t, "form")))
	}
	return of(statements...)
}

// merged is what Merge makes of texts that it can read.
func merged(t *rapid.T, text, wanted, own string) string {
	after, err := policy.Merge(text, wanted, own)
	if err != nil {
		t.Fatalf("%v: %s with %s", err, text, wanted)
	}
	return after
}

// statementsIn returns the statements of a text as they are written there, ours or all others.
func statementsIn(text string, own bool) []string {
	return slices.DeleteFunc(append([]string{}, policy.Lacking("", text)...), func(s string) bool { return strings.HasPrefix(s, `{"Sid":"Ours`) != own })
}

// Whatever the policy of others looks like, what is put into it comes out again without a trace, and without a trace on what others
// have added in the meantime.
func TestMergedStatementsAreTakenBackToTheByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		if rapid.Bool().Draw(t, "some") {
			text = spell(t, anyDocument().Draw(t, "others"))
		}
		first := merged(t, text, ours(t, "first"), "Ours")
		if back, ok := policy.TakeBack(text, first, first); back != text || !ok {
			t.Fatalf("%s\nbecame %s\nback   %s, %v", text, first, back, ok)
		}
		added := of(theirsRead)
		if back, ok := policy.TakeBack(text, first, merged(t, first, added, "")); back != merged(t, text, added, "") || !ok {
			t.Fatalf("%s\nbecame %s\nback with an addition: %s, %v", text, first, back, ok)
		}

		second := merged(t, first, ours(t, "second"), "Ours")
		if diff := cmp.Diff(statementsIn(text, false), statementsIn(second, false)); diff != "" {
			t.Fatalf("others' statements (-before +after):\n%s", diff)
		}
		back, ok := policy.TakeBack(first, second, merged(t, second, added, ""))
		if !ok {
			t.Fatalf("%s\nbecame %s\nand cannot be taken back", first, second)
		}
		if diff := cmp.Diff(append(statementsIn(text, false), theirsRead), statementsIn(back, false)); diff != "" {
			t.Fatalf("others' statements (-before +back):\n%s", diff)
		}
		was, is := statementsIn(first, true), statementsIn(back, true)
		slices.Sort(was)
		slices.Sort(is)
		if diff := cmp.Diff(was, is); diff != "" {
			t.Fatalf("our statements (-before +back):\n%s", diff)
		}
	})
}

func FuzzMerge(f *testing.F) {
	for _, text := range []string{"", of(), of(theirsRead, oursACL, oursWrite), `{"Statement":` + oursWritten + `,"Id":"\u0041"}`, `{"Statement": [ ]}`} {
		f.Add(text, of(oursACL, oursWritten), "Ours")
		f.Add(text, of(theirsNoSid), "")
		f.Add(of(oursACLSpelled, oursACL, oursACL), text, "By")
	}
	f.Fuzz(func(t *testing.T, text, wanted, own string) {
		after, err := policy.Merge(text, wanted, own)
		if err != nil {
			return
		}
		if after != "" {
			if _, err := policy.Parse(after); err != nil {
				t.Fatalf("%v: %s", err, after)
			}
		}
		if again, err := policy.Merge(after, wanted, own); again != after || err != nil {
			t.Fatalf("merged again, %s is %s, %v", after, again, err)
		}
		if back, ok := policy.TakeBack(text, after, after); back != text || !ok {
			t.Fatalf("taken back, %s is %s, %v", after, back, ok)
		}
		// What is others' is there as it was, in the order in which it was.
		at := 0
		for _, statement := range policy.Lacking("", text) {
			if d, err := policy.Parse(`{"Statement":` + statement + `}`); err != nil || own != "" && strings.HasPrefix(d.Statements[0].Sid, own) {
				continue
			}
			found := strings.Index(after[at:], statement)
			if found < 0 {
				t.Fatalf("%s is not in %s as it was", statement, after)
			}
			at += found + len(statement)
		}
	})
}
