// Command grpc is a gRPC service and a client for it, written on net/http alone:
// the wire format of gRPC over HTTP/2 is a length in front of each message, and
// trailers. It shares no code with the program under test.
//
//	go run ./mocks/grpc                                                  serves on 127.0.0.1:50051
//	go run ./mocks/grpc -call 127.0.0.1:8000 tutorial.Greeter/Hello Ann  calls a method
//
// The service tutorial.Greeter has the methods Hello, which greets, Count, which
// answers with a stream of messages, one for each letter, and Fail.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:50051", "address to serve on")
	call := flag.String("call", "", "call a method at this address: -call host:port service/method name")
	flag.Parse()
	var err error
	switch {
	case *call != "" && flag.NArg() == 2:
		err = callMethod(os.Stdout, *call, flag.Arg(0), flag.Arg(1))
	case *call == "" && flag.NArg() == 0:
		err = serve(*listen)
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "grpc:", err)
		os.Exit(1)
	}
}

// serve serves HTTP/2 without TLS.
func serve(addr string) error {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on", ln.Addr())
	return newServer().Serve(ln)
}

func newServer() *http.Server {
	s := &http.Server{Handler: http.HandlerFunc(greeter), Protocols: new(http.Protocols)}
	s.Protocols.SetUnencryptedHTTP2(true)
	return s
}
