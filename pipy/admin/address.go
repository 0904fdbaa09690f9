package admin

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// DefaultAddress is where the console of a repo is unless told otherwise.
const DefaultAddress = "127.0.0.1:6060"

// ParseAddress reads '[[ip]:]port'. Without an IP the port is on loopback only.
func ParseAddress(s string) (string, error) {
	host, port := "127.0.0.1", s
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		port = s[i+1:]
		if s[:i] != "" {
			host = strings.Trim(s[:i], "[]")
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || net.ParseIP(host) == nil {
		return "", fmt.Errorf("want a port or 'ip:port', got %q", s)
	}
	return net.JoinHostPort(host, port), nil
}
