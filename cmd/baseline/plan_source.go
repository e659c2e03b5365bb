package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"baseline/baselines"
	"baseline/resource"
	"baseline/spec"
)

// madeFromThese refuses a plan that was made from other files than are here now: what was reviewed with it is then not what the
// files say. It opens nothing but what the plan was made from.
func madeFromThese(plan *resource.Plan) error {
	for _, file := range plan.Files {
		data, err := readSource(file.Path)
		switch sum := sha256.Sum256(data); {
		case errors.Is(err, fs.ErrNotExist):
			return planRefusal("the plan was made from %s, which is not here: apply it where its files are", file.Path)
		case err != nil:
			return planRefusal("the plan was made from %s, which can't be compared: %v", file.Path, plainCause(err))
		case hex.EncodeToString(sum[:]) != file.SHA256:
			return planRefusal("the plan was made from another %s", file.Path)
		}
	}
	for _, input := range plan.Inputs {
		if added := sinceAdded(input, plan.Files); added != "" {
			return planRefusal("the plan was made before there was %s", added)
		}
	}
	return nil
}

// readSource reads a file as a plan names it.
func readSource(name string) ([]byte, error) {
	if short, ok := strings.CutPrefix(name, builtin); ok {
		file, err := baselines.File(short)
		if err != nil {
			return nil, err
		}
		return fs.ReadFile(baselines.FS, file)
	}
	const most = 5 << 20 // more than spec reads of a file
	path := filepath.FromSlash(name)
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("it is no file here") // a pipe could have one wait for ever
	}
	return readBounded(path, most)
}

// sinceAdded returns a file of a directory that a plan was made from which the plan does not know; "" where there is none.
func sinceAdded(input string, known []resource.SourceFile) string {
	entries, err := os.ReadDir(input)
	if err != nil {
		return "" // what is no directory, or is gone, was compared by its files
	}
	for _, e := range entries {
		name := path.Join(input, e.Name())
		if spec.IsDeclaration(e) && !slices.ContainsFunc(known, func(f resource.SourceFile) bool { return f.Path == name }) {
			return name
		}
	}
	return ""
}
