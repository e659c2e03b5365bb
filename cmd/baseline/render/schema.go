package render

import (
	"embed"
	"fmt"
)

// schemas are the JSON Schemas of what this package writes as JSON, by what they are of. A test holds what is written to them.
//
//go:embed schemas/*.schema.json
var schemas embed.FS

// Schemas lists what there are schemas of.
func Schemas() []string { return []string{"plan", "run", "runs", "check", "events"} }

// Schema returns the JSON Schema of a plan, a run, a list of runs, a check, or one line of events.
func Schema(of string) ([]byte, error) {
	data, err := schemas.ReadFile("schemas/" + of + ".schema.json")
	if err != nil {
		return nil, fmt.Errorf("there is no schema of %q", of)
	}
	return data, nil
}
