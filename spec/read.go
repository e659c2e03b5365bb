package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"baseline/resource"
)

// Input is where declarations come from: a file, or a directory whose files *.yaml and *.yml are all read, without those in
// its sub-directories.
type Input struct {
	// Name is what errors call it; Path, if empty.
	Name string
	// FS holds Path; nil is the file system of the operating system.
	FS   fs.FS
	Path string
}

// source is a file that was read.
type source struct {
	// name is what errors call it.
	name string
	// folder is what files named in this one are relative to, and never outside of.
	folder fs.FS
	// folderName is what errors call the folder; empty for the present one.
	folderName string
}

// library opens files and remembers what it read.
type library struct {
	problems *problems
	read     map[string]resource.SourceFile
	closers  []io.Closer
}

func (l *library) close() {
	for _, c := range l.closers {
		closeRead(c)
	}
}

// files returns what was read so far, sorted by name.
func (l *library) files() []resource.SourceFile {
	files := make([]resource.SourceFile, 0, len(l.read))
	for _, file := range l.read {
		files = append(files, file)
	}
	slices.SortFunc(files, func(a, b resource.SourceFile) int { return strings.Compare(a.Path, b.Path) })
	return files
}

// roots parses every file of the inputs, in order of input and then of name.
func (l *library) roots(inputs []Input) ([]*node, error) {
	if len(inputs) == 0 {
		return nil, errors.New("no file to read")
	}
	var roots []*node
	for _, input := range inputs {
		found, err := l.input(input)
		if err != nil {
			return nil, err
		}
		roots = append(roots, found...)
	}
	return roots, nil
}

func (l *library) input(input Input) ([]*node, error) {
	name := input.Name
	if name == "" {
		name = input.Path
	}
	isDir, err := input.isDir()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	if isDir {
		return l.directory(input, name)
	}
	folder, err := l.open(input, path.Dir(filepath.ToSlash(input.Path)))
	if err != nil {
		return nil, fmt.Errorf("folder of %s: %w", name, cause(err))
	}
	file, err := input.open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	defer closeRead(file)
	from := &source{name: name, folder: folder, folderName: folderOf(name)}
	root, err := l.yaml(file, from)
	if err != nil || root == nil {
		return nil, err
	}
	return []*node{root}, nil
}

func (l *library) directory(input Input, name string) ([]*node, error) {
	folder, err := l.open(input, filepath.ToSlash(input.Path))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	// ReadDir sorts.
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, cause(err))
	}
	var roots []*node
	read := 0
	for _, e := range entries {
		if !IsDeclaration(e) {
			continue
		}
		read++
		from := &source{name: path.Join(name, e.Name()), folder: folder, folderName: name}
		root, err := l.entry(from, e.Name())
		if err != nil {
			return nil, err
		}
		if root != nil {
			roots = append(roots, root)
		}
	}
	if read == 0 {
		return nil, fmt.Errorf("%s: no *.yaml or *.yml file in this directory", name)
	}
	return roots, nil
}

// IsDeclaration reports whether an entry of a directory is a file that belongs to a baseline in that directory.
func IsDeclaration(e fs.DirEntry) bool {
	return isYAML(e.Name()) && !strings.HasPrefix(e.Name(), ".") && !e.IsDir()
}

func (l *library) entry(from *source, name string) (*node, error) {
	file, err := openRegular(from.folder, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.name, cause(err))
	}
	defer closeRead(file)
	return l.yaml(file, from)
}

func (l *library) yaml(file io.Reader, from *source) (*node, error) {
	data, err := l.take(file, from.name)
	if errors.Is(err, errTooLarge) {
		l.problems.add(Place{from.name, 1, 1}, "%v", err)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.name, cause(err))
	}
	return parseYAML(data, from, l.problems), nil
}

// document reads the file that a `file:` key names, which must be in the folder of the file that holds the key.
// It returns nil after it has said what is wrong.
func (l *library) document(key *node) *node {
	name := key.text
	extension := strings.ToLower(path.Ext(name))
	switch {
	case !fs.ValidPath(name) || name == "." || strings.ContainsRune(name, '\\'):
		l.problems.add(key.place(), "file %q: must be a relative path inside the folder of this file, without \"..\"", name)
		return nil
	case extension != ".json" && !isYAML(name):
		l.problems.add(key.place(), "file %q: must end in .json, .yaml or .yml", name)
		return nil
	}
	file, err := openRegular(key.source.folder, name)
	if err != nil {
		l.problems.add(key.place(), "file %q: %v", name, cause(err))
		return nil
	}
	defer closeRead(file)
	from := &source{name: path.Join(key.source.folderName, name)}
	data, err := l.take(file, from.name)
	if err != nil {
		l.problems.add(key.place(), "file %q: %v", name, cause(err))
		return nil
	}
	if extension == ".json" {
		return parseJSON(data, from, l.problems)
	}
	return parseYAML(data, from, l.problems)
}

var errTooLarge = fmt.Errorf("larger than %d MiB", maxFileSize>>20)

// take reads a file of bounded size and keeps its sum.
func (l *library) take(file io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileSize {
		return nil, errTooLarge
	}
	sum := sha256.Sum256(data)
	l.read[name] = resource.SourceFile{Path: name, SHA256: hex.EncodeToString(sum[:])}
	return data, nil
}

func (i Input) isDir() (bool, error) {
	stat := os.Stat
	if i.FS != nil {
		stat = func(name string) (fs.FileInfo, error) { return fs.Stat(i.FS, name) }
	}
	info, err := stat(i.Path)
	return err == nil && info.IsDir(), err
}

// open opens the input itself. Whoever runs the program named it, so it may be a link or a pipe.
func (i Input) open() (io.ReadCloser, error) {
	if i.FS != nil {
		return i.FS.Open(i.Path)
	}
	return os.Open(i.Path)
}

// open opens a folder of an input such that nothing outside of it can be reached through it, not even by a symbolic link.
func (l *library) open(input Input, folder string) (fs.FS, error) {
	if input.FS != nil {
		return fs.Sub(input.FS, folder)
	}
	root, err := os.OpenRoot(filepath.FromSlash(folder))
	if err != nil {
		return nil, err
	}
	l.closers = append(l.closers, root)
	return root.FS(), nil
}

// openRegular opens a plain file. Opening a pipe could wait for ever, and a device has no end.
func openRegular(folder fs.FS, name string) (fs.File, error) {
	info, err := fs.Stat(folder, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return folder.Open(name)
}

// closeRead closes what was only read from: there is nothing to lose.
func closeRead(file io.Closer) { _ = file.Close() }

func isYAML(name string) bool {
	extension := strings.ToLower(path.Ext(name))
	return extension == ".yaml" || extension == ".yml"
}

func folderOf(name string) string {
	if folder := path.Dir(filepath.ToSlash(name)); folder != "." {
		return folder
	}
	return ""
}

// cause strips what the operating system's errors say about the call and the path, which our own texts already name.
func cause(err error) error {
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		return of.Err
	}
	return err
}
