package http1_test

import (
	"strings"
	"testing"

	"pipy/pipy/codec/http1"
)

// TestMalformedRequests has heads with exactly one fault each.
func TestMalformedRequests(t *testing.T) {
	for _, c := range []struct{ name, err, input string }{
		{"bare LF after the request line (RFC 9112, 2.2)", "400", "GET / HTTP/1.1\nHost: x\r\n\r\n"},
		{"bare LF after a field", "400", "GET / HTTP/1.1\r\nHost: x\n\r\n"},
		{"bare LF as the empty line", "400", "GET / HTTP/1.1\r\nHost: x\r\n\n"},
		{"bare LF before the request", "400", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"bare CR in a value (RFC 9112, 2.2)", "400", "GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n"},
		{"CR CR LF", "400", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n"},
		{"NUL in a value (RFC 9110, 5.5)", "400", "GET / HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n"},
		{"control in a value", "400", "GET / HTTP/1.1\r\nHost: x\r\nA: \x0b\r\n\r\n"},
		{"DEL in a value", "400", "GET / HTTP/1.1\r\nHost: x\r\nA: \x7f\r\n\r\n"},
		{"obs-fold (RFC 9112, 5.2)", "400", "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"},
		{"obs-fold of the first field", "400", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
		{"blank before a colon (RFC 9112, 5.1)", "400", "GET / HTTP/1.1\r\nHost : x\r\n\r\n"},
		{"tab before a colon", "400", "GET / HTTP/1.1\r\nHost\t: x\r\n\r\n"},
		{"empty field name", "400", "GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n"},
		{"invalid field name", "400", "GET / HTTP/1.1\r\nHost: x\r\nA(b): c\r\n\r\n"},
		{"field name in UTF-8", "400", "GET / HTTP/1.1\r\nHost: x\r\n\xc3\xa4: c\r\n\r\n"},
		{"no colon", "400", "GET / HTTP/1.1\r\nHost: x\r\nabc\r\n\r\n"},
		{"two content-lengths that differ (RFC 9112, 6.3)", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"},
		{"the same content-length twice (RFC 9110, 8.6)", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\n"},
		{"a list of content-lengths", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\n"},
		{"negative content-length", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"},
		{"content-length with a plus sign", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n"},
		{"hexadecimal content-length", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\n"},
		{"content-length with a blank", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1 1\r\n\r\n"},
		{"empty content-length", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n"},
		{"content-length of 64 bits", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775808\r\n\r\n"},
		{"content-length and transfer-encoding (RFC 9112, 6.1)", "400", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"transfer-encoding in HTTP/1.0 (RFC 9112, 6.1)", "400", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"},
		{"chunked is not last (RFC 9112, 6.3)", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"},
		{"chunked is not last, in two fields", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n"},
		{"chunked twice (RFC 9112, 7)", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"},
		{"no chunked at all", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n"},
		{"chunked with a parameter (RFC 9112, 7.1)", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked;q=1\r\n\r\n"},
		{"something like chunked", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n"},
		{"quoted chunked", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \"chunked\"\r\n\r\n"},
		{"empty transfer-encoding", "400", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding:\r\n\r\n"},
		{"unknown transfer coding (RFC 9112, 6.1)", "501", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"},
		{"no host (RFC 9112, 3.2)", "400", "GET / HTTP/1.1\r\nA: b\r\n\r\n"},
		{"no fields", "400", "GET / HTTP/1.1\r\n\r\n"},
		{"two hosts (RFC 9112, 3.2)", "400", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"},
		{"two hosts in HTTP/1.0", "400", "GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n"},
		{"host with a path", "400", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"},
		{"host with userinfo", "400", "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n"},
		{"host with a blank", "400", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
		{"host with a port out of range", "400", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"},
		{"host with two ports", "400", "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n"},
		{"host with an open bracket", "400", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"},
		{"invalid method", "400", "G(T / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"no method", "400", " / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"method alone", "400", "GET\r\nHost: x\r\n\r\n"},
		{"HTTP/0.9", "400", "GET /\r\nHost: x\r\n\r\n"},
		{"no target", "400", "GET  HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"two blanks before the target (RFC 9112, 3)", "400", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"two blanks after the target", "400", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"blank in the target", "400", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"blank at the end", "400", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
		{"tab between the words", "400", "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"tab in the target", "400", "GET /\t HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"control in the target", "400", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"DEL in the target", "400", "GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"target without a form (RFC 9112, 3.2)", "400", "GET www.example.org HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"asterisk for another method (RFC 9112, 3.2.4)", "400", "GET * HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"CONNECT without a port (RFC 9110, 9.3.6)", "400", "CONNECT www.example.org HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"CONNECT with an empty port", "400", "CONNECT x: HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"CONNECT with a port alone", "400", "CONNECT :80 HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"CONNECT to an address alone", "400", "CONNECT [::1] HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"lower-case version (RFC 9112, 2.3)", "400", "GET / http/1.1\r\nHost: x\r\n\r\n"},
		{"version with two digits", "400", "GET / HTTP/1.10\r\nHost: x\r\n\r\n"},
		{"version without a minor one", "400", "GET / HTTP/1\r\nHost: x\r\n\r\n"},
		{"major version 2 (RFC 9110, 15.6.6)", "505", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
		{"major version 0", "505", "GET / HTTP/0.9\r\nHost: x\r\n\r\n"},
		{"half a preface of HTTP/2", "505", "PRI * HTTP/2.0\r\n\r\nSMS\r\n\r\n"},
		{"a preface of HTTP/2 after an empty line", "505", "\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
		{"TLS", "400", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"},
		{"too many empty lines", "400", strings.Repeat("\r\n", 17) + "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"too many fields (RFC 6585, 5)", "431", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 200) + "\r\n"},
	} {
		t.Run(c.name, (&decodeCase{peer: requests, input: c.input, err: c.err}).run)
	}
}

func TestMalformedChunks(t *testing.T) {
	const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	const start = "request POST / HTTP/1.1, length -1; Host=\"x\"; Transfer-Encoding=\"chunked\""
	for _, c := range []struct{ name, input, data string }{
		{"no size", "\r\n", ""},
		{"no digit", "g\r\n", ""},
		{"a sign", "-1\r\n", ""},
		{"a prefix", "0x1\r\n", ""},
		{"a blank before the size", " 1\r\na\r\n", ""},
		{"a blank after the size", "1 \r\na\r\n", ""},
		{"64 bits", "8000000000000000\r\n", ""},
		{"many digits", "10000000000000000\r\n", ""},
		{"bare LF after the size", "1\na\r\n", ""},
		{"bare CR after the size", "1\ra\r\n", ""},
		{"bare LF in an extension", "1;a\nb\r\na\r\n", ""},
		{"NUL in an extension", "1;a=\"\x00\"\r\na\r\n", ""},
		{"extension without a name", "1;\r\na\r\n", ""},
		{"extension without a value", "1;a=\r\na\r\n", ""},
		{"extension without a semicolon", "1 a\r\na\r\n", ""},
		{"text after a quoted value", "1;a=\"b\"c\r\na\r\n", ""},
		{"open quotes", "1;a=\"b\r\na\r\n", ""},
		{"no CRLF after the data", "1\r\nab\r\n", "a"},
		{"LF after the data", "1\r\na\n0\r\n\r\n", "a"},
		{"CR and no LF after the data", "1\r\na\r0\r\n\r\n", "a"},
		{"bare LF in the trailers", "0\r\nA: b\n\r\n", ""},
		{"folded trailer", "0\r\nA: b\r\n c\r\n\r\n", ""},
		{"no trailer", "0\r\nabc\r\n\r\n", ""},
		{"long extensions", "1;a=" + strings.Repeat("b", 4096) + "\r\n", ""},
	} {
		want := start
		if c.data != "" {
			want += "\ndata \"" + c.data + "\""
		}
		t.Run(c.name, (&decodeCase{peer: requests, input: head + c.input, want: want, err: "400"}).run)
	}
}

func TestLimits(t *testing.T) {
	l := http1.Limits{MaxStartLine: 20, MaxHead: 60, MaxFields: 3, MaxTrailer: 20, MaxChunkLine: 10}
	const chunked = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct{ name, err, input string }{
		{"start line of 20 bytes", "", "GET /567890 HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"start line of 21 bytes", "414", "GET /5678901 HTTP/1.1\r\nHost: x\r\n\r\n"},
		{"start line without end", "414", "GET /56789012345678901234567890"},
		{"head of 60 bytes", "", "GET / HTTP/1.1\r\nHost: x\r\nA: 890123456789012345678901234567\r\n\r\n"},
		{"head of 61 bytes", "431", "GET / HTTP/1.1\r\nHost: x\r\nA: 8901234567890123456789012345678\r\n\r\n"},
		{"field without end", "431", "GET / HTTP/1.1\r\nHost: x\r\nA: 890123456789012345678901234567890123456789"},
		{"three fields", "", "GET / HTTP/1.1\r\nHost: x\r\nA:\r\nB:\r\n\r\n"},
		{"four fields", "431", "GET / HTTP/1.1\r\nHost: x\r\nA:\r\nB:\r\nC:\r\n\r\n"},
		{"trailers", "", chunked + "0\r\nA: 45678901234567\r\n\r\n"},
		{"long trailers", "431", chunked + "0\r\nA: 4567890123456789012345\r\n\r\n"},
		{"many trailers", "431", chunked + "0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n"},
		{"chunk line", "", chunked + "1;345678\r\na\r\n0\r\n\r\n"},
		{"long chunk line", "400", chunked + "1;3456789\r\na\r\n0\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			atEveryByte(c.input, func(how string, pieces ...string) {
				if _, err := requests.decode(l, pieces...); explain(err) != c.err {
					t.Fatalf("%s: got %v, want %s", how, err, c.err)
				}
			})
		})
	}
}
