package kinds

import (
	"cmp"
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	transport "github.com/aws/smithy-go/endpoints"
)

// Services are the clients that the kinds call AWS with. A call for an object of another Region than the clients' own names it
// in the options of the call.
type Services struct {
	IAM        *iam.Client
	Tagging    *tagging.Client
	CloudTrail *cloudtrail.Client
	S3         *s3.Client
	S3Control  *s3control.Client
	KMS        *kms.Client
	Logs       *cloudwatchlogs.Client
	CloudWatch *cloudwatch.Client
	SNS        *sns.Client
}

// NewServices makes the clients of one account. All services are called at the endpoint, "" being AWS's own.
func NewServices(cfg aws.Config, endpoint string) *Services {
	var base *string
	if endpoint != "" {
		base = &endpoint
	}
	return &Services{
		IAM:        iam.NewFromConfig(cfg, func(o *iam.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
		Tagging:    tagging.NewFromConfig(cfg, func(o *tagging.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
		CloudTrail: cloudtrail.NewFromConfig(cfg, func(o *cloudtrail.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
		S3: s3.NewFromConfig(cfg, func(o *s3.Options) {
			o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint)
			o.UsePathStyle = o.BaseEndpoint != nil // whoever stands in for AWS may have no name for each bucket
		}),
		S3Control: s3control.NewFromConfig(cfg, func(o *s3control.Options) {
			o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint)
			o.EndpointResolverV2 = bareHost{o.EndpointResolverV2}
		}),
		KMS:        kms.NewFromConfig(cfg, func(o *kms.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
		Logs:       cloudwatchlogs.NewFromConfig(cfg, func(o *cloudwatchlogs.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
		CloudWatch: cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
		SNS:        sns.NewFromConfig(cfg, func(o *sns.Options) { o.BaseEndpoint = cmp.Or(base, o.BaseEndpoint) }),
	}
}

// bareHost keeps S3 Control from putting the account's id before the host of an endpoint that stands in for AWS, which may have
// no such name, as 127.0.0.1 has none. The id is in a header of each call, too. AWS's own endpoints, in a VPC for example, have
// the name, and need it.
type bareHost struct{ s3control.EndpointResolverV2 }

// ResolveEndpoint returns where a call goes.
func (b bareHost) ResolveEndpoint(ctx context.Context, params s3control.EndpointParameters) (transport.Endpoint, error) {
	found, err := b.EndpointResolverV2.ResolveEndpoint(ctx, params)
	host := found.URI.Hostname()
	if err == nil && params.Endpoint != nil && !strings.HasSuffix(host, ".amazonaws.com") && !strings.HasSuffix(host, ".amazonaws.com.cn") {
		found.URI.Host = strings.TrimPrefix(found.URI.Host, aws.ToString(params.AccountId)+".")
	}
	return found, err
}
