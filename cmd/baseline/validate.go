package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"baseline/cmd/baseline/render"
	"baseline/spec"
)

func (c *command) validateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "validate",
		Short: "Check the files without asking any account",
		Long: `Check the files without asking any account: every complaint at once, each with file:line:column.
Where no account is named, ${account} is filled in as 111122223333.`,
		Example: `  baseline validate
  baseline validate -f iam/`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			account := c.accountID
			if account == "current" {
				account = ""
			}
			inputs, err := c.inputs()
			if err != nil {
				return err
			}
			vars, err := c.variables()
			if err != nil {
				return err
			}
			b, err := spec.Load(inputs, spec.Env{Account: account, Vars: vars, Region: c.region})
			if err != nil {
				return err
			}
			found := counted(len(b.Want.Objects)+len(b.Want.Absent), "object")
			if rules := len(b.RequirePlaces); rules > 0 {
				found += " and " + counted(rules, "requirement")
			}
			fmt.Fprintf(c.Out, "%s is valid: %s in %s\n", b.Name, found, counted(len(b.Files), "file"))
			return nil
		},
	}
}

func (c *command) schemaCommand() *cobra.Command {
	of := "file"
	all := append([]string{of}, render.Schemas()...)
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the file, for editors, or of what the program writes as JSON",
		Example: `  baseline schema > baseline.schema.json
  # first line of baseline.yaml:
  # yaml-language-server: $schema=./baseline.schema.json
  baseline schema --of plan`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if !slices.Contains(all, of) {
				return fmt.Errorf("--of takes %s, not %q", strings.Join(all, ", "), of)
			}
			schema, err := render.Schema(of)
			if of == "file" {
				schema, err = spec.Schema()
			}
			if err != nil {
				return err
			}
			_, err = c.Out.Write(schema)
			return err
		},
	}
	cmd.Flags().StringVar(&of, "of", of, "what to print the schema of: "+strings.Join(all, ", "))
	return cmd
}

// counted puts a number before a noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
