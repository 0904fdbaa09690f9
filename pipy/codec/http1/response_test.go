package http1_test

import (
	"errors"
	"testing"

	"pipy/pipy/codec/http1"
	"pipy/pipy/event"
)

func TestResponses(t *testing.T) {
	for _, c := range []decodeCase{
		{
			name: "a body as long as its content-length", peer: "GET",
			input: "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello",
			want:  "response HTTP/1.1 404 \"Not Found\", length 5; Content-Length=\"5\"\ndata \"hello\"\nend",
		}, {
			name: "an empty phrase (RFC 9112, 4), and none", peer: "GET",
			input: "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\nHTTP/1.1 299\r\nContent-Length: 0\r\n\r\n",
			want: "response HTTP/1.1 200 \"\", length 0; Content-Length=\"0\"\nend\n" +
				"response HTTP/1.1 299 \"\", length 0; Content-Length=\"0\"\nend",
		}, {
			name: "a phrase with tab and obs-text (RFC 9112, 4)", peer: "GET",
			input: "HTTP/1.1 999 a\tb  \xe4\r\nContent-Length: 0\r\n\r\n",
			want:  "response HTTP/1.1 999 \"a\\tb  \\xe4\", length 0; Content-Length=\"0\"\nend",
		}, {
			name: "a body until the end of the stream (RFC 9112, 6.3)", peer: "GET",
			input: "HTTP/1.0 200 OK\r\n\r\nhello\r\n\r\n",
			want:  "response HTTP/1.0 200 \"OK\", length -1\ndata \"hello\\r\\n\\r\\n\"\nend",
		}, {
			name: "no body until the end of the stream", peer: "GET",
			input: "HTTP/1.1 200 OK\r\n\r\n",
			want:  "response HTTP/1.1 200 \"OK\", length -1\nend",
		}, {
			name: "chunks", peer: "GET",
			input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n",
			want:  "response HTTP/1.1 200 \"OK\", length -1; Transfer-Encoding=\"chunked\"\ndata \"abc\"\nend; A=\"b\"",
		}, {
			name: "the same content-length twice (RFC 9110, 8.6)", peer: "GET",
			input: "HTTP/1.1 200 OK\r\nContent-Length: 1, 01\r\nContent-Length: 1\r\n\r\na",
			want:  "response HTTP/1.1 200 \"OK\", length 1; Content-Length=\"1, 01\"; Content-Length=\"1\"\ndata \"a\"\nend",
		}, {
			name: "HEAD has no body (RFC 9112, 6.3)", peer: "HEAD",
			input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
			want: "response HTTP/1.1 200 \"OK\", length 0; Content-Length=\"5\"\nend\n" +
				"response HTTP/1.1 200 \"OK\", length 0; Transfer-Encoding=\"chunked\"\nend",
		}, {
			name: "a 2xx to CONNECT has no body (RFC 9112, 6.3), other answers do", peer: "CONNECT",
			input: "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
			want: "response HTTP/1.1 403 \"No\", length 2; Content-Length=\"2\"\ndata \"no\"\nend\n" +
				"response HTTP/1.1 200 \"OK\", length 0; Content-Length=\"5\"\nend",
		}, {
			name: "1xx, 204 and 304 have no body (RFC 9112, 6.3)", peer: "GET",
			input: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" +
				"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
			want: "response HTTP/1.1 100 \"Continue\", length 0\nend\n" +
				"response HTTP/1.1 103 \"Early Hints\", length 0; Link=\"a\"\nend\n" +
				"response HTTP/1.1 204 \"No Content\", length 0\nend\n" +
				"response HTTP/1.1 304 \"Not Modified\", length 0; Content-Length=\"5\"\nend",
		}, {
			name: "the end in a body", peer: "GET",
			input: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
			want:  "response HTTP/1.1 200 \"OK\", length 5; Content-Length=\"5\"\ndata \"hell\"",
			err:   "truncated",
		}, {
			name: "the end after the last chunk but before the empty line", peer: "GET",
			input: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n",
			want:  "response HTTP/1.1 200 \"OK\", length -1; Transfer-Encoding=\"chunked\"\ndata \"a\"",
			err:   "truncated",
		},
	} {
		t.Run(c.name, c.run)
	}
}

func TestMalformedResponses(t *testing.T) {
	for _, c := range []struct{ name, input string }{
		{"empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n"},
		{"no HTTP", "ICY 200 OK\r\n\r\n      "},
		{"major version 2", "HTTP/2.0 200 OK\r\n\r\n"},
		{"two digits (RFC 9112, 4)", "HTTP/1.1 20 OK\r\n\r\n"},
		{"four digits", "HTTP/1.1 2000 OK\r\n\r\n"},
		{"no digits", "HTTP/1.1 2x0 OK\r\n\r\n"},
		{"code below 100 (RFC 9110, 15)", "HTTP/1.1 099 OK\r\n\r\n"},
		{"two blanks", "HTTP/1.1  200 OK\r\n\r\n"},
		{"control in the phrase", "HTTP/1.1 200 O\x01K\r\n\r\n"},
		{"bare LF", "HTTP/1.1 200 OK\n\r\n"},
		{"obs-fold", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"},
		{"content-lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n"},
		{"empty element of content-length", "HTTP/1.1 200 OK\r\nContent-Length: 1,\r\n\r\n"},
		{"both framings", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"transfer-encoding in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"unknown transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
		{"chunked is not last", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
	} {
		t.Run(c.name, (&decodeCase{peer: "GET", input: c.input, err: "502"}).run)
	}
}

// A body that ends with the stream is complete only if that ends in order.
func TestResponseUntilResetIsTruncated(t *testing.T) {
	got, err := "", error(nil)
	d := http1.NewResponseDecoder(http1.Limits{}, nil, func(evt event.Event) {
		if evt == event.Event(event.End) {
			got = "end"
		}
	})
	if err := d.Feed(source("HTTP/1.1 200 OK\r\n\r\nhello")); err != nil {
		t.Fatal(err)
	}
	err = d.End(event.ReadError)
	if got != "" || !errors.Is(err, http1.ErrTruncated) || event.NameOf(err) != event.ReadError {
		t.Errorf("got %q and error %v, want ErrTruncated because of ReadError", got, err)
	}
}

func TestEndBetweenMessages(t *testing.T) {
	for _, end := range []error{nil, event.ConnectionReset} {
		d := http1.NewResponseDecoder(http1.Limits{}, nil, func(event.Event) {})
		d.Feed(source("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
		if err := d.End(end); err != end {
			t.Errorf("got %v, want %v", err, end)
		}
	}
	d := http1.NewResponseDecoder(http1.Limits{}, nil, func(event.Event) {})
	d.Feed(source("HTTP/1.1 2"))
	if err := d.End(nil); !errors.Is(err, http1.ErrTruncated) || event.NameOf(err) != event.ConnectionReset {
		t.Errorf("got %v, want ErrTruncated under the name of ConnectionReset", err)
	}
}
