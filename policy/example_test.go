package policy_test

import (
	"fmt"

	"baseline/policy"
)

func ExampleCheck() {
	const text = `{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Action": ["GetObject", "s3:ListBucket"],
    "Resorce": "*"
  }]
}`
	for _, p := range policy.Check(text, policy.Managed) {
		fmt.Println(p)
	}
	// Output:
	// 3:17: Statement[0]: Resource is missing (or NotResource)
	// 5:16: Statement[0].Action[0]: "GetObject" has no service in front, as in s3:GetObject
	// 6:5: Statement[0].Resorce: unknown key "Resorce"; did you mean "Resource"?
}

func ExampleDiff() {
	const (
		before = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}}`
		after = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"AWS": "444455556666"}, "Condition": {"StringEquals": {"sts:ExternalId": "my-data-sharing-id"}}}]}`
	)
	for _, c := range policy.Diff(before, after) {
		fmt.Printf("statement %d of %d %v\n", c.Index, c.Of, c.Kind)
		for _, l := range c.Lines {
			fmt.Printf("%c %s\n", l.Sign, l.Text)
		}
	}
	// Output:
	// statement 1 of 1 changed
	//   Allow sts:AssumeRole to account 444455556666
	// +   when sts:ExternalId = my-data-sharing-id
}
