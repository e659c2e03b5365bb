package main

import (
	"cmp"
	"encoding/hex"
	"net/url"
	"path/filepath"
	"strings"

	"baseline/applier"
	"baseline/resource"
)

// begunBy is the header of a run with what can be told of where it was begun: the CI job, and the commit of the plan's files.
func (c *command) begunBy(header applier.Header, plan *resource.Plan) applier.Header {
	header.Job = jobURL(c.Getenv)
	header.Commit = c.commitOf(plan)
	return header
}

// jobVariables name the variables in which services of CI give the whole URL of a job.
var jobVariables = []string{
	"CI_JOB_URL",          // GitLab
	"CIRCLE_BUILD_URL",    // CircleCI
	"BUILDKITE_BUILD_URL", // Buildkite
	"TRAVIS_JOB_WEB_URL",  // Travis CI
	"DRONE_BUILD_LINK",    // Drone
	"BUILD_URL",           // Jenkins
}

// jobURL is the page of the CI job that the environment tells of, or "".
func jobURL(getenv func(string) string) string {
	if page, run := pageURL(getenv("GITHUB_SERVER_URL")), getenv("GITHUB_RUN_ID"); page != nil && run != "" {
		page = page.JoinPath(getenv("GITHUB_REPOSITORY"), "actions", "runs", run)
		if attempt := getenv("GITHUB_RUN_ATTEMPT"); attempt != "" {
			page = page.JoinPath("attempts", attempt)
		}
		return shortURL(page)
	}
	if page, number := pageURL(getenv("BITBUCKET_GIT_HTTP_ORIGIN")), getenv("BITBUCKET_BUILD_NUMBER"); page != nil && number != "" {
		return shortURL(page.JoinPath("pipelines", "results", number))
	}
	if page, id := pageURL(getenv("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")), getenv("BUILD_BUILDID"); page != nil && id != "" { // Azure Pipelines
		page = page.JoinPath(getenv("SYSTEM_TEAMPROJECT"), "_build", "results")
		page.RawQuery = url.Values{"buildId": {id}}.Encode()
		return shortURL(page)
	}
	for _, name := range jobVariables {
		if page := pageURL(getenv(name)); page != nil {
			return shortURL(page)
		}
	}
	return ""
}

// pageURL reads the address of a page of the web, and leaves out what may be a secret in it: who logs in, the query and the fragment.
// It is nil for whatever else there is.
func pageURL(s string) *url.URL {
	page, err := url.Parse(s)
	if err != nil || page.Scheme != "https" && page.Scheme != "http" || page.Hostname() == "" {
		return nil
	}
	return &url.URL{Scheme: page.Scheme, Host: page.Host, Path: page.Path, RawPath: page.RawPath}
}

// shortURL writes a URL, or nothing where it is longer than any address of a job.
func shortURL(page *url.URL) string {
	const longest = 2_000
	if s := page.String(); len(s) <= longest {
		return s
	}
	return ""
}

// commitVariables name the variables in which services of CI give the commit that a job runs on.
var commitVariables = []string{
	"GITHUB_SHA", "CI_COMMIT_SHA", "CIRCLE_SHA1", "BUILDKITE_COMMIT", "BITBUCKET_COMMIT", "BUILD_SOURCEVERSION", "TRAVIS_COMMIT",
	"DRONE_COMMIT_SHA", "GIT_COMMIT",
}

// commitOf is the commit that is checked out where the files of a plan are, or else the one that the environment tells of; "" where
// neither is known, and for a plan without files of its own, as the way back from a run is. What was changed since the commit
// shows in the digests of the files.
func (c *command) commitOf(plan *resource.Plan) string {
	for _, file := range plan.Files {
		if strings.HasPrefix(file.Path, builtin) {
			continue
		}
		return cmp.Or(checkedOut(filepath.Dir(filepath.FromSlash(file.Path))), c.commitOfJob())
	}
	return ""
}

func (c *command) commitOfJob() string {
	for _, name := range commitVariables {
		if name == "GITHUB_SHA" && strings.HasPrefix(c.Getenv("GITHUB_EVENT_NAME"), "pull_request") {
			continue // the commit of a merge that was only tried, or of the branch that is merged into
		}
		if commit := commitID(c.Getenv(name)); commit != "" {
			return commit
		}
	}
	return ""
}

// commitID is what a text holds if that is the id of a commit, and "" for all else.
func commitID(s string) string {
	s = strings.TrimSpace(s)
	if _, err := hex.DecodeString(s); err != nil || len(s) != 40 && len(s) != 64 {
		return ""
	}
	return strings.ToLower(s)
}
