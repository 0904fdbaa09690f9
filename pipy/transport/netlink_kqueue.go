//go:build freebsd || darwin

package transport

import "golang.org/x/sys/unix"

func connectNetlink(int, string, string) (int, error) {
	return -1, &sysError{"netlink", unix.EPROTONOSUPPORT}
}
