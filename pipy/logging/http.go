package logging

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	httpRetry   = 5 * time.Second  // between two attempts to reach the collector
	httpTimeout = 30 * time.Second // of one request
	recordCost  = 32               // bytes that keeping a record takes beside its own
)

// HTTPOptions say how records are sent to a collector.
type HTTPOptions struct {
	// Method is the request method, POST if empty.
	Method string
	// Headers are the request's header fields. A field "host" is sent in place
	// of the URL's host.
	Headers map[string]string
	// TLS is used for https. Nil means the system's certificates.
	TLS *tls.Config
	// BufferLimit is how many bytes of records may wait, some more counted
	// for each; zero means 8 MB.
	BufferLimit int

	// BatchSize is how many records go into one request; zero means 1000.
	BatchSize int
	// Timeout sends an incomplete batch when no record came for this long;
	// zero means never.
	Timeout time.Duration
	// Interval sends an incomplete batch this long after the last one. So the
	// first record is sent at once. Zero means never.
	Interval time.Duration
	// Prefix and Postfix go before and after the records in a request's body,
	// Separator between two of them.
	Prefix, Postfix, Separator string
}

// DefaultHTTPOptions are those of a script that gives none.
func DefaultHTTPOptions() HTTPOptions {
	return HTTPOptions{
		Method:      http.MethodPost,
		BufferLimit: 8 << 20,
		BatchSize:   1000,
		Timeout:     5 * time.Second,
		Interval:    5 * time.Second,
	}
}

// collector sends records in batches to an HTTP server.
type collector struct {
	// Immutable:
	options HTTPOptions
	url     string
	client  *http.Client
	closing chan struct{} // closed by Close

	// Owned by the goroutine that sends:
	bad bool // whether the last attempt failed

	// Guarded by mu:
	mu        sync.Mutex
	records   [][]byte
	bytes     int // of records, also of those under way
	due       int // how many records are to be sent now
	lastInput time.Time
	lastBatch time.Time
	timer     *time.Timer // nil when no incomplete batch waits
	running   bool
	closed    bool
	dropped   uint64
	emptied   []chan struct{}
}

// OpenHTTP returns a target that sends records to an HTTP server, in batches.
// Answers are read and ignored, except that a status of 400 or more, and
// trouble to connect, is reported once in the process log. While the server
// cannot be reached the request is repeated every five seconds, and records
// that do not fit into the buffer are dropped; after Close one more attempt is
// made.
func OpenHTTP(address string, o HTTPOptions) (Target, error) {
	transport := &http.Transport{TLSClientConfig: o.TLS, MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, Protocols: &http.Protocols{}}
	transport.Protocols.SetHTTP1(true) // one request at a time
	return openHTTP(address, o, transport)
}

func openHTTP(address string, o HTTPOptions, transport http.RoundTripper) (Target, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, fmt.Errorf("log collector: want a URL with http or https and a host, got %q", address)
	}
	defaults := DefaultHTTPOptions()
	if o.Method == "" {
		o.Method = defaults.Method
	}
	if o.BufferLimit <= 0 {
		o.BufferLimit = defaults.BufferLimit
	}
	if o.BatchSize <= 0 {
		o.BatchSize = defaults.BatchSize
	}
	c := &collector{
		options: o,
		url:     address,
		client:  &http.Client{Transport: transport, Timeout: httpTimeout},
		closing: make(chan struct{}),
	}
	if _, err := c.request(nil); err != nil {
		return nil, fmt.Errorf("log collector: %w", err)
	}
	opened(c)
	return c, nil
}

// Write implements Target.
func (c *collector) Write(record []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.bytes+len(record)+recordCost > c.options.BufferLimit {
		c.dropped++
		return
	}
	c.records = append(c.records, bytes.Clone(record))
	c.bytes += len(record) + recordCost
	c.lastInput = time.Now()
	c.check()
}

// Dropped implements Target.
func (c *collector) Dropped() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dropped
}

// Flush implements Target.
func (c *collector) Flush(timeout time.Duration) bool {
	c.mu.Lock()
	if len(c.records) == 0 && !c.running {
		c.mu.Unlock()
		return true
	}
	done := make(chan struct{})
	c.emptied = append(c.emptied, done)
	c.send(len(c.records))
	c.mu.Unlock()
	return waitFor(done, timeout)
}

// Close implements Target.
func (c *collector) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		close(c.closing)
		if c.timer != nil {
			c.timer.Stop()
		}
		c.send(len(c.records))
	}
}

// send has n records sent. The goroutine that does it ends when nothing is
// due. It is called with mu held.
func (c *collector) send(n int) {
	c.due = max(c.due, n)
	if !c.running {
		c.running = true
		go c.run()
	}
}

// check sends what is due, or makes sure that it is looked at again in time.
// It is called with mu held.
func (c *collector) check() {
	n := len(c.records)
	if n == 0 || c.due >= n {
		return
	}
	if wait, ever := c.wait(); ever && wait <= 0 {
		c.send(n)
		return
	} else if ever && c.timer == nil {
		c.timer = time.AfterFunc(wait, c.tick)
	}
	if full := n - n%c.options.BatchSize; full > c.due {
		c.send(full)
	}
}

// wait returns how long an incomplete batch has to wait for its time, if it
// ever comes.
func (c *collector) wait() (d time.Duration, ever bool) {
	now := time.Now()
	if o := &c.options; o.Interval > 0 {
		d, ever = c.lastBatch.Add(o.Interval).Sub(now), true
	}
	if o := &c.options; o.Timeout > 0 {
		if t := c.lastInput.Add(o.Timeout).Sub(now); !ever || t < d {
			d, ever = t, true
		}
	}
	return d, ever
}

func (c *collector) tick() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timer = nil
	c.check()
}

func (c *collector) run() {
	c.mu.Lock()
	for c.due > 0 {
		n := min(c.due, c.options.BatchSize)
		batch := slices.Clone(c.records[:n])
		clear(c.records[:n])
		c.records = c.records[n:]
		c.due -= n
		c.lastBatch = time.Now()
		c.mu.Unlock()
		sent := c.deliver(c.body(batch))
		c.mu.Lock()
		if !sent {
			c.dropped += uint64(n)
		}
		for _, r := range batch {
			c.bytes -= len(r) + recordCost
		}
	}
	c.running = false
	var waiting []chan struct{}
	if len(c.records) == 0 {
		waiting, c.emptied = c.emptied, nil
	} else {
		c.check()
	}
	ended := c.closed
	c.mu.Unlock()
	if ended {
		closed(c)
		c.client.CloseIdleConnections()
	}
	for _, done := range waiting {
		close(done)
	}
}

func (c *collector) body(batch [][]byte) []byte {
	b := []byte(c.options.Prefix)
	for i, r := range batch {
		if i > 0 {
			b = append(b, c.options.Separator...)
		}
		b = append(b, r...)
	}
	return append(b, c.options.Postfix...)
}

// deliver repeats a request until there is an answer. It returns false when
// there was none after Close.
func (c *collector) deliver(body []byte) bool {
	for {
		answered, err := c.post(body)
		if err != nil && !c.bad {
			Warnf("log", "cannot send to %s: %v", c.url, err)
		}
		c.bad = err != nil
		if answered {
			return true
		}
		select {
		case <-c.closing:
			return false
		default:
		}
		retry := time.NewTimer(httpRetry)
		select {
		case <-c.closing:
		case <-retry.C:
		}
		retry.Stop()
	}
}

// post sends a request. With an answer the records are delivered, whatever it
// says.
func (c *collector) post(body []byte) (answered bool, err error) {
	r, err := c.request(body)
	if err != nil {
		return false, err
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return false, err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<20)) // so that the connection can be used again
	if answer.StatusCode >= http.StatusBadRequest {
		return true, fmt.Errorf("the answer is %s", answer.Status)
	}
	return true, nil
}

func (c *collector) request(body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(context.Background(), c.options.Method, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header["User-Agent"] = nil // unless it is given
	for name, value := range c.options.Headers {
		if strings.EqualFold(name, "host") {
			r.Host = value
		} else {
			r.Header.Set(name, value)
		}
	}
	return r, nil
}
