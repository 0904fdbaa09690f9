package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

const (
	bulkConnections = 4          // at once
	bulkBody        = 25_000_000 // bytes per message
	bulkBuffer      = 256 << 10  // bytes per read and write of client and origin
)

// bulkOrigin serves the scenarios with large bodies: GET /download gives
// bulkBody bytes, /bytes/N gives N, POST /upload answers how many bytes came,
// /data.json is jsonBody, everything else is helloBody.
func bulkOrigin(w http.ResponseWriter, r *http.Request) {
	if n, ok := strings.CutPrefix(r.URL.Path, bodyPath); ok {
		writeBody(w, n)
		return
	}
	switch r.URL.Path {
	case "/download":
		buf := make([]byte, bulkBuffer)
		w.Header().Set("Content-Length", strconv.Itoa(bulkBody))
		for left := bulkBody; left > 0; {
			n, err := w.Write(buf[:min(left, len(buf))])
			if err != nil {
				return // the client sees a short body
			}
			left -= n
		}
	case "/upload":
		n, err := drain(r.Body, make([]byte, bulkBuffer))
		if err != nil {
			return // as above
		}
		fmt.Fprint(w, n)
	case "/data.json":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(jsonBody)))
		_, _ = w.Write(jsonBody) // a client that has gone is no affair of ours
	default:
		fmt.Fprint(w, helloBody)
	}
}

// drain reads r to its end through buf and returns the number of bytes.
func drain(r io.Reader, buf []byte) (int64, error) {
	var sum int64
	for {
		n, err := r.Read(buf)
		sum += int64(n)
		if err == io.EOF {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
	}
}

// transfer moves messages bodies of bulkBody bytes through the proxy at addr,
// over bulkConnections connections, and checks that all bytes arrive. The
// connections are made with TLS unless config is nil.
func transfer(ctx context.Context, addr, path string, config *tls.Config, messages int) error {
	errs := make([]error, bulkConnections)
	var wg sync.WaitGroup
	for i := range bulkConnections {
		n := messages / bulkConnections
		if i < messages%bulkConnections {
			n++
		}
		wg.Go(func() { errs[i] = transferOver(ctx, addr, path, config, n) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func transferOver(ctx context.Context, addr, path string, config *tls.Config, messages int) error {
	conn, err := dial(ctx, addr, config)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	r := bufio.NewReaderSize(conn, bulkBuffer)
	buf := make([]byte, bulkBuffer)
	one := download
	if path == "/upload" {
		one = upload
	}
	for range messages {
		if err := one(conn, r, buf); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func download(conn net.Conn, r *bufio.Reader, buf []byte) error {
	if _, err := io.WriteString(conn, "GET /download HTTP/1.1\r\nHost: bench\r\n\r\n"); err != nil {
		return err
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	n, err := drain(res.Body, buf)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK || n != bulkBody {
		return fmt.Errorf("want status 200 and %d bytes, got %d and %d", bulkBody, res.StatusCode, n)
	}
	return nil
}

func upload(conn net.Conn, r *bufio.Reader, buf []byte) error {
	if _, err := fmt.Fprintf(conn, "POST /upload HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n", bulkBody); err != nil {
		return err
	}
	for left := bulkBody; left > 0; {
		n, err := conn.Write(buf[:min(left, len(buf))])
		if err != nil {
			return err
		}
		left -= n
	}
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err != nil {
		return err
	}
	if want := strconv.Itoa(bulkBody); res.StatusCode != http.StatusOK || string(body) != want {
		return fmt.Errorf("want status 200 and %q, got %d and %.80q", want, res.StatusCode, body)
	}
	return nil
}
