package sandbox_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"baseline/sandbox"
)

// BenchmarkWrite shows that a write costs the same in a small and in a large account, in memory and in a file.
func BenchmarkWrite(b *testing.B) {
	for _, users := range []int{100, 4999} {
		for _, kept := range []string{"memory", "file"} {
			b.Run(fmt.Sprintf("%d users in %s", users, kept), func(b *testing.B) {
				a := sandbox.New(fixed())
				if kept == "file" {
					var err error
					if a, err = sandbox.Open(filepath.Join(b.TempDir(), "account"), fixed()); err != nil {
						b.Fatal(err)
					}
				}
				for i := range users {
					send(b, a, fmt.Sprintf("Action=CreateUser&Version=2010-05-08&UserName=u%04d", i))
				}
				form := "Action=PutUserPolicy&Version=2010-05-08&UserName=u0042&PolicyName=p&PolicyDocument=" + url.QueryEscape(readS3)
				b.ReportAllocs()
				for b.Loop() {
					send(b, a, form)
				}
				if err := a.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// BenchmarkDetails reads a page of 1000 users.
func BenchmarkDetails(b *testing.B) {
	a := sandbox.New(fixed())
	for i := range 4999 {
		send(b, a, fmt.Sprintf("Action=CreateUser&Version=2010-05-08&UserName=u%04d", i))
	}
	for b.Loop() {
		send(b, a, "Action=GetAccountAuthorizationDetails&Version=2010-05-08&MaxItems=1000&Filter.member.1=User&Filter.member.2=Role")
	}
}

func send(b *testing.B, a *sandbox.Account, form string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://sandbox.invalid/", strings.NewReader(form))
	if err != nil {
		b.Fatal(err)
	}
	response, err := a.Client().Do(r)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatal(response, err)
	}
	if err := response.Body.Close(); err != nil {
		b.Fatal(err)
	}
}
