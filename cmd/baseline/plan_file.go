package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"baseline/cmd/baseline/render"
	"baseline/resource"
)

// savePlan writes a plan: to a file so that it is there whole or not at all, and right into whatever else has the name, such as
// a pipe or a device.
func savePlan(path string, p *resource.Plan) error {
	data, err := resource.Encode(p, "  ")
	if err == nil {
		err = saveFile(path, data)
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("write the plan to %s: %w", path, plainCause(err))
}

// plainCause takes the name of a temporary file, or of a link's end, from an error: the name that was given says more.
func plainCause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}

// saveFile writes a file so that it is there whole or not at all, and right into whatever else has the name.
func saveFile(path string, data []byte) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode().IsRegular():
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
		return replaceFile(path, data)
	case err == nil:
		return writeThrough(path, os.O_WRONLY, data)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if _, err := os.Lstat(path); err == nil { // a link to a file that is yet to be made
		return writeThrough(path, os.O_WRONLY|os.O_CREATE, data)
	}
	return replaceFile(path, data)
}

func writeThrough(path string, flags int, data []byte) error {
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

func replaceFile(path string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // fails when all went well, and the file has its name
	_, err = temp.Write(data)
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// readPlan reads a plan file strictly: what this program would not have written, it does not carry out.
func readPlan(path string) (*resource.Plan, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, notAPlan(path)
	}
	data, err := readBounded(path, maxPlanFile)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return nil, notAPlan(path)
	}
	var plan resource.Plan
	if err := json.Unmarshal(data, &plan); err != nil {
		return nil, fmt.Errorf("%s is not a plan: %w", path, err)
	}
	switch {
	case plan.Format != resource.PlanFormat:
		return nil, planRefusal("%s has plan format %d, and this program reads %d", path, plan.Format, resource.PlanFormat)
	case plan.Account == "":
		return nil, fmt.Errorf("%s is not a plan: it names no account", path)
	case plan.Undoes != "":
		return nil, fmt.Errorf("%s takes back run %s: use `baseline rollback %s`, which looks at the account first", path, plan.Undoes, plan.Undoes)
	}
	if err := plan.CheckSeal(); err != nil {
		if other := sayNothingElse(data, &plan); other != nil {
			err = fmt.Errorf("%w, or was made by a newer program (%w)", err, other)
		}
		return nil, planRefusal("%s is not as a plan was made: %v", path, err)
	}
	if err := sayNothingElse(data, &plan); err != nil {
		return nil, planRefusal("%s is not as a plan was made: %v", path, err)
	}
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("%s is not a plan: %w", path, err)
	}
	return &plan, nil
}

// sayNothingElse refuses what the digest of a plan doesn't cover: members that no plan has, and numbers and a last line, as -o json
// adds them, that are not the plan's.
func sayNothingElse(data []byte, plan *resource.Plan) error {
	var told struct {
		resource.Plan
		Counts  *resource.Counts `json:"counts"`
		Summary *string          `json:"summary"`
		Ended   *render.Ending   `json:"ended"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&told); err != nil {
		return err
	}
	switch {
	case told.Counts != nil && *told.Counts != plan.Count():
		return errors.New("its counts are not those of its changes")
	case told.Summary != nil && *told.Summary != render.Summary(plan):
		return errors.New("its summary is not that of its changes")
	}
	return nil
}

// maxPlanFile is in bytes: far above the plan of the largest account, and low enough for the memory of a small machine.
const maxPlanFile = 128 << 20

// readBounded reads a file that must not be larger than some bytes. Whoever runs the program named it, so it may be a link or a pipe.
func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d MiB", path, most>>20)
	}
	return data, err
}

// planRefusal refuses a plan that must be made anew.
func planRefusal(format string, args ...any) error {
	return &ending{
		exit: exitRefused, err: fmt.Errorf(format+"; nothing was changed", args...),
		next: []string{"plan again, and have that reviewed: baseline plan --out FILE"},
	}
}

func notAPlan(path string) error {
	return fmt.Errorf("%s is not a plan (JSON): to apply files, use -f %s", path, shellWord(path))
}
