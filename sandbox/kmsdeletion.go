package sandbox

import "time"

// Keys are never deleted at once: they wait, and until the wait is over it can be called off.

func kmsDeletionOperations() []operation {
	return []operation{
		write("ScheduleKeyDeletion", asked(scheduleKeyDeletion)),
		write("CancelKeyDeletion", asked(cancelKeyDeletion)),
	}
}

// The days a key may wait for its deletion; it waits longest when nothing is said.
const (
	shortestKeyWait = 7
	longestKeyWait  = 30
)

const day = 24 * time.Hour

type scheduleKeyDeletionInput struct {
	KeyId               string //nolint:revive // the API's own spelling
	PendingWindowInDays *int
}

func scheduleKeyDeletion(c *call, in *scheduleKeyDeletionInput) (answer, error) {
	days := longestKeyWait
	if in.PendingWindowInDays != nil {
		days = *in.PendingWindowInDays
	}
	if days < shortestKeyWait || days > longestKeyWait {
		return done, refuse(codeValidation, "PendingWindowInDays must be between %d and %d (inclusive).", shortestKeyWait, longestKeyWait)
	}
	k, err := c.activeKey(in.KeyId)
	if err != nil {
		return done, err
	}
	changed := *k
	changed.State = keyPendingDeletion
	changed.Deletion = c.now.Add(time.Duration(days) * day)
	c.put(&changed)
	return answer{json: struct {
		KeyId               string //nolint:revive // the API's own spelling
		DeletionDate        *int64
		KeyState            string
		PendingWindowInDays int
	}{k.arn(c.account), epochSeconds(changed.Deletion), changed.State, days}}, nil
}

// cancelKeyDeletion leaves the key disabled.
func cancelKeyDeletion(c *call, in *kmsKeyInput) (answer, error) {
	k, err := c.kmsKey(in.KeyId, byKeyOnly)
	if err != nil {
		return done, err
	}
	if k.State != keyPendingDeletion {
		return done, refuse("KMSInvalidStateException", "%s is not pending deletion.", k.arn(c.account))
	}
	changed := *k
	changed.State, changed.Deletion = keyDisabled, time.Time{}
	c.put(&changed)
	return answer{json: kmsKeyAnswer{k.arn(c.account)}}, nil
}
