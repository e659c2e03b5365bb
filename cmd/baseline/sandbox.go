package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"

	"baseline/sandbox"
)

func (c *command) sandboxCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "A simulated AWS account",
		Args:  noArgs,
		RunE:  showHelp,
	}
	cmd.AddCommand(c.serveCommand())
	return cmd
}

func (c *command) serveCommand() *cobra.Command {
	var listen, state, seed, seedReport string
	var faults []string
	var enforce bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve a simulated AWS account to any AWS client",
		Long: `Serve a simulated AWS account over HTTP, as the AWS CLI, boto3 and other tools speak to it: IAM, STS and the
tagging API; and what a CloudTrail trail stands on: CloudTrail, S3, KMS, CloudWatch Logs, CloudWatch, SNS.

Faults make it behave badly on purpose (repeatable):
  --fault throttle=20/10           token bucket: 20 calls at once, then 10 a second
  --fault throttle=cloudtrail:write:1/1   the same for one service, or for its writes
  --fault lag=2s                   new objects are not seen for so long
  --fault latency=50ms             added to every call
  --fault lose=3                   every third write is carried out, but its answer is lost
  --fault deny=iam:PutRolePolicy   an action that is denied; a * stands for any characters
  --fault fail=iam:CreateUser:ServiceFailure*2   the first two such calls are answered with this error
  --fault stop-after=12            no answer any more after so many calls`,
		Example: `  baseline sandbox serve --listen 127.0.0.1:4566 --state account.db
  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
  aws iam list-users
  aws iam get-account-authorization-details > real.json
  baseline sandbox serve --seed real.json

  aws iam get-credential-report --query Content --output text | base64 -d > report.csv
  baseline sandbox serve --seed real.json --seed-report report.csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := sandbox.Options{Account: c.accountID, Now: c.Clock.Now, Enforce: enforce}
			for _, text := range faults {
				if err := sandbox.ParseFault(text, &o.Faults); err != nil {
					return err
				}
			}
			account, err := openSandbox(state, o)
			if err != nil {
				return err
			}
			err = errors.Join(seeded(seed, account.SeedFrom), seeded(seedReport, account.SeedReport))
			if err == nil {
				err = c.serve(cmd.Context(), account, listen)
			}
			return cmp.Or(err, account.Close())
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:4566", "address to listen on; port 0 picks a free one")
	cmd.Flags().StringVar(&state, "state", "", "keep the account in this file, created when missing (default: in memory)")
	cmd.Flags().StringVar(&seed, "seed", "", "start from this file, the output of: aws iam get-account-authorization-details")
	cmd.Flags().StringVar(&seedReport, "seed-report", "", "and with the credentials of this file, a credential report as AWS's CSV")
	cmd.Flags().BoolVar(&enforce, "enforce", false, "hold users and sessions of roles to their policies (other keys stay the administrator's)")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "a way to behave badly (repeatable)")
	return cmd
}

func openSandbox(state string, o sandbox.Options) (*sandbox.Account, error) {
	if state == "" {
		return sandbox.New(o), nil
	}
	return sandbox.Open(state, o)
}

// seeded gives a file to one of the account's seeders; no file is nothing to do.
func seeded(path string, seed func(io.Reader) error) error {
	if path == "" {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := seed(file); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// serve answers until the context ends.
func (c *command) serve(ctx context.Context, account *sandbox.Account, listen string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "account %s is served on http://%s\n", account.ID(), listener.Addr())
	server := &http.Server{Handler: account, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
