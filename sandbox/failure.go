package sandbox

import (
	"fmt"
	"net/http"
)

// A failure is an answer that refuses: AWS's wire code and text. The HTTP status follows from the code.
type failure struct {
	code, message string
	// region is where a bucket is, which S3 tells with some refusals.
	region string
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func refuse(code, format string, args ...any) error {
	return &failure{code: code, message: fmt.Sprintf(format, args...)}
}

func noSuchEntity(format string, args ...any) error {
	return refuse("NoSuchEntity", format, args...)
}

func alreadyExists(format string, args ...any) error {
	return refuse("EntityAlreadyExists", format, args...)
}

func deleteConflict(text string) error {
	return refuse("DeleteConflict", "Cannot delete entity, %s", text)
}

// quotaExceeded has the wire code LimitExceeded. The longer spelling LimitExceededException is a throttle code to the
// SDKs, which would silently try again.
func quotaExceeded(quota string, limit int) error {
	return refuse("LimitExceeded", "Cannot exceed quota for %s: %d", quota, limit)
}

func malformedPolicy(format string, args ...any) error {
	return refuse("MalformedPolicyDocument", format, args...)
}

// statuses are the HTTP statuses of the codes that are not answered with 400.
var statuses = map[string]int{
	"NoSuchEntity":                  http.StatusNotFound,
	"NotFound":                      http.StatusNotFound,
	"ResourceNotFound":              http.StatusNotFound,
	"NotSupportedService":           http.StatusNotFound,
	"ReportInProgress":              http.StatusNotFound,
	"ReportNotPresent":              http.StatusGone,
	"ReportExpired":                 http.StatusGone,
	"EntityAlreadyExists":           http.StatusConflict,
	"DeleteConflict":                http.StatusConflict,
	"DuplicateCertificate":          http.StatusConflict,
	"LimitExceeded":                 http.StatusConflict,
	"ConcurrentModification":        http.StatusConflict,
	"EntityTemporarilyUnmodifiable": http.StatusConflict,
	"InvalidAuthenticationCode":     http.StatusForbidden,
	"AccessDenied":                  http.StatusForbidden,
	"AuthorizationError":            http.StatusForbidden,
	"InvalidClientTokenId":          http.StatusForbidden,
	"SignatureDoesNotMatch":         http.StatusForbidden,
	"ExpiredToken":                  http.StatusForbidden,
	"OptInRequired":                 http.StatusForbidden,
	"ServiceFailure":                http.StatusInternalServerError,
	"InternalFailure":               http.StatusInternalServerError,
	"ServiceUnavailable":            http.StatusServiceUnavailable,
	"NotImplemented":                http.StatusNotImplemented,
}

func (f *failure) status() int {
	if status, ok := statuses[f.code]; ok {
		return status
	}
	return http.StatusBadRequest
}
