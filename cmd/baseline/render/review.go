package render

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"baseline/applier"
	"baseline/resource"
)

// review is what reviewers are told of a plan or a run, in the order in which they are told, before it is known in which form.
// Its texts are escaped as for a terminal, and each form escapes them for its own reader on top of that.
type review struct {
	// subject is what it is about: "Plan", "Run" or "Check", or "Command" where nothing else is known.
	subject           string
	baseline, account string
	mood              mood
	// verdict is a few words that can stand alone, and summary the line with the numbers.
	verdict, summary string
	// source says what was read, by whom and when, in parts.
	source []string
	// cautions are what a reader must know of the whole.
	cautions []string
	facts    []fact
	// failure says how the command failed, line by line.
	failure []string
	// notDone are the steps of a run that are not done, and why.
	notDone []row
	counts  []countRow
	dangers []danger
	groups  []group
	// findings are in the order in which they are shown.
	findings []findingGroup
	notices  []string
	picture  *picture
}

// mood says how a reader should take a verdict.
type mood string

const (
	calm     mood = "calm"  // there is nothing to do
	plain    mood = "plain" // there is something to review
	careful  mood = "careful"
	alarming mood = "alarming"
)

// fact is a name with a value.
type fact struct{ name, value string }

// countRow counts what becomes of the objects of one kind, parts with their owners, as [resource.Counts] does.
type countRow struct {
	name string
	resource.Counts
}

// danger is a change that nobody must miss: an object that goes, what cannot be taken back, and what weakens the audit. Many of which
// the same is told are one.
type danger struct {
	sign sign
	// names are those of the objects or parts, and anchors where each is told of.
	names, anchors []string
	// says holds sentences without a full stop.
	says   []string
	kind   resource.Kind
	weight int
}

// many is what several dangers that are alike are called together.
func (d danger) many() string { return plural(len(d.names), kindNoun(kindWord(d.kind))) }

// together makes one of the dangers that are alike, where there are more than a few of them.
func together(dangers []danger) []danger {
	count, into := map[string]int{}, map[string]int{}
	key := func(d danger) string {
		return string(d.kind) + string(d.sign) + strings.Join(d.says, "\n")
	}
	for _, d := range dangers {
		count[key(d)]++
	}
	var out []danger
	for _, d := range dangers {
		k := key(d)
		at, known := into[k]
		if known && count[k] > mostLines {
			out[at].names, out[at].anchors = append(out[at].names, d.names...), append(out[at].anchors, d.anchors...)
			continue
		}
		into[k] = len(out)
		out = append(out, d)
	}
	return out
}

// group is a heading with the objects under it: principals by kind, then all else.
type group struct {
	name   string
	pieces []*piece
}

// piece is an object that stands alone with its parts, line by line.
type piece struct {
	owner  resource.Address
	sign   sign
	name   string
	anchor string
	// rows are what the text shows of it; the first is its heading.
	rows []row
	// badges are words for what is dangerous about it.
	badges []string
	// changes counts its steps.
	changes int
}

func (p *piece) dangerous() bool { return len(p.badges) > 0 }

// The words for what is dangerous about a piece.
const (
	badgeDeleted = "deleted"
	badgeOneWay  = "one-way"
	badgeWeakens = "weakens the audit"
)

// reviewOf makes the review of what a report holds: its run, else its plan, else nothing but its ending.
func reviewOf(r *Report) *review {
	v := &review{subject: "Command", baseline: text(r.Baseline), account: text(r.Account), mood: calm}
	switch r.Subject {
	case "plan":
		v.subject = "Plan"
	case "check":
		v.subject = "Check"
	}
	p := r.Plan
	if r.Run != nil {
		p = planOf(r.Run)
		v.ofRun(r.Run)
	} else if p != nil {
		v.subject = "Plan"
		v.baseline, v.account = text(p.Baseline), text(p.Account)
		v.source = source(p.Baseline, p.Account, p.Caller, p.ReadAt, r.Reading)[1:]
		if p.Undoes != "" {
			v.facts = append(v.facts, fact{"takes back", "run " + text(p.Undoes)})
		}
		for _, file := range p.Files {
			v.facts = append(v.facts, fact{"from", fileOf(file)})
		}
	}
	if p != nil {
		v.ofPlan(p, r.Run)
	}
	if r.Ending != nil {
		v.failure = r.Ending.lines()
		v.mood = alarming
		if r.Run == nil {
			v.verdict = "Failed (" + text(r.Ending.Name) + ")"
		}
	}
	return v
}

// fileOf names a file that a plan was made from.
func fileOf(file resource.SourceFile) string {
	return fmt.Sprintf("%s (sha256 %.12s)", text(file.Path), text(file.SHA256))
}

// ofRun adds what is told of a run besides its plan.
func (v *review) ofRun(run *applier.Run) {
	v.subject = "Run"
	v.baseline, v.account = text(run.Header.Baseline), text(run.Header.Account)
	v.facts = runFacts(run)
	v.source = []string{"account " + v.account + " as " + callerName(run.Header.Caller), "started " + moment(run.Header.Started)}
	if count(run, applier.Made) < len(run.Steps) {
		rows := &view{account: run.Header.Account}
		rows.notDone(run)
		if len(rows.rows) > 1 {
			v.notDone = rows.rows[1:] // without their heading
		}
	}
	status := run.Status()
	switch status {
	case applier.StatusDone, applier.StatusUndone:
	case applier.StatusRunning:
		v.mood = careful
	case applier.StatusPartly, applier.StatusUnfinished, applier.StatusDamaged:
		v.mood = alarming
	}
	word := text(string(status))
	v.verdict = strings.ToUpper(word[:1]) + word[1:]
	if run.UndoneBy != "" {
		v.verdict += " by run " + text(run.UndoneBy)
	}
	v.verdict += ": " + tally(run)
}

// tally says how many steps of a run came how far.
func tally(run *applier.Run) string {
	parts := []string{fmt.Sprintf("%s of %s done", grouped(count(run, applier.Made)), plural(len(run.Steps), "step"))}
	for _, progress := range troubles {
		if n := count(run, progress); n > 0 {
			parts = append(parts, grouped(n)+" "+outcomes[progress])
		}
	}
	return strings.Join(parts, ", ")
}

// ofPlan adds the changes, findings and notices of a plan. The run is the one that carried it out; nil for none.
func (v *review) ofPlan(p *resource.Plan, run *applier.Run) {
	v.summary = Summary(p)
	if p.Snapshot != nil {
		v.cautions = append(v.cautions, "made from a snapshot of "+moment(p.Snapshot.ReadAt)+", and not from the account; apply does not take this plan")
	}
	for _, limit := range p.Large {
		v.cautions = append(v.cautions, "more than the limits allow: it "+text(limit))
	}
	v.counts = countsByKind(p)
	rows := &view{account: p.Account}
	if run != nil {
		rows.outcome = outcomeOf(run)
	}
	all := blocks(p.Changes)
	byKind := map[resource.Kind]*group{}
	for i, b := range all {
		b.anchor = fmt.Sprintf("o%d", i+1)
		piece, dangers := reviewed(b, rows)
		g := byKind[b.owner.Kind]
		if g == nil {
			g = &group{name: kindHeading(b.owner.Kind)}
			byKind[b.owner.Kind] = g
		}
		g.pieces = append(g.pieces, piece)
		v.dangers = append(v.dangers, dangers...)
	}
	slices.SortStableFunc(v.dangers, func(a, b danger) int { return cmp.Compare(b.weight, a.weight) })
	v.dangers = together(v.dangers)
	for _, kind := range slices.SortedFunc(maps.Keys(byKind), compareKinds) {
		v.groups = append(v.groups, *byKind[kind])
	}
	v.findings = findingGroups(p.Findings)
	for _, notice := range p.Notices {
		v.notices = append(v.notices, text(notice))
	}
	v.picture = draw(all, p.Account)
	if run == nil {
		v.verdict, v.mood = judge(p, v.dangers)
	}
}

// judge says in a few words how a plan should be taken.
func judge(p *resource.Plan, dangers []danger) (string, mood) {
	bad := slices.ContainsFunc(p.Findings, func(f resource.Finding) bool {
		return f.Severity == resource.Critical || f.Severity == resource.High
	})
	if len(p.Changes) == 0 {
		if bad {
			return "Nothing to apply, but somebody must act", careful
		}
		return "Nothing to apply", calm
	}
	if len(dangers)+len(p.Large) == 0 {
		if bad {
			return "No object goes, and all of it can be taken back; but somebody must act", careful
		}
		return "No object goes, and all of it can be taken back", plain
	}
	var words []string
	n := p.Count()
	if len(p.Large) > 0 {
		words = append(words, "is more than the limits allow")
	}
	if n.Weakens > 0 {
		words = append(words, "weakens the audit")
	}
	if n.OneWay > 0 {
		words = append(words, "cannot all be taken back")
	}
	if n.Delete+n.Replace > 0 {
		words = append(words, "deletes "+plural(n.Delete+n.Replace, "object"))
	}
	return "Look closely: it " + enumerate(words), alarming
}

// reviewed is an object as reviewers see it, and what of it they must not miss.
func reviewed(b *block, rows *view) (*piece, []danger) {
	rows.rows = nil
	rows.block(b)
	p := &piece{owner: b.owner, sign: b.sign(), name: objectName(b.owner), anchor: b.anchor, rows: rows.rows}
	var dangers []danger
	for _, e := range b.entries() {
		p.changes += len(e.steps)
		d := danger{sign: e.sign(), names: []string{stepName(e.address, b.owner)}, anchors: []string{b.anchor}, kind: e.address.Kind}
		if weaker := e.weakens(); len(weaker) > 0 {
			d.says = append(d.says, "weakens the audit: "+text(enumerate(weaker)))
			d.weight += 4
			p.badge(badgeWeakens)
		}
		if lost := e.oneWay(); len(lost) > 0 {
			d.says = append(d.says, "one-way: "+text(enumerate(lost))+" cannot come back")
			d.weight += 2
			p.badge(badgeOneWay)
		}
		if e == b.self && (d.sign == removed || d.sign == replaced) {
			d.says = append([]string{stepsInWordsOr(e, "deleted")}, d.says...)
			d.weight++
			p.badge(badgeDeleted)
		}
		if len(d.says) == 0 {
			continue
		}
		for _, reason := range e.reasons() {
			d.says = append(d.says, text(reason))
		}
		for _, c := range e.steps {
			if c.Consent != nil {
				d.says = append(d.says, consented(c.Consent))
			}
		}
		dangers = append(dangers, d)
	}
	return p, dangers
}

func (p *piece) badge(word string) {
	if !slices.Contains(p.badges, word) {
		p.badges = append(p.badges, word)
	}
}

// stepsInWordsOr is stepsInWords for what takes several steps, and the word for what takes one.
func stepsInWordsOr(e *entry, word string) string {
	if len(e.steps) > 1 {
		return stepsInWords(e)
	}
	return word
}

// entries are the object itself, if it changes, and its parts.
func (b *block) entries() []*entry {
	if b.self == nil {
		return b.parts
	}
	return append([]*entry{b.self}, b.parts...)
}

// principals are the kinds that are shown first: who gets something. All others follow in the order of their names.
var principals = []resource.Kind{"iam_user", "iam_group", "iam_role", "iam_instance_profile", "iam_policy"}

func compareKinds(a, b resource.Kind) int {
	rank := func(k resource.Kind) int {
		if i := slices.Index(principals, k); i >= 0 {
			return i
		}
		return len(principals)
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// kindHeading is what several objects of a kind are called.
func kindHeading(kind resource.Kind) string {
	words := plural(2, kindNoun(kindWord(kind)))
	words = strings.TrimPrefix(words, "2 ")
	switch kind { // of which an account has one
	case "iam_account_alias":
		words = "account alias"
	case "iam_password_policy":
		words = "password policy"
	case "s3_account_public_access_block":
		words = "public access block of the account"
	}
	first := []rune(words)
	return strings.ToUpper(string(first[:1])) + string(first[1:])
}

// countsByKind counts the objects of each kind as the summary counts them all, and ends with that. It is nil for no changes.
func countsByKind(p *resource.Plan) []countRow {
	if len(p.Changes) == 0 {
		return nil
	}
	byKind := map[resource.Kind]*resource.Plan{}
	for _, c := range p.Changes {
		kind := ownerOf(&c).Kind
		if byKind[kind] == nil {
			byKind[kind] = &resource.Plan{}
		}
		byKind[kind].Changes = append(byKind[kind].Changes, c)
	}
	var counts []countRow
	for _, kind := range slices.SortedFunc(maps.Keys(byKind), compareKinds) {
		counts = append(counts, countRow{kindHeading(kind), byKind[kind].Count()})
	}
	return append(counts, countRow{"All", p.Count()})
}
