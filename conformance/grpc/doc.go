// Package grpc runs a client and a server of gRPC with a pipy binary between
// them: HTTP/2 in all its uses, with peers that others wrote.
//
//	cd conformance/grpc && go test ./...
//	PIPY_BIN=/usr/bin/pipy go test ./...   # another binary
//
// It is a module of its own, so that the libraries of gRPC are no dependency of
// the program.
package grpc
