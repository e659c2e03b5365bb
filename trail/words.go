package trail

import "strings"

// Words says what a selector, as [Canonical] writes it, records, for people. A text that is no selector comes back as it is.
func Words(text string) string {
	selectors, err := Parse([]string{text})
	if err != nil {
		return text
	}
	s := selectors[0]
	if s.IsAdvanced() {
		return s.advancedWords()
	}
	var parts []string
	if s.Management {
		what := "management events"
		if len(s.Exclude) > 0 {
			what += " but those of " + strings.Join(s.Exclude, ", ")
		}
		parts = append(parts, what)
	}
	for _, d := range s.Data {
		parts = append(parts, "data events of "+d.Type+" "+strings.Join(d.Values, ", "))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ") + " (" + readWriteWords[s.ReadWriteType] + ")"
}

var readWriteWords = map[string]string{All: "reads and writes", ReadOnly: "reads", WriteOnly: "writes"}

func (s Selector) advancedWords() string {
	var parts []string
	for _, f := range s.Fields {
		var wanted, unwanted []string
		for _, o := range f.all() {
			if len(*o.values) == 0 {
				continue
			}
			if words := o.words + " " + strings.Join(*o.values, " or "); o.not {
				unwanted = append(unwanted, words)
			} else {
				wanted = append(wanted, words)
			}
		}
		if len(wanted) > 0 {
			unwanted = append([]string{strings.Join(wanted, " or ")}, unwanted...)
		}
		parts = append(parts, f.Field+" "+strings.Join(unwanted, " and "))
	}
	words := strings.Join(parts, ", ")
	if s.Name != "" {
		words = s.Name + ": " + words
	}
	return words
}
