package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"baseline/resource"
	"baseline/trail"
)

// units are the numbers that are lengths of time, by the name of the setting, with what 1 stands for.
var units = map[string]time.Duration{
	"max_session": time.Second,
	"max_age":     24 * time.Hour,
	"retention":   24 * time.Hour,
	"expire":      24 * time.Hour,
	"rotation":    24 * time.Hour,
	"period":      time.Second,
}

// zeros are the words of files for a 0 that switches something off instead of counting, by the name of the setting.
var zeros = map[string]string{
	"max_age":          "never",
	"retention":        "never",
	"expire":           "never",
	"rotation":         "never",
	"reuse_prevention": "none",
}

// value writes the value of a setting in words; see [resource.Object] for what it can be. Documents are not written here.
func (v *view) value(setting string, value any) string {
	switch value := value.(type) {
	case string:
		if setting == "selectors" {
			return text(trail.Words(value))
		}
		return quote(policyName(value, v.account))
	case bool:
		switch {
		case setting == "organization" && value:
			return "all accounts of it"
		case setting == "organization":
			return "none"
		case value:
			return "yes"
		}
		return "no"
	case int:
		if word, ok := zeros[setting]; ok && value == 0 {
			return word
		}
		if unit, ok := units[setting]; ok && value > 0 {
			return span(time.Duration(value) * unit)
		}
		return strconv.Itoa(value)
	case []string:
		names := make([]string, len(value))
		for i, name := range value {
			names[i] = v.value(setting, name)
		}
		return strings.Join(names, ", ")
	}
	return text(fmt.Sprint(value))
}

// quote escapes a text from outside, and puts it in quotes where its ends would not be seen otherwise.
func quote(s string) string {
	if s == "" || strings.ContainsAny(s, ` ,"`) {
		return `"` + text(s) + `"`
	}
	return text(s)
}

// blank reports whether a value says that there is nothing, so that a new object need not show it.
func blank(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []string:
		return len(value) == 0
	case map[string]string:
		return len(value) == 0
	case resource.Document:
		return value == ""
	}
	return false
}
