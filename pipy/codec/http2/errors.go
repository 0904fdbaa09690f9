package http2

import (
	"errors"
	"fmt"
	"strconv"

	"pipy/pipy/event"
)

// Code is an error code of RST_STREAM and GOAWAY (RFC 9113, 7).
type Code uint32

// The error codes.
const (
	NoError            Code = 0x0
	ProtocolError      Code = 0x1
	InternalError      Code = 0x2
	FlowControlError   Code = 0x3
	SettingsTimeout    Code = 0x4
	StreamClosed       Code = 0x5
	FrameSizeError     Code = 0x6
	RefusedStream      Code = 0x7
	Cancel             Code = 0x8
	CompressionError   Code = 0x9
	ConnectError       Code = 0xa
	EnhanceYourCalm    Code = 0xb
	InadequateSecurity Code = 0xc
	HTTP11Required     Code = 0xd
)

var codeNames = [...]string{
	"NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
	"STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
	"CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
}

// String returns the name of the code as the RFC spells it.
func (c Code) String() string {
	if int(c) < len(codeNames) {
		return codeNames[c]
	}
	return "error code 0x" + strconv.FormatUint(uint64(c), 16)
}

// Error is why a stream or a connection ended.
type Error struct {
	Code   Code
	Stream uint32 // 0 for the connection
	Remote bool   // the peer said so; else it was found here
	Text   string // what was wrong, or the peer's debug data

	// Unprocessed says that the peer did not look at the request of the stream,
	// so that it may be sent again (RFC 9113, 8.7).
	Unprocessed bool
}

// Error tells who ended what, and why.
func (e *Error) Error() string {
	s := "http2: "
	if e.Remote {
		s += "the peer sent "
	}
	s += e.Code.String()
	if e.Stream != 0 {
		s += " on stream " + strconv.FormatUint(uint64(e.Stream), 10)
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// Unprocessed tells whether err is of a request that the peer did not look at.
func Unprocessed(err error) bool {
	e := (*Error)(nil)
	return errors.As(err, &e) && e.Unprocessed
}

// HeadError says why a head or a tail that was to be sent cannot be written.
type HeadError struct {
	Place string // the part of it, such as `path` or `headers["x-name"]`
	Text  string // what was wrong with it
}

// Error returns the place and the text.
func (e *HeadError) Error() string { return "http2: " + e.Place + ": " + e.Text }

// ErrLength reports that a body was not as long as it was announced. The stream
// was reset.
var ErrLength = errors.New("http2: the body is not as long as its content-length")

// errTruncated reports that the connection ended inside a stream.
var errTruncated = errors.New("http2: the connection ended inside a stream")

// named gives an error of the protocol its documented name.
func named(e *Error) error {
	name := event.ProtocolError
	if e.Remote || e.Code == RefusedStream || e.Code == Cancel {
		name = event.ConnectionReset
	}
	return &event.Failure{Name: name, Cause: e}
}

// truncated is the error of streams whose connection ended because of err, or
// in an orderly way if that is nil.
func truncated(err error) error {
	if err == nil {
		return &event.Failure{Name: event.ConnectionReset, Cause: errTruncated}
	}
	return &event.Failure{Name: event.NameOf(err), Cause: fmt.Errorf("%w: %w", errTruncated, err)}
}
