package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// checkedOut is the commit that is checked out in a folder or one above it, read from git's files without running git; "" where that
// is not known.
func checkedOut(folder string) string {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return ""
	}
	for {
		at := filepath.Join(folder, ".git")
		if info, err := os.Stat(at); err == nil {
			if !info.IsDir() { // a work tree, or a submodule
				named, _ := strings.CutPrefix(readLine(at), "gitdir: ")
				if at = named; !filepath.IsAbs(at) {
					at = filepath.Join(folder, named)
				}
			}
			return headOf(at)
		}
		above := filepath.Dir(folder)
		if above == folder {
			return ""
		}
		folder = above
	}
}

// headOf is the commit that HEAD of a repository names, by itself or by a branch.
func headOf(repository string) string {
	head := readLine(filepath.Join(repository, "HEAD"))
	ref, branch := strings.CutPrefix(head, "ref: ")
	if !branch {
		return commitID(head)
	}
	if !strings.HasPrefix(ref, "refs/") || !fs.ValidPath(ref) {
		return ""
	}
	places := []string{repository}
	if common := readLine(filepath.Join(repository, "commondir")); filepath.IsAbs(common) {
		places = append(places, common)
	} else if common != "" {
		places = append(places, filepath.Join(repository, common))
	}
	for _, place := range places {
		if commit := commitID(readLine(filepath.Join(place, filepath.FromSlash(ref)))); commit != "" {
			return commit
		}
		for line := range strings.Lines(readSmall(filepath.Join(place, "packed-refs"))) {
			if id, name, _ := strings.Cut(strings.TrimSpace(line), " "); name == ref {
				return commitID(id)
			}
		}
	}
	return ""
}

func readLine(path string) string { return strings.TrimSpace(readSmall(path)) }

// readSmall reads a plain file that is not large; "" for any other.
func readSmall(path string) string {
	const most = 4 << 20
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil {
		return ""
	}
	return string(data)
}
