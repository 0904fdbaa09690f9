// Package stun reads and writes the messages of STUN with which clients find their
// address (RFC 8489). It does no I/O. Sections are those of RFC 8489.
package stun

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/netip"
	"slices"
)

// Types of messages: those of the method Binding (5).
var (
	typeNames   = []string{"BindingRequest", "BindingIndication", "BindingResponse", "BindingErrorResponse"}
	typeNumbers = []uint16{0x0001, 0x0011, 0x0101, 0x0111}
)

const (
	headerSize = 20
	cookie     = 0x2112a442
	idSize     = 12

	attrMapped      = 0x0001 // 14.1
	attrError       = 0x0009 // 14.8
	attrXORMapped   = 0x0020 // 14.2
	attrFingerprint = 0x8028 // 14.7

	fingerprintMask = 0x5354554e
)

// Message is a message.
type Message struct {
	Type string
	ID   []byte // of the transaction, 12 bytes
	// Mapped is the address that the server saw; the zero value for none.
	Mapped netip.AddrPort
	// Code is the error code, 300 to 699, 0 for none; Reason is its text.
	Code       int
	Reason     string
	Attributes []Attribute // all others
}

// Attribute is an attribute that the package does not look into.
type Attribute struct {
	Type  int
	Value []byte
}

func fault(format string, args ...any) error { return fmt.Errorf("stun: "+format, args...) }

// Decode reads a datagram, to which the message refers.
func Decode(b []byte) (*Message, error) {
	if len(b) < headerSize {
		return nil, fault("want a message of at least %d bytes, got %d", headerSize, len(b))
	}
	kind := slices.Index(typeNumbers, binary.BigEndian.Uint16(b))
	if kind < 0 {
		return nil, fault("want a message of the method Binding, got the type %#04x", binary.BigEndian.Uint16(b))
	}
	if c := binary.BigEndian.Uint32(b[4:]); c != cookie {
		return nil, fault("want the magic cookie %#x, got %#x", uint32(cookie), c)
	}
	if size := int(binary.BigEndian.Uint16(b[2:])); size != len(b)-headerSize || size%4 != 0 {
		return nil, fault("want the length %d, a multiple of 4, got %d", len(b)-headerSize, size)
	}
	m := &Message{Type: typeNames[kind], ID: b[8:headerSize]}
	for at := headerSize; at < len(b); {
		typ, size := int(binary.BigEndian.Uint16(b[at:])), int(binary.BigEndian.Uint16(b[at+2:]))
		value := b[at+4:]
		if size > len(value) {
			return nil, fault("attribute %#04x: want %d bytes, got %d", typ, size, len(value))
		}
		if err := m.attribute(typ, value[:size], b[:at]); err != nil {
			return nil, fault("attribute %#04x: %w", typ, err)
		}
		at += 4 + (size+3)/4*4
	}
	return m, nil
}

// attribute takes an attribute; before is what stands before it.
func (m *Message) attribute(typ int, v, before []byte) error {
	switch {
	case typ == attrXORMapped, typ == attrMapped && !m.Mapped.IsValid():
		if len(v) != 8 && len(v) != 20 || v[1] != family(len(v)-4) {
			return fmt.Errorf("want an address, got % x", v)
		}
		ip, port := slices.Clone(v[4:]), binary.BigEndian.Uint16(v[2:])
		if typ == attrXORMapped {
			port ^= cookie >> 16
			mask(ip, m.ID)
		}
		addr, _ := netip.AddrFromSlice(ip)
		m.Mapped = netip.AddrPortFrom(addr, port)
	case typ == attrMapped: // the other one went through fewer hands
	case typ == attrError:
		if len(v) < 4 || v[2]&7 < 3 || v[2]&7 > 6 || v[3] > 99 {
			return fmt.Errorf("want an error code, got % x", v)
		}
		m.Code, m.Reason = int(v[2]&7)*100+int(v[3]), string(v[4:])
	case typ == attrFingerprint:
		if len(v) != 4 || binary.BigEndian.Uint32(v) != fingerprint(before) {
			return fmt.Errorf("want the checksum of the message, got % x", v)
		}
	default:
		m.Attributes = append(m.Attributes, Attribute{typ, v})
	}
	return nil
}

// family is the number of a family with addresses of n bytes (14.1).
func family(n int) byte {
	if n == 4 {
		return 1
	}
	return 2
}

// mask makes an address of what is sent for it, and the other way round (14.2).
func mask(ip, id []byte) {
	key := binary.BigEndian.AppendUint32(nil, cookie)
	key = append(key, id...)
	for i := range ip {
		ip[i] ^= key[i]
	}
}

func fingerprint(b []byte) uint32 { return crc32.ChecksumIEEE(b) ^ fingerprintMask }

// Encode returns the bytes of a message.
func Encode(m *Message) ([]byte, error) {
	kind := slices.Index(typeNames, m.Type)
	if kind < 0 {
		return nil, fault("type: want one of %q, got %q", typeNames, m.Type)
	}
	if len(m.ID) != idSize {
		return nil, fault("transactionId: want %d bytes, got %d", idSize, len(m.ID))
	}
	b := make([]byte, headerSize)
	binary.BigEndian.PutUint16(b, typeNumbers[kind])
	binary.BigEndian.PutUint32(b[4:], cookie)
	copy(b[8:], m.ID)
	if m.Mapped.IsValid() {
		ip := m.Mapped.Addr().Unmap().AsSlice()
		mask(ip, m.ID)
		port := m.Mapped.Port() ^ cookie>>16
		b = add(b, attrXORMapped, []byte{0, family(len(ip)), byte(port >> 8), byte(port)}, ip)
	}
	if m.Code != 0 {
		b = add(b, attrError, []byte{0, 0, byte(m.Code / 100), byte(m.Code % 100)}, []byte(m.Reason))
	}
	for _, a := range m.Attributes {
		if b = add(b, a.Type, nil, a.Value); len(b) > 1<<16 {
			break
		}
	}
	size := len(b) - headerSize
	if size >= 1<<16 {
		return nil, fault("want attributes of less than %d bytes, got more", 1<<16)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(size))
	return b, nil
}

// add appends an attribute whose value has two parts.
func add(b []byte, typ int, first, second []byte) []byte {
	n := len(first) + len(second)
	b = binary.BigEndian.AppendUint32(b, uint32(typ)<<16|uint32(n))
	b = append(append(b, first...), second...)
	return append(b, "\x00\x00\x00"[:-n&3]...)
}
