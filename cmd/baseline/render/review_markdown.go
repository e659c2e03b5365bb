package render

import (
	"fmt"
	"io"
	"strings"
)

// MaxMarkdown is how long a report in Markdown is at most. GitHub takes comments of 65,536 characters; ours have no more bytes
// than that, and so never more characters, whatever counts as one.
const MaxMarkdown = 65_536

// How many bytes the parts of a report in Markdown may take. What is left over goes to the changes in full.
const (
	maxFailure  = 4_000
	maxNotDone  = 6_000
	maxDangers  = 16_000
	maxFindings = 14_000
	maxAbout    = 5_000
	maxPiece    = 12_000 // one object with its parts
	maxRow      = 3_000  // one line of a statement
	maxField    = 300    // a name at the head, in characters
	maxKinds    = 2_000  // the kinds of dangers that are not named, in characters: more than all there are
	mostCounts  = 40     // rows of the table of counts
	reserve     = 1_500  // headings and notes on what was cut
)

// Marker is the first line of a report in Markdown: an HTML comment by which the comment or issue that holds an earlier report on
// the same thing can be found. The subject is "plan", "run" or "check".
func Marker(subject, baseline, account string) string {
	plain := func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			c := s[i]
			if c == '.' || c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' ||
				c == '-' && i > 0 && s[i-1] != '-' {
				b.WriteByte(c)
				continue
			}
			fmt.Fprintf(&b, "%%%02X", c)
		}
		return b.String()
	}
	return fmt.Sprintf("<!-- baseline: %s of %s in %s -->", plain(subject), plain(firstColumns(baseline, maxField)), plain(firstColumns(account, maxField)))
}

// markdown writes the report as GitHub-flavoured Markdown, for a comment on a pull request: the verdict, the numbers, what nobody
// must miss, the findings, the changes in full, and what else there is, folded. It is never longer than [MaxMarkdown]: what is cut is
// cut from the changes in full, and from lists that say how many they leave out. Texts from outside can't leave their place in it.
func (r *Report) markdown(w io.Writer) error {
	if r.Check != nil {
		return CheckMarkdown(w, r.Check)
	}
	v := reviewOf(r)
	head, heed, changes, found, about := &markdown{}, &markdown{}, &markdown{}, &markdown{}, &markdown{}
	if v.baseline != "" {
		head.line(Marker(strings.ToLower(v.subject), v.baseline, v.account))
	}
	v.head(head)
	v.heed(heed)
	v.about(about, r)
	fewer := v.markdownFindings(found)
	shown := v.markdownChanges(changes, MaxMarkdown-reserve-head.out.Len()-heed.out.Len()-found.out.Len()-about.out.Len())
	whole := joined(head, v.cut(shown, fewer), heed, changes, found, about)
	if len(whole) > MaxMarkdown { // names of a hostile length everywhere
		whole = joined(head, noted(cutMark+" The changes and findings are in the "+strings.ToLower(v.subject)+" as HTML or JSON."), heed)
	}
	_, err := io.WriteString(w, whole)
	return err
}

// joined puts parts of a document together, with an empty line between them.
func joined(parts ...*markdown) string {
	var texts []string
	for _, part := range parts {
		if part.out.Len() > 0 {
			texts = append(texts, part.out.String())
		}
	}
	return strings.Join(texts, "\n")
}

// noted is a part with one line in it.
func noted(line string) *markdown {
	m := &markdown{}
	m.line(line)
	return m
}

// short cuts a text that is escaped for a terminal for the head of a report.
func short(escaped string) string { return firstColumns(escaped, maxField) }

// head adds what is never cut: verdict and numbers.
func (v *review) head(m *markdown) {
	title := "## " + v.subject
	if v.baseline != "" {
		title += " of " + inMarkdown(short(v.baseline))
	}
	m.line(title)
	verdict := "**" + inMarkdown(short(v.verdict)) + ".**"
	if v.mood == alarming {
		verdict = "**" + string(warning) + "** " + verdict
	}
	m.line(strings.TrimSpace(verdict + " " + inMarkdown(firstColumns(v.summary, 2*maxField))))
	if len(v.source) > 0 {
		parts := make([]string, len(v.source))
		for i, part := range v.source {
			parts[i] = inMarkdown(short(part))
		}
		m.line(strings.Join(parts, between))
	}
	for _, caution := range v.cautions[:min(len(v.cautions), mostLines)] {
		m.line("**" + string(warning) + "** " + inMarkdown(short(caution)))
	}
	if len(v.failure) > 0 {
		m.fence("", middleOf(fenced(v.failure), maxFailure))
	}
	v.countTable(m)
}

// heed adds what nobody must miss: what is not done of a run, and what is dangerous.
func (v *review) heed(m *markdown) {
	if len(v.notDone) > 0 {
		m.line("### Not done")
		m.fence("", middleOf(plainRows(v.notDone), maxNotDone))
	}
	v.markdownDangers(m)
}

// countTable adds the table of counts.
func (v *review) countTable(m *markdown) {
	if len(v.counts) > 0 {
		m.line("| | + create | ~ change | ± replace | - delete | one-way | weakens the audit |\n| --- | --: | --: | --: | --: | --: | --: |")
		for i, c := range v.counts {
			last := i == len(v.counts)-1
			if i >= mostCounts && !last {
				continue
			}
			name, bold := inMarkdown(firstColumns(c.name, 60)), ""
			if last {
				bold = "**"
			}
			fmt.Fprintf(&m.out, "| %s%s%s |", bold, name, bold)
			for _, n := range []int{c.Create, c.Change, c.Replace, c.Delete, c.OneWay, c.Weakens} {
				cell := ""
				if n > 0 {
					cell = bold + grouped(n) + bold
				}
				fmt.Fprintf(&m.out, " %s |", cell)
			}
			m.out.WriteByte('\n')
		}
	}
	if found := countFindings(v.findings); len(found) > 0 {
		words := make([]string, len(found))
		for i, f := range found {
			words[i] = f.value + " " + f.name
		}
		m.line("Findings: " + strings.Join(words, ", "))
	}
}

// markdownDangers adds what nobody must miss, in a box of GitHub's.
func (v *review) markdownDangers(m *markdown) {
	if len(v.dangers) == 0 {
		return
	}
	m.line("> [!CAUTION]\n> **Do not miss: what goes, what cannot be taken back, what weakens the audit**\n>")
	items := make([]string, len(v.dangers))
	for i, d := range v.dangers {
		items[i] = d.markdown()
	}
	fit := fitting(items, maxDangers)
	m.out.WriteString(strings.Join(items[:fit], ""))
	if left := v.dangers[fit:]; len(left) > 0 {
		m.out.WriteString("> - and more, which are too many to name here: " + inMarkdown(firstColumns(dangersByKind(left), maxKinds)) + "\n")
	}
}

// markdown is an item of the list of dangers. Of many that are alike, it names the first.
func (d danger) markdown() string {
	says := make([]string, len(d.says))
	for n, s := range d.says {
		says[n] = inMarkdown(short(s))
	}
	sentence := ": " + strings.Join(says, between) + "\n"
	if len(d.names) == 1 {
		return "> - " + markdownCode(short(string(d.sign)+" "+d.names[0])) + sentence
	}
	names := make([]string, len(d.names))
	for i, name := range d.names {
		names[i] = markdownCode(short(name)) + " "
	}
	fit := fitting(names, maxDangers/4)
	line := "> - `" + string(d.sign) + "` **" + inMarkdown(short(d.many())) + "**" + strings.TrimSuffix(sentence, "\n") + ": " + strings.TrimSpace(strings.Join(names[:fit], ""))
	if more := len(names) - fit; more > 0 {
		line += " and " + grouped(more) + " more"
	}
	return line + "\n"
}

// dangersByKind counts dangers by sign and kind, in the order in which they come.
func dangersByKind(dangers []danger) string {
	var words []string
	count := map[string]int{}
	for _, d := range dangers {
		word := string(d.sign) + " " + strings.ToLower(kindHeading(d.kind))
		if count[word] == 0 {
			words = append(words, word)
		}
		count[word] += len(d.names)
	}
	for i, word := range words {
		words[i] = word + " (" + grouped(count[word]) + ")"
	}
	return strings.Join(words, ", ")
}

// about adds what else there is to know, folded.
func (v *review) about(m *markdown, r *Report) {
	var lines []string
	for _, notice := range v.notices {
		lines = append(lines, "- "+inMarkdown(short(notice))+"\n")
	}
	if len(v.notices) > 0 {
		fit := fitting(lines, maxAbout/2)
		if cut := len(lines) - fit; cut > 0 {
			lines = append(lines[:fit], "- and "+plural(cut, "note")+" more\n")
		}
		m.line("<details><summary>Notes: " + grouped(len(v.notices)) + "</summary>\n\n" + strings.Join(lines, "") + "\n</details>")
	}
	lines = nil
	for _, f := range v.facts {
		lines = append(lines, "- "+f.name+" "+markdownCode(short(f.value))+"\n")
	}
	if r.Program != "" {
		lines = append(lines, "- made by "+markdownCode("baseline "+short(text(r.Program)))+"\n")
	}
	if len(v.counts) > 0 {
		lines = append(lines, "- signs: `+` new, `~` changes, `-` goes, `±` deleted and created again, `!` cannot be taken back or weakens the audit, `·` something else to know\n")
	}
	if len(lines) == 0 {
		return
	}
	fit := fitting(lines, maxAbout/2)
	if cut := len(lines) - fit; cut > 0 {
		lines = append(lines[:fit], "- and "+plural(cut, "line")+" more\n")
	}
	m.line("<details><summary>About this " + strings.ToLower(v.subject) + "</summary>\n\n" + strings.Join(lines, "") + "\n</details>")
}
