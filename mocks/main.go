// Command mocks runs the three services that the tutorials and benchmarks talk
// to: hello on port 8080, echo on 8081 and tell-ip on 8082. With -peer it runs
// one peer of package peers instead, good or bad.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"pipy/mocks/peers"
)

func main() {
	host := flag.String("host", "127.0.0.1", "address to listen on")
	hello := flag.String("hello", "8080", "port of the hello service")
	echo := flag.String("echo", "8081", "port of the echo service")
	ip := flag.String("ip", "8082", "port of the tell-ip service")
	peer := flag.String("peer", "", "run only this peer, on the hello port: "+strings.Join(peers.Kinds(), " "))
	flag.Usage = usage
	flag.Parse()
	if *peer != "" {
		exit(runPeer(*peer, net.JoinHostPort(*host, *hello)))
	}
	exit(runServices(*host, []service{{*hello, serveHello}, {*echo, serveEcho}, {*ip, serveIP}}))
}

// service is one of the three, with its port.
type service struct {
	port    string
	handler http.HandlerFunc
}

// runServices says that it listens when all services do.
func runServices(host string, services []service) error {
	var listeners []net.Listener
	for _, s := range services {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, s.port))
		if err != nil {
			return err
		}
		listeners = append(listeners, ln)
	}
	errs := make(chan error)
	for i, ln := range listeners {
		fmt.Println("listening on", ln.Addr())
		go func() { errs <- http.Serve(ln, services[i].handler) }()
	}
	return <-errs
}

func runPeer(kind, addr string) error {
	p, err := peers.Start(kind, addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", p.Addr())
	select {} // until a signal ends the process
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, "mocks:", err)
	os.Exit(1)
}

func usage() {
	out := flag.CommandLine.Output()
	fmt.Fprintln(out, "usage: go run ./mocks [flags]")
	flag.PrintDefaults()
	fmt.Fprintln(out, "peers:")
	for _, name := range peers.Kinds() {
		fmt.Fprintf(out, "  %-11s %s\n", name, peers.Describe(name))
	}
}
