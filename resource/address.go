package resource

import (
	"cmp"
	"fmt"
	"strings"
)

// Kind is one sort of thing we manage, such as "iam_user" or "iam_policy_attachment".
type Kind string

// Address names one object of an account: its kind and a name that is unique within the kind.
// It is written kind/name. The name of an object that belongs to others holds theirs, separated by slashes:
// iam_membership/alice/Developers. Addresses are comparable and are used as map keys.
type Address struct {
	Kind Kind
	Name string
}

// At joins the parts of a name into the address of a kind.
func At(kind Kind, parts ...string) Address {
	return Address{Kind: kind, Name: strings.Join(parts, "/")}
}

// ParseAddress reads what String writes.
func ParseAddress(text string) (Address, error) {
	kind, name, ok := strings.Cut(text, "/")
	if !ok || kind == "" || name == "" {
		return Address{}, fmt.Errorf("%q is not an address (kind/name)", text)
	}
	return Address{Kind: Kind(kind), Name: name}, nil
}

func (a Address) String() string { return string(a.Kind) + "/" + a.Name }

// Plain is how messages call an object: the kind without its service, as in user/alice.
func (a Address) Plain() string { return a.Kind.Plain() + "/" + a.Name }

// Plain is what messages call a kind: its name without the service, where nothing else is called so.
func (k Kind) Plain() string {
	if k == "logs_group" {
		return "log_group" // a group is one of users
	}
	if _, word, ok := strings.Cut(string(k), "_"); ok {
		return word
	}
	return string(k)
}

// IsZero reports whether a names nothing.
func (a Address) IsZero() bool { return a == Address{} }

// Parts splits the name at its first n-1 slashes, so that a last part may itself hold slashes. Missing parts are empty.
func (a Address) Parts(n int) []string {
	parts := strings.SplitN(a.Name, "/", n)
	for len(parts) < n {
		parts = append(parts, "")
	}
	return parts
}

// Compare orders addresses by kind, then name.
func (a Address) Compare(b Address) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// MarshalText makes addresses readable as JSON strings and keys.
func (a Address) MarshalText() ([]byte, error) {
	if a.IsZero() {
		return nil, nil
	}
	return []byte(a.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (a *Address) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Address{}
		return nil
	}
	parsed, err := ParseAddress(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}
