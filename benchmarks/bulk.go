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
	if size, ok := strings.CutPrefix(r.URL.Path, bodyPath); ok {
		n, err := strconv.Atoi(size)
		if err != nil || n < 0 {
			http.Error(w, "want a number of bytes", http.StatusBadRequest)
			return
		}
		writeBody(w, n)
		return
	}
	switch r.URL.Path {
	case "/download":
		writeBody(w, bulkBody)
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
// over bulkConnections connections, and checks that all bytes arrive.
func transfer(ctx context.Context, addr, path string, config *tls.Config, messages int) error {
	one := (*bulkClient).download
	if path == "/upload" {
		one = (*bulkClient).upload
	}
	return overAll(ctx, addr, config, func(i int, c *bulkClient) error {
		n := messages / bulkConnections
		if i < messages%bulkConnections {
			n++
		}
		for range n {
			if err := one(c); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
		return nil
	})
}

// bulkClient is a connection for large bodies.
type bulkClient struct {
	net.Conn
	r   *bufio.Reader
	buf []byte
}

// overAll calls f for each of bulkConnections connections to addr, at the same
// time. They are made with TLS unless config is nil.
func overAll(ctx context.Context, addr string, config *tls.Config, f func(i int, c *bulkClient) error) error {
	errs := make([]error, bulkConnections)
	var wg sync.WaitGroup
	for i := range bulkConnections {
		wg.Go(func() {
			conn, err := dial(ctx, addr, config)
			if err != nil {
				errs[i] = err
				return
			}
			defer conn.Close()
			defer context.AfterFunc(ctx, func() { conn.Close() })()
			errs[i] = f(i, &bulkClient{conn, bufio.NewReaderSize(conn, bulkBuffer), make([]byte, bulkBuffer)})
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// get asks for path and returns how many bytes came, which are as many as the
// answer announced.
func (c *bulkClient) get(path string) (int64, error) {
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path); err != nil {
		return 0, err
	}
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return 0, err
	}
	n, err := drain(res.Body, c.buf)
	announced := res.ContentLength < 0 || n == res.ContentLength // a proxy may send chunks
	if err == nil && (res.StatusCode != http.StatusOK || !announced) {
		err = fmt.Errorf("want status 200 and %d bytes, got %d and %d", res.ContentLength, res.StatusCode, n)
	}
	return n, err
}

func (c *bulkClient) download() error {
	n, err := c.get("/download")
	if err == nil && n != bulkBody {
		err = fmt.Errorf("want %d bytes, got %d", bulkBody, n)
	}
	return err
}

func (c *bulkClient) upload() error {
	if _, err := fmt.Fprintf(c, "POST /upload HTTP/1.1\r\nHost: bench\r\nContent-Length: %d\r\n\r\n", bulkBody); err != nil {
		return err
	}
	for left := bulkBody; left > 0; {
		n, err := c.Write(c.buf[:min(left, len(c.buf))])
		if err != nil {
			return err
		}
		left -= n
	}
	res, err := http.ReadResponse(c.r, nil)
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
