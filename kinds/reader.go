package kinds

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	tagging "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"

	"baseline/resource"
)

// pageSize is the most objects that one page of an IAM list may hold.
const pageSize = 1000

// Reader is one look at an account. What several kinds need is fetched once, by whoever asks first, and then shared; a new
// look takes a new Reader. It is safe for concurrent use, and must not be copied.
type Reader struct {
	*Services
	// Account and Partition tell our own ARNs from others'.
	Account, Partition string
	// Clock times the waits for the credential report; nothing else waits.
	Clock resource.Clock
	// ReportWait is how long AWS is left to make the report before it is asked again; zero for an account that needs no time.
	ReportWait time.Duration
	// Asked are the objects that are looked up together, for what is no part of another object because it is one of its own.
	Asked []resource.Address

	summary shared[map[string]int]
	report  shared[*resource.CredentialReport]
	users   shared[[]types.UserDetail]
	others  shared[otherDetails]
	tags    shared[map[string]map[string]string]
	trails  shared[resource.State]
	watched shared[map[resource.Address][]resource.MetricFilter]
	buckets sharedBy[bucketPlace]
	notices struct {
		sync.Mutex
		texts []string
	}
}

// otherDetails are the authorization details of everything but users.
type otherDetails struct {
	groups   []types.GroupDetail
	roles    []types.RoleDetail
	policies []types.ManagedPolicyDetail
}

// shared is a value that is fetched by the first who asks for it.
type shared[T any] struct {
	once  sync.Once
	value T
	err   error
}

func (s *shared[T]) get(fetch func() (T, error)) (T, error) {
	s.once.Do(func() { s.value, s.err = fetch() })
	return s.value, s.err
}

// Notices returns what a reader of the result should know about it, one sentence each.
func (r *Reader) Notices() []string {
	r.notices.Lock()
	defer r.notices.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(r.notices.texts)))
}

func (r *Reader) notice(text string) {
	r.notices.Lock()
	defer r.notices.Unlock()
	r.notices.texts = append(r.notices.texts, text)
}

// Users returns the authorization details of all users, with decoded documents.
func (r *Reader) Users(ctx context.Context) ([]types.UserDetail, error) {
	return r.users.get(func() (users []types.UserDetail, err error) {
		err = r.details(ctx, []types.EntityType{types.EntityTypeUser}, func(page *iam.GetAccountAuthorizationDetailsOutput) error {
			users = append(users, page.UserDetailList...)
			return nil
		})
		return users, err
	})
}

// Groups returns the authorization details of all groups, with decoded documents.
func (r *Reader) Groups(ctx context.Context) ([]types.GroupDetail, error) {
	all, err := r.rest(ctx)
	return all.groups, err
}

// Roles returns the authorization details of all roles, with decoded documents.
func (r *Reader) Roles(ctx context.Context) ([]types.RoleDetail, error) {
	all, err := r.rest(ctx)
	return all.roles, err
}

// Policies returns the details of the account's own managed policies with all their versions, newest first, and decoded documents.
func (r *Reader) Policies(ctx context.Context) ([]types.ManagedPolicyDetail, error) {
	all, err := r.rest(ctx)
	return all.policies, err
}

// rest reads roles, groups and policies in one stream beside that of the users: pages of one stream must follow each other,
// two streams need not. AWSManagedPolicy is never asked for, since it makes the pages many times slower.
func (r *Reader) rest(ctx context.Context) (otherDetails, error) {
	filter := []types.EntityType{types.EntityTypeRole, types.EntityTypeGroup, types.EntityTypeLocalManagedPolicy}
	return r.others.get(func() (all otherDetails, err error) {
		err = r.details(ctx, filter, func(page *iam.GetAccountAuthorizationDetailsOutput) error {
			all.groups = append(all.groups, page.GroupDetailList...)
			all.roles = append(all.roles, page.RoleDetailList...)
			all.policies = append(all.policies, page.Policies...)
			return nil
		})
		return all, err
	})
}

func (r *Reader) details(ctx context.Context, filter []types.EntityType, keep func(*iam.GetAccountAuthorizationDetailsOutput) error) error {
	return everyPage(func(marker *string) (bool, *string, error) {
		page, err := r.IAM.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{
			Filter: filter, MaxItems: aws.Int32(pageSize), Marker: marker,
		})
		if err != nil {
			return false, nil, err
		}
		if err := decodeDocuments(page); err != nil {
			return false, nil, err
		}
		return page.IsTruncated, page.Marker, keep(page)
	})
}

// decodeDocuments replaces every document of a page by its text, so that the encoded form can be freed at once.
func decodeDocuments(page *iam.GetAccountAuthorizationDetailsOutput) error {
	var errs []error
	decode := func(text **string, owner *string) {
		decoded, err := documentText(*text)
		if err != nil {
			errs = append(errs, fmt.Errorf("document of %s: %w", aws.ToString(owner), err))
		}
		*text = &decoded
	}
	for _, user := range page.UserDetailList {
		for i := range user.UserPolicyList {
			decode(&user.UserPolicyList[i].PolicyDocument, user.Arn)
		}
	}
	for _, group := range page.GroupDetailList {
		for i := range group.GroupPolicyList {
			decode(&group.GroupPolicyList[i].PolicyDocument, group.Arn)
		}
	}
	for i := range page.RoleDetailList {
		role := &page.RoleDetailList[i]
		decode(&role.AssumeRolePolicyDocument, role.Arn)
		for j := range role.RolePolicyList {
			decode(&role.RolePolicyList[j].PolicyDocument, role.Arn)
		}
	}
	for _, policy := range page.Policies {
		for i := range policy.PolicyVersionList {
			decode(&policy.PolicyVersionList[i].Document, policy.Arn)
		}
	}
	return errors.Join(errs...)
}

// documentText decodes a document as IAM sends it, which is URL-encoded after RFC 3986: a plus sign is a plus sign.
func documentText(encoded *string) (string, error) {
	return url.PathUnescape(aws.ToString(encoded))
}

// everyPage reads pages until AWS says that there are no more. How many objects a page holds means nothing: AWS may send
// fewer than were asked for, even none, with more to come.
func everyPage(read func(marker *string) (truncated bool, next *string, err error)) error {
	var marker *string
	for {
		truncated, next, err := read(marker)
		if err != nil {
			return err
		}
		if !truncated {
			return nil
		}
		if aws.ToString(next) == "" || aws.ToString(next) == aws.ToString(marker) {
			return errors.New("the list goes on, but AWS sent no marker for the next page")
		}
		marker = next
	}
}

// Tags returns the tags of all objects of the kinds that have a TagType, by ARN. An object without tags may be missing.
// It asks the Resource Groups Tagging API in the region that holds the partition's global services.
func (r *Reader) Tags(ctx context.Context) (map[string]map[string]string, error) {
	return r.tags.get(func() (map[string]map[string]string, error) {
		var tagTypes []string
		for _, kind := range All() {
			if kind.TagType != "" {
				tagTypes = append(tagTypes, kind.TagType)
			}
		}
		found := map[string]map[string]string{}
		err := everyPage(func(marker *string) (bool, *string, error) {
			page, err := r.Tagging.GetResources(ctx, &tagging.GetResourcesInput{
				ResourceTypeFilters: tagTypes, ResourcesPerPage: aws.Int32(100), PaginationToken: marker,
			}, func(o *tagging.Options) { o.Region = GlobalRegion(r.Partition, o.Region) })
			if err != nil {
				return false, nil, err
			}
			for _, object := range page.ResourceTagMappingList {
				tags := make(map[string]string, len(object.Tags))
				for _, tag := range object.Tags {
					tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
				}
				found[aws.ToString(object.ResourceARN)] = tags
			}
			return aws.ToString(page.PaginationToken) != "", page.PaginationToken, nil
		})
		return found, err
	})
}

// tagsOf returns a lookup of tags by ARN that also says whether the tags of an object are known. Where the caller may not read
// tags in bulk, none are, and the planner asks for a close look at what a file declares.
func (r *Reader) tagsOf(ctx context.Context) (func(arn string) (tags map[string]string, known bool), error) {
	bulk, err := r.Tags(ctx)
	switch {
	case denied(err):
		r.notice("tag:GetResources is denied: tags that IAM's own lists leave out, as those of policies, are known only of what is declared")
		return func(string) (map[string]string, bool) { return nil, false }, nil
	case err != nil:
		return nil, err
	}
	return func(arn string) (map[string]string, bool) { return bulk[arn], true }, nil
}

// GlobalRegion is the region in which the global services of a partition, IAM among them, keep their resources and record their events;
// otherwise for a partition that is not known.
func GlobalRegion(partition, otherwise string) string {
	switch partition {
	case "aws":
		return "us-east-1"
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return otherwise
}

// Quotas returns the counts and quotas of the account by the names of GetAccountSummary, such as "PoliciesQuota".
// They are the account's own, after any increase. The map is shared, and must not be changed.
func (r *Reader) Quotas(ctx context.Context) (map[string]int, error) {
	return r.summary.get(func() (map[string]int, error) {
		summary, err := r.IAM.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
		if err != nil {
			return nil, err
		}
		quotas := make(map[string]int, len(summary.SummaryMap))
		for name, value := range summary.SummaryMap {
			quotas[name] = int(value)
		}
		return quotas, nil
	})
}
