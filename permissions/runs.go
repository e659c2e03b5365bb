package permissions

import "baseline/kinds"

// keepRuns is the purpose of keeping runs in S3; a Sid.
const keepRuns = "KeepRuns"

// KeepRuns adds what it takes to keep runs in a bucket of S3, under a prefix, "" being all of it: to list them, read them, and
// write them. Deleting is no part of it. Where the bucket encrypts with a key of KMS that is not AWS's own, it takes
// kms:GenerateDataKey and kms:Decrypt on that key, too, which nothing here knows of.
func (s *Set) KeepRuns(partition, bucket, prefix string) {
	on := "arn:" + partition + ":s3:::" + bucket
	under := on + "/"
	if prefix != "" {
		under += prefix + "/"
		if _, known := s.on["s3:ListBucket"][on]; !known {
			if s.listed == nil {
				s.listed = map[string]string{}
			}
			s.listed[on] = prefix + "/*"
		}
	}
	s.add(keepRuns, []kinds.Grant{
		{Action: "s3:GetObject", Resource: under + "*"},
		{Action: "s3:PutObject", Resource: under + "*"},
		{Action: "s3:ListBucket", Resource: on},
	})
}

// A condition is the Condition of a statement, by operator and condition key.
type condition map[string]map[string]string

// conditionOf holds lists of a bucket to what the runs are kept under. S3 knows of a prefix only when it lists.
func (s *Set) conditionOf(purpose string, actions, resources []string) condition {
	if purpose != keepRuns || len(resources) != 1 || len(actions) != 1 || s.listed[resources[0]] == "" {
		return nil
	}
	return condition{"StringLike": {"s3:prefix": s.listed[resources[0]]}}
}
