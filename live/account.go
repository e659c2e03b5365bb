package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"baseline/kinds"
	"baseline/resource"
)

// What Options stand for where they are zero.
const (
	// DefaultRegion is used where neither the options nor the environment name a region.
	DefaultRegion = "us-east-1"
	// DefaultSettle is how long AWS is left to spread a new policy version before it becomes the default one.
	DefaultSettle = 5 * time.Second
	// DefaultMaxBackoff is the longest wait between two tries of a call.
	DefaultMaxBackoff = 20 * time.Second
	// DefaultInFlight is how many calls may be under way at once.
	DefaultInFlight = 16
)

// identityTries is how often the first call of all is tried.
const identityTries = 3

// callTimeout is how long one try of a call may take. The slowest page of AWS takes a tenth of it.
const callTimeout = 60 * time.Second

// Options say which account to open and how to call it. The zero value, but for Clock, is right for AWS.
type Options struct {
	// Profile is a profile of the shared AWS configuration; "" follows AWS_PROFILE.
	Profile string
	// Region signs the calls and selects the partition; "" follows the environment, then DefaultRegion.
	Region string
	// Endpoint is the URL that all services are called at; "" follows AWS_ENDPOINT_URL, then AWS itself.
	Endpoint string
	// HTTPClient carries the requests; nil makes one for AWS.
	HTTPClient aws.HTTPClient
	// Credentials sign the requests; nil follows AWS's chain of providers. With both HTTPClient and Credentials, nothing is
	// taken from the environment or from files.
	Credentials aws.CredentialsProvider
	// Clock is required. Waits between the tries of one call are the SDK's own and bounded by MaxBackoff.
	Clock resource.Clock
	// Settle replaces DefaultSettle; negative means not to wait for that nor for a credential report, and not to keep to the rates
	// that AWS publishes, for an account that needs no time.
	Settle time.Duration
	// MaxBackoff replaces DefaultMaxBackoff.
	MaxBackoff time.Duration
	// InFlight replaces DefaultInFlight.
	InFlight int
	// OnCall is told of every try of a call before it is sent, as in "iam:ListRoles". It may be called by several goroutines at once.
	OnCall func(operation string)
}

// Account is an AWS account that is open for reading and writing. It is safe for concurrent use.
type Account struct {
	clock    resource.Clock
	settle   time.Duration
	services *kinds.Services
	sts      *sts.Client
	calls    *attempts
	kinds    map[resource.Kind]kinds.Kind
	// credentials sign the calls.
	credentials aws.CredentialsProvider

	paths sync.Map // addresses of what has a path to the path, as it was last read

	unseen sync.Map // what the looks so far could not see, one sentence each

	mu       sync.Mutex
	identity *Identity
	writer   *kinds.Writer
}

// Open prepares an account to be called; it makes no call yet. It fails when the AWS configuration cannot be read, as when
// the profile does not exist.
func Open(ctx context.Context, o Options) (*Account, error) {
	if o.Clock == nil {
		return nil, errors.New("open account: no clock")
	}
	o = o.withDefaults()
	cfg, err := o.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("open account: %w", err)
	}
	cfg.HTTPClient = wholeBodies{cfg.HTTPClient}
	calls := newAttempts(o.InFlight, o.Clock, o.Settle > 0, o.OnCall)
	cfg.APIOptions = append(cfg.APIOptions, calls.install)
	cfg.Retryer = func() aws.Retryer { return retryer(o.MaxBackoff) }
	a := &Account{
		clock:  o.Clock,
		settle: o.Settle,
		calls:  calls,
		kinds:  map[resource.Kind]kinds.Kind{},
	}
	a.credentials = cfg.Credentials
	var endpoint *string
	if o.Endpoint != "" {
		endpoint = &o.Endpoint
	}
	a.services = kinds.NewServices(cfg, o.Endpoint)
	a.sts = sts.NewFromConfig(cfg, func(to *sts.Options) { to.BaseEndpoint = cmp.Or(endpoint, to.BaseEndpoint) })
	for _, kind := range kinds.All() {
		a.kinds[kind.Kind] = kind
	}
	return a, nil
}

func (o Options) withDefaults() Options {
	switch {
	case o.Settle == 0:
		o.Settle = DefaultSettle
	case o.Settle < 0:
		o.Settle = 0
	}
	if o.MaxBackoff <= 0 {
		o.MaxBackoff = DefaultMaxBackoff
	}
	if o.InFlight <= 0 {
		o.InFlight = DefaultInFlight
	}
	return o
}

func (o Options) load(ctx context.Context) (aws.Config, error) {
	if o.HTTPClient != nil && o.Credentials != nil {
		return aws.Config{Region: cmp.Or(o.Region, DefaultRegion), Credentials: o.Credentials, HTTPClient: o.HTTPClient}, nil
	}
	if o.HTTPClient == nil {
		o.HTTPClient = awshttp.NewBuildableClient().WithTimeout(callTimeout).WithTransportOptions(func(t *http.Transport) {
			// Or every burst of calls would open connections anew.
			t.MaxIdleConns, t.MaxIdleConnsPerHost = 2*o.InFlight, o.InFlight
		})
	}
	loads := []func(*config.LoadOptions) error{
		config.WithHTTPClient(o.HTTPClient), config.WithAppID("baseline"),
		// The SDK would tell stderr of connections that broke, although it tries such calls again or returns the error.
		config.WithLogger(logging.Nop{}),
	}
	if o.Profile != "" {
		loads = append(loads, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		loads = append(loads, config.WithRegion(o.Region))
	}
	if o.Credentials != nil {
		loads = append(loads, config.WithCredentialsProvider(o.Credentials))
	}
	cfg, err := config.LoadDefaultConfig(ctx, loads...)
	cfg.Region = cmp.Or(cfg.Region, DefaultRegion)
	return cfg, err
}

// Identity is who the caller is.
type Identity struct {
	// Account is the twelve digits of the account.
	Account string
	// ARN names the user or the session of a role that calls.
	ARN string
	// Partition is "aws", "aws-cn" or "aws-us-gov", or another of AWS's.
	Partition string
	// UserID is AWS's unique id of the caller.
	UserID string
	// AccessKey is the id of the key that signs the calls.
	AccessKey string
}

// Caller is what requirements know of who calls.
func (i Identity) Caller() resource.Caller {
	return resource.Caller{ARN: i.ARN, AccessKey: i.AccessKey}
}

// Identify asks AWS who the caller is; it needs no permission. The answer is kept. The failure of a caller without valid
// credentials says how to get some.
func (a *Account) Identify(ctx context.Context) (Identity, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.identity != nil {
		return *a.identity, nil
	}
	answer, err := a.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(to *sts.Options) {
		to.RetryMaxAttempts = identityTries // a wrong endpoint or no network shall be known soon
	})
	if err != nil {
		return Identity{}, withAdvice(callError(err))
	}
	caller, err := arn.Parse(aws.ToString(answer.Arn))
	if err != nil {
		return Identity{}, fmt.Errorf("sts:GetCallerIdentity: the caller's ARN %q: %w", aws.ToString(answer.Arn), err)
	}
	key, err := a.credentials.Retrieve(ctx) // they have just signed a call, so there are some
	if err != nil {
		return Identity{}, fmt.Errorf("find the caller's access key: %w", err)
	}
	a.identity = &Identity{
		Account: aws.ToString(answer.Account), ARN: aws.ToString(answer.Arn),
		Partition: caller.Partition, UserID: aws.ToString(answer.UserId), AccessKey: key.AccessKeyID,
	}
	a.writer = &kinds.Writer{
		Services: a.services, Account: a.identity.Account, Partition: a.identity.Partition, Clock: a.clock, Settle: a.settle,
	}
	return *a.identity, nil
}

func withAdvice(err error) error {
	if failed, ok := errors.AsType[*resource.CallError](err); ok && failed.Class == resource.Expired {
		return fmt.Errorf("no valid AWS credentials (sign in with `aws sso login` or `aws configure`, name a profile with --profile "+
			"or AWS_PROFILE, or set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN): %w", err)
	}
	return err
}

// Calls returns how many calls were sent so far, every try counted.
func (a *Account) Calls() int { return int(a.calls.sent.Load()) }
