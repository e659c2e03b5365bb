package kinds

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"

	"baseline/resource"
)

// AdvisedError is a failure of a call with what a reader can do about it, where AWS's own message does not say.
type AdvisedError struct {
	Err    error
	Advice string
	// Class is what the failure means where AWS's code does not say, "" where it does.
	Class resource.Class
}

func (e *AdvisedError) Error() string { return e.Err.Error() + "; " + e.Advice }
func (e *AdvisedError) Unwrap() error { return e.Err }

// code returns AWS's code for an error, as in NoSuchEntity; "" for an error that AWS did not send.
func code(err error) string {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return answer.ErrorCode()
	}
	return ""
}

// absent reports whether AWS said that something named in the call does not exist.
func absent(err error) bool { return code(err) == "NoSuchEntity" }

// denied reports whether AWS said that the caller lacks a permission.
func denied(err error) bool { return strings.HasPrefix(code(err), "AccessDenied") }

// unlessAbsent forgives a removal of what is already gone.
func unlessAbsent(err error) error {
	if absent(err) {
		return nil
	}
	return err
}
