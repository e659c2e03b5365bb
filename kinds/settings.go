package kinds

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"

	"baseline/resource"
)

// changed reports whether after names a string, bool, int or document that differs from before. A setting that after does
// not name stays as it is.
func changed(before, after resource.Object, name string) bool {
	return after.Has(name) && before[name] != after[name]
}

// given returns a string setting as a parameter, nil when it is empty, which leaves the value to AWS.
func given(o resource.Object, name string) *string {
	if text := o.Text(name); text != "" {
		return aws.String(text)
	}
	return nil
}

// clamp32 narrows a number for the wire. What does not fit is far outside of anything AWS accepts, and stays so.
func clamp32(n int) int32 {
	return int32(min(max(n, math.MinInt32), math.MaxInt32))
}

// text returns a document setting as a parameter.
func text(o resource.Object, name string) *string { return aws.String(string(o.Document(name))) }
