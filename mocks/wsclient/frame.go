package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
)

// Opcodes of frames (RFC 6455, 5.2).
const (
	opText  = 1
	opClose = 8
)

const (
	fin      = 0x80
	masked   = 0x80
	maxShort = 125 // bytes that the short form of a length can tell
)

// writeFrame writes a message as one frame with a mask, as a client must.
func writeFrame(w io.Writer, op byte, payload []byte) error {
	b := []byte{fin | op}
	switch n := len(payload); {
	case n <= maxShort:
		b = append(b, masked|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	}
	mask := make([]byte, 4)
	rand.Read(mask)
	b = append(b, mask...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	_, err := w.Write(b)
	return err
}

// maxPayload bounds what is read of a frame, in bytes.
const maxPayload = 16 << 20

// readFrame reads a frame of the server, which must be a whole message without
// a mask.
func readFrame(r io.Reader) (op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	if head[0]&0xf0 != fin || head[1]&masked != 0 {
		return 0, nil, fmt.Errorf("frame: want a whole message without a mask, got %#x %#x", head[0], head[1])
	}
	n := uint64(head[1])
	if n > maxShort {
		size := make([]byte, 8)
		if n == 126 {
			size = size[:2]
		}
		if _, err := io.ReadFull(r, size); err != nil {
			return 0, nil, err
		}
		n = 0
		for _, c := range size {
			n = n<<8 | uint64(c)
		}
	}
	if n > maxPayload {
		return 0, nil, fmt.Errorf("frame: want at most %d bytes, got %d", maxPayload, n)
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(r, payload)
	return head[0] & 0xf, payload, err
}

// closeCode returns the status code of a close frame (RFC 6455, 5.5.1).
func closeCode(payload []byte) string {
	if len(payload) < 2 {
		return "no code"
	}
	return strconv.Itoa(int(binary.BigEndian.Uint16(payload)))
}
