package http2

import "encoding/binary"

// Preface is what a client sends first (RFC 9113, 3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// A frameType is the type of a frame (RFC 9113, 6).
type frameType uint8

const (
	frameData         frameType = 0x0
	frameHeaders      frameType = 0x1
	framePriority     frameType = 0x2
	frameRSTStream    frameType = 0x3
	frameSettings     frameType = 0x4
	framePushPromise  frameType = 0x5
	framePing         frameType = 0x6
	frameGoAway       frameType = 0x7
	frameWindowUpdate frameType = 0x8
	frameContinuation frameType = 0x9
)

// Flags of frames.
const (
	flagAck        = 0x1 // SETTINGS, PING
	flagEndStream  = 0x1 // DATA, HEADERS
	flagEndHeaders = 0x4 // HEADERS, CONTINUATION
	flagPadded     = 0x8 // DATA, HEADERS
	flagPriority   = 0x20
)

const (
	headerSize    = 9     // bytes in front of each payload (RFC 9113, 4.1)
	prioritySize  = 5     // bytes of the priority of a stream (RFC 9113, 6.3)
	minFrame      = 16384 // bytes that every peer takes in one frame (RFC 9113, 4.2)
	maxFrame      = 1<<24 - 1
	maxWindow     = 1<<31 - 1 // RFC 9113, 6.9.1
	defaultWindow = 65535     // RFC 9113, 6.9.2
	maxStreamID   = 1<<31 - 1
	tableSize     = 4096 // bytes of an HPACK table until settings change it (RFC 9113, 6.5.2)
)

// frameHeader is what stands in front of a payload (RFC 9113, 4.1).
type frameHeader struct {
	length int
	kind   frameType
	flags  uint8
	stream uint32
}

func (h *frameHeader) has(flag uint8) bool { return h.flags&flag != 0 }

// parseHeader reads the 9 bytes of b. The reserved bit is ignored.
func parseHeader(b []byte) frameHeader {
	return frameHeader{
		length: int(b[0])<<16 | int(b[1])<<8 | int(b[2]),
		kind:   frameType(b[3]),
		flags:  b[4],
		stream: binary.BigEndian.Uint32(b[5:]) & maxStreamID,
	}
}

// appendHeader appends the header of a frame.
func appendHeader(b []byte, length int, kind frameType, flags uint8, stream uint32) []byte {
	return append(b, byte(length>>16), byte(length>>8), byte(length), byte(kind), flags,
		byte(stream>>24), byte(stream>>16), byte(stream>>8), byte(stream))
}

// A settingID names a setting (RFC 9113, 6.5.2).
type settingID uint16

const (
	settingHeaderTableSize   settingID = 0x1
	settingEnablePush        settingID = 0x2
	settingMaxStreams        settingID = 0x3
	settingInitialWindow     settingID = 0x4
	settingMaxFrame          settingID = 0x5
	settingMaxHeaderList     settingID = 0x6
	settingEnableConnectProt settingID = 0x8 // RFC 8441, 3
)

const settingSize = 6 // bytes

func appendSetting(b []byte, id settingID, value uint32) []byte {
	return binary.BigEndian.AppendUint32(append(b, byte(id>>8), byte(id)), value)
}
