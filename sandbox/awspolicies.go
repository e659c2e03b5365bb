package sandbox

import (
	_ "embed" // the catalogue is data
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// awsPolicyNames lists the managed policies of AWS as of 2026: one a line, the path and name and the number of the
// version in force. A line "= PATH" says the path of the lines below it.
//
//go:embed awspolicies.txt
var awsPolicyNames string

// awsPolicyDocuments are the documents of a few well-known ones, by name. The documents of the others are not held:
// GetPolicyVersion refuses with NotImplemented, and GetAccountAuthorizationDetails leaves the element out, so that
// nobody takes an unknown permission for none.
//
//go:embed awspolicies.json
var awsPolicyDocuments []byte

type awsPolicyCatalogue struct {
	sorted []*Policy
	byARN  map[string]*Policy
}

// awsPolicies is the catalogue. Its policies have ids made from their names and one date for all: AWS's own were not
// collected.
var awsPolicies = sync.OnceValue(func() awsPolicyCatalogue {
	var documents map[string]json.RawMessage
	if err := json.Unmarshal(awsPolicyDocuments, &documents); err != nil {
		panic(fmt.Errorf("the embedded documents of AWS managed policies: %w", err))
	}
	made := time.Date(2015, time.February, 6, 18, 39, 46, 0, time.UTC)
	c := awsPolicyCatalogue{byARN: map[string]*Policy{}}
	path := "/"
	for line := range strings.Lines(awsPolicyNames) {
		line = strings.TrimSpace(line)
		if next, found := strings.CutPrefix(line, "= "); found {
			path = next
			continue
		}
		name, version, _ := strings.Cut(line, " ")
		number, err := strconv.Atoi(version)
		if err != nil {
			panic(fmt.Errorf("the embedded list of AWS managed policies: line %q: %w", line, err))
		}
		p := &Policy{
			Name: name, Path: path, ID: awsPolicyID(name), Created: made, Updated: made, Default: number, Last: number, ofAWS: true,
			Versions: []PolicyVersion{{Number: number, Created: made, Document: string(documents[name])}},
		}
		c.sorted = append(c.sorted, p)
		c.byARN[p.arn("aws")] = p
	}
	slices.SortFunc(c.sorted, func(a, b *Policy) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return c
})

func awsPolicyID(name string) string {
	id := strings.ToUpper(strconv.FormatUint(hashOf(name), 32))
	return idPolicy + strings.Repeat("A", 17-len(id)) + id
}
