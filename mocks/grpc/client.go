package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// callMethod calls a method with one message and prints the messages of the
// response, and how the call ended.
func callMethod(out io.Writer, addr, method, name string) error {
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	req, err := http.NewRequest("POST", "http://"+addr+"/"+strings.TrimPrefix(method, "/"), bytes.NewReader(appendMessage(nil, name)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage))
	if err != nil {
		return err
	}
	for len(body) > 0 {
		var message []byte
		if message, body, err = cutMessage(body); err != nil {
			return err
		}
		text, err := stringField(message)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, text)
	}
	// A response without messages may tell its outcome in the head.
	for _, h := range []http.Header{resp.Trailer, resp.Header} {
		if code := h.Get("Grpc-Status"); code != "" {
			fmt.Fprintln(out, strings.TrimSpace("status "+code+" "+h.Get("Grpc-Message")))
			return nil
		}
	}
	return fmt.Errorf("want grpc-status in the trailers, got HTTP status %s", resp.Status)
}
