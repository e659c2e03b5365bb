package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// These tests hold what the program is packed with to what the repository is: an image, a release or a hook is made far from here,
// and would otherwise be the first to know.

func readTop(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// All packages, and nothing that lies about, are in the context of the image's build.
func TestImageContext(t *testing.T) {
	t.Parallel()
	lines := strings.Split(readTop(t, ".dockerignore"), "\n")
	if !slices.Contains(lines, "*") {
		t.Error(".dockerignore does not leave out what it doesn't name")
	}
	entries, err := os.ReadDir(top)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		sources, err := filepath.Glob(filepath.Join(top, e.Name(), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		holds := e.IsDir() && len(sources) > 0 || e.Name() == "cmd"
		if named := slices.Contains(lines, "!"+e.Name()); holds && !named {
			t.Errorf(".dockerignore leaves out %s, which holds packages: add !%s", e.Name(), e.Name())
		} else if e.IsDir() && named && !holds {
			t.Errorf(".dockerignore names %s, which holds no packages", e.Name())
		}
	}
}

// The image and the archives are built with the flags that set the variable which `baseline version` prints.
func TestVersionIsStamped(t *testing.T) {
	t.Parallel()
	if !strings.Contains(readTop(t, "cmd/baseline/version.go"), "\nvar version = \"\"\n") {
		t.Fatal("there is no variable main.version")
	}
	image, release := readTop(t, "Dockerfile"), readTop(t, ".goreleaser.yaml")
	for name, text := range map[string]string{
		"Dockerfile":       strings.ReplaceAll(image, "$VERSION", "V"),
		".goreleaser.yaml": strings.ReplaceAll(release, "{{ .Version }}", "V"),
	} {
		if !strings.Contains(text, `"-s -w -X main.version=V"`) || !strings.Contains(text, "-trimpath") || !strings.Contains(text, "CGO_ENABLED=0") {
			t.Errorf("%s builds with other flags than CGO_ENABLED=0, -trimpath and -s -w -X main.version=VERSION", name)
		}
	}
	if !regexp.MustCompile(`(?m)^USER [1-9][0-9]*:[1-9][0-9]*$`).MatchString(image) {
		t.Error("the image's user is not a number other than 0")
	}
	minor := regexp.MustCompile(`(?m)^go (1\.[0-9]+)`).FindStringSubmatch(readTop(t, "go.mod"))[1]
	if !strings.Contains(image, "golang:"+minor+"-") {
		t.Errorf("the image is not built with Go %s, as go.mod asks", minor)
	}
}

// What a release is made of is there.
func TestReleaseFiles(t *testing.T) {
	t.Parallel()
	var release struct {
		Before   struct{ Hooks []string }
		Builds   []struct{ Main string }
		Archives []struct{ Files []struct{ Src string } }
	}
	if err := yaml.Unmarshal([]byte(readTop(t, ".goreleaser.yaml")), &release); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, hook := range release.Before.Hooks {
		if word, _, _ := strings.Cut(hook, " "); strings.Contains(word, "/") {
			paths = append(paths, word)
		}
	}
	for _, build := range release.Builds {
		paths = append(paths, build.Main+"/main.go")
	}
	for _, archive := range release.Archives {
		for _, file := range archive.Files {
			if !strings.HasPrefix(file.Src, "extras/") { // what the hook writes
				paths = append(paths, file.Src)
			}
		}
	}
	if len(paths) < 5 {
		t.Fatalf("only these are named: %q", paths)
	}
	for _, path := range paths {
		if found, err := filepath.Glob(filepath.Join(top, path)); err != nil || len(found) == 0 {
			t.Errorf(".goreleaser.yaml names %s, and there is no such file", path)
		}
	}
}

// The hook of pre-commit runs a command that there is.
func TestPreCommitHook(t *testing.T) {
	t.Parallel()
	var hooks []struct{ ID, Entry, Language, Files string }
	if err := yaml.Unmarshal([]byte(readTop(t, ".pre-commit-hooks.yaml")), &hooks); err != nil {
		t.Fatal(err)
	}
	if len(hooks) == 0 {
		t.Fatal("there are no hooks")
	}
	for _, hook := range hooks {
		words := strings.Fields(hook.Entry)
		cmd, rest, err := (&command{world: &world{}}).root().Find(words[1:])
		if words[0] != "baseline" || err != nil || len(rest) > 0 || cmd.CommandPath() != hook.Entry {
			t.Errorf("%s runs %s, which is no command", hook.ID, hook.Entry)
		}
		if !regexp.MustCompile(hook.Files).MatchString("baseline.yaml") {
			t.Errorf("%s does not look at baseline.yaml", hook.ID)
		}
	}
}
