package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"baseline/resource"
)

// savePlan writes a plan so that it is there whole or not at all.
func savePlan(path string, p *resource.Plan) error {
	data, err := resource.Encode(p, "  ")
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // fails when all went well, and the file has its name
	_, err = temp.Write(data)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return os.Rename(temp.Name(), path)
}

// readPlan reads a plan file strictly: what this program would not have written, it does not carry out.
func readPlan(path string) (*resource.Plan, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var plan resource.Plan
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if err := dec.Decode(&plan); err != nil {
		return nil, fmt.Errorf("%s is not a plan: %w", path, err)
	}
	switch {
	case plan.Format != resource.PlanFormat:
		return nil, fmt.Errorf("%s has plan format %d, and this program reads %d: plan again", path, plan.Format, resource.PlanFormat)
	case plan.Account == "":
		return nil, fmt.Errorf("%s is not a plan: it names no account", path)
	case plan.Undoes != "":
		return nil, fmt.Errorf("%s takes back run %s: use `baseline rollback %s`, which looks at the account first", path, plan.Undoes, plan.Undoes)
	}
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("%s is not a plan: %w", path, err)
	}
	return &plan, nil
}
