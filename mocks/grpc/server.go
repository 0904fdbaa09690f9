package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Codes of gRPC.
const (
	codeOK              = 0
	codeInvalidArgument = 3
	codeUnimplemented   = 12
)

// greeter serves the methods of tutorial.Greeter. Requests and responses have
// one field: 1, a string.
func greeter(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/grpc")
	body, err := io.ReadAll(io.LimitReader(r.Body, maxMessage))
	if err != nil {
		return // the client is gone
	}
	message, _, err := cutMessage(body)
	if err != nil {
		end(w, codeInvalidArgument, err.Error())
		return
	}
	name, err := stringField(message)
	if err != nil {
		end(w, codeInvalidArgument, err.Error())
		return
	}
	switch r.URL.Path {
	case "/tutorial.Greeter/Hello":
		w.Write(appendMessage(nil, "Hello, "+name+"!"))
	case "/tutorial.Greeter/Count":
		for i, letter := range []rune(name) {
			w.Write(appendMessage(nil, fmt.Sprintf("%d: %c", i+1, letter)))
			http.NewResponseController(w).Flush()
		}
	case "/tutorial.Greeter/Fail":
		end(w, codeInvalidArgument, "no greeting for "+name)
		return
	default:
		end(w, codeUnimplemented, "no such method")
		return
	}
	end(w, codeOK, "")
}

// end tells the outcome of a call in the trailers.
func end(w http.ResponseWriter, code int, text string) {
	w.Header().Set(http.TrailerPrefix+"Grpc-Status", strconv.Itoa(code))
	if text != "" {
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", text)
	}
}
