// Package http2 runs peers that others wrote against a pipy binary: the test
// suite h2spec, and a client and a server of gRPC with pipy between them.
//
//	cd conformance/http2 && go test ./...
//	PIPY_BIN=/usr/bin/pipy go test ./...   # another binary
//
// It is a module of its own, so that their libraries are no dependencies of the
// program.
package http2
