package sandbox

import "time"

// How often CloudTrail delivers: log files about every five minutes, digest files every hour.
const (
	deliveryInterval = 5 * time.Minute
	digestInterval   = time.Hour
)

func startLogging(c *call, in *trailNameInput) (answer, error) { return c.setLogging(in.Name, true) }

func stopLogging(c *call, in *trailNameInput) (answer, error) { return c.setLogging(in.Name, false) }

// setLogging switches a trail on or off. Doing it twice is harmless.
func (c *call) setLogging(name string, logging bool) (answer, error) {
	t, err := c.trailToWrite(name)
	if err != nil {
		return done, err
	}
	if t.Logging == logging {
		return trailDone, nil
	}
	changed := *t
	changed.Logging = logging
	if logging {
		changed.Started = c.now
	} else {
		changed.Stopped = c.now
	}
	c.put(&changed)
	return trailDone, nil
}

// trailStatus is what GetTrailStatus answers. The members that AWS keeps for old clients are texts.
type trailStatus struct {
	IsLogging                         bool
	StartLoggingTime                  *int64  `json:",omitempty"`
	StopLoggingTime                   *int64  `json:",omitempty"`
	LatestDeliveryTime                *int64  `json:",omitempty"`
	LatestDeliveryError               *string `json:",omitempty"`
	LatestDigestDeliveryTime          *int64  `json:",omitempty"`
	LatestDigestDeliveryError         *string `json:",omitempty"`
	LatestNotificationTime            *int64  `json:",omitempty"`
	LatestCloudWatchLogsDeliveryTime  *int64  `json:",omitempty"`
	LatestCloudWatchLogsDeliveryError *string `json:",omitempty"`
	LatestDeliveryAttemptTime         string
	LatestNotificationAttemptTime     string
	LatestNotificationAttemptSuccess  string `json:"LatestNotificationAttemptSucceeded"`
	LatestDeliveryAttemptSuccess      string `json:"LatestDeliveryAttemptSucceeded"`
	TimeLoggingStarted                string
	TimeLoggingStopped                string
}

// getTrailStatus tells whether a trail logs and how its deliveries went. Nothing is recorded, so that is worked out: a
// delivery was due every few minutes while the trail logged, and it went as it would go now.
func getTrailStatus(c *call, in *trailNameInput) (answer, error) {
	t, err := c.trailToRead(in.Name)
	if err != nil {
		return done, err
	}
	out := trailStatus{
		IsLogging:          t.Logging,
		StartLoggingTime:   epochSeconds(t.Started),
		StopLoggingTime:    epochSeconds(t.Stopped),
		TimeLoggingStarted: isoTime(t.Started),
		TimeLoggingStopped: isoTime(t.Stopped),
	}
	c.tellDeliveries(t, &out)
	return answer{json: out}, nil
}

// isoTime is a time as the texts of a trail's status write it, and "" for none.
func isoTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// lastDue is when something that is due at every interval while a trail logs was last due; the zero time is never.
func (t *Trail) lastDue(now time.Time, interval time.Duration) time.Time {
	if t.Started.IsZero() {
		return time.Time{}
	}
	if !t.Logging {
		now = t.Stopped
	}
	n := now.Sub(t.Started) / interval
	if n < 1 {
		return time.Time{}
	}
	return t.Started.Add(n * interval)
}

func (c *call) tellDeliveries(t *Trail, out *trailStatus) {
	due := t.lastDue(c.now, deliveryInterval)
	if due.IsZero() {
		return
	}
	out.LatestDeliveryAttemptTime = isoTime(due)
	failed := c.deliveryError(t)
	if failed == "" {
		out.LatestDeliveryTime, out.LatestDeliveryAttemptSuccess = epochSeconds(due), isoTime(due)
	}
	out.LatestDeliveryError = presentText(failed)
	if digest := t.lastDue(c.now, digestInterval); t.Validation && !digest.IsZero() {
		out.LatestDigestDeliveryError = presentText(failed)
		if failed == "" {
			out.LatestDigestDeliveryTime = epochSeconds(digest)
		}
	}
	if t.TopicARN != "" && failed == "" {
		out.LatestNotificationTime = epochSeconds(due)
		out.LatestNotificationAttemptTime, out.LatestNotificationAttemptSuccess = isoTime(due), isoTime(due)
	}
	if t.LogGroupARN == "" {
		return
	}
	if t.Account == c.account && c.preflightLogs(t) != nil {
		out.LatestCloudWatchLogsDeliveryError = presentText("Access denied.")
		return
	}
	out.LatestCloudWatchLogsDeliveryTime = epochSeconds(due)
}

// deliveryError is S3's error code for a delivery to the trail's bucket, or "" when it works. What becomes of another
// account's trail is not known here.
func (c *call) deliveryError(t *Trail) string {
	if t.Account != c.account {
		return ""
	}
	if _, _, ok := c.bucketExists(t.Bucket); !ok {
		return "NoSuchBucket"
	}
	if !c.canWrite(t, t.logFolder(c.account)) {
		return "AccessDenied"
	}
	return ""
}
