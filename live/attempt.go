package live

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"baseline/resource"
)

// maxTries is how often a call is tried. It is high because giving up on a read throws the whole look at the account away.
const maxTries = 10

// attempts is the gate that every single try of a call of the account passes, inside of the SDK's loop of tries.
type attempts struct {
	slots  chan struct{}
	paces  *paces
	onCall func(operation string)
	sent   atomic.Int64
}

// newAttempts makes the gate. With published, calls keep to the rates that AWS publishes.
func newAttempts(inFlight int, clock resource.Clock, published bool, onCall func(string)) *attempts {
	if onCall == nil {
		onCall = func(string) {}
	}
	return &attempts{slots: make(chan struct{}, inFlight), paces: newPaces(clock, published), onCall: onCall}
}

// install puts the gate behind the SDK's loop and before the signature, whose time must not be stale after a wait, and
// counts what leaves.
func (a *attempts) install(stack *middleware.Stack) error {
	gate := middleware.FinalizeMiddlewareFunc("BaselineAttempt", a.pass)
	if err := stack.Finalize.Insert(gate, "Retry", middleware.After); err != nil {
		return err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("BaselineSend", a.send), middleware.After)
}

func (a *attempts) pass(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (
	out middleware.FinalizeOutput, metadata middleware.Metadata, err error,
) {
	// A turn is waited for outside of the slots: what must keep to a slow rate would take them all, and hold up what need not.
	pace := a.paces.of(ctx)
	started, err := pace.wait(ctx)
	if err != nil {
		return out, metadata, unsent{err}
	}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return out, metadata, unsent{ctx.Err()}
	}
	sent := false
	out, metadata, err = next.HandleFinalize(middleware.WithStackValue(ctx, sentKey{}, &sent), in)
	if err == nil && saysSomething(ctx) {
		err = emptyAnswer(metadata)
	}
	if isThrottle(err) {
		pace.slower(started)
	} else {
		pace.faster()
	}
	switch {
	case err == nil:
	case !sent:
		err = unsent{err}
	case isRead(awsmiddleware.GetOperationName(ctx)):
		// A read that was given up has left nothing behind.
		if ctx.Err() != nil {
			err = unsent{ctx.Err()}
		}
	case !nothingDone(err):
		err = unsure{err}
	}
	return out, metadata, err
}

// sentKey is the key of the flag that tells whether a try reached the network.
type sentKey struct{}

// send counts a try and tells of it when it leaves, built and signed.
func (a *attempts) send(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	if sent, ok := middleware.GetStackValue(ctx, sentKey{}).(*bool); ok {
		*sent = true
	}
	a.sent.Add(1)
	a.onCall(servicePrefix(awsmiddleware.GetServiceID(ctx)) + ":" + awsmiddleware.GetOperationName(ctx))
	return next.HandleDeserialize(ctx, in)
}

// retryer tries calls again after throttling and after failures of the service or the network. The gate keeps it from doing
// so for writes that may have been done. It has no budget of tries over all calls, as the pace already slows them down.
func retryer(maxBackoff time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxTries
		o.MaxBackoff = maxBackoff
		o.RateLimiter = ratelimit.None
		backoff := retry.NewExponentialJitterBackoff(maxBackoff)
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
			delay, err := backoff.BackoffDelay(attempt, err)
			return min(delay, maxBackoff), err
		})
	})
}

// isRead tells by the name of an operation that it changes nothing that anybody could miss. Asking for a credential report
// again does no harm.
func isRead(operation string) bool {
	if operation == "GenerateCredentialReport" {
		return true
	}
	for _, verb := range []string{"Get", "List", "Describe", "Head", "Lookup", "Simulate"} {
		if strings.HasPrefix(operation, verb) {
			return true
		}
	}
	return false
}

// nothingDone reports whether a failed write certainly changed nothing: AWS refused it, was too busy to take it, or could
// not be reached at all. A failure inside of the service (ServiceFailure and other answers of the 500s) and a connection that
// broke say nothing about what was done before.
func nothingDone(err error) bool {
	if isThrottle(err) || errorCode(err) == "ServiceUnavailable" {
		return true
	}
	if isUnreachable(err) {
		return true
	}
	return errorCode(err) != "" && httpStatus(err) < 500
}

// unsure is the failure of a write that may have been done. Its method keeps the SDK from trying again.
type unsure struct{ error }

func (e unsure) Unwrap() error      { return e.error }
func (unsure) RetryableError() bool { return false }

// unsent is the failure of a try that never reached the network, or that was given up without harm.
type unsent struct{ error }

func (e unsent) Unwrap() error      { return e.error }
func (unsent) RetryableError() bool { return false }

// errNoContent stands for an answer without content, which the SDK takes for an account that is empty.
var errNoContent = errors.New("the answer has no content")

// saysSomething reports whether a success of the call comes with a document. All reads do, but for those that read only headers,
// and for what an object holds, which may be nothing; and so do all calls of the services that speak XML forms.
func saysSomething(ctx context.Context) bool {
	operation := awsmiddleware.GetOperationName(ctx)
	switch awsmiddleware.GetServiceID(ctx) {
	case s3.ServiceID, s3control.ServiceID, kms.ServiceID, cloudwatchlogs.ServiceID, cloudtrail.ServiceID, cloudwatch.ServiceID:
		return isRead(operation) && !strings.HasPrefix(operation, "Head") && operation != "GetObject"
	}
	return true
}

// emptyAnswer refuses a success that says nothing where there should be a document: a proxy in the way must not look like an
// empty account.
func emptyAnswer(metadata middleware.Metadata) error {
	if response, ok := awsmiddleware.GetRawResponse(metadata).(*smithyhttp.Response); ok && response.ContentLength == 0 {
		return errNoContent
	}
	return nil
}

func isThrottle(err error) bool {
	_, ok := retry.DefaultThrottleErrorCodes[errorCode(err)]
	return ok
}

// errorCode returns AWS's code for an error, "" when AWS did not send it.
func errorCode(err error) string {
	if answer, ok := errors.AsType[smithy.APIError](err); ok {
		return answer.ErrorCode()
	}
	return ""
}

// httpStatus returns the status of the answer that err came with, 0 when there was none.
func httpStatus(err error) int {
	if response, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return response.HTTPStatusCode()
	}
	return 0
}
