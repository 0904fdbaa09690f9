package algo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// Netmask is a block of IPv4 or IPv6 addresses in CIDR notation (RFC 4632,
// 3.1; RFC 4291, 2.3).
type Netmask struct {
	ip    netip.Addr
	block netip.Prefix
	next  netip.Addr // what Next returns; not valid when it is exhausted
}

var errCIDR = errors.New("invalid CIDR notation")

// ParseNetmask reads "address/bits". Without bits the block is that one
// address.
func ParseNetmask(cidr string) (*Netmask, error) {
	addr, size, sized := strings.Cut(cidr, "/")
	ip, err := netip.ParseAddr(addr)
	if err != nil || ip.Zone() != "" {
		return nil, fmt.Errorf("%w: want address/bits, got %q", errCIDR, cidr)
	}
	if !sized {
		return newNetmask(ip, ip.BitLen())
	}
	bits, err := strconv.ParseUint(size, 10, 8)
	if err != nil {
		return nil, fmt.Errorf("%w: want address/bits, got %q", errCIDR, cidr)
	}
	return newNetmask(ip, int(bits))
}

// NetmaskFrom makes a Netmask from the bytes of an address, 4 or 16.
func NetmaskFrom(bits int, ip []byte) (*Netmask, error) {
	addr, ok := netip.AddrFromSlice(ip)
	if !ok {
		return nil, fmt.Errorf("want an address of 4 or 16 bytes, got %d", len(ip))
	}
	return newNetmask(addr, bits)
}

func newNetmask(ip netip.Addr, bits int) (*Netmask, error) {
	if bits < 0 || bits > ip.BitLen() {
		return nil, fmt.Errorf("IPv%d CIDR mask out of range: want 0 to %d, got %d", version(ip), ip.BitLen(), bits)
	}
	m := &Netmask{ip: ip, block: netip.PrefixFrom(ip, bits).Masked()}
	m.next, _ = m.hosts()
	return m, nil
}

func version(ip netip.Addr) int {
	if ip.Is4() {
		return 4
	}
	return 6
}

// Version returns 4 or 6.
func (m *Netmask) Version() int { return version(m.ip) }

// IP returns the address as it was given, with the bits behind the mask.
func (m *Netmask) IP() string { return m.ip.String() }

// Bitmask returns the length of the mask in bits.
func (m *Netmask) Bitmask() int { return m.block.Bits() }

// String returns the address as it was given, and the length of the mask.
func (m *Netmask) String() string { return fmt.Sprintf("%s/%d", m.IP(), m.Bitmask()) }

// Base returns the first address of the block.
func (m *Netmask) Base() string { return m.base().String() }

// Mask returns the mask as an address, such as 255.0.0.0.
func (m *Netmask) Mask() string { return m.mask().String() }

// Hostmask returns the complement of the mask, such as 0.255.255.255.
func (m *Netmask) Hostmask() string { return invert(m.mask()).String() }

// Broadcast returns the last address of the block.
func (m *Netmask) Broadcast() string { return m.last().String() }

// Size returns the number of addresses in the block; above 2^53 it is rounded.
func (m *Netmask) Size() float64 { return math.Ldexp(1, m.ip.BitLen()-m.block.Bits()) }

// First returns the first host address. In IPv4 blocks of four addresses or
// more that is the one behind the base; elsewhere it is the base.
func (m *Netmask) First() string {
	first, _ := m.hosts()
	return first.String()
}

// Last returns the last host address. In IPv4 blocks of four addresses or more
// that is the one before the broadcast address; elsewhere it is the last.
func (m *Netmask) Last() string {
	_, last := m.hosts()
	return last.String()
}

// Contains tells whether an address is in the block. An IPv4 address that is
// mapped into IPv6 counts as IPv4; malformed text is in no block.
func (m *Netmask) Contains(ip string) bool {
	addr, err := netip.ParseAddr(ip)
	return err == nil && m.ContainsAddr(addr)
}

// ContainsAddr is Contains for a parsed address.
func (m *Netmask) ContainsAddr(ip netip.Addr) bool {
	ip = ip.WithZone("")
	if m.ip.Is4() {
		ip = ip.Unmap()
	}
	return m.block.Contains(ip)
}

// Next returns the host addresses one by one, from the first to the last, and
// then "".
func (m *Netmask) Next() string {
	if !m.next.IsValid() {
		return ""
	}
	ip := m.next
	if _, last := m.hosts(); ip == last {
		m.next = netip.Addr{}
	} else {
		m.next = ip.Next()
	}
	return ip.String()
}

// Bytes returns the bytes of the address as it was given: 4 or 16.
func (m *Netmask) Bytes() []byte { return m.ip.AsSlice() }

// Decompose returns the address as it was given in parts: 4 bytes or 8 words
// of 16 bits.
func (m *Netmask) Decompose() []int {
	b := m.ip.AsSlice()
	if m.ip.Is4() {
		return []int{int(b[0]), int(b[1]), int(b[2]), int(b[3])}
	}
	words := make([]int, 8)
	for i := range words {
		words[i] = int(binary.BigEndian.Uint16(b[2*i:]))
	}
	return words
}

func (m *Netmask) base() netip.Addr { return m.block.Addr() }

func (m *Netmask) last() netip.Addr {
	b, hosts := m.base().AsSlice(), invert(m.mask()).AsSlice()
	for i := range b {
		b[i] |= hosts[i]
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

func (m *Netmask) hosts() (first, last netip.Addr) {
	first, last = m.base(), m.last()
	if m.ip.Is4() && m.block.Bits() <= 30 {
		return first.Next(), last.Prev()
	}
	return first, last
}

func (m *Netmask) mask() netip.Addr {
	b := m.ip.AsSlice()
	for i := range b {
		b[i] = ^byte(0xff >> min(max(m.block.Bits()-8*i, 0), 8))
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

func invert(ip netip.Addr) netip.Addr {
	b := ip.AsSlice()
	for i := range b {
		b[i] = ^b[i]
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}
