package live_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"baseline/live"
	"baseline/resource"
)

// slowSender answers as net/http does when an answer is quicker than the goroutine that sends: that one looks for the end of the
// request's body only when the answer has begun, and if it finds none, it closes the connection under the answer.
type slowSender struct {
	aws.HTTPClient
	t *testing.T
	// again is how many requests could be sent again as they were.
	again int
}

func (s *slowSender) Do(request *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	inner := request.Clone(request.Context())
	inner.Body = io.NopCloser(strings.NewReader(string(sent)))
	response, err := s.HTTPClient.Do(inner)
	if err != nil {
		return nil, err
	}
	if request.GetBody != nil {
		copied, err := request.GetBody()
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(copied)
		if string(body) != string(sent) || err != nil {
			s.t.Errorf("it would be sent again as %q (%v), not as %q", body, err, sent)
		}
		s.again++
	}
	response.Body = &lateAnswer{ReadCloser: response.Body, request: request.Body}
	return response, nil
}

// lateAnswer is an answer that can be read if the request's body has an end.
type lateAnswer struct {
	io.ReadCloser
	request io.ReadCloser
}

func (a *lateAnswer) Read(p []byte) (int, error) {
	if _, err := io.Copy(io.Discard, a.request); err != nil {
		return 0, err
	}
	return a.ReadCloser.Read(p)
}

func TestAnAnswerMayBeQuickerThanTheEndOfItsRequest(t *testing.T) {
	t.Parallel()
	sender := &slowSender{t: t}
	s := open(t, func(o *live.Options) {
		sender.HTTPClient = o.HTTPClient
		o.HTTPClient = sender
	})
	group := resource.Object{"path": "/"}
	if err := s.account.Write(t.Context(), resource.Change{Address: resource.At("iam_group", "Developers"), After: group}); err != nil {
		t.Error(err)
	}
	if calls := s.account.Calls(); sender.again != calls {
		t.Errorf("%d of %d requests could be sent again", sender.again, calls)
	}
}
