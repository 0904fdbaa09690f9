package main

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// maxMessage bounds what is read of a body, in bytes.
const maxMessage = 4 << 20

// prefix is what stands before each message: a byte that tells whether it is
// compressed, and its length in four bytes.
const prefix = 5

// textField is the tag of field 1 with a length, in Protocol Buffers.
const textField = 1<<3 | 2

// appendMessage appends a message with the field 1 set to text.
func appendMessage(b []byte, text string) []byte {
	message := binary.AppendUvarint([]byte{textField}, uint64(len(text)))
	message = append(message, text...)
	b = append(b, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(len(message)))
	return append(b, message...)
}

// cutMessage takes the first message off a body.
func cutMessage(b []byte) (message, rest []byte, err error) {
	if len(b) < prefix {
		return nil, nil, fmt.Errorf("message: want a prefix of %d bytes, got %d", prefix, len(b))
	}
	if b[0] != 0 {
		return nil, nil, errors.New("message: want it not compressed")
	}
	n := binary.BigEndian.Uint32(b[1:prefix])
	if b = b[prefix:]; uint64(len(b)) < uint64(n) {
		return nil, nil, fmt.Errorf("message: want %d bytes, got %d", n, len(b))
	}
	return b[:n], b[n:], nil
}

// stringField returns the field 1 of a message that has no other; an empty
// message has an empty one.
func stringField(message []byte) (string, error) {
	if len(message) == 0 {
		return "", nil
	}
	n, size := binary.Uvarint(message[1:])
	if message[0] != textField || size <= 0 || n != uint64(len(message)-1-size) {
		return "", fmt.Errorf("message: want one string as field 1, got %x", message)
	}
	return string(message[1+size:]), nil
}
