package spec_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baseline/resource"
	"baseline/spec"
)

// write makes a folder with files.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func sum(path, text string) resource.SourceFile {
	return resource.SourceFile{Path: path, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(text)))}
}

const jsonDoc = `{
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]
}
`

func TestDirectoryIsMerged(t *testing.T) {
	files := map[string]string{
		"a.yaml":          head + "users: {alice: {groups: [Ops]}}\n",
		"b.yml":           "version: 1\nusers: {bob: }\ngroups: {Ops: {policies: [Read]}}\npolicies: {Read: {file: docs/read.json}}\n",
		"docs/read.json":  jsonDoc,
		"docs/other.yaml": "not: read",
		"notes.txt":       "not read",
		".hidden.yaml":    "not: read",
		"empty.yaml":      "# nothing yet\n",
	}
	b, err := spec.Load([]spec.Input{{Name: "conf", Path: write(t, files)}}, spec.Env{})
	if err != nil {
		t.Fatal(err)
	}
	expected := objects{
		resource.At("iam_user", "alice"): {}, resource.At("iam_user", "bob"): {}, resource.At("iam_group", "Ops"): {},
		resource.At("iam_membership", "alice", "Ops"): {}, resource.At("iam_policy_attachment", "group", "Ops", "Read"): {},
		resource.At("iam_policy", "Read"): {"document": read},
	}
	if diff := cmp.Diff(expected, b.Want.Objects); diff != "" {
		t.Errorf("objects (-expected +got):\n%s", diff)
	}
	sources := []resource.SourceFile{
		sum("conf/a.yaml", files["a.yaml"]), sum("conf/b.yml", files["b.yml"]),
		sum("conf/docs/read.json", jsonDoc), sum("conf/empty.yaml", files["empty.yaml"]),
	}
	if diff := cmp.Diff(sources, b.Files); diff != "" {
		t.Errorf("files (-expected +got):\n%s", diff)
	}
}

func TestNamesDeclaredTwiceShowBothPlaces(t *testing.T) {
	files := map[string]string{
		"a.yaml": head + "users: {alice: }\nalias: abc\n",
		"b.yaml": "name: other\nusers:\n  alice: {}\n  Alice: {}\nalias: abd\n",
	}
	_, err := spec.Load([]spec.Input{input(files, "a.yaml"), input(files, "b.yaml")}, spec.Env{})
	expected := `b.yaml:1:1: name is declared twice; first at a.yaml:2:1
b.yaml:3:3: "alice" is declared twice under users; first at a.yaml:3:9
b.yaml:4:3: user "Alice" differs from "alice" (a.yaml:3:9) in case only, and AWS takes both for one
b.yaml:5:1: alias is declared twice; first at a.yaml:4:1`
	if err == nil || err.Error() != expected {
		t.Errorf("got\n%v\nexpected\n%s", err, expected)
	}
}

func TestDocumentsInFiles(t *testing.T) {
	files := map[string]string{
		"conf/baseline.yaml": head + "policies: {A: {file: a.json}, B: {file: sub/b.yaml}}\nroles: {r: {trust_policy: {file: trust.yml}}}\nusers: {u: {inline: {i: {file: a.json}}}}",
		"conf/a.json":        jsonDoc,
		"conf/sub/b.yaml":    readDoc,
		"conf/trust.yml":     `{Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "${account}"}, Action: "sts:AssumeRole"}]}`,
	}
	b, err := spec.Load([]spec.Input{input(files, "conf/baseline.yaml")}, spec.Env{})
	if err != nil {
		t.Fatal(err)
	}
	expected := objects{
		resource.At("iam_policy", "A"): {"document": read}, resource.At("iam_policy", "B"): {"document": read},
		resource.At("iam_role", "r"): {"trust": trusts(`"Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"`)},
		resource.At("iam_user", "u"): {}, resource.At("iam_inline_policy", "user", "u", "i"): {"document": read},
	}
	if diff := cmp.Diff(expected, b.Want.Objects); diff != "" {
		t.Errorf("objects (-expected +got):\n%s", diff)
	}
}

func TestProblemsInDocumentFilesAreShownThere(t *testing.T) {
	_, err := load(map[string]string{
		"baseline.yaml": head + "policies: {A: {file: a.json}, B: {file: b.json}, C: {file: c.yaml}, D: {file: d.json}, E: {file: e.json}}",
		"a.json":        "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Alow\", \"Action\": \"s3:*\", \"Resource\": \"*\"}\n  ]\n}",
		"b.json":        "{\n  \"Version\": \"2012-10-17\",\n  oops\n}",
		"c.yaml":        "Version: '2012-10-17'\nStatement:\n- Efect: Allow\n",
		"d.json":        "{\"Version\": \"2012-10-17\",\n \"Version\": \"${nobody}\"}",
		"e.json":        strings.Repeat("[", 60) + strings.Repeat("]", 60),
	}, spec.Env{})
	var problems spec.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v, expected Problems", err)
	}
	var places []string
	for _, p := range problems {
		places = append(places, p.Place.String())
	}
	text := problems.Error()
	for _, part := range []string{
		`a.json:4:16: Effect is "Alow"`, "b.json:3:3: not JSON: invalid character 'o'", `c.yaml:3:3: unknown key "Efect"`,
		`d.json:2:2: duplicate key "Version"; first at d.json:1:2`, "e.json:1:52: nested more than 50 deep",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in\n%s", part, text)
		}
	}
	if len(places) == 0 {
		t.Error("no places")
	}
}

func TestFilesOutsideTheFolderAreRefused(t *testing.T) {
	outside := write(t, map[string]string{"secret.json": jsonDoc})
	folder := write(t, map[string]string{
		"baseline.yaml": head + `policies:
  A: {file: ../secret.json}
  B: {file: /etc/hostname.json}
  C: {file: link.json}
  D: {file: linked/secret.json}
  E: {file: sub/../../x.json}
  F: {file: readme.txt}
  G: {file: gone.json}
  H: {file: folder.json}
`,
		"folder.json/x": "",
	})
	if err := os.Symlink(filepath.Join(outside, "secret.json"), filepath.Join(folder, "link.json")); err != nil {
		t.Skip("no symbolic links here")
	}
	if err := os.Symlink(outside, filepath.Join(folder, "linked")); err != nil {
		t.Fatal(err)
	}
	_, err := spec.Load([]spec.Input{{Name: "b", Path: filepath.Join(folder, "baseline.yaml")}}, spec.Env{})
	const inside = `: must be a relative path inside the folder of this file, without ".."`
	expected := `b:4:13: file "../secret.json"` + inside + `
b:5:13: file "/etc/hostname.json"` + inside + `
b:6:13: file "link.json": path escapes from parent
b:7:13: file "linked/secret.json": path escapes from parent
b:8:13: file "sub/../../x.json"` + inside + `
b:9:13: file "readme.txt": must end in .json, .yaml or .yml
b:10:13: file "gone.json": no such file or directory
b:11:13: file "folder.json": not a regular file`
	if err == nil {
		t.Fatal("the file was accepted")
	}
	if diff := cmp.Diff(expected, err.Error()); diff != "" {
		t.Errorf("problems (-expected +got):\n%s", diff)
	}
}

func TestLinkedFilesOfADirectoryAreRefused(t *testing.T) {
	outside := write(t, map[string]string{"other.yaml": head})
	folder := write(t, map[string]string{"a.yaml": head})
	if err := os.Symlink(filepath.Join(outside, "other.yaml"), filepath.Join(folder, "b.yaml")); err != nil {
		t.Skip("no symbolic links here")
	}
	if _, err := spec.Load([]spec.Input{{Path: folder}}, spec.Env{}); err == nil || !strings.Contains(err.Error(), "escapes") {
		t.Errorf("got %v, expected a refusal of the link", err)
	}
}

func TestInputsThatCannotBeRead(t *testing.T) {
	_, err := spec.Load([]spec.Input{{Path: filepath.Join(t.TempDir(), "gone.yaml")}}, spec.Env{})
	var problems spec.Problems
	if !errors.Is(err, fs.ErrNotExist) || errors.As(err, &problems) {
		t.Errorf("got %v, expected an error that is no Problems and says that the file is not there", err)
	}
	if _, err := spec.Load([]spec.Input{{Path: t.TempDir()}}, spec.Env{}); err == nil || !strings.HasSuffix(err.Error(), "no *.yaml or *.yml file in this directory") {
		t.Errorf("an empty directory: got %v", err)
	}
	if _, err := spec.Load(nil, spec.Env{}); err == nil {
		t.Error("no input at all was accepted")
	}
}

func TestDeclaredAccount(t *testing.T) {
	// The rest of the files may be wrong: that's found later.
	files := map[string]string{"a.yaml": "account: 011122223333\nvars: {x: }\nnonsense: 1\n", "b.yaml": head, "c.yaml": "account: 5\n"}
	if got, err := spec.DeclaredAccount([]spec.Input{input(files, "b.yaml"), input(files, "a.yaml")}); err != nil || got != "011122223333" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := spec.DeclaredAccount([]spec.Input{input(files, "b.yaml")}); err != nil || got != "" {
		t.Errorf("got %q, %v, expected none", got, err)
	}
	if _, err := spec.DeclaredAccount([]spec.Input{input(files, "c.yaml")}); err == nil {
		t.Error("an account of one digit was accepted")
	}
}
