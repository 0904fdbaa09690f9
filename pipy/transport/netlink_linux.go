package transport

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// connectNetlink makes a netlink socket of a family, such as NETLINK_ROUTE, that is
// bound to one address and sends to another. An address is 'pid=N;groups=N', of
// which anything may be missing: 0 stands for the kernel, and near for any port.
func connectNetlink(family int, near, far string) (int, error) {
	local, err := parseNetlink(near)
	if err != nil {
		return -1, fmt.Errorf("invalid bind address: %w", err)
	}
	remote, err := parseNetlink(far)
	if err != nil {
		return -1, fmt.Errorf("invalid target: %w", err)
	}
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, family)
	if err != nil {
		return -1, &sysError{"socket", err}
	}
	if err := unix.Bind(fd, local); err != nil {
		unix.Close(fd)
		return -1, &sysError{"bind", err}
	}
	if err := unix.Connect(fd, remote); err != nil {
		unix.Close(fd)
		return -1, &sysError{"connect", err}
	}
	return fd, nil
}

func parseNetlink(s string) (*unix.SockaddrNetlink, error) {
	a := &unix.SockaddrNetlink{Family: unix.AF_NETLINK}
	if s == "" {
		return a, nil
	}
	for part := range strings.SplitSeq(s, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		n, err := strconv.ParseUint(value, 10, 32)
		switch {
		case err == nil && name == "pid":
			a.Pid = uint32(n)
		case err == nil && name == "groups":
			a.Groups = uint32(n)
		default:
			return nil, fmt.Errorf("want 'pid=N;groups=N', got %q", s)
		}
	}
	return a, nil
}
