package sandbox

import (
	"slices"
	"strconv"
	"time"
)

// CloudWatch was a query service and now speaks JSON 1.0 and RPC v2 CBOR as well. Its answers are trees, which each
// protocol writes in its way; its errors keep the codes they had in the query protocol.

func cloudWatchService() *service {
	cloudWatch := &service{
		name: "cloudwatch", signedAs: "monitoring", version: "2010-08-01", target: "GraniteServiceVersion20100801",
		errorShapes: map[string]string{
			"InvalidNextToken":            "InvalidNextToken",
			"InvalidParameterCombination": "InvalidParameterCombinationException",
			"InvalidParameterValue":       "InvalidParameterValueException",
			"LimitExceeded":               "LimitExceededFault",
			"MissingParameter":            "MissingRequiredParameterException",
			"ResourceNotFoundException":   "ResourceNotFoundException",
			"ValidationError":             "ValidationException",
		},
	}
	cloudWatch.add(slices.Concat(alarmOperations(), alarmTagOperations())...)
	return cloudWatch
}

const codeAlarmInvalid = "ValidationError"

// treeAnswer is an answer that every protocol can write. A tree may hold, besides what JSON has, int, double and
// time.Time.
func treeAnswer(tree object) answer {
	return answer{xml: func(w *xmlWriter) { w.tree(tree) }, json: tree}
}

// A double is a number that need not be whole, and is written as such wherever the difference can be seen.
type double float64

func (d double) String() string { return strconv.FormatFloat(float64(d), 'g', -1, 64) }

// MarshalJSON writes the fields in their order.
func (o object) MarshalJSON() ([]byte, error) { return appendTree(nil, o), nil }

// tree writes the fields of an object as elements; the items of lists are called member.
func (w *xmlWriter) tree(o object) {
	for _, f := range o {
		w.branch(f.key, f.value)
	}
}

func (w *xmlWriter) branch(name string, value any) {
	switch v := value.(type) {
	case object:
		w.in(name, func() { w.tree(v) })
	case []any:
		w.in(name, func() {
			for _, item := range v {
				w.branch("member", item)
			}
		})
	case string:
		w.text(name, v)
	case bool:
		w.flag(name, v)
	case int:
		w.number(name, v)
	case double:
		w.text(name, v.String())
	case time.Time:
		w.text(name, v.UTC().Format("2006-01-02T15:04:05.000Z"))
	}
}

// texts is a list of texts in a tree.
func texts(values []string) []any {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = v
	}
	return items
}

// with adds a field of a text or a number to an object unless it is the zero of its type, which is how absence is kept.
func with[T string | int](o object, key string, value T) object {
	var zero T
	if value == zero {
		return o
	}
	return append(o, field{key, value})
}
