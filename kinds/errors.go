package kinds

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"
)

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
