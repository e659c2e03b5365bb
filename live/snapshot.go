package live

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"baseline/resource"
)

// SnapshotFormat is the version of the form that snapshots are written in.
const SnapshotFormat = 1

// Snapshot is an account as it was once, with all that was read of it, so that plans can be made where the account cannot be asked.
// It holds no secret. It stands in for an account that is only looked at: what it was not asked for is an error, and never "not there".
type Snapshot struct {
	// Baseline and Files are the files that it was taken for.
	Baseline string                `json:"baseline"`
	Files    []resource.SourceFile `json:"files"`
	Account  string                `json:"account"`
	// Caller is the ARN the account was read with.
	Caller string    `json:"caller"`
	ReadAt time.Time `json:"read_at"`
	// Needs is the costly evidence that was read, and the kinds that are read only when asked for.
	Needs    resource.Needs     `json:"needs"`
	Notices  []string           `json:"notices,omitempty"`
	Quotas   map[string]int     `json:"quotas,omitempty"`
	Evidence *resource.Evidence `json:"evidence,omitempty"`
	State    resource.State     `json:"state"`
	// Looked are the looks that were taken, of single objects and of all that a user holds of a kind.
	Looked []resource.Address `json:"looked"`

	digest string
}

// snapshotFile is the form of the file: the content, with what tells that it is whole and as it was written.
type snapshotFile struct {
	Format int             `json:"format"`
	Digest string          `json:"digest"`
	Live   json.RawMessage `json:"live"`
}

// Encode returns the snapshot as the text of a file.
func (s *Snapshot) Encode() ([]byte, error) {
	content, err := resource.Encode(s, "")
	if err != nil {
		return nil, err
	}
	content = bytes.TrimSpace(content)
	s.digest = digestOf(content)
	return resource.Encode(snapshotFile{SnapshotFormat, s.digest, content}, "")
}

func digestOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// DecodeSnapshot reads what Encode wrote. A text of another form, or that was changed since, is an error.
func DecodeSnapshot(text []byte) (*Snapshot, error) {
	var file snapshotFile
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("it is no snapshot: %w", err)
	}
	switch {
	case file.Format == 0 || len(file.Live) == 0:
		return nil, errors.New("it is no snapshot")
	case file.Format != SnapshotFormat:
		return nil, fmt.Errorf("it has snapshot format %d, and this program reads %d: take it again", file.Format, SnapshotFormat)
	}
	var content bytes.Buffer
	if err := json.Compact(&content, file.Live); err != nil {
		return nil, fmt.Errorf("it is no snapshot: %w", err)
	}
	s := &Snapshot{digest: digestOf(content.Bytes())}
	if s.digest != file.Digest {
		return nil, errors.New("it is not as it was taken: its digest is another")
	}
	decoder := json.NewDecoder(&content)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(s); err != nil {
		return nil, fmt.Errorf("it is no snapshot: %w", err)
	}
	if s.Account == "" || s.State == nil || s.Evidence == nil {
		return nil, errors.New("it is no snapshot: it holds no account")
	}
	return s, nil
}

// Digest tells this snapshot from any other: sha256 in hexadecimal, of one that was encoded or decoded.
func (s *Snapshot) Digest() string { return s.digest }

// Seen are the looks that were taken, as a map.
func (s *Snapshot) Seen() map[resource.Address]bool {
	seen := make(map[resource.Address]bool, len(s.Looked))
	for _, a := range s.Looked {
		seen[a] = true
	}
	return seen
}

// UnseenError says that a snapshot does not show what is asked of it.
type UnseenError struct {
	ReadAt time.Time
	// Objects were not looked at closely, Evidence was not read: both in words.
	Objects  []resource.Address
	Evidence []string
}

func (e *UnseenError) Error() string {
	var lacking []string
	for _, a := range e.Objects {
		lacking = append(lacking, a.Plain()+" (it was not looked at closely)")
	}
	lacking = append(lacking, e.Evidence...)
	return fmt.Sprintf("the snapshot of %s does not show what these files ask about:\n  %s", e.ReadAt.UTC().Format(time.RFC3339), strings.Join(lacking, "\n  "))
}

// Covers reports whether the snapshot holds the evidence that is needed; the error is an *UnseenError.
func (s *Snapshot) Covers(needs resource.Needs) error {
	var lacking []string
	for _, evidence := range []struct {
		needed, there bool
		name          string
	}{
		{needs.Report, s.Needs.Report, "the credential report"},
		{needs.RootMFA, s.Needs.RootMFA, "the MFA device of root"},
		{needs.ServerCertificates, s.Needs.ServerCertificates, "the server certificates"},
		{needs.Watched, s.Needs.Watched, "the metric filters of trails"},
	} {
		if evidence.needed && !evidence.there {
			lacking = append(lacking, evidence.name)
		}
	}
	for _, kind := range needs.Kinds {
		if !slices.Contains(s.Needs.Kinds, kind) {
			lacking = append(lacking, "objects of kind "+string(kind))
		}
	}
	if len(lacking) > 0 {
		return &UnseenError{ReadAt: s.ReadAt, Evidence: slices.Compact(slices.Sorted(slices.Values(lacking)))}
	}
	return nil
}

// Look shows what was looked at when the snapshot was taken. Whatever else is asked for is an *UnseenError that names it.
func (s *Snapshot) Look(_ context.Context, state resource.State, addresses []resource.Address) (resource.State, error) {
	seen := s.Seen()
	unseen := &UnseenError{ReadAt: s.ReadAt}
	for _, a := range addresses {
		if !seen[a] && !seen[holding(a)] {
			unseen.Objects = append(unseen.Objects, a)
		}
	}
	if len(unseen.Objects) > 0 {
		return nil, unseen
	}
	return maps.Clone(state), nil
}
