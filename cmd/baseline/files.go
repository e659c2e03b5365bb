package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"strings"

	"baseline/baselines"
	"baseline/spec"
)

// builtin is the prefix of -f that names a baseline shipped with the program.
const builtin = "baseline:"

// named are the files and directories that the -f flags name, or the one that is meant without any.
func (c *command) named() []string {
	if len(c.files) == 0 {
		return []string{"baseline.yaml"}
	}
	return c.files
}

// inputs turns the -f flags into what spec reads.
func (c *command) inputs() ([]spec.Input, error) {
	files := c.named()
	if len(c.files) == 0 {
		if _, err := os.Stat(files[0]); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no baseline.yaml here: name a file or directory with -f, or start from `baseline baselines list`")
		}
	}
	var inputs []spec.Input
	for _, file := range files {
		if name, ok := strings.CutPrefix(file, builtin); ok {
			path, err := baselines.File(name)
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, spec.Input{Name: file, FS: baselines.FS, Path: path})
			continue
		}
		inputs = append(inputs, spec.Input{Name: file, Path: file})
	}
	return inputs, nil
}

// variables collects --vars files and --var flags; a later one wins, and a flag wins over a file.
func (c *command) variables() (map[string]string, error) {
	vars := map[string]string{}
	for _, name := range c.varFiles {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		read, err := spec.ReadVars(name, file)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		maps.Copy(vars, read)
	}
	for _, v := range c.vars {
		name, value, ok := strings.Cut(v, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--var takes name=value, not %q", v)
		}
		vars[name] = value
	}
	return vars, nil
}

// load reads the files for the account that the flags and the files name together.
func (c *command) load(current string) (*spec.Baseline, error) {
	inputs, err := c.inputs()
	if err != nil {
		return nil, err
	}
	vars, err := c.variables()
	if err != nil {
		return nil, err
	}
	env := spec.Env{Account: c.accountID, Vars: vars, Region: c.region}
	if current != "" {
		env.Account = current
	}
	return spec.Load(inputs, env)
}

// declared is the account that the files or --account name; "" for whichever is current.
func (c *command) declared() (string, error) {
	inputs, err := c.inputs()
	if err != nil {
		return "", err
	}
	account, err := spec.DeclaredAccount(inputs)
	if err != nil {
		if _, all := c.load(""); all != nil {
			err = all // which says everything that is wrong, at once
		}
		return "", err
	}
	switch {
	case account == "" && c.accountID == "" && c.sandbox == "":
		return "", &ending{exit: exitInvalid, err: errors.New("no account is named, so none can be refused: declare `account:` in the file, or give --account ID (or --account current)")}
	case account == "" && c.accountID != "current":
		return c.accountID, nil
	case account != "" && c.accountID != "" && c.accountID != "current" && c.accountID != account:
		return "", refusal("the file is for account %s, and --account says %s", account, c.accountID)
	}
	return account, nil
}
