package transport

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Address is where a listener listens: an IP address and a port, or the path of
// a Unix socket. It is comparable.
type Address struct {
	IP   netip.Addr
	Port uint16
	UDP  bool   // the port is one of UDP, not of TCP
	Path string // of a Unix socket; the others count for nothing then
}

// unixPrefix marks the path of a Unix socket.
const unixPrefix = "unix:"

// netlinkPath stands for netlink sockets where addresses are counted.
const netlinkPath = "\x00netlink"

// PortAddress returns the address of a port on all IPv4 interfaces.
func PortAddress(port int) (Address, error) {
	if port < 0 || port > 65535 {
		return Address{}, fmt.Errorf("port out of range: %d", port)
	}
	return Address{IP: netip.IPv4Unspecified(), Port: uint16(port)}, nil
}

// ParseAddress parses 'port', 'ip:port', '[ipv6]:port' or 'unix:/path'. Names
// of hosts are not accepted.
func ParseAddress(s string) (Address, error) {
	if path, ok := strings.CutPrefix(s, unixPrefix); ok {
		if path == "" {
			return Address{}, fmt.Errorf("invalid Unix socket path in %q", s)
		}
		return Address{Path: path}, nil
	}
	if port, err := strconv.Atoi(s); err == nil {
		return PortAddress(port)
	}
	host, number, ok := splitHostPort(s)
	if !ok {
		return Address{}, fmt.Errorf("invalid 'ip:port' form: %s", s)
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return Address{}, fmt.Errorf("invalid IP address: %s", host)
	}
	a, err := PortAddress(number)
	a.IP = ip
	return a, err
}

// splitHostPort splits 'host:port' or '[v6]:port' at the last colon; brackets may
// be left out, as in ':::8080'.
func splitHostPort(s string) (host string, port int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i <= 0 {
		return "", 0, false
	}
	host, number := s[:i], s[i+1:]
	if strings.HasPrefix(host, "[") {
		if !strings.HasSuffix(host, "]") {
			return "", 0, false
		}
		host = host[1 : len(host)-1]
	} else if strings.Contains(host, ":") {
		if _, err := netip.ParseAddr(host); err != nil {
			return "", 0, false
		}
	}
	n, err := strconv.ParseUint(number, 10, 31)
	return host, int(n), err == nil && host != ""
}

// String returns 'ip:port', '[ipv6]:port' or 'unix:/path'.
func (a Address) String() string {
	if a.Path != "" {
		return unixPrefix + a.Path
	}
	return netip.AddrPortFrom(a.IP, a.Port).String()
}

// family returns the address family.
func (a Address) family() int {
	switch {
	case a.Path != "":
		return unix.AF_UNIX
	case a.IP.Is4():
		return unix.AF_INET
	}
	return unix.AF_INET6
}

// sockaddr returns the address in the form of the system.
func (a Address) sockaddr() unix.Sockaddr {
	switch {
	case a.Path != "":
		return &unix.SockaddrUnix{Name: a.Path}
	case a.IP.Is4():
		return &unix.SockaddrInet4{Port: int(a.Port), Addr: a.IP.As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port), Addr: a.IP.As16(), ZoneId: zone(a.IP.Zone())}
}

// zone returns the index of an IPv6 zone, which is a number or the name of an
// interface; 0 for none.
func zone(s string) uint32 {
	if s == "" {
		return 0
	}
	if i, err := net.InterfaceByName(s); err == nil {
		return uint32(i.Index)
	}
	n, _ := strconv.ParseUint(s, 10, 32)
	return uint32(n)
}

// addrPort returns the IP address and port of sa; the zero value when it has
// none.
func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

// localAddr returns the near address of a socket.
func localAddr(fd int) netip.AddrPort {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}
	}
	return addrPort(sa)
}

// ipString returns the text of an address; "" for none.
func ipString(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.Addr().String()
}

// bracketed returns '[ip]:port', the form of log lines.
func bracketed(a netip.AddrPort) string {
	return "[" + ipString(a) + "]:" + strconv.Itoa(int(a.Port()))
}
