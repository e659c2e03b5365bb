package action_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// definition is what action.yml says.
type definition struct {
	Inputs map[string]struct {
		Required bool
		Default  string
	}
	Outputs map[string]struct{ Value string }
	Runs    struct {
		Using string
		Steps []step
	}
}

type step struct {
	ID, Name, If, Shell, Run, Uses string
	With, Env                      map[string]string
}

// top is the top of the repository, where action.yml is.
var top = filepath.Join("..", "..")

func readDefinition() (*definition, error) {
	data, err := os.ReadFile(filepath.Join(top, "action.yml"))
	if err != nil {
		return nil, err
	}
	var d definition
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&d); err != nil {
		return nil, err
	}
	return &d, nil
}

// runner runs the steps of action.yml as GitHub's runner does.
type runner struct {
	*definition
	// inputs are those that are given; github are names such as github.token.
	inputs, github map[string]string
	// env is the environment of all steps.
	env []string
	dir string
	// artifacts is the directory with the artifacts of all runs, and run the id of this one.
	artifacts, run string
	kept           func(artifact string)
	out            io.Writer

	outputs map[string]map[string]string
	failed  bool
}

// value is what a name in an expression stands for. A name that action.yml doesn't have is a mistake.
func (r *runner) value(name string) (string, error) {
	parts := strings.Split(name, ".")
	switch {
	case len(parts) == 2 && parts[0] == "inputs":
		input, ok := r.Inputs[parts[1]]
		if !ok {
			return "", fmt.Errorf("there is no input %s", parts[1])
		}
		if given, ok := r.inputs[parts[1]]; ok {
			return given, nil
		}
		if input.Required {
			return "", fmt.Errorf("input %s is not given", parts[1])
		}
		return evaluator{value: r.value}.text(input.Default)
	case len(parts) == 2 && parts[0] == "github":
		if v, ok := r.github[name]; ok {
			return v, nil
		}
	case len(parts) == 4 && parts[0] == "steps" && parts[2] == "outputs":
		if slices.ContainsFunc(r.Runs.Steps, func(s step) bool { return s.ID == parts[1] }) {
			return r.outputs[parts[1]][parts[3]], nil
		}
	}
	return "", fmt.Errorf("nothing is called %s", name)
}

// runAll runs the steps, and returns the outputs of the action.
func (r *runner) runAll() (map[string]string, error) {
	for name := range r.inputs {
		if _, ok := r.Inputs[name]; !ok {
			return nil, fmt.Errorf("there is no input %s", name)
		}
	}
	r.outputs = map[string]map[string]string{}
	for _, s := range r.Runs.Steps {
		if err := r.step(s); err != nil {
			return nil, fmt.Errorf("step %q: %w", s.Name, err)
		}
	}
	outputs := map[string]string{}
	for name, o := range r.Outputs {
		text, err := evaluator{value: r.value}.text(o.Value)
		if err != nil {
			return nil, err
		}
		outputs[name] = text
	}
	return outputs, nil
}

// step runs one step. A step that fails is no error, but the failure of the action.
func (r *runner) step(s step) error {
	e := evaluator{value: r.value}
	if r.failed && !strings.Contains(s.If, "always()") {
		return nil
	}
	if s.If != "" {
		if do, err := e.evaluate(s.If); err != nil || !truthy(do) {
			return err
		}
	}
	fill := func(texts map[string]string) (map[string]string, error) {
		filled := map[string]string{}
		for name, text := range texts {
			var err error
			if filled[name], err = e.text(text); err != nil {
				return nil, err
			}
		}
		return filled, nil
	}
	with, err := fill(s.With)
	if err != nil {
		return err
	}
	env, err := fill(s.Env)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "--- %s\n", s.Name)
	if s.Uses != "" {
		err = r.use(s.Uses, with)
	} else {
		err = r.shell(s, env)
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) || errors.Is(err, errStep) {
		fmt.Fprintf(r.out, "[failed] %v\n", err)
		r.failed = true
		return nil
	}
	return err
}

// errStep is the failure of somebody else's action.
var errStep = errors.New("the step failed")

// shell runs a script as GitHub does, and keeps its outputs.
func (r *runner) shell(s step, env map[string]string) error {
	if s.Shell != "bash" || strings.Contains(s.Run, "${{") {
		return errors.New("a step runs in bash, and has no expression in its script")
	}
	temp, err := os.MkdirTemp("", "step")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	script, output := filepath.Join(temp, "step.sh"), filepath.Join(temp, "output")
	if err := errors.Join(os.WriteFile(script, []byte(s.Run), 0o600), os.WriteFile(output, nil, 0o600)); err != nil {
		return err
	}
	cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir = r.dir
	cmd.Env = append(slices.Clone(r.env), "GITHUB_OUTPUT="+output)
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	failed := cmd.Run()
	if err := r.log(printed.String()); err != nil {
		return err
	}
	written, err := os.ReadFile(output)
	if err != nil {
		return err
	}
	r.outputs[s.ID] = map[string]string{}
	for line := range strings.Lines(string(written)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok {
			return fmt.Errorf("%q is no output", line)
		}
		r.outputs[s.ID][name] = value
	}
	return failed
}

// log prints what a step printed, with its commands told from its other lines: those that the runner would obey in brackets.
func (r *runner) log(printed string) error {
	stopped := ""
	for line := range strings.Lines(printed) {
		command := strings.TrimSpace(line)
		name, rest, _ := strings.Cut(strings.TrimPrefix(command, "::"), "::")
		name, title, _ := strings.Cut(name, " ")
		switch {
		case stopped != "" && command == "::"+stopped+"::":
			stopped = ""
		case stopped != "" || !strings.HasPrefix(command, "::"):
			fmt.Fprint(r.out, line)
		case name == "stop-commands" && len(rest) >= 32:
			stopped = rest
		case name == "error" || name == "warning":
			fmt.Fprintf(r.out, "[%s, %s] %s\n", name, title, rest)
		default:
			return fmt.Errorf("the runner would obey %q", command)
		}
	}
	if stopped != "" {
		return errors.New("commands were not switched on again")
	}
	return nil
}

// use stands for the actions of others.
func (r *runner) use(action string, with map[string]string) error {
	name, _, _ := strings.Cut(action, "@")
	switch name {
	case "actions/setup-go":
		_, err := os.Stat(with["go-version-file"])
		return err
	case "actions/upload-artifact":
		return r.upload(with)
	case "actions/download-artifact":
		from := filepath.Join(r.artifacts, with["run-id"], with["name"])
		if _, err := os.Stat(from); err != nil || with["run-id"] == "" || with["github-token"] == "" {
			return fmt.Errorf("%w: there is no artifact %s in run %s", errStep, with["name"], with["run-id"])
		}
		return os.CopyFS(with["path"], os.DirFS(from))
	}
	return fmt.Errorf("nothing stands for %s", action)
}

// upload keeps files, from their nearest common directory on.
func (r *runner) upload(with map[string]string) error {
	files := map[string]string{}
	for pattern := range strings.FieldsSeq(with["path"]) {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			return err
		}
		for _, path := range paths {
			err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				from := path
				if file == path {
					from = filepath.Dir(path)
				}
				name, err := filepath.Rel(from, file)
				files[name] = file
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	if len(files) == 0 {
		if with["if-no-files-found"] == "ignore" {
			return nil
		}
		return fmt.Errorf("%w: there are no files to keep", errStep)
	}
	to := filepath.Join(r.artifacts, r.run, with["name"])
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data, err := os.ReadFile(files[name])
		if err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), data, 0o600); err != nil {
			return err
		}
	}
	r.kept(with["name"])
	return nil
}
