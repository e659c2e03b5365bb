package planner_test

import (
	"testing"

	"baseline/resource"
	"baseline/testdata/accounts"
)

// A file lays what it says over what is there, and leaves the rest alone.
func TestDeclaredObjects(t *testing.T) {
	both := tags{"team": "data", resource.MarkKey: accounts.Name}
	others := tags{resource.MarkKey: "other"}
	unlooked := map[string]resource.Facts{"iam_policy/P": {}}
	run(t, []making{
		{
			name: "a new user gets AWS's defaults and the mark",
			want: objects{"iam_user/alice": {}},
			plan: []string{"create iam_user/alice boundary: path:/ tags:map[baseline:name:b]"},
		},
		{
			name: "the mark joins declared tags",
			want: objects{"iam_user/alice": {"path": "/x/", "tags": tags{"team": "data"}}},
			plan: []string{"create iam_user/alice boundary: path:/x/ tags:map[baseline:name:b team:data]"},
		},
		{
			name: "a new group bears no mark, for it has no tags",
			want: objects{"iam_group/G": {}},
			plan: []string{"create iam_group/G path:/"},
		},
		{
			name: "what is not declared of it stays",
			live: objects{"iam_user/alice": {"path": "/", "boundary": "aws:PowerUserAccess", "tags": tags{"team": "data"}}},
			want: objects{"iam_user/alice": {"path": "/x/"}},
			plan: []string{"update iam_user/alice path:/x/"},
		},
		{
			name: "nothing declared of it, nothing changes",
			live: objects{"iam_user/alice": user("/x/", tags{"team": "data"})},
			want: objects{"iam_user/alice": {}},
		},
		{
			name: "declared tags are complete",
			live: objects{"iam_user/alice": user("/", tags{"team": "data", "old": "1"})},
			want: objects{"iam_user/alice": {"tags": tags{"team": "ops"}}},
			plan: []string{"update iam_user/alice tags:map[team:ops]"},
		},
		{
			name: "but the mark stays, and nothing else changes for it",
			live: objects{"iam_user/alice": user("/", both)},
			want: objects{"iam_user/alice": {"tags": tags{"team": "data"}}},
		},
		{
			name: "also where the tags change",
			live: objects{"iam_user/alice": user("/", both)},
			want: objects{"iam_user/alice": {"tags": tags{}}},
			plan: []string{"update iam_user/alice tags:map[baseline:name:b]"},
		},
		{
			name: "what is adopted is not marked: it was there before",
			live: objects{"iam_user/alice": user("/", tags{})},
			want: objects{"iam_user/alice": {"path": "/", "tags": tags{}}},
		},
		{
			name: "another wording of a document is no change",
			live: objects{"iam_policy/P": managed("/", "", "s3:GetObject", tags{})},
			want: objects{"iam_policy/P": {"document": resource.Document(`{ "Version": "2012-10-17", "Statement": { "Resource": ["*"], "Effect": "Allow", "Action": ["s3:GetObject"] } }`)}},
		},
		{
			name: "and is kept where something else changes",
			live: objects{"iam_policy/P": managed("/", "", "s3:GetObject", tags{})},
			want: objects{"iam_policy/P": {"tags": tags{"a": "b"}, "document": resource.Document(`{ "Version": "2012-10-17", "Statement": { "Resource": "*", "Effect": "Allow", "Action": "s3:GetObject" } }`)}},
			plan: []string{"update iam_policy/P tags:map[a:b]"},
		},
		{
			name: "a policy's path takes a replacement",
			live: objects{"iam_policy/P": managed("/", "", "s3:GetObject", mark)},
			want: objects{"iam_policy/P": {"path": "/x/"}},
			plan: []string{
				"delete iam_policy/P // AWS can't change the path of an existing one",
				`create iam_policy/P description: document:` + string(allow("s3:GetObject")) + ` path:/x/ tags:map[baseline:name:b] // AWS can't change the path of an existing one`,
			},
		},
		{
			name: "so does its description, and its attachments go along and come back",
			live: objects{"iam_policy/P": managed("/", "old", "s3:GetObject", mark), "iam_group/G": group("/"), "iam_policy_attachment/group/G/P": {}},
			want: objects{"iam_policy/P": {"description": "new"}, "iam_policy_attachment/group/G/P": {}},
			plan: []string{
				"delete iam_policy_attachment/group/G/P // goes and comes back with policy/P",
				"delete iam_policy/P // AWS can't change the description of an existing one",
				`create iam_policy/P description:new document:` + string(allow("s3:GetObject")) + ` path:/ tags:map[baseline:name:b] // AWS can't change the description of an existing one`,
				"create iam_policy_attachment/group/G/P // goes and comes back with policy/P",
			},
		},
		{
			name: "what only a close look shows is looked at before it is compared",
			live: objects{"iam_policy/P": {"path": "/", "document": allow("s3:GetObject"), "tags": tags{}}}, facts: unlooked,
			want: objects{"iam_policy/P": {"description": "new"}},
			plan: []string{"look iam_policy/P"},
		},
		{
			name: "tags of a policy may show late: a difference is looked at",
			live: objects{"iam_policy/P": managed("/", "", "s3:GetObject", tags{})}, facts: unlooked,
			want: objects{"iam_policy/P": {"tags": tags{"a": "b"}}},
			plan: []string{"look iam_policy/P"},
		},
		{
			name: "a new role must say whom it trusts",
			want: objects{"iam_role/R": {"path": "/"}},
			plan: []string{"problem iam_role/R: is not in the account, and without trust it can't be created"},
		},
		{
			name: "a new policy must have a document",
			want: objects{"iam_policy/P": {}},
			plan: []string{"problem iam_policy/P: is not in the account, and without document it can't be created"},
		},
		{
			name: "names that differ in case alone clash",
			live: objects{"iam_user/Alice": user("/", tags{})},
			want: objects{"iam_user/alice": {}},
			plan: []string{`problem iam_user/alice: the account spells this name "Alice", and AWS does not tell upper from lower case: write it that way`},
		},
		{
			name: "of another kind they do not",
			live: objects{"iam_group/Alice": group("/")},
			want: objects{"iam_user/alice": {}},
			plan: []string{"create iam_user/alice boundary: path:/ tags:map[baseline:name:b]"},
		},
		{
			name: "a kind that is not known",
			want: objects{"iam_toaster/t": {}},
			plan: []string{`problem iam_toaster/t: there is no kind "iam_toaster"`},
		},
		{
			name: "what another baseline created is left to it, with its parts",
			live: objects{"iam_user/alice": user("/", others), "iam_group/G": group("/")},
			want: objects{"iam_user/alice": {"path": "/x/"}, "iam_membership/alice/G": {}},
			plan: []string{`medium owned-elsewhere iam_user/alice: declared in the file, but it belongs to the baseline "other"; it is left as it is`},
		},
		{
			name: "what a service owns is left to it, said once for it and its parts",
			live: objects{"iam_role/R": role("/", trusting("root"), tags{}), "iam_inline_policy/role/R/p": {"document": allow("s3:*")}},
			facts: map[string]resource.Facts{
				"iam_role/R":                 {resource.FactOwner: "AWS Control Tower"},
				"iam_inline_policy/role/R/p": {resource.FactOwner: "AWS Control Tower"},
			},
			want:     objects{"iam_role/R": {"path": "/x/"}, "iam_inline_policy/role/R/p": {"document": allow("s3:Get*")}},
			complete: map[string][]resource.Kind{"iam_role/R": {"iam_inline_policy", "iam_policy_attachment"}},
			plan:     []string{"medium owned-elsewhere iam_role/R: declared in the file, but it belongs to AWS Control Tower; it is left as it is"},
		},
		{
			name: "a name that is nowhere",
			want: objects{"iam_user/alice": {"boundary": "Fence"}},
			plan: []string{"create iam_user/alice boundary:Fence path:/ tags:map[baseline:name:b]", "problem iam_user/alice: names policy/Fence, which is neither in the account nor in the file"},
		},
	})
}
