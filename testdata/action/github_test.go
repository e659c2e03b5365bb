package action_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// repository is the one that all events are of.
const repository = "acme/aws-baseline"

// bot is who the workflow's token writes as.
const bot = "github-actions[bot]"

type login struct {
	Login string `json:"login"`
}

type comment struct {
	ID   int    `json:"id"`
	User login  `json:"user"`
	Body string `json:"body"`
}

type issue struct {
	Number      int       `json:"number"`
	User        login     `json:"user"`
	Title       string    `json:"title"`
	Body        string    `json:"body"`
	State       string    `json:"state"`
	PullRequest *struct{} `json:"pull_request,omitempty"`
}

type pull struct {
	Number         int               `json:"number"`
	MergedAt       *string           `json:"merged_at"`
	MergeCommitSHA string            `json:"merge_commit_sha"`
	Head           map[string]string `json:"head"`
	Base           map[string]string `json:"base"`
}

type workflowRun struct {
	ID             int               `json:"id"`
	CreatedAt      string            `json:"created_at"`
	Event          string            `json:"event"`
	Conclusion     string            `json:"conclusion"`
	HeadSHA        string            `json:"head_sha"`
	HeadBranch     string            `json:"head_branch"`
	HeadRepository map[string]string `json:"head_repository"`

	workflow  string
	artifacts map[string]bool // true where it has expired
}

// github stands in for GitHub's REST API, as far as the scripts call it.
type github struct {
	mu       sync.Mutex
	comments map[int][]*comment
	issues   []*issue
	pulls    map[string][]pull
	runs     []*workflowRun
	denied   map[string]int
	calls    []string
	lastID   int
}

func newGitHub() *github {
	return &github{comments: map[int][]*comment{}, pulls: map[string][]pull{}, denied: map[string]int{}, lastID: 1000}
}

func (g *github) id() int {
	g.lastID++
	return g.lastID
}

func (g *github) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	call := r.Method + " " + r.URL.Path
	g.calls = append(g.calls, call)
	status, answer := g.answer(r)
	for part, code := range g.denied {
		if strings.Contains(call, part) {
			status, answer = code, map[string]string{"message": "Resource not accessible\n::error::by @integration `x`"}
		}
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

func (g *github) answer(r *http.Request) (int, any) {
	none := map[string]string{"message": "Not Found"}
	path, ok := strings.CutPrefix(r.URL.Path, "/repos/"+repository+"/")
	token := r.Header.Get("Authorization")
	switch {
	case token != "Bearer token-that-writes" && token != "Bearer token-that-reads":
		return http.StatusUnauthorized, map[string]string{"message": "Bad credentials"}
	case !ok:
		return http.StatusNotFound, none
	case r.Method != http.MethodGet && token == "Bearer token-that-reads":
		return http.StatusForbidden, map[string]string{"message": "Resource not accessible by integration"}
	}
	parts := strings.Split(path, "/")
	at := func(i int) int {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return -1
		}
		return n
	}
	switch shape := r.Method + " " + shape(parts); shape {
	case "GET issues/#/comments":
		return http.StatusOK, page(r, g.comments[at(1)])
	case "POST issues/#/comments":
		sent := &comment{ID: g.id(), User: login{bot}}
		if status, problem := receive(r, sent, &sent.Body); problem != nil {
			return status, problem
		}
		g.comments[at(1)] = append(g.comments[at(1)], sent)
		return http.StatusCreated, sent
	case "PATCH issues/comments/#":
		for _, all := range g.comments {
			for _, c := range all {
				if c.ID == at(2) {
					if c.User.Login != bot {
						return http.StatusForbidden, none
					}
					if status, problem := receive(r, c, &c.Body); problem != nil {
						return status, problem
					}
					return http.StatusOK, c
				}
			}
		}
	case "GET issues":
		var found []*issue
		for _, i := range g.issues {
			if i.State == r.URL.Query().Get("state") && i.User.Login == r.URL.Query().Get("creator") {
				found = append(found, i)
			}
		}
		return http.StatusOK, page(r, found)
	case "POST issues":
		sent := &issue{Number: g.id(), User: login{bot}, State: "open"}
		if status, problem := receive(r, sent, &sent.Body); problem != nil {
			return status, problem
		}
		g.issues = append(g.issues, sent)
		return http.StatusCreated, sent
	case "PATCH issues/#":
		for _, i := range g.issues {
			if i.Number == at(1) {
				if status, problem := receive(r, i, &i.Body); problem != nil {
					return status, problem
				}
				return http.StatusOK, i
			}
		}
	case "GET commits/*/pulls":
		return http.StatusOK, page(r, g.pulls[parts[1]])
	case "GET actions/workflows/*/runs":
		q := r.URL.Query()
		found := []*workflowRun{}
		for _, run := range g.runs {
			if run.workflow == parts[2] && (q.Get("head_sha") == "" || q.Get("head_sha") == run.HeadSHA) &&
				(q.Get("branch") == "" || q.Get("branch") == run.HeadBranch) && q.Get("status") == run.Conclusion {
				found = append(found, run)
			}
		}
		return http.StatusOK, map[string]any{"total_count": len(found), "workflow_runs": found}
	case "GET actions/runs/#/artifacts":
		artifacts := []map[string]any{}
		for _, run := range g.runs {
			for name, expired := range run.artifacts {
				if run.ID == at(2) && name == r.URL.Query().Get("name") {
					artifacts = append(artifacts, map[string]any{"name": name, "expired": expired})
				}
			}
		}
		return http.StatusOK, map[string]any{"total_count": len(artifacts), "artifacts": artifacts}
	}
	return http.StatusNotFound, none
}

// shape is a path with its numbers as # and what else may be anything as *.
func shape(parts []string) string {
	var shaped []string
	for i, part := range parts {
		_, err := strconv.Atoi(part)
		switch {
		case i > 0 && (parts[i-1] == "commits" || parts[i-1] == "workflows"):
			part = "*"
		case err == nil:
			part = "#"
		}
		shaped = append(shaped, part)
	}
	return strings.Join(shaped, "/")
}

// page is the part of a list that a request asks for.
func page[T any](r *http.Request, all []T) []T {
	per, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
	number, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if per < 1 || per > 100 {
		per = 30
	}
	from := min(max(number-1, 0)*per, len(all))
	return append([]T{}, all[from:min(from+per, len(all))]...)
}

// receive reads a request into what it is about, and refuses a body that is too long, as GitHub does.
func receive(r *http.Request, into any, body *string) (int, any) {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		return http.StatusBadRequest, map[string]string{"message": "Problems parsing JSON"}
	}
	if n := utf8.RuneCountInString(*body); n > 65536 {
		return http.StatusUnprocessableEntity, map[string]string{"message": fmt.Sprintf("body is too long (%d)", n)}
	}
	return http.StatusOK, nil
}
