// Command wsclient is a WebSocket client (RFC 6455): it sends each of its
// arguments as a message of text, prints what comes back for it, and closes the
// connection. It shares no code with the program under test.
//
//	go run ./mocks/wsclient ws://127.0.0.1:8000/ hello again
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./mocks/wsclient ws://host:port/path [message ...]")
		os.Exit(2)
	}
	if err := talk(os.Stdout, os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "wsclient:", err)
		os.Exit(1)
	}
}

// talk sends the messages one after the other and writes what comes back for
// each, and the code with which the server closes.
func talk(out io.Writer, address string, messages []string) error {
	c, r, err := dial(address)
	if err != nil {
		return err
	}
	defer c.Close()
	for _, m := range messages {
		if err := writeFrame(c, opText, []byte(m)); err != nil {
			return err
		}
		op, payload, err := readFrame(r)
		if err != nil {
			return err
		}
		if op == opClose {
			return fmt.Errorf("the server closed with %s", closeCode(payload))
		}
		fmt.Fprintf(out, "%s\n", payload)
	}
	if err := writeFrame(c, opClose, []byte{1000 >> 8, 1000 & 0xff}); err != nil {
		return err
	}
	op, payload, err := readFrame(r)
	if err != nil {
		return err
	}
	if op != opClose {
		return fmt.Errorf("want a close frame, got opcode %d", op)
	}
	fmt.Fprintln(out, "closed with", closeCode(payload))
	return nil
}

// dial makes a connection and asks for the upgrade (RFC 6455, 4.1).
func dial(address string) (net.Conn, *bufio.Reader, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, err
	}
	if u.Scheme != "ws" || u.Port() == "" {
		return nil, nil, fmt.Errorf("address: want ws://host:port/path, got %q", address)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, nil, err
	}
	key := make([]byte, 16)
	rand.Read(key)
	nonce := base64.StdEncoding.EncodeToString(key)
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n", u.RequestURI(), u.Host, nonce)
	r := bufio.NewReader(c)
	resp, err := http.ReadResponse(r, nil)
	if err == nil {
		err = check(resp, nonce)
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return c, r, nil
}

// check tells whether the server has accepted the upgrade.
func check(resp *http.Response, nonce string) error {
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("upgrade: want status 101, got %s", resp.Status)
	}
	sum := sha1.Sum([]byte(nonce + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	want := base64.StdEncoding.EncodeToString(sum[:])
	if got := resp.Header.Get("Sec-WebSocket-Accept"); got != want {
		return fmt.Errorf("sec-websocket-accept: want %s, got %q", want, got)
	}
	return nil
}
