package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// helloBody is what every server and origin answers, but for jsonBody where
// gzip is asked for.
const helloBody = "Hi, there!\n"

// probe asks a server for its answer and checks it.
type probe struct {
	path string
	tls  *tls.Config // nil for none
	h2   bool        // speaks HTTP/2 without TLS, with prior knowledge
	gzip bool        // accepts gzip, and wants jsonBody in it
}

// get asks once, over a connection of its own, and returns how many bytes the
// body of the answer had on the wire.
func (p probe) get(ctx context.Context, addr string) (size int, err error) {
	res, err := p.roundTrip(ctx, addr)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	size = len(body)
	want := helloBody
	if p.gzip {
		want = string(jsonBody)
		if coding := res.Header.Get("Content-Encoding"); coding != "gzip" {
			return 0, fmt.Errorf("want status 200 and gzip, got %d, content-encoding %q and %.80q", res.StatusCode, coding, body)
		}
		if body, err = gunzip(body); err != nil {
			return 0, err
		}
	}
	if res.StatusCode != http.StatusOK || string(body) != want {
		return 0, fmt.Errorf("want status 200 and %.80q, got %d and %.80q", want, res.StatusCode, body)
	}
	return size, nil
}

// roundTrip returns an answer whose body ends the connection when it is closed.
func (p probe) roundTrip(ctx context.Context, addr string) (*http.Response, error) {
	if p.h2 {
		return p.roundTripH2(ctx, addr)
	}
	conn, err := dial(ctx, addr, p.tls)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	end := func() {
		stop()
		conn.Close()
	}
	if t, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(t) // fails on closed connections only
	}
	var more string
	if p.gzip {
		more = "Accept-Encoding: gzip\r\n"
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", p.path, addr, more); err != nil {
		end()
		return nil, err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		end()
		return nil, err
	}
	res.Body = body{res.Body, end}
	return res, nil
}

func (p probe) roundTripH2(ctx context.Context, addr string) (*http.Response, error) {
	t := &http.Transport{Protocols: new(http.Protocols)}
	t.Protocols.SetUnencryptedHTTP2(true)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+p.path, nil)
	if err != nil {
		return nil, err
	}
	res, err := t.RoundTrip(req)
	if err != nil {
		t.CloseIdleConnections()
		return nil, err
	}
	res.Body = body{res.Body, t.CloseIdleConnections}
	return res, nil
}

// body does something more when it is closed.
type body struct {
	io.ReadCloser
	then func()
}

func (b body) Close() error {
	err := b.ReadCloser.Close()
	b.then()
	return err
}

// dial connects to addr, with TLS unless config is nil.
func dial(ctx context.Context, addr string, config *tls.Config) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if config == nil {
		return conn, nil
	}
	c := tls.Client(conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	return c, nil
}

func gunzip(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	b, err = io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return b, nil
}

// jsonBody is a document like those that services answer, of 20 KB: repeated
// names, and values that differ.
var jsonBody = makeJSON(20_000)

// makeJSON returns an array of at least size bytes, the same each time.
func makeJSON(size int) []byte {
	words := strings.Fields("amber birch cedar delta ember flint grove hazel iris jade kelp lotus maple north olive pearl")
	n := uint64(1)
	next := func(below uint64) uint64 { // a linear congruential generator modulo 2^64
		n = n*6364136223846793005 + 1442695040888963407
		return n >> 33 % below
	}
	word := func() string { return words[next(uint64(len(words)))] }
	var b bytes.Buffer
	b.WriteByte('[')
	for id := 1; b.Len() < size; id++ {
		if id > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"%s %s","price":%d.%02d,"stock":%d,"active":%t,"tags":["%s","%s"],"checksum":"%08x"}`,
			id, word(), word(), next(500), next(100), next(10000), next(2) == 0, word(), word(), next(1<<31))
	}
	b.WriteString("]\n")
	return b.Bytes()
}
