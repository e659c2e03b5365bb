package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Client returns an HTTP client whose every request is answered by the account in the same process, whatever host it
// names: no port, no network. A lost answer is an error that wraps [io.ErrUnexpectedEOF].
func (a *Account) Client() *http.Client {
	return &http.Client{Transport: transport{a}}
}

type transport struct{ account *Account }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, errors.Join(err, closeBody(r))
	}
	inner := r.Clone(r.Context())
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	rec := recorder{header: http.Header{}}
	lost := serve(t.account, &rec, inner)
	if err := closeBody(r); err != nil {
		return nil, err
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if lost {
		return nil, fmt.Errorf("connection reset before the answer came: %w", io.ErrUnexpectedEOF)
	}
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", rec.status, http.StatusText(rec.status)),
		StatusCode:    rec.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        rec.header,
		Body:          io.NopCloser(bytes.NewReader(rec.body.Bytes())),
		ContentLength: int64(rec.body.Len()),
		Request:       r,
	}, nil
}

func closeBody(r *http.Request) error {
	if r.Body == nil {
		return nil
	}
	return r.Body.Close()
}

// serve runs the handler as a server would, which takes one panic for the wish to close the connection.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (lost bool) {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			lost = true
		default:
			panic(p)
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

// A recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(data []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(data)
}
