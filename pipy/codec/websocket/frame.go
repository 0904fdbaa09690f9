package websocket

import (
	"encoding/binary"
	"fmt"
)

// Opcodes of frames (RFC 6455, 11.8).
const (
	Continuation = 0
	Text         = 1
	Binary       = 2
	Close        = 8
	Ping         = 9
	Pong         = 10
)

// Codes of Close frames (RFC 6455, 7.4.1).
const (
	NormalClosure   = 1000
	GoingAway       = 1001
	ProtocolError   = 1002
	InvalidPayload  = 1007
	MessageTooLarge = 1009
)

const (
	maxHeader  = 14  // bytes of the header of a frame
	maxControl = 125 // bytes of payload of a control frame (RFC 6455, 5.5)
	frameSize  = 16 << 10
)

// Role is the side that a decoder or an encoder serves.
type Role uint8

// The roles. Clients mask what they send and servers do not (RFC 6455, 5.1).
const (
	Either Role = iota // a decoder takes both, an encoder does what the head says
	Server
	Client
)

// Options are those of a decoder and of an encoder.
type Options struct {
	Role Role
	// MaxMessage is the number of bytes that a message may have; 0 means any.
	MaxMessage int64
	// AnyText leaves out the check that text is valid UTF-8 (RFC 6455, 8.1).
	AnyText bool
}

// Head is the head of a message: that of its first frame.
type Head struct {
	Opcode int
	Masked bool
}

// Error is a violation of the protocol.
type Error struct {
	Code int // of the Close frame that tells the other side
	Text string
}

// Error returns the text.
func (e *Error) Error() string { return "websocket: " + e.Text }

func fault(format string, args ...any) error {
	return &Error{ProtocolError, fmt.Sprintf(format, args...)}
}

func isControl(opcode int) bool { return opcode&8 != 0 }

func known(opcode int) bool {
	return opcode <= Binary || opcode >= Close && opcode <= Pong
}

// checkClose checks the payload of a Close frame: nothing, or a code and a text
// (RFC 6455, 5.5.1).
func checkClose(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if len(b) == 1 {
		return fault("Close frame: want a code of 2 bytes, got 1 byte")
	}
	if code := binary.BigEndian.Uint16(b); !validCode(code) {
		return fault("Close frame: the code %d must not be sent", code)
	}
	var u utf8Checker
	if !u.feed(b[2:]) || !u.complete() {
		return &Error{InvalidPayload, "Close frame: the reason is not valid UTF-8"}
	}
	return nil
}

// validCode tells whether a code may stand in a frame: it is registered and not
// for local use only (RFC 6455, 7.4), or private.
func validCode(code uint16) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014, code >= 3000 && code <= 4999:
		return true
	}
	return false
}

// mask applies the key to src from the position on, into dst, and returns the
// next position (RFC 6455, 5.3).
func mask(dst, src []byte, key [4]byte, at int) int {
	k := [4]byte{key[at&3], key[(at+1)&3], key[(at+2)&3], key[(at+3)&3]}
	word := uint64(binary.LittleEndian.Uint32(k[:]))
	word |= word << 32
	i := 0
	for ; i+8 <= len(src); i += 8 {
		binary.LittleEndian.PutUint64(dst[i:], binary.LittleEndian.Uint64(src[i:])^word)
	}
	for ; i < len(src); i++ {
		dst[i] = src[i] ^ k[i&3]
	}
	return (at + len(src)) & 3
}
