package spec

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
)

// days is a number of days, as in 365d; 0 is never.
type days int

func (t *days) decodeNode(d decoder, n *node, label string) bool {
	if n.shape == scalar && n.text == "never" {
		*t = 0
		return true
	}
	var length duration
	if !length.decodeNode(d, n, label) {
		return false
	}
	const day = 24 * time.Hour
	if length == 0 || time.Duration(length)%day != 0 {
		d.problems.add(n.place(), "%s: expected whole days such as 365d, or never; found %s", label, n.text)
		return false
	}
	*t = days(time.Duration(length) / day)
	return true
}

func (days) schema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^([0-9]+[smhd]|never|.*\$\{.*)$`}
}

// retention is how long CloudWatch Logs keeps log events: a number of days that it allows; 0 is for ever.
type retention int

// retentions are the numbers of days that CloudWatch Logs allows, in order.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func (r *retention) decodeNode(d decoder, n *node, label string) bool {
	var kept days
	if !d.value(n, reflect.ValueOf(&kept).Elem(), label) {
		return false
	}
	i, ok := slices.BinarySearch(retentions, int(kept))
	if ok || kept == 0 {
		*r = retention(kept)
		return true
	}
	longer := "never"
	if i < len(retentions) {
		longer = fmt.Sprintf("%dd", retentions[i])
	}
	d.problems.add(n.place(), "%s: CloudWatch Logs keeps log events for certain numbers of days only; those nearest to %s are %dd and %s",
		label, n.text, retentions[i-1], longer)
	return false
}

func (retention) schema() *jsonschema.Schema { return days(0).schema() }
