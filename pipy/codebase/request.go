package codebase

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"pipy/pipy/logging"
)

const (
	headTimeout  = 10 * time.Second // until the head of an answer has come
	bodyTimeout  = 60 * time.Second // of a whole exchange
	maxRedirects = 5
)

// newClient returns the client of one Remote. It asks the server itself: proxies
// that the environment names are not for the traffic between a worker and its
// repo.
func newClient(config *tls.Config) *http.Client {
	if config != nil {
		config = config.Clone()
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: headTimeout}).DialContext,
			TLSClientConfig:       config,
			TLSHandshakeTimeout:   headTimeout,
			ResponseHeaderTimeout: headTimeout,
			MaxIdleConnsPerHost:   fetchers,
			IdleConnTimeout:       2 * MaxBackOff,
		},
		Timeout: bodyTimeout,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("want at most %d redirects, got more", maxRedirects)
			}
			if from := via[len(via)-1].URL; from.Scheme == "https" && req.URL.Scheme != "https" {
				return fmt.Errorf("want to stay with https, got a redirect to %s", req.URL.Redacted())
			}
			return nil
		},
	}
}

// statusError is an answer with another status than 200.
type statusError struct {
	method, url, status string
	code                int
	first               bool // of the script or the list, rather than of a file in it
}

func (e *statusError) Error() string {
	hint := ""
	if e.code == http.StatusUnauthorized || e.code == http.StatusForbidden {
		hint = ": the repo wants a token or a client certificate that allows reading the codebase"
	}
	return fmt.Sprintf("%s %s: want status 200, got %s%s", e.method, e.url, e.status, hint)
}

// final tells whether the server means what it says, rather than being out of
// order for now.
func (e *statusError) final() bool {
	switch e.code {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return false
	}
	return e.code < 500
}

// answer is a file and its tag.
type answer struct {
	body []byte
	tag  tag
}

// get downloads a file, unless it still is what we have.
func (r *Remote) get(ctx context.Context, u *url.URL, have *answer) (*answer, error) {
	res, err := r.do(ctx, http.MethodGet, u, have)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusNotModified {
		return have, nil
	}
	if kind, _, _ := mime.ParseMediaType(res.Header.Get("content-type")); kind == "text/html" {
		return nil, fmt.Errorf("GET %s: want a script or a list of files, got a web page", u.Redacted())
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", u.Redacted(), err)
	}
	if len(body) > maxFile {
		return nil, tooLarge(u, "a file", maxFile)
	}
	logging.Infof(topic, "GET %s -> %d bytes", u.Redacted(), len(body))
	return &answer{body, tagOf(res)}, nil
}

func tooLarge(u *url.URL, what string, limit int) error {
	return fmt.Errorf("GET %s: want %s of at most %d bytes, got more", u.Redacted(), what, limit)
}

// head asks for the tag of what is at a URL.
func (r *Remote) head(ctx context.Context, u *url.URL) (tag, error) {
	res, err := r.do(ctx, http.MethodHead, u, nil)
	if err != nil {
		return tag{}, err
	}
	res.Body.Close()
	return tagOf(res), nil
}

func tagOf(res *http.Response) tag {
	return tag{res.Header.Get("etag"), res.Header.Get("last-modified")}
}

// do makes a request; any other status than 200 is an error, but for 304 when we
// have the file.
func (r *Remote) do(ctx context.Context, method string, u *url.URL, have *answer) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	if r.token != "" {
		req.Header.Set("authorization", "Bearer "+r.token)
	}
	if have != nil {
		req.Header.Set("if-none-match", have.tag.ETag)
	}
	res, err := r.client.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		if inner := (*url.Error)(nil); errors.As(err, &inner) {
			err = inner.Err // the rest of it is said here
		}
		return nil, fmt.Errorf("%s %s: %w%s", method, u.Redacted(), err, tlsHint(err))
	}
	if res.StatusCode != http.StatusOK && (have == nil || res.StatusCode != http.StatusNotModified) {
		res.Body.Close()
		return nil, &statusError{method: method, url: u.Redacted(), status: res.Status, code: res.StatusCode}
	}
	return res, nil
}

// tlsHint tells what to do about a certificate that is not trusted.
func tlsHint(err error) string {
	if bad := (*tls.CertificateVerificationError)(nil); errors.As(err, &bad) {
		return " (--tls-trusted=<file> names the certificates to trust)"
	}
	return ""
}
