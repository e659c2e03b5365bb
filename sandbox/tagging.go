package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
)

func taggingOperations() []operation { return []operation{read("GetResources", asked(getResources))} }

// getResourcesInput is what GetResources of the Resource Groups Tagging API is asked.
type getResourcesInput struct {
	PaginationToken     string
	TagFilters          []tagFilter
	ResourcesPerPage    *int
	ResourceTypeFilters []string
	ResourceARNList     []string
}

type tagFilter struct {
	Key    string
	Values []string
}

type getResourcesOutput struct {
	PaginationToken        string
	ResourceTagMappingList []resourceTags
}

type resourceTags struct {
	ResourceARN string
	Tags        []resourceTag
}

// A resourceTag is a tag as most services show it.
type resourceTag struct{ Key, Value string }

// mostResources is how many resources a page of GetResources holds at most, and when nothing else is asked for.
const mostResources = 100

// getResources lists what bears tags, of the kinds this API can read: not users and roles. Every filter must be met;
// of a filter's values, one.
func getResources(c *call, in *getResourcesInput) (answer, error) {
	size := mostResources
	if in.ResourcesPerPage != nil {
		size = *in.ResourcesPerPage
	}
	if size < 1 || size > mostResources {
		return done, refuse("InvalidParameterException", "ResourcesPerPage must be between 1 and %d", mostResources)
	}
	var matching []resourceTags
	for _, k := range c.store.kinds {
		if k.taggedAs == "" || !in.wantsType(k.taggedAs) {
			continue
		}
		for e := range c.store.all(k.name) {
			t, ok := e.(taggableWithARN)
			if !ok || !c.visible(t) || len(t.tags()) == 0 || !in.wants(t.arn(c.account), t.tags()) {
				continue
			}
			matching = append(matching, resourceTags{ResourceARN: t.arn(c.account), Tags: shownTags(t.tags())})
		}
	}
	slices.SortFunc(matching, func(a, b resourceTags) int { return strings.Compare(a.ResourceARN, b.ResourceARN) })
	out, err := in.page(c, matching, size)
	return answer{json: out}, err
}

type taggableWithARN interface {
	taggable
	arn(account string) string
}

// page takes the page the token names. The token is bound to the filters, like a marker.
func (in *getResourcesInput) page(c *call, matching []resourceTags, size int) (getResourcesOutput, error) {
	out := getResourcesOutput{ResourceTagMappingList: []resourceTags{}}
	filters, err := json.Marshal([]any{in.TagFilters, in.ResourceTypeFilters, in.ResourceARNList})
	if err != nil {
		return out, err
	}
	page, next, ok := tokenPage(c, string(filters), in.PaginationToken, size, matching, func(r resourceTags) string { return r.ResourceARN })
	if !ok {
		return out, refuse("PaginationTokenExpiredException", "The PaginationToken is not valid for this request.")
	}
	out.ResourceTagMappingList = append(out.ResourceTagMappingList, page...)
	out.PaginationToken = next
	return out, nil
}

// wantsType says whether a type such as iam:policy is asked for, by itself or by its service.
func (in *getResourcesInput) wantsType(name string) bool {
	service, _, _ := strings.Cut(name, ":")
	return len(in.ResourceTypeFilters) == 0 ||
		slices.Contains(in.ResourceTypeFilters, name) || slices.Contains(in.ResourceTypeFilters, service)
}

func (in *getResourcesInput) wants(arn string, tags []Tag) bool {
	if len(in.ResourceARNList) > 0 && !slices.Contains(in.ResourceARNList, arn) {
		return false
	}
	for _, filter := range in.TagFilters {
		met := slices.ContainsFunc(tags, func(t Tag) bool {
			return t.Key == filter.Key && (len(filter.Values) == 0 || slices.Contains(filter.Values, t.Value))
		})
		if !met {
			return false
		}
	}
	return true
}

// shownTags are tags as most services show them.
func shownTags(tags []Tag) []resourceTag {
	shown := make([]resourceTag, len(tags))
	for i, t := range tags {
		shown[i] = resourceTag(t)
	}
	return shown
}
