package live

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wholeBodies is a client whose requests carry all of their body with them, which is never long.
//
// The SDK takes the body of a request back as soon as the answer begins. net/http, which sends it in another goroutine, may not have
// seen its end by then. It is told io.EOF, takes that for a request that it could not send, and closes the connection under the
// answer that is being read: a write that was carried out, and answered, looks lost. A body of its own also lets net/http send
// a request again by another connection where AWS had closed the first one before anything was sent.
type wholeBodies struct{ aws.HTTPClient }

// Do sends a request.
func (c wholeBodies) Do(request *http.Request) (*http.Response, error) {
	if request.Body != nil && request.Body != http.NoBody {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		_ = request.Body.Close() // all of it has been read
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		request.Body, _ = request.GetBody()
	}
	return c.HTTPClient.Do(request)
}
