package cli

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"pipy/pipy/admin"
	"pipy/pipy/logging"
	"pipy/pipy/script"
)

// openAdmin opens the admin port, if there is to be one and it is not open yet.
func (p *process) openAdmin() error {
	o := p.options
	if o.admin == "" || o.adminOff || p.admin != nil {
		return nil
	}
	config, err := o.adminTLS.server()
	if err != nil {
		return err
	}
	upstream, err := o.clientTLS.client()
	if err != nil {
		return err
	}
	access := o.access
	access.Certificates = o.adminTLS.trusted != ""
	l, err := listen(o.admin, o.reuse)
	if err != nil {
		return err
	}
	p.admin, err = admin.Start(l, admin.Options{
		Mode:    admin.Mode(p.mode),
		TLS:     config,
		Access:  access,
		Process: p,
		Folder:  p.folder,
		Repo:    p.repo,
		Fleet:   p.fleet,

		Version: Version,
		UUID:    script.Process.UUID,
		Name:    script.Process.Name,

		Upstream:      p.upstream,
		UpstreamTLS:   upstream,
		UpstreamToken: o.repoToken,
	})
	return err
}

// listen opens a TCP port, which several processes may share.
func listen(address string, share bool) (net.Listener, error) {
	config := net.ListenConfig{}
	if share {
		config.Control = func(_, _ string, c syscall.RawConn) (err error) {
			if e := c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
			}); e != nil {
				return e
			}
			return err
		}
	}
	network := "tcp6"
	if ap, err := netip.ParseAddrPort(address); err == nil && ap.Addr().Is4() {
		network = "tcp4" // "tcp" would take 0.0.0.0 for the addresses of IPv6 too
	} else if err == nil && ap.Addr().IsUnspecified() {
		network = "tcp" // :: means both
	}
	return config.Listen(context.Background(), network, address)
}

// banner tells on standard output where the console is. A token that was made
// up is told here and nowhere else.
func (p *process) banner() {
	if p.admin == nil {
		return
	}
	token := p.admin.NewToken()
	if !p.mode.opens() && token == "" {
		return
	}
	url := p.admin.URL()
	lines := []string{"Pipy console: " + url}
	if p.upstream != nil {
		lines = append(lines, "Repo: "+p.upstream.String())
	}
	if token != "" {
		lines = append(lines, "Token: "+token, "Log in: "+url+"#token="+token)
	}
	width := 0
	for _, line := range lines {
		width = max(width, len(line))
	}
	rule := "+" + strings.Repeat("-", width+2) + "+"
	fmt.Println(rule)
	for _, line := range lines {
		fmt.Printf("| %-*s |\n", width, line)
	}
	fmt.Println(rule)
	if port, ok := strings.CutPrefix(p.options.admin, "127.0.0.1:"); ok && p.mode.opens() {
		logging.Infof("admin", "Only this machine can reach the console; --admin-port=0.0.0.0:%s opens it to others, with a token", port)
	}
}
