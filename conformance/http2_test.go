package conformance

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdHTTP2: http2 [-H 'k: v'] [-d body] [-status N] [-n N] METHOD URL speaks
// HTTP/2 with the client of the Go library: without TLS by prior knowledge,
// with TLS by ALPN. The N requests run at one time on one connection.
func cmdHTTP2(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "http2")
	f, words := parseHTTPFlags(ts, args)
	if len(words) != 2 {
		ts.Fatalf("usage: http2 [flags] METHOD URL")
	}
	var protocols http.Protocols
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &protocols, TLSClientConfig: insecure("")}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: deadline}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	texts, errs := make([]string, f.times), make([]error, f.times)
	var wg sync.WaitGroup
	for i := range f.times {
		wg.Go(func() { texts[i], errs[i] = ask2(client, words[0], words[1], f) })
	}
	wg.Wait()
	for _, err := range errs {
		ts.Check(err)
	}
	emit(ts, []byte(strings.Join(texts, "")))
}

func ask2(client *http.Client, method, url string, f httpFlags) (string, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(f.body))
	if err != nil {
		return "", err
	}
	if !f.hasBody {
		req.Body = nil
	}
	for _, h := range f.headers {
		k, v, _ := strings.Cut(h, ":")
		req.Header.Add(k, strings.TrimSpace(v))
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", fmt.Errorf("body after %d bytes: %w", len(body), err)
	}
	if f.status != 0 && res.StatusCode != f.status {
		return "", fmt.Errorf("status: want %d, got %d", f.status, res.StatusCode)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d\n", res.Proto, res.StatusCode)
	for _, k := range slices.Sorted(maps.Keys(res.Header)) {
		for _, v := range res.Header[k] {
			fmt.Fprintf(&b, "%s: %s\n", strings.ToLower(k), v)
		}
	}
	fmt.Fprintf(&b, "\n%s", body)
	if !bytes.HasSuffix(body, []byte("\n")) {
		b.WriteByte('\n')
	}
	return b.String(), nil
}

// insecure is for servers with certificates of their own making.
func insecure(name string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, ServerName: name}
}

// dialTLS is dial with TLS on top.
func dialTLS(addr string) (*session, error) {
	host, _, _ := net.SplitHostPort(addr)
	return dialTLSWith(addr, insecure(host)) // an address is not sent as a name
}

func dialTLSWith(addr string, config *tls.Config) (*session, error) {
	s, err := dial(addr)
	if err != nil {
		return nil, err
	}
	s.SetDeadline(time.Now().Add(deadline))
	c := tls.Client(s.Conn, config)
	if err := c.Handshake(); err != nil {
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	c.SetDeadline(time.Time{})
	return newSession(c), nil
}
