package resource

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// Change is one step: from what is there to what shall be there.
type Change struct {
	Address Address `json:"address"`
	// Owner is the object under which the change is shown; the address itself where it stands alone.
	Owner Address `json:"owner"`
	// Before is nil when there is nothing yet: a create.
	Before Object `json:"before,omitzero"`
	// After is nil when nothing shall remain: a delete. It is complete, not just what differs.
	After Object `json:"after,omitzero"`
	// Facts are those of the resource when it was read.
	Facts Facts `json:"facts,omitempty"`
	// Reason says why, where the settings alone don't tell.
	Reason string `json:"reason,omitempty"`
	// OneWay says what undoing this change cannot bring back, one phrase each.
	OneWay []string `json:"one_way,omitempty"`
	// Weakens says in which way the change makes the record of what is done in the account smaller or less sure, one phrase each.
	Weakens []string `json:"weakens_audit,omitempty"`
	// Consent is what a reviewed file says to a change that is one-way.
	Consent *Consent `json:"consent,omitempty"`
	// Usual names the settings of a new object that are as they are with most of its kind, and tell a reader little.
	Usual []string `json:"usual,omitempty"`
	// Final marks a delete that nothing of ours can take back: see Type.Final.
	Final bool `json:"final,omitempty"`
	// Notes says what else the change will do, one phrase each.
	Notes []string `json:"notes,omitempty"`
	// Grounds are what the change rests on without changing it.
	Grounds []Ground `json:"grounds,omitempty"`
	// Replace marks the two halves of a replacement: a delete and a create of the same address.
	Replace bool `json:"replace,omitempty"`
	// Needs are the positions in the plan of the changes that must be done before this one.
	Needs []int `json:"needs,omitempty"`
}

// Op is what a change does; it follows from Before and After.
type Op string

// The three things a change can do.
const (
	OpCreate Op = "create"
	OpUpdate Op = "update"
	OpDelete Op = "delete"
)

// opReplace is what both halves of a replacement come to.
const opReplace Op = "replace"

// Op derives what the change does.
func (c Change) Op() Op {
	switch {
	case c.Before == nil:
		return OpCreate
	case c.After == nil:
		return OpDelete
	}
	return OpUpdate
}

// Inverse is the change that undoes c: the swap.
func (c Change) Inverse() Change {
	return Change{Address: c.Address, Owner: c.Owner, Before: c.After, After: c.Before, Replace: c.Replace}
}

// Severity ranks findings.
type Severity string

// Severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Severities lists the severities, worst first.
func Severities() []Severity { return []Severity{Critical, High, Medium, Low} }

// Finding is something that only a person can act on.
type Finding struct {
	// Rule names what found it: a requirement, as in access_keys.max_age, or a concern of the planner's own.
	Rule     string   `json:"rule"`
	Subject  Address  `json:"subject"`
	Severity Severity `json:"severity"`
	// Seen says what was seen. It never holds a secret.
	Seen string `json:"seen"`
	// Since is from when on it has been so, where that is known.
	Since time.Time `json:"since,omitzero"`
	// Advice says what a person should do.
	Advice string `json:"advice,omitempty"`
	// Controls are the ids of what it breaks in published standards, those of the file's benchmark first, as in
	// "CIS 7.0 2.12" or "Security Hub IAM.3".
	Controls []string `json:"controls,omitempty"`
	// Blocks are objects that the plan makes or changes and that AWS refuses for as long as this is so. A plan with such a finding
	// is not carried out.
	Blocks []Address `json:"blocks,omitempty"`
}

// SourceFile is one file a plan was made from.
type SourceFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Consent is what a reviewed file says to a change that no rollback can bring back exactly.
type Consent struct {
	Reason string `json:"reason"`
	// Until is the first moment at which it no longer holds.
	Until time.Time `json:"until"`
}

// Holds reports whether there is a consent, and it still counts.
func (c *Consent) Holds(now time.Time) bool { return c != nil && now.Before(c.Until) }

// PlanFormat is the version of the JSON form of plans. Format 1 had no digest.
const PlanFormat = 2

// Plan is what an apply or a rollback would do, in order, and what it was made from. The same file, account and time give
// the same plan, byte for byte.
type Plan struct {
	Format   int    `json:"format"`
	Baseline string `json:"baseline"`
	Account  string `json:"account"`
	// Caller is the ARN the account was read with.
	Caller string    `json:"caller"`
	ReadAt time.Time `json:"read_at"`
	// Snapshot is what the account was read from, where the plan was made without asking it; nil for a plan of the account itself.
	Snapshot *Snapshot `json:"snapshot,omitempty"`
	// Undoes is the run that this plan takes back; empty for a plan made from files.
	Undoes string `json:"undoes,omitempty"`
	// Inputs are the files and directories that it was made from, as they were named, and Files are what was read of them.
	Inputs   []string     `json:"inputs,omitempty"`
	Files    []SourceFile `json:"files,omitempty"`
	Changes  []Change     `json:"changes"`
	Findings []Finding    `json:"findings,omitempty"`
	// Notices are remarks to the reader that name no single object.
	Notices []string `json:"notices,omitempty"`
	// Large says by which limits the plan does more than is usual, one phrase each.
	Large []string `json:"large,omitempty"`
	// Digest tells whether the plan is as it was made: see Seal. It keeps nobody from making another.
	Digest string `json:"digest,omitempty"`
}

// Seal sets the digest of a plan that is complete.
func (p *Plan) Seal() error {
	digest, err := p.digest()
	p.Digest = digest
	return err
}

// CheckSeal returns an error for a plan that is not as it was when it was sealed.
func (p *Plan) CheckSeal() error {
	digest, err := p.digest()
	switch {
	case err != nil:
		return err
	case p.Digest == "":
		return errors.New("it has no digest")
	case p.Digest != digest:
		return errors.New("it was changed after it was made")
	}
	return nil
}

// digest is SHA-256 over the plan's JSON without its digest, in hexadecimal.
func (p *Plan) digest() (string, error) {
	bare := *p
	bare.Digest = ""
	data, err := Encode(&bare, "")
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// Snapshot names a file that holds an account as it was once.
type Snapshot struct {
	// ReadAt is when the account was read.
	ReadAt time.Time `json:"read_at"`
	// Digest is the snapshot's own: sha256 of what it holds, in hexadecimal.
	Digest string `json:"digest"`
}

// Check reports whether the changes of a plan that was read from a file can be carried out in their order.
func (p *Plan) Check() error {
	for i, c := range p.Changes {
		if c.Address.IsZero() || c.Before == nil && c.After == nil {
			return fmt.Errorf("change %d changes nothing", i+1)
		}
		for _, need := range c.Needs {
			if need < 0 || need >= i {
				return fmt.Errorf("change %d waits for change %d, which does not come before it", i+1, need+1)
			}
		}
	}
	return nil
}

// Counts are the numbers of a plan's summary line, in objects that stand alone: parts count with their owner.
type Counts struct {
	Create  int `json:"create"`
	Change  int `json:"change"`
	Delete  int `json:"delete"`
	Replace int `json:"replace"`
	OneWay  int `json:"one_way"`
	Weakens int `json:"weakens_audit"`
}

// Count counts what a plan's headings show: each owner once, by its own change, or as changed where only its parts change.
// Both halves of a replacement count as one.
func (p *Plan) Count() Counts {
	ops := map[Address]Op{}
	var n Counts
	for _, c := range p.Changes {
		if len(c.OneWay) > 0 {
			n.OneWay++
		}
		if len(c.Weakens) > 0 {
			n.Weakens++
		}
		_, known := ops[c.Owner]
		switch {
		case c.Address == c.Owner && c.Replace:
			ops[c.Owner] = opReplace
		case c.Address == c.Owner && ops[c.Owner] != opReplace && ops[c.Owner] != OpCreate:
			ops[c.Owner] = c.Op()
		case !known:
			ops[c.Owner] = OpUpdate
		}
	}
	for _, op := range ops {
		switch op {
		case OpCreate:
			n.Create++
		case OpUpdate:
			n.Change++
		case OpDelete:
			n.Delete++
		case opReplace:
			n.Replace++
		}
	}
	return n
}
