package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3control"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"baseline/sandbox"
)

// serviceClient is AWS's own client of a service, called at the account.
func serviceClient(account *sandbox.Account, service, region string) (any, error) {
	cfg := aws.Config{
		Region: region, HTTPClient: account.Client(), Credentials: credentials.NewStaticCredentialsProvider("AKIASANDBOXEXAMPLE00", "sandbox", ""),
		RetryMaxAttempts: 1,
	}
	switch service {
	case "cloudtrail":
		return cloudtrail.NewFromConfig(cfg), nil
	case "cloudwatch":
		return cloudwatch.NewFromConfig(cfg), nil
	case "kms":
		return kms.NewFromConfig(cfg), nil
	case "logs":
		return cloudwatchlogs.NewFromConfig(cfg), nil
	case "s3":
		return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }), nil
	case "s3control":
		return s3control.NewFromConfig(cfg), nil
	case "sns":
		return sns.NewFromConfig(cfg), nil
	}
	return nil, fmt.Errorf("no service %q", service)
}

// callService makes a call as SERVICE:ACTION in a Region and prints its answer, or only one text of it where the last parameter is
// .NAME. The values of parameters are JSON, or else text; one that begins with @ is a file's text.
func callService(account *sandbox.Account, action, region string, params []string) error {
	field := ""
	if n := len(params); n > 0 && params[n-1][0] == '.' {
		field, params = params[n-1][1:], params[:n-1]
	}
	out, err := serviceAnswer(account, action, region, params)
	if err != nil {
		return err
	}
	if field != "" {
		_, err := fmt.Fprintln(os.Stdout, reflect.ValueOf(out).FieldByName(field).Elem())
		return err
	}
	shown, err := json.MarshalIndent(out, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(os.Stdout, "%s\n", shown)
	}
	return err
}

// serviceAnswer makes the call of callService and returns the client's own answer.
func serviceAnswer(account *sandbox.Account, action, region string, params []string) (any, error) {
	service, name, _ := strings.Cut(action, ":")
	client, err := serviceClient(account, service, region)
	if err != nil {
		return nil, err
	}
	method := reflect.ValueOf(client).MethodByName(name)
	if !method.IsValid() {
		return nil, fmt.Errorf("%s has no call %q", service, name)
	}
	in := reflect.New(method.Type().In(1).Elem())
	for _, p := range params {
		field, value, _ := strings.Cut(p, "=")
		if file, ok := strings.CutPrefix(value, "@"); ok {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			value = strings.TrimSuffix(string(text), "\n")
		}
		if err := setParameter(in.Elem().FieldByName(field), value); err != nil {
			return nil, fmt.Errorf("%s %s: %w", action, field, err)
		}
	}
	answer := method.Call([]reflect.Value{reflect.ValueOf(context.Background()), in})
	if err, failed := reflect.TypeAssert[error](answer[1]); failed {
		return nil, err
	}
	out := answer[0].Elem()
	if metadata := out.FieldByName("ResultMetadata"); metadata.IsValid() {
		metadata.SetZero()
	}
	return out.Interface(), nil
}

func setParameter(field reflect.Value, value string) error {
	if !field.IsValid() {
		return errors.New("there is no such parameter")
	}
	to := field.Addr().Interface()
	if body, ok := to.(*io.Reader); ok {
		*body = strings.NewReader(value)
		return nil
	}
	if field.Kind() != reflect.Pointer || field.Type().Elem().Kind() != reflect.String {
		if err := json.Unmarshal([]byte(value), to); err == nil {
			return nil
		}
	}
	quoted, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(quoted, to)
}
