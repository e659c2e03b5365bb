package resource

import "strings"

// Class says what a failed call means for the step that made it, in terms that hold for any service.
type Class string

// The classes of failure.
const (
	// Denied: the caller lacks a permission. Never retried.
	Denied Class = "denied"
	// Invalid: the request itself is wrong. Never retried.
	Invalid Class = "invalid"
	// Limit: a quota is full. Never retried.
	Limit Class = "limit"
	// Throttled: too many calls. Retried.
	Throttled Class = "throttled"
	// Busy: another change to the same object is under way. Retried.
	Busy Class = "busy"
	// Missing: something named in the call is not there, or not visible yet. Retried only for what this run created.
	Missing Class = "missing"
	// Exists: the name is taken, perhaps by an earlier try whose answer was lost. Looked at, not retried.
	Exists Class = "exists"
	// InUse: other objects still hold on to this one, or their removal is not visible yet. Retried only after this run removed some.
	InUse Class = "in use"
	// Expired: the credentials ran out or are not valid. Never retried.
	Expired Class = "expired"
	// Lost: no answer came, so nobody knows what happened. Looked at, not retried.
	Lost Class = "lost"
)

// CallError is a failed call to a service.
type CallError struct {
	// Operation is the service's name for the call, as in iam:CreateRole. The permission that it takes has the same name, but for
	// some calls of S3; the message of a denied call names it.
	Operation string
	Class     Class
	// Code and Message are the service's own.
	Code, Message string
	// Err is the cause.
	Err error
}

func (e *CallError) Error() string {
	var b strings.Builder
	b.WriteString(e.Operation)
	b.WriteString(": ")
	if e.Code != "" {
		b.WriteString(e.Code)
		b.WriteString(": ")
	}
	if e.Message != "" {
		b.WriteString(e.Message)
	} else if e.Err != nil {
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

func (e *CallError) Unwrap() error { return e.Err }
