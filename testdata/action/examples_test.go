package action_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

type workflow struct {
	On          map[string]any
	Permissions map[string]string
	Jobs        map[string]struct {
		Permissions map[string]string
		Environment string
		Steps       []step
	}
}

// takes says which permissions a step takes of the job's token.
func takes(t *testing.T, s step) map[string]string {
	t.Helper()
	name, _, _ := strings.Cut(s.Uses, "@")
	switch name {
	case "actions/checkout":
		return map[string]string{"contents": "read"}
	case "aws-actions/configure-aws-credentials":
		return map[string]string{"id-token": "write"}
	case "github/codeql-action/upload-sarif":
		return map[string]string{"security-events": "write"}
	case "actions/download-artifact": // of the same run
		return nil
	case "OWNER/baseline":
	default:
		t.Fatalf("what does %s take?", s.Uses)
	}
	taken := map[string]string{}
	switch s.With["command"] {
	case "plan":
		if s.With["comment"] != "false" {
			taken["pull-requests"] = "write"
		}
		if s.With["snapshot-workflow"] != "" {
			taken["actions"] = "read"
		}
	case "apply":
		if s.With["reviewed"] == "" {
			taken["actions"], taken["pull-requests"] = "read", "read"
		}
	case "drift", "check":
		taken["issues"] = "write"
	case "snapshot", "resume", "rollback":
	default:
		t.Errorf("there is no command %q", s.With["command"])
	}
	return taken
}

// The examples give each job the permissions that its steps take and no other, name what others provide by commits, give the
// action inputs that it has, and put no expression into a script. Only jobs of an environment take the role that applies.
func TestExamples(t *testing.T) {
	action, err := readDefinition()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(top, "ci", "examples", "github", "baseline-*.yml"))
	if err != nil || len(paths) < 6 {
		t.Fatalf("only %d examples: %v", len(paths), err)
	}
	pinned := regexp.MustCompile(`^([a-z-]+/[a-z-]+@[0-9a-f]{40}|github/codeql-action/upload-sarif@v\d+|OWNER/baseline@COMMIT)$`)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var w workflow
			if err := yaml.Unmarshal(data, &w); err != nil {
				t.Fatal(err)
			}
			if w.Permissions == nil || len(w.Permissions) > 0 {
				t.Error("permissions are not {} for what no job asks for")
			}
			if _, ok := w.On["pull_request_target"]; ok || len(w.On) == 0 {
				t.Errorf("its events are %v", w.On)
			}
			for name, job := range w.Jobs {
				taken := map[string]string{}
				for _, s := range job.Steps {
					maps.Copy(taken, takes(t, s))
					if !pinned.MatchString(s.Uses) || s.Run != "" {
						t.Errorf("job %s: a step uses %q or runs %q", name, s.Uses, s.Run)
					}
					if strings.HasPrefix(s.Uses, "OWNER/") {
						for input := range s.With {
							if _, ok := action.Inputs[input]; !ok {
								t.Errorf("job %s: the action has no input %s", name, input)
							}
						}
					}
					if role := s.With["role-to-assume"]; strings.HasSuffix(role, "/baseline-apply") != (job.Environment != "") && role != "" {
						t.Errorf("job %s takes %s in environment %q", name, role, job.Environment)
					}
				}
				if diff := cmp.Diff(taken, job.Permissions); diff != "" {
					t.Errorf("job %s (-takes +has):\n%s", name, diff)
				}
			}
		})
	}
	for _, s := range action.Runs.Steps {
		if s.Uses != "" && !pinned.MatchString(s.Uses) {
			t.Errorf("action.yml: %s is not a commit", s.Uses)
		}
	}
}
