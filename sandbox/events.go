package sandbox

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const eventKindName = "event"

// mostEvents is how many events the history keeps. AWS keeps those of 90 days.
const mostEvents = 200

// inHistory is the link of every event.
const inHistory = "in the event history"

// An Event is a call that changed something, as the event history of CloudTrail tells it, which needs no trail.
type Event struct {
	// Number counts the events of the account.
	Number    int       `json:"number"`
	Time      time.Time `json:"time"`
	Source    string    `json:"source"`
	Name      string    `json:"name"`
	Region    string    `json:"region"`
	Caller    string    `json:"caller"`
	Resources []string  `json:"resources,omitempty"`
}

func (e *Event) place() place    { return place{eventKindName, fmt.Sprintf("%012d", e.Number)} }
func (e *Event) born() time.Time { return e.Time }
func (e *Event) links() []string { return []string{inHistory} }

func eventKind() *kind { return &kind{name: eventKindName, decode: decodeAs[Event]} }

// isDataEvent reports whether calls of an operation are about what is in a resource, which the event history leaves out.
func isDataEvent(operation string) bool {
	return strings.HasSuffix(operation, "Object") || strings.HasSuffix(operation, "Objects")
}

// record adds a call that changed something to the event history, and drops the oldest one when there are too many.
func (c *call) record(s *service) {
	history := c.store.linked[inHistory]
	e := &Event{
		Number: 1, Time: c.now, Source: s.name + ".amazonaws.com", Name: c.operation.name, Region: c.region, Caller: c.caller.arn,
		Resources: c.named(),
	}
	if s.name == "iam" || s.name == "sts" {
		e.Region = globalRegion
	}
	if len(history) > 0 {
		if last, ok := c.store.get(history[len(history)-1]).(*Event); ok {
			e.Number = last.Number + 1
		}
	}
	c.put(e)
	if len(history) >= mostEvents {
		c.remove(c.store.get(history[0]))
	}
}

// named are the names and ARNs that a call was sent, sorted: what events call the resources they are about.
func (c *call) named() []string {
	names := map[string]bool{}
	add := func(field, value string) {
		for _, end := range []string{"Name", "Arn", "ARN", "Id", bucketField} {
			if value != "" && strings.HasSuffix(field, end) {
				names[value] = true
				names[value[strings.LastIndexByte(value, '/')+1:]] = true
			}
		}
	}
	for field := range c.form {
		add(field, c.text(field))
	}
	var sent map[string]any
	if json.Unmarshal(c.body, &sent) == nil {
		for field, value := range sent {
			if text, ok := value.(string); ok {
				add(strings.ToUpper(field[:1])+field[1:], text)
			}
		}
	}
	delete(names, "")
	return slices.Sorted(maps.Keys(names))
}

// An eventOutput is an event as LookupEvents answers it.
type eventOutput struct {
	EventId         string //nolint:revive // the API's own spelling
	EventName       string
	EventSource     string
	EventTime       int64
	ReadOnly        string
	Username        string
	Resources       []eventResource
	CloudTrailEvent string
}

type eventResource struct{ ResourceName string }

func (e *Event) output(account string) (eventOutput, error) {
	out := eventOutput{
		EventId:   fmt.Sprintf("00000000-0000-4000-8000-%012d", e.Number),
		EventName: e.Name, EventSource: e.Source, EventTime: e.Time.Unix(), ReadOnly: "false",
		Username: e.Caller[strings.LastIndexByte(e.Caller, '/')+1:], Resources: []eventResource{},
	}
	for _, name := range e.Resources {
		out.Resources = append(out.Resources, eventResource{name})
	}
	whole, err := json.Marshal(map[string]any{
		"eventVersion": "1.09", "eventID": out.EventId, "eventTime": e.Time.UTC().Format(time.RFC3339), "eventName": e.Name,
		"eventSource": e.Source, "awsRegion": e.Region, "readOnly": false, "recipientAccountId": account,
		"userIdentity": map[string]string{"arn": e.Caller, "accountId": account},
	})
	out.CloudTrailEvent = string(whole)
	return out, err
}

// fits reports whether an event has the attribute that is looked up.
func (e *Event) fits(key, value string) bool {
	switch key {
	case "EventName":
		return e.Name == value
	case "EventSource":
		return e.Source == value
	case "ReadOnly":
		return value == "false"
	case "ResourceName":
		return slices.Contains(e.Resources, value)
	case "Username":
		return strings.HasSuffix(e.Caller, "/"+value)
	case "EventId":
		return strings.HasSuffix(value, fmt.Sprintf("-%012d", e.Number))
	}
	return false
}

// history returns the events of the call's Region that fit, the newest first, on one page.
func (c *call) history(in *lookupInput) ([]eventOutput, error) {
	size := mostEventsLookedUp
	if in.MaxResults != nil {
		size = *in.MaxResults
	}
	found := []eventOutput{}
	for _, e := range slices.Backward(linked[*Event](c, inHistory)) {
		switch {
		case len(found) == size:
			return found, nil
		case e.Region != c.region, in.StartTime != nil && float64(e.Time.Unix()) < *in.StartTime, in.EndTime != nil && float64(e.Time.Unix()) > *in.EndTime:
			continue
		case len(in.LookupAttributes) == 1 && !e.fits(in.LookupAttributes[0].AttributeKey, in.LookupAttributes[0].AttributeValue):
			continue
		}
		out, err := e.output(c.account)
		if err != nil {
			return nil, err
		}
		found = append(found, out)
	}
	return found, nil
}
