package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"baseline/kinds"
	"baseline/resource"
)

// callError turns a failure of the SDK into a [resource.CallError]. What failed before anything was sent, because the context
// ended, stays as it is, and so does what is no failure of a call at all.
func callError(err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[*resource.CallError](err); done {
		return err
	}
	call, ok := errors.AsType[*smithy.OperationError](err)
	if !ok {
		return err
	}
	if wasGivenUp(err) {
		return fmt.Errorf("%s: %w", operationName(call), call.Err)
	}
	failed := &resource.CallError{Operation: operationName(call), Class: class(call.Err), Err: err}
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		failed.Code, failed.Message = answer.ErrorCode(), answer.ErrorMessage()
	} else {
		failed.Message = withoutAnswer(call.Err)
	}
	if advised, ok := errors.AsType[*kinds.AdvisedError](err); ok {
		failed.Message += "; " + advised.Advice
		failed.Class = cmp.Or(advised.Class, failed.Class)
	}
	if takes := permission(call); failed.Class == resource.Denied && !strings.Contains(failed.Message, takes) &&
		!strings.Contains(failed.Message, "not authorized to perform: ") {
		failed.Message = strings.TrimSpace(failed.Message + " (it takes the permission " + takes + ")")
	}
	return failed
}

// withoutAnswer says in plain words why a call has no answer: where it went, and the network's own error, without the layers
// the SDK wraps around it. What failed before it was sent keeps its words.
func withoutAnswer(err error) string {
	sending, ok := errors.AsType[*smithyhttp.RequestSendError](err)
	if _, early := errors.AsType[unsent](err); !ok || early {
		return err.Error()
	}
	cause, host := sending.Err, "AWS"
	if request, ok := errors.AsType[*url.Error](cause); ok {
		cause = request.Err
		if to, err := url.Parse(request.URL); err == nil && to.Host != "" {
			host = to.Host
		}
	}
	if isUnreachable(cause) {
		return fmt.Sprintf("cannot reach %s: %v", host, cause)
	}
	return fmt.Sprintf("no answer from %s: %v", host, cause)
}

// operationName is a call as IAM's permissions are named, as in iam:CreateRole; see [permission] for where they differ.
func operationName(call *smithy.OperationError) string {
	return servicePrefix(call.Service()) + ":" + call.Operation()
}

// servicePrefix is the prefix of a service's permissions, by the name the SDK has for the service.
func servicePrefix(service string) string {
	switch service {
	case "Resource Groups Tagging API":
		return "tag"
	case cloudwatchlogs.ServiceID:
		return "logs"
	case s3control.ServiceID:
		return "s3"
	case sts.ServiceID:
		return "sts"
	}
	return strings.ToLower(service)
}

// classes are the codes of the services that say more than their status.
var classes = map[string]resource.Class{
	"AccessDenied":          resource.Denied,
	"AccessDeniedException": resource.Denied,
	"UnauthorizedOperation": resource.Denied,
	"OptInRequired":         resource.Denied,

	"LimitExceeded":        resource.Limit,
	"PackedPolicyTooLarge": resource.Limit,

	"ConcurrentModification":              resource.Busy,
	"EntityTemporarilyUnmodifiable":       resource.Busy,
	"ConcurrentModificationException":     resource.Busy,
	"NoSuchEntity":                        resource.Missing,
	"EntityAlreadyExists":                 resource.Exists,
	"DeleteConflict":                      resource.InUse,
	"ExpiredToken":                        resource.Expired,
	"ExpiredTokenException":               resource.Expired,
	"RequestExpired":                      resource.Expired,
	"InvalidClientTokenId":                resource.Expired,
	"UnrecognizedClientException":         resource.Expired,
	"SignatureDoesNotMatch":               resource.Expired,
	"InvalidSignatureException":           resource.Expired,
	"IncompleteSignature":                 resource.Expired,
	"MissingAuthenticationToken":          resource.Expired,
	"MissingAuthenticationTokenException": resource.Expired,
	"AuthFailure":                         resource.Expired,

	// CloudTrail. What it tries out when a trail is written may not have reached it yet.
	"TrailNotFoundException":                    resource.Missing,
	"S3BucketDoesNotExistException":             resource.Missing,
	"InsufficientS3BucketPolicyException":       resource.Missing,
	"InsufficientEncryptionPolicyException":     resource.Missing,
	"InsufficientSnsTopicPolicyException":       resource.Missing,
	"InvalidCloudWatchLogsLogGroupArnException": resource.Missing,
	"InvalidCloudWatchLogsRoleArnException":     resource.Missing,
	"KmsKeyNotFoundException":                   resource.Missing,
	"TrailAlreadyExistsException":               resource.Exists,
	"MaximumNumberOfTrailsExceededException":    resource.Limit,
	"TagsLimitExceededException":                resource.Limit,
	"ConflictException":                         resource.Busy,

	// S3. BucketAlreadyExists is left out: the name is another account's, which no look at this one will show.
	// S3 tries out whether access logs can be written to their bucket, as CloudTrail does.
	"NoSuchBucket":                  resource.Missing,
	"InvalidTargetBucketForLogging": resource.Missing,
	"BucketAlreadyOwnedByYou":       resource.Exists,
	"BucketNotEmpty":                resource.InUse,
	"OperationAborted":              resource.Busy,
	"ConditionalRequestConflict":    resource.Busy,

	// KMS, CloudWatch Logs, CloudWatch and SNS.
	"NotFoundException":              resource.Missing,
	"ResourceNotFoundException":      resource.Missing,
	"ResourceNotFound":               resource.Missing,
	"NotFound":                       resource.Missing,
	"AlreadyExistsException":         resource.Exists,
	"ResourceAlreadyExistsException": resource.Exists,
	"OperationAbortedException":      resource.Busy,
	"AuthorizationError":             resource.Denied,
}

// class says what a failure means. What AWS answered decides by its code, then by the status. Without an answer the call is
// lost, unless it could not even be built or signed.
func class(err error) resource.Class {
	code := errorCode(err)
	if code == "" {
		return classWithoutAnswer(err)
	}
	if isThrottle(err) {
		return resource.Throttled
	}
	// A principal that IAM cannot find is reported as a mistake in the document, and is one only if it never comes to exist.
	if code == "MalformedPolicyDocument" && strings.Contains(strings.ToLower(errorMessage(err)), "invalid principal") {
		return resource.Missing
	}
	if known, ok := classes[code]; ok {
		return known
	}
	if httpStatus(err) >= 500 {
		return resource.Lost
	}
	return resource.Invalid
}

func classWithoutAnswer(err error) resource.Class {
	if _, invalid := errors.AsType[smithy.InvalidParamsError](err); invalid {
		return resource.Invalid
	}
	early, ok := errors.AsType[unsent](err)
	if !ok {
		return resource.Lost
	}
	// The SDK's words for credentials that cannot be had; there is no type for it.
	if strings.HasPrefix(early.Error(), "get identity: ") {
		return resource.Expired
	}
	return resource.Invalid
}

// isUnreachable reports whether there was no connection over which anything could have been sent.
func isUnreachable(err error) bool {
	network, ok := errors.AsType[*net.OpError](err)
	return ok && network.Op == "dial"
}

// wasGivenUp reports whether the context ended a call that has not been sent, or that only reads.
func wasGivenUp(err error) bool {
	if _, sentWrite := errors.AsType[unsure](err); sentWrite {
		return false
	}
	if _, inFlight := errors.AsType[*smithyhttp.RequestSendError](err); inFlight {
		return false
	}
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

func errorMessage(err error) string {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return answer.ErrorMessage()
	}
	return ""
}
