// Package baselines holds the baselines that are built into the command: real files, to be used as they are with
// `-f baseline:NAME` or copied and changed. It imports nothing of ours; the files are data.
package baselines

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

// FS holds the files.
//
//go:embed *.yaml
var FS embed.FS

// Baseline is one of the files.
type Baseline struct {
	// Name is what comes after "baseline:" in -f.
	Name string
	// About is the file's first comment line.
	About string
}

// List returns the baselines by name.
func List() ([]Baseline, error) {
	entries, err := fs.ReadDir(FS, ".")
	if err != nil {
		return nil, err
	}
	var all []Baseline
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".yaml")
		text, err := Read(name)
		if err != nil {
			return nil, err
		}
		all = append(all, Baseline{Name: name, About: about(text)})
	}
	return all, nil
}

// about is the first comment line that is not for an editor.
func about(text []byte) string {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if line, ok := strings.CutPrefix(lines.Text(), "# "); ok && !strings.HasPrefix(line, "yaml-language-server:") {
			return line
		}
	}
	return ""
}

// File returns the name in FS of a baseline.
func File(name string) (string, error) {
	file := name + ".yaml"
	if _, err := fs.Stat(FS, file); err != nil {
		return "", fmt.Errorf("there is no built-in baseline %q; `baseline baselines list` shows them", name)
	}
	return file, nil
}

// Read returns the text of a baseline.
func Read(name string) ([]byte, error) {
	file, err := File(name)
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(FS, file)
}
