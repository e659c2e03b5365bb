package spec

import (
	"cmp"
	"maps"
	"slices"

	"baseline/resource"
)

// Env is what a file may refer to and does not say itself.
type Env struct {
	// Account is the account of the caller, 12 digits. If it is empty, the file's own account is used; if the file names
	// none either, 111122223333 stands in for it, so that files can be checked without an account.
	Account string
	// Partition is "aws" if empty, Region "us-east-1".
	Partition, Region string
	// Vars are the values given to the variables that the file declares under `vars`. They replace its defaults.
	Vars map[string]string
}

// What stands in for what neither Env nor the file says.
const (
	placeholderAccount = "111122223333"
	defaultPartition   = "aws"
	defaultRegion      = "us-east-1"
)

// Baseline is what a set of files declares.
type Baseline struct {
	// Name is the name of the baseline; our ownership mark holds it.
	Name string
	// Account is the account the files declare, "" if they declare none.
	Account string
	Want    *resource.Want
	// Files are all files read, documents included, sorted by path.
	Files []resource.SourceFile
	// Places says where each object of Want is declared, the absent ones too.
	Places map[resource.Address]Place
	// RequirePlaces says where each rule of Want.Require is declared, by its key under `require`, such as "mfa".
	RequirePlaces map[string]Place
	// Sections says where each key at the top of the files stands, such as "unmanaged"; the first one where several files have it.
	Sections map[string]Place
	// PolicyTags is true when some policy declares tags or a description, which the account's bulk reading leaves out.
	PolicyTags bool
}

// Load reads the inputs and makes one baseline of them. An invalid file gives Problems, with everything that is wrong in it;
// other errors mean that an input could not be read.
func Load(inputs []Input, env Env) (*Baseline, error) {
	problems := &problems{}
	files := &library{problems: problems, read: map[string]resource.SourceFile{}}
	defer files.close()
	root, err := files.tree(inputs)
	if err != nil {
		return nil, err
	}

	var head preamble
	decode := decoder{problems}
	decode.structs(root.only(preambleKeys...), "the file", &head)
	head.require(root, problems)
	vars := head.variables(root, env, problems)
	vars.fill(root.without(preambleKeys...))

	c := &compiler{
		problems: problems, files: files, vars: vars, root: root,
		account: vars.values["account"], partition: vars.values["partition"],
		anyAccount: env.Account == "" && head.Account == nil,
		groupCount: map[string]int{},
		names:      map[resource.Kind]map[string]declared{},
		lists:      map[resource.Kind]map[string]memberList{},
		out: &Baseline{
			Want: &resource.Want{
				Objects:   map[resource.Address]resource.Object{},
				Complete:  map[resource.Address][]resource.Kind{},
				Unmanaged: map[string]resource.Disposition{},
			},
			Places:        map[resource.Address]Place{},
			RequirePlaces: map[string]Place{},
		},
	}
	if head.Account != nil {
		c.out.Account = string(*head.Account)
	}
	c.compile(decode, &head)
	if err := problems.err(); err != nil {
		return nil, err
	}
	return c.finish(), nil
}

// tree reads all inputs into one tree. Files that are not YAML, or no map, end it: half a tree would bring forth complaints
// about names that are declared in the other half.
func (l *library) tree(inputs []Input) (*node, error) {
	roots, err := l.roots(inputs)
	if err != nil {
		return nil, err
	}
	for _, root := range roots {
		if root.shape != mapping {
			l.problems.add(root.place(), "the file must be a map of sections such as groups and users, found %s", root.found())
		}
	}
	if l.problems.unreadable() {
		return nil, l.problems.err()
	}
	return merge(roots, l.problems), nil
}

// DeclaredAccount returns the account that the inputs declare, "" if they declare none. It is a cheap first look, before
// there is a caller to compare with: nothing else of the files is checked than that they are YAML. The errors are Load's.
func DeclaredAccount(inputs []Input) (string, error) {
	problems := &problems{}
	files := &library{problems: problems, read: map[string]resource.SourceFile{}}
	defer files.close()
	root, err := files.tree(inputs)
	if err != nil {
		return "", err
	}
	var head preamble
	decoder{problems}.structs(root.only("account"), "the file", &head)
	if err := problems.err(); err != nil || head.Account == nil {
		return "", err
	}
	return string(*head.Account), nil
}

// finish puts what was collected into a fixed order.
func (c *compiler) finish() *Baseline {
	want := c.out.Want
	want.Name = c.out.Name
	slices.SortFunc(want.Absent, resource.Address.Compare)
	for at := range maps.Keys(want.Complete) {
		slices.SortFunc(want.Complete[at], func(a, b resource.Kind) int { return cmp.Compare(a, b) })
	}
	c.out.Files = c.files.files()
	c.out.Sections = map[string]Place{}
	for _, e := range c.root.entries {
		c.out.Sections[e.key.text] = e.key.place()
	}
	return c.out
}
