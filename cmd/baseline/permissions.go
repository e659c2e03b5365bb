package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"baseline/kinds"
	"baseline/live"
	"baseline/permissions"
	"baseline/resource"
	"baseline/spec"
)

func (c *command) permissionsCommand() *cobra.Command {
	var purpose string
	var noRollback bool
	cmd := &cobra.Command{
		Use:   "permissions --for plan|snapshot|apply|PLAN",
		Short: "Print the IAM policy that the tool needs, and no more",
		Long: `Print the IAM policy that the tool needs, and no more. No account is asked.

--for plan       what plan and check of these files take
--for snapshot   what snapshot of these files takes
--for apply      what apply, resume and rollback of any plan of these files take
--for PLAN       what applying this plan file takes, on the very objects in it, and rolling it back

With --runs s3://BUCKET/PREFIX, apply and PLAN include what keeping runs there takes.

A policy that is larger than IAM takes is printed as several documents, one after the other: attach all.`,
		Example: `  baseline permissions --for plan > plan-role.json
  baseline permissions --for plan.json
  baseline permissions --for apply | jq -c . | split -l 1 - apply-role-`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if purpose == "" {
				return errors.New("--for takes plan, snapshot, apply or a plan file")
			}
			set, err := c.permissionsFor(purpose, !noRollback)
			if err != nil {
				return err
			}
			if err := c.keepingRuns(set, purpose); err != nil {
				return err
			}
			return c.printPolicies(set)
		},
	}
	cmd.Flags().StringVar(&purpose, "for", "", "plan, snapshot, apply, or a plan file")
	cmd.Flags().BoolVar(&noRollback, "no-rollback", false, "with a plan file: leave out what rolling it back takes")
	return cmd
}

// permissionsFor works out what a purpose takes.
func (c *command) permissionsFor(purpose string, back bool) (*permissions.Set, error) {
	switch purpose {
	case "plan", "snapshot", "apply":
	default:
		if _, err := os.Stat(purpose); err != nil {
			return nil, fmt.Errorf("--for takes plan, snapshot, apply or a plan file, and there is no file %q", purpose)
		}
		plan, err := readPlan(purpose)
		if err != nil {
			return nil, err
		}
		return permissions.Carrying(plan, back), nil
	}
	want, scope, err := c.wanted()
	if err != nil {
		return nil, err
	}
	if purpose == "apply" {
		return permissions.Applying(want, scope), nil
	}
	return permissions.Reading(want, scope), nil
}

// keepingRuns adds what keeping runs in S3 takes, where that is asked for and the purpose is one that makes runs.
func (c *command) keepingRuns(set *permissions.Set, purpose string) error {
	if !strings.HasPrefix(c.runsDir, "s3://") || purpose == "plan" || purpose == "snapshot" {
		return nil
	}
	bucket, prefix, err := live.ParseBucketURL(c.runsDir)
	if err != nil {
		return fmt.Errorf("--runs: %w", err)
	}
	partition := partitionOf(c.region)
	if purpose != "apply" {
		plan, err := readPlan(purpose)
		if err != nil {
			return err
		}
		partition = permissions.PartitionOf(plan.Caller)
	}
	set.KeepRuns(partition, bucket, prefix)
	return nil
}

// wanted reads the files without asking any account. Where none is named, ARNs hold for whichever it is.
func (c *command) wanted() (*resource.Want, kinds.Scope, error) {
	inputs, err := c.inputs()
	if err != nil {
		return nil, kinds.Scope{}, err
	}
	account, err := spec.DeclaredAccount(inputs)
	if err != nil {
		account = "" // said with all else that is wrong
	}
	switch {
	case c.accountID == "" || c.accountID == "current":
	case account != "" && account != c.accountID:
		return nil, kinds.Scope{}, refusal("the file is for account %s, and --account says %s", account, c.accountID)
	default:
		account = c.accountID
	}
	b, err := c.load(account)
	if err != nil {
		return nil, kinds.Scope{}, err
	}
	return b.Want, kinds.Scope{Partition: partitionOf(c.region), Account: cmp.Or(account, "*")}, nil
}

// partitionOf is the partition that a Region is in.
func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (c *command) printPolicies(set *permissions.Set) error {
	documents, widened, err := set.Documents()
	if err != nil {
		return err
	}
	if widened {
		fmt.Fprintf(c.Err, "note: the plan is about so many objects that their names do not fit into %d policies: all of their sort are allowed\n",
			permissions.MostDocuments)
	}
	if len(documents) > 1 {
		fmt.Fprintf(c.Err, "note: %d documents, since IAM takes 6,144 characters in one: attach all of them\n", len(documents))
	}
	_, err = fmt.Fprint(c.Out, strings.Join(documents, ""))
	return err
}
