package render

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"baseline/requirements"
	"baseline/resource"
)

// Sources say where files declare what, so that a finding can be shown at its line.
type Sources struct {
	// Inputs are the files as they were named on the command line.
	Inputs []string
	// Objects are the places of declared objects, Rules those of the keys under `require:`, and Sections those of the keys at the
	// top of the file.
	Objects  map[resource.Address]Place
	Rules    map[string]Place
	Sections map[string]Place
}

// place is where a finding belongs: where its subject is declared, or what holds it; where the rule is asked for; and for what nobody
// declared, where the file says what becomes of such. The last resort is the first line of the first file.
func (s Sources) place(f resource.Finding) Place {
	for _, a := range []resource.Address{f.Subject, holderOf(f.Subject)} {
		if at, known := s.Objects[a]; known {
			return at
		}
	}
	rule, _, _ := strings.Cut(f.Rule, ".")
	if at, known := s.Rules[rule]; known && requirements.IsRule(f.Rule) {
		return at
	}
	for _, section := range []string{"unmanaged", rule, "name"} {
		if at, known := s.Sections[section]; known {
			return at
		}
	}
	if len(s.Inputs) > 0 {
		return Place{File: s.Inputs[0], Line: 1, Column: 1}
	}
	return Place{File: "baseline.yaml", Line: 1, Column: 1}
}

// mostResults is how many findings a SARIF log holds, the worst first. GitHub shows no more of one run.
const mostResults = 5_000

// sarif writes findings as a SARIF 2.1.0 log for code scanning. What is not known has no run in it, since a run without results
// says that all is well: a log has a run on the files once they were read, and one on the account once that was judged.
func (r *Report) sarif(w io.Writer) error {
	log := sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{}}
	if r.Plan != nil || r.Check != nil || len(r.Problems) > 0 {
		log.Runs = append(log.Runs, r.sarifOfFiles())
	}
	switch {
	case r.Check != nil:
		var found []resource.Finding
		for _, of := range r.Check.told(broken) {
			found = append(found, of...)
		}
		log.Runs = append(log.Runs, r.sarifOfFindings("check", r.Check.Baseline, r.Check.Account, found))
	case r.Plan != nil:
		run := r.sarifOfFindings("plan", r.Plan.Baseline, r.Plan.Account, r.Plan.Findings)
		if r.Plan.Snapshot != nil {
			run.Properties = &sarifWhole{r.Plan.Snapshot}
		}
		log.Runs = append(log.Runs, run)
	}
	return writeJSON(w, log)
}

// invalidFile is the rule of what is wrong with a file.
const invalidFile = "invalid-file"

func (r *Report) sarifOfFiles() sarifRun {
	run := r.sarifRun("files/" + strings.Join(r.Sources.Inputs, ","))
	run.Tool.Driver.Rules = []sarifRule{{
		ID: invalidFile, Short: sarifText{"the file is valid"}, Config: sarifLevel{"error"},
		Properties: sarifProperties{Tags: []string{"correctness"}},
	}}
	again := map[string]int{}
	for _, p := range r.Problems[:min(len(r.Problems), mostResults)] {
		run.Results = append(run.Results, sarifResult{
			RuleID: invalidFile, Level: "error", Message: sarifMessage(text(p.Message)), Locations: sarifAt(p.Place),
			Fingerprints: sarifFingerprint(again, invalidFile, p.File, p.Message),
		})
	}
	run.Invocations = []sarifInvocation{{Successful: len(r.Problems) == 0}}
	return run
}

func (r *Report) sarifOfFindings(subject, baseline, account string, findings []resource.Finding) sarifRun {
	run := r.sarifRun(subject + "/" + baseline)
	run.Invocations = []sarifInvocation{{Successful: true}}
	ordered := inOrder(findings)
	at, again := map[string]int{}, map[string]int{}
	for _, f := range ordered[:min(len(ordered), mostResults)] {
		id := ruleID(f)
		if _, known := at[id]; !known {
			at[id] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(id, f))
		}
		message := subjectName(f.Subject) + ": " + strings.Join(seen(f), between)
		if f.Advice != "" {
			message += " -> " + text(f.Advice)
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: id, RuleIndex: at[id], Level: levelOf(f.Severity).word, Message: sarifMessage(message),
			Locations:    sarifAt(r.Sources.place(f)),
			Fingerprints: sarifFingerprint(again, f.Rule, f.Subject.String(), account),
			Properties:   &sarifFacts{Account: text(account), Subject: Escape(short(f.Subject.String())), Severity: text(string(f.Severity)), Controls: texts(f.Controls)},
		})
	}
	if left := len(ordered) - mostResults; left > 0 {
		run.Invocations[0].Notes = []sarifNote{{Level: "warning", Message: sarifText{plural(left, "finding") + " more are left out: a log of this size is not taken"}}}
	}
	return run
}

func (r *Report) sarifRun(category string) sarifRun {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver.Name = "baseline"
	run.Tool.Driver.Version = text(r.Program)
	run.Tool.Driver.Rules = []sarifRule{}
	run.Automation.ID = "baseline/" + short(text(category)) + "/"
	return run
}

// usual is the severity of a rule that has several: of the planner, or of the file, which who will break it soon is told of as well; ""
// for others.
func usual(rule string) resource.Severity {
	switch {
	case rule == "unmanaged":
		return resource.Low
	case requirements.IsRule(rule):
		return requirements.Severity(rule)
	}
	return ""
}

// ruleID is the id of the rule that a finding is a result of. Code scanning knows one severity for a rule, so what is of another than
// usual is a rule below it.
func ruleID(f resource.Finding) string {
	if severity := usual(f.Rule); severity != "" && severity != f.Severity {
		return text(f.Rule) + "/" + text(string(f.Severity))
	}
	return text(f.Rule)
}

// level is a word of SARIF for a severity, and the score by which code scanning ranks it.
type level struct{ word, score string }

func levelOf(severity resource.Severity) level {
	switch severity {
	case resource.Critical:
		return level{"error", "9.5"}
	case resource.High:
		return level{"error", "8.0"}
	case resource.Medium:
		return level{"warning", "5.5"}
	case resource.Low:
	}
	return level{"note", "2.0"}
}

func texts(all []string) []string {
	var escaped []string
	for _, s := range all {
		escaped = append(escaped, text(s))
	}
	return escaped
}

func ruleOf(id string, f resource.Finding) sarifRule {
	title := titles()[f.Rule]
	if title == "" {
		title = ownTitles[f.Rule]
	}
	if title == "" {
		title = id
	}
	rule := sarifRule{ID: id, Short: sarifText{title}, Config: sarifLevel{levelOf(f.Severity).word}}
	rule.Properties = sarifProperties{Tags: append([]string{"security"}, texts(f.Controls)...), Score: levelOf(f.Severity).score}
	if f.Advice != "" {
		rule.Help = &sarifText{text(f.Advice)}
	}
	return rule
}

// ownTitles are the titles of rules of the planner.
var ownTitles = map[string]string{
	"unmanaged":       "everything in the account is declared",
	"owned-elsewhere": "what is declared belongs to nobody else",
}

// titles are those of the controls that a rule answers alone.
func titles() map[string]string {
	titles := map[string]string{}
	for _, c := range requirements.Controls() {
		if rules := c.Rules(); len(rules) == 1 && titles[rules[0]] == "" {
			titles[rules[0]] = c.Title
		}
	}
	return titles
}

// sarifMessage writes an escaped text as a message, in which braces and brackets would have a meaning.
func sarifMessage(escaped string) sarifText {
	return sarifText{strings.NewReplacer("{", "{{", "}", "}}", "[", `\[`, "]", `\]`).Replace(escaped)}
}

// sarifFingerprint tells a finding from every other, and is the same whenever it is found. The number behind it, which code scanning
// wants, tells apart what is alike in one log.
func sarifFingerprint(again map[string]int, parts ...string) map[string]string {
	sum := fmt.Sprintf("%.16x", sha256.Sum256([]byte(strings.Join(parts, "\x00"))))
	again[sum]++
	return map[string]string{"primaryLocationLineHash": fmt.Sprintf("%s:%d", sum, again[sum])}
}

func sarifAt(p Place) []sarifLocation {
	var at sarifLocation
	at.Physical.Artifact.URI = sarifURI(p.File)
	at.Physical.Region = sarifRegion{Line: max(1, p.Line), Column: max(1, p.Column)}
	return []sarifLocation{at}
}

// sarifURI writes a path as a reference that is relative to where the command ran, in which nothing is taken for a scheme.
func sarifURI(file string) string {
	parts := strings.Split(path.Clean(strings.ReplaceAll(file, `\`, "/")), "/")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(firstColumns(part, maxField)), ":", "%3A")
	}
	return strings.Join(parts, "/")
}

// The parts of a SARIF log that are in use. See section 3 of the standard.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver struct {
				Name    string      `json:"name"`
				Version string      `json:"version,omitempty"`
				Rules   []sarifRule `json:"rules"`
			} `json:"driver"`
		} `json:"tool"`
		Automation struct {
			ID string `json:"id"`
		} `json:"automationDetails"`
		ColumnKind  string            `json:"columnKind"`
		Invocations []sarifInvocation `json:"invocations,omitempty"`
		Results     []sarifResult     `json:"results"`
		Properties  *sarifWhole       `json:"properties,omitempty"`
	}
	// sarifWhole is what is to be known of all results of a run: the snapshot that they were found in.
	sarifWhole struct {
		Snapshot *resource.Snapshot `json:"snapshot"`
	}
	sarifInvocation struct {
		Successful bool        `json:"executionSuccessful"`
		Notes      []sarifNote `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNote struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifRule struct {
		ID         string          `json:"id"`
		Short      sarifText       `json:"shortDescription"`
		Help       *sarifText      `json:"help,omitempty"`
		Config     sarifLevel      `json:"defaultConfiguration"`
		Properties sarifProperties `json:"properties"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifProperties struct {
		Tags  []string `json:"tags"`
		Score string   `json:"security-severity,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   *sarifFacts       `json:"properties,omitempty"`
	}
	sarifFacts struct {
		Account  string   `json:"account"`
		Subject  string   `json:"subject"`
		Severity string   `json:"severity"`
		Controls []string `json:"controls,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region sarifRegion `json:"region"`
		} `json:"physicalLocation"`
	}
	sarifRegion struct {
		Line   int `json:"startLine"`
		Column int `json:"startColumn"`
	}
)
