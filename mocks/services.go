package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"

	"pipy/mocks/peers"
)

// serveHello answers every request with the same short text.
func serveHello(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", strconv.Itoa(len(peers.Hello)))
	io.WriteString(w, peers.Hello)
}

// serveEcho answers with the body of the request.
func serveEcho(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	io.Copy(w, r.Body)
}

// serveIP tells the client its address and the target that it asked for.
func serveIP(w http.ResponseWriter, r *http.Request) {
	ip, _, _ := net.SplitHostPort(r.RemoteAddr)
	fmt.Fprintf(w, "You are requesting %s from %s\n", r.RequestURI, ip)
}
