package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"gopkg.in/yaml.v3"
)

// gitlabToken is the one that the stand-in for GitLab's API takes.
const gitlabToken = "not-a-token"

// gitlabJob is what is run of a job of the template.
type gitlabJob struct {
	Extends      string
	Variables    map[string]string
	BeforeScript []string `yaml:"before_script"`
	Script       []string
}

// gitlabTemplate reads ci/gitlab.yml as GitLab does: the inputs that the template declares, with those given or their defaults, go into
// its text.
func gitlabTemplate(text []byte, inputs map[string]string) (map[string]gitlabJob, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var header struct {
		Spec struct {
			Inputs map[string]struct {
				Default *string
				Options []string
			}
		}
	}
	if err := decoder.Decode(&header); err != nil {
		return nil, err
	}
	_, body, _ := bytes.Cut(text, []byte("\n---\n"))
	var missing []string
	filled := regexp.MustCompile(`\$\[\[ inputs\.(\w+) \]\]`).ReplaceAllStringFunc(string(body), func(use string) string {
		name := strings.Fields(strings.Trim(use, "$[] "))[0]
		name = strings.TrimPrefix(name, "inputs.")
		declared, known := header.Spec.Inputs[name]
		value, given := inputs[name]
		switch {
		case !known || !given && declared.Default == nil:
			missing = append(missing, name)
		case !given:
			value = *declared.Default
		}
		return value
	})
	if len(missing) > 0 {
		return nil, os.ErrInvalid
	}
	var jobs map[string]gitlabJob
	return jobs, yaml.Unmarshal([]byte(filled), &jobs)
}

// gitlabScript runs a job of ci/gitlab.yml with its own script, against a stand-in for GitLab's API: gitlab JOB [VARIABLE=value ...]. The
// stand-in keeps the notes of merge request 7 in notes.json, and answers everything else from files under api/.
func gitlabScript(ts *testscript.TestScript, neg bool, args []string) {
	text, err := os.ReadFile(filepath.Join(ts.Getenv("TOP"), "ci", "gitlab.yml"))
	ts.Check(err)
	inputs := map[string]string{"image": "image", "plan_role": "", "apply_role": "", "region": "us-east-1"}
	variables := map[string]string{}
	for _, arg := range args[1:] {
		name, value, _ := strings.Cut(arg, "=")
		if input, ok := strings.CutPrefix(name, "input:"); ok {
			inputs[input] = value
		} else {
			variables[name] = value
		}
	}
	jobs, err := gitlabTemplate(text, inputs)
	ts.Check(err)
	job, ok := jobs[args[0]]
	if !ok {
		ts.Fatalf("ci/gitlab.yml has no job %s", args[0])
	}
	base := jobs[job.Extends]
	server := httptest.NewServer(&gitlabAPI{dir: ts.MkAbs("."), notes: ts.MkAbs("notes.json")})
	defer server.Close()

	set := map[string]string{
		"CI_API_V4_URL": server.URL + "/api/v4", "CI_PROJECT_ID": "42", "CI_JOB_ID": "900", "CI_JOB_URL": "https://gitlab.example.com/jobs/900",
		"CI_COMMIT_SHA": "c0ffee", "CI_COMMIT_BRANCH": "main", "BASELINE_ID_TOKEN": "none", "BASELINE_TOKEN": gitlabToken,
	}
	for _, more := range []map[string]string{base.Variables, job.Variables, variables} {
		maps.Copy(set, more)
	}
	cmd := exec.Command("sh", "-c", strings.Join(slices.Concat(base.BeforeScript, job.Script), "\n"))
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = environment(ts)
	for name, value := range set {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Stderr = ts.Stderr()
	cmd.Stdout = ts.Stdout()
	if err := cmd.Run(); (err != nil) != neg {
		ts.Fatalf("%s ended otherwise than expected: %v", args[0], err)
	}
}

// gitlabAPI stands in for GitLab's API.
type gitlabAPI struct {
	dir, notes string
	mu         sync.Mutex
}

type gitlabNote struct {
	ID     int            `json:"id"`
	Author map[string]int `json:"author"`
	Body   string         `json:"body"`
}

func (a *gitlabAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+gitlabToken {
		http.Error(w, `{"message":"401 Unauthorized"}`, http.StatusUnauthorized)
		return
	}
	const notesPath = "/api/v4/projects/42/merge_requests/7/notes"
	rest, isNote := strings.CutPrefix(r.URL.Path, notesPath)
	switch {
	case r.URL.Path == "/api/v4/user":
		_, _ = io.WriteString(w, `{"id":5,"username":"project_42_bot"}`)
	case isNote:
		a.serveNotes(w, r, strings.Trim(rest, "/"))
	case r.Method == http.MethodGet:
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/api/v4/projects/42/")
		answer, err := os.ReadFile(filepath.Join(a.dir, "api", filepath.FromSlash(name)))
		if err != nil {
			http.Error(w, `{"message":"404 Not found"}`, http.StatusNotFound)
			return
		}
		_, _ = w.Write(answer)
	default:
		http.Error(w, r.Method, http.StatusMethodNotAllowed)
	}
}

func (a *gitlabAPI) serveNotes(w http.ResponseWriter, r *http.Request, id string) {
	var notes []gitlabNote
	if text, err := os.ReadFile(a.notes); err == nil {
		if json.Unmarshal(text, &notes) != nil {
			panic(http.ErrAbortHandler)
		}
	}
	var sent gitlabNote
	switch r.Method {
	case http.MethodGet:
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		from := min((page-1)*size, len(notes))
		_ = json.NewEncoder(w).Encode(notes[from:min(from+size, len(notes))])
		return
	case http.MethodPost, http.MethodPut:
		if json.NewDecoder(r.Body).Decode(&sent) != nil || sent.Body == "" || r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, `{"error":"body is missing"}`, http.StatusBadRequest)
			return
		}
	}
	n, _ := strconv.Atoi(id)
	at := slices.IndexFunc(notes, func(note gitlabNote) bool { return note.ID == n })
	switch {
	case r.Method == http.MethodPost:
		notes = append(notes, gitlabNote{ID: 1000 + len(notes), Author: map[string]int{"id": 5}, Body: sent.Body})
	case at < 0 || notes[at].Author["id"] != 5:
		http.Error(w, `{"message":"403 Forbidden"}`, http.StatusForbidden)
		return
	default:
		notes[at].Body = sent.Body
	}
	text, _ := json.MarshalIndent(notes, "", "  ")
	if os.WriteFile(a.notes, text, 0o600) != nil {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, "{}")
}

// Every input that a job uses is declared, and only those without a default must be given.
func TestGitLabTemplate(t *testing.T) {
	t.Parallel()
	text := []byte(readTop(t, "ci/gitlab.yml"))
	given := map[string]string{"image": "i", "plan_role": "p", "apply_role": "a", "region": "r"}
	jobs, err := gitlabTemplate(text, given)
	if err != nil {
		t.Fatal(err)
	}
	if role := jobs["baseline-drift"].Variables["BASELINE_ROLE"]; role != "p" {
		t.Errorf("drift is looked for as %q", role)
	}
	for name := range given {
		less := maps.Clone(given)
		delete(less, name)
		if _, err := gitlabTemplate(text, less); err == nil {
			t.Errorf("the template does without the input %s", name)
		}
	}
}
