package http1

import (
	"errors"
	"fmt"

	"pipy/pipy/event"
)

// Error says why input is no HTTP/1 message that we accept. Nothing after it
// was decoded.
type Error struct {
	Status int    // what to answer a request with: 400, 414, 431, 501 or 505; 0 for nothing, as the client speaks no HTTP
	Text   string // what was wrong, in a few words
}

// Error returns the status and the text.
func (e *Error) Error() string { return fmt.Sprintf("http1: %s (%d)", e.Text, e.Status) }

// HeadError says why a head or a tail that was to be encoded cannot be
// written. No byte of the message was written, unless it was the tail.
type HeadError struct {
	Place string // the part of it, such as `path` or `headers["x-name"]`
	Text  string // what was wrong with it
}

// Error returns the place and the text.
func (e *HeadError) Error() string { return "http1: " + e.Place + ": " + e.Text }

var (
	// ErrHTTP2Preface reports that a client opened the connection with the
	// preface of HTTP/2 (RFC 9113, 3.4). Rest returns it with all that follows.
	ErrHTTP2Preface = errors.New("http1: the client speaks HTTP/2")

	// ErrTruncated reports that the stream ended inside a message, which must
	// not be taken for a complete one (RFC 9112, 8).
	ErrTruncated = errors.New("http1: the stream ended inside a message")

	// ErrLength reports that a body was not as long as it was announced. The
	// connection must be closed.
	ErrLength = errors.New("http1: the body is not as long as its content-length")
)

// truncated is the error of a stream that ended inside a message because of
// err, or in an orderly way if that is nil.
func truncated(err error) error {
	if err == nil {
		return &event.Failure{Name: event.ConnectionReset, Cause: ErrTruncated}
	}
	return &event.Failure{Name: event.NameOf(err), Cause: fmt.Errorf("%w: %w", ErrTruncated, err)}
}

func malformed(text string) *Error { return &Error{400, text} }
