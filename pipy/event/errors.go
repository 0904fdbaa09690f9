package event

import (
	"errors"
	"fmt"
)

// Error is the error of a StreamEnd, by the name that scripts see.
type Error string

// Error returns the name.
func (e Error) Error() string { return string(e) }

// The errors with which a stream can end. A script compares StreamEnd.error
// with these names.
const (
	UnknownError       Error = "UnknownError"
	RuntimeError       Error = "RuntimeError"
	ReadError          Error = "ReadError"
	WriteError         Error = "WriteError"
	CannotResolve      Error = "CannotResolve"
	ConnectionAborted  Error = "ConnectionAborted"
	ConnectionCanceled Error = "ConnectionCanceled"
	ConnectionReset    Error = "ConnectionReset"
	ConnectionRefused  Error = "ConnectionRefused"
	ConnectionTimeout  Error = "ConnectionTimeout"
	ReadTimeout        Error = "ReadTimeout"
	WriteTimeout       Error = "WriteTimeout"
	IdleTimeout        Error = "IdleTimeout"
	Unauthorized       Error = "Unauthorized"
	BufferOverflow     Error = "BufferOverflow"
	ProtocolError      Error = "ProtocolError"
	Replay             Error = "Replay"
)

var names = map[Error]bool{
	UnknownError: true, RuntimeError: true, ReadError: true, WriteError: true, CannotResolve: true,
	ConnectionAborted: true, ConnectionCanceled: true, ConnectionReset: true, ConnectionRefused: true,
	ConnectionTimeout: true, ReadTimeout: true, WriteTimeout: true, IdleTimeout: true,
	Unauthorized: true, BufferOverflow: true, ProtocolError: true, Replay: true,
}

// Named returns the error of that name, and false when there is none.
func Named(name string) (Error, bool) {
	return Error(name), names[Error(name)]
}

// Failure is an error with a documented name and a cause of its own.
type Failure struct {
	Name  Error
	Cause any // an error, or whatever value a script put into the StreamEnd
}

// Error returns the name and the cause.
func (f *Failure) Error() string { return fmt.Sprintf("%s: %v", f.Name, f.Cause) }

// Unwrap lets errors.Is find the name and the cause.
func (f *Failure) Unwrap() []error {
	if err, ok := f.Cause.(error); ok {
		return []error{f.Name, err}
	}
	return []error{f.Name}
}

// NameOf returns the documented name of a stream's error: "" for nil,
// RuntimeError for an error that has none.
func NameOf(err error) Error {
	if err == nil {
		return ""
	}
	if name := Error(""); errors.As(err, &name) {
		return name
	}
	return RuntimeError
}
