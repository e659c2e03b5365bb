package render

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"baseline/requirements"
	"baseline/resource"
)

// The parts of a page. Style and script are ours alone; nothing from outside gets into them.
var (
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
	//go:embed page.html
	pageText string

	pageTemplate = template.Must(template.New("page").Parse(pageText))
)

// mostSubjects is how many of those of whom the same was found a page names. JSON names them all.
const mostSubjects = 1_000

// html writes the report as one page that stands alone: nothing is loaded from anywhere, by its own policy; it can be read without
// its script, which only filters; it follows the reader's choice of light or dark, and can be printed.
func (r *Report) html(w io.Writer) error {
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, r.page()); err != nil {
		return err
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<style>%s</style>
`, digest(pageStyle), digest(pageScript), pageStyle)
	out.Write(body.Bytes())
	fmt.Fprintf(&out, "<script>%s</script>\n</body>\n</html>\n", pageScript)
	_, err := io.WriteString(w, out.String())
	return err
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// What the template of a page is filled with. All texts are escaped as for a terminal; the template escapes them for HTML.
type (
	page struct {
		Title, Source, Verdict, Summary, Failure, NotDone, Footer string
		Mood                                                      mood
		Counts                                                    []pageCounts
		FindingCounts                                             []pageSeverity
		Dangers                                                   []pageDanger
		Picture                                                   *picture
		Groups                                                    []pageGroup
		Controls                                                  []pageControl
		Findings                                                  []pageFindings
		Notices, Cautions                                         []string
		Facts                                                     []pageFact
	}
	pageCounts struct {
		Name  string
		Cells []string
	}
	pageSeverity struct{ Count, Word, Class string }
	pageDanger   struct {
		Class, Sign string
		// Many counts the links where there are several.
		Many  string
		Links []pageLink
		Says  []string
	}
	pageLink  struct{ Anchor, Name string }
	pageGroup struct {
		Name   string
		Count  int
		Pieces []pagePiece
	}
	pagePiece struct {
		Anchor, Class, Sign, Name string
		Badges                    []string
		Open, Long                bool
		// Alike are the objects of which the same is told, where there are several.
		Alike []pageLink
		Rows  []pageRow
	}
	pageRow struct {
		Class, Sign, Remark string
		Parts               []pagePart
	}
	pagePart struct {
		Text   string
		Edited bool
	}
	pageControl  struct{ Class, ID, Title, Sign, Word, Violators string }
	pageFindings struct {
		Class, Word, Rule, Control string
		Count                      int
		Open                       bool
		Advised                    []pageAdvised
	}
	pageAdvised struct {
		Advice string
		Alike  []pageAlike
	}
	pageAlike struct {
		// Many counts the subjects where there are several.
		Many, Seen, More string
		Subjects         []string
	}
	pageFact struct{ Name, Value string }
)

func (r *Report) page() *page {
	var p *page
	if r.Check != nil {
		p = pageOfCheck(r.Check)
		p.Source = strings.Join(r.Check.source(r.Reading)[1:], between)
	} else {
		p = pageOf(reviewOf(r))
	}
	p.Footer = "Made by baseline"
	if r.Program != "" {
		p.Footer += " " + text(r.Program)
	}
	p.Footer += ". This page loads nothing from anywhere."
	if r.Ending != nil {
		p.Failure = strings.Join(r.Ending.lines(), "\n")
	}
	return p
}

func pageOf(v *review) *page {
	p := &page{
		Title: v.subject, Source: strings.Join(v.source, between), Verdict: v.verdict + ".", Summary: v.summary, Mood: v.mood,
		NotDone: strings.Join(plainRows(v.notDone), "\n"), Picture: v.picture, Notices: v.notices, Findings: pageFindingsOf(v.findings), Cautions: v.cautions,
	}
	if v.baseline != "" {
		p.Title += " of " + v.baseline
	}
	for _, c := range v.counts {
		counts := pageCounts{Name: c.name}
		for _, n := range []int{c.Create, c.Change, c.Replace, c.Delete, c.OneWay, c.Weakens} {
			cell := ""
			if n > 0 {
				cell = grouped(n)
			}
			counts.Cells = append(counts.Cells, cell)
		}
		p.Counts = append(p.Counts, counts)
	}
	for _, f := range countFindings(v.findings) {
		p.FindingCounts = append(p.FindingCounts, pageSeverity{f.value, f.name, f.name})
	}
	for _, d := range v.dangers {
		told := pageDanger{Class: classes[d.sign], Sign: string(d.sign), Says: d.says}
		if len(d.names) > 1 {
			told.Many = d.many()
		}
		for i, name := range d.names {
			told.Links = append(told.Links, pageLink{d.anchors[i], name})
		}
		p.Dangers = append(p.Dangers, told)
	}
	objects := 0
	for _, g := range v.groups {
		objects += len(g.pieces)
	}
	const few = 30 // so many that they are shown open
	for _, g := range v.groups {
		group := pageGroup{Name: g.name, Count: len(g.pieces)}
		for _, u := range g.units() {
			group.Pieces = append(group.Pieces, pagePieceOf(u, objects <= few))
		}
		p.Groups = append(p.Groups, group)
	}
	for _, f := range v.facts {
		p.Facts = append(p.Facts, pageFact{f.name, f.value})
	}
	return p
}

func pagePieceOf(u *unit, open bool) pagePiece {
	p := u.pieces[0]
	out := pagePiece{
		Anchor: p.anchor, Class: classes[p.sign], Sign: string(p.sign), Name: p.name, Badges: p.badges, Open: (open || p.dangerous()) && len(u.pieces) <= mostLines,
		Long: len(p.rows) > 40,
	}
	if len(u.pieces) > 1 {
		out.Anchor, out.Name = "all-"+p.anchor, u.title()
		for _, one := range u.pieces {
			out.Alike = append(out.Alike, pageLink{one.anchor, one.name})
		}
	}
	add := func(g sign, indent int, behind string, parts ...pagePart) {
		shown := string(g)
		if g == "" {
			g, shown = same, ""
		}
		out.Rows = append(out.Rows, pageRow{
			Class: fmt.Sprintf("%s in%d", classes[g], min(12, max(0, indent-partIndent))), Sign: strings.TrimSpace(shown), Remark: behind, Parts: parts,
		})
	}
	signs := inherited(p.rows)
	for i, r := range p.rows {
		said := strings.Join(r.remarks, between)
		if i > 0 { // the first is the heading of all
			behind := said
			if r.alarm != "" {
				behind = ""
			}
			add(signs[i], r.indent, behind, partsOf(r)...)
		}
		if r.alarm != "" {
			add(warning, r.indent+partIndent, "", pagePart{Text: strings.TrimPrefix(r.alarm, string(warning)+" ")})
		}
		if said != "" && (i == 0 || r.alarm != "") {
			add(remark, r.indent+partIndent, "", pagePart{Text: said})
		}
	}
	return out
}

// partsOf takes the label of a row apart where it was edited.
func partsOf(r row) []pagePart {
	var parts []pagePart
	at := 0
	for _, e := range r.edits {
		parts = append(parts, pagePart{Text: r.label[at:e.start]}, pagePart{r.label[e.start:e.end], true})
		at = e.end
	}
	return append(parts, pagePart{Text: r.label[at:]})
}

func pageFindingsOf(groups []findingGroup) []pageFindings {
	var out []pageFindings
	for _, g := range groups {
		f := pageFindings{Word: g.word, Rule: g.rule, Control: g.control, Count: g.count, Open: severityRank(g.severity) <= 1}
		for _, severity := range resource.Severities() {
			if g.severity == severity {
				f.Class = string(severity)
			}
		}
		for _, a := range g.advised {
			advised := pageAdvised{Advice: a.advice}
			for _, same := range a.alike {
				told := pageAlike{Seen: same.seen, Subjects: same.subjects}
				if n := len(same.subjects); n > 1 {
					told.Many = plural(n, same.noun)
					told.Subjects = same.subjects[:min(n, mostSubjects)]
					if more := n - mostSubjects; more > 0 {
						told.More = "and " + grouped(more) + " more"
					}
				}
				advised.Alike = append(advised.Alike, told)
			}
			f.Advised = append(f.Advised, advised)
		}
		out = append(out, f)
	}
	return out
}

func pageOfCheck(a *Assessment) *page {
	n := a.Count()
	p := &page{Title: "Check of " + text(a.Baseline), Summary: CheckSummary(a), Mood: calm}
	p.Verdict = strings.Trim(verdict(n), "*")
	switch {
	case n.Fail > 0 && n.Violators.Critical+n.Violators.High > 0:
		p.Mood = alarming
	case n.Fail > 0 || n.Pass == 0:
		p.Mood = careful
	}
	for _, o := range a.Outcomes {
		g, word := standing(o.Result)
		p.Controls = append(p.Controls, pageControl{classes[g], text(o.ID), text(o.Title), string(g), word, violators(o)})
	}
	var found, soon []resource.Finding
	for _, of := range a.told(broken) {
		found = append(found, of...)
	}
	for _, of := range a.told(warned) {
		soon = append(soon, of...)
	}
	groups := findingGroups(found)
	for _, g := range findingGroups(soon) {
		g.word, g.severity = soonWord, ""
		groups = append(groups, g)
	}
	p.Findings = pageFindingsOf(groups)
	for _, notice := range a.Notices {
		p.Notices = append(p.Notices, text(notice))
	}
	if pass, _, _ := requirements.Counts(a.Outcomes); pass > 0 && n.Fail == 0 {
		p.Mood = calm
	}
	return p
}
