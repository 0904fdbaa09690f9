package http1_test

import (
	"strings"
	"testing"
)

func TestRequests(t *testing.T) {
	for _, c := range []decodeCase{
		{
			name:  "no body without content-length and transfer-encoding (RFC 9112, 6.3)",
			input: "GET /where?q=now HTTP/1.1\r\nHost: www.example.org\r\n\r\n",
			want:  "request GET /where?q=now HTTP/1.1, length 0; Host=\"www.example.org\"\nend",
		}, {
			name:  "spelling and order of names stay, blanks around values go (RFC 9112, 5.1)",
			input: "GET / HTTP/1.1\r\nhOsT:a\r\nX-One: \t 1 2\t \r\nx-one:\r\nX-Obs: \xe4\r\nX-Tab: a\tb\r\n\r\n",
			want:  "request GET / HTTP/1.1, length 0; hOsT=\"a\"; X-One=\"1 2\"; x-one=\"\"; X-Obs=\"\\xe4\"; X-Tab=\"a\\tb\"\nend",
		}, {
			name:  "a body as long as its content-length (RFC 9112, 6.2), then the next request (9.3.2)",
			input: "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: x\r\n\r\n",
			want: "request POST /a HTTP/1.1, length 5; Host=\"x\"; Content-Length=\"5\"\ndata \"hello\"\nend\n" +
				"request GET /b HTTP/1.1, length 0; Host=\"x\"\nend",
		}, {
			name:  "content-length 0",
			input: "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 000\r\n\r\n",
			want:  "request POST / HTTP/1.1, length 0; Host=\"x\"; Content-Length=\"000\"\nend",
		}, {
			name: "chunks, extensions and trailers (RFC 9112, 7.1)",
			input: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n" +
				"5;a;b=c ; d = \"q\\\"\t;\" ;e\r\nhello\r\n0A\r\n0123456789\r\n000;last\r\nDigest: abc\r\nX:\r\n\r\n",
			want: "request POST / HTTP/1.1, length -1; Host=\"x\"; Transfer-Encoding=\"Chunked\"\n" +
				"data \"hello0123456789\"\nend; Digest=\"abc\"; X=\"\"",
		}, {
			name: "chunked without chunks, then the next request",
			input: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: , chunked ,\r\n\r\n0\r\n\r\n" +
				"GET /b HTTP/1.1\r\nHost: x\r\n\r\n",
			want: "request POST / HTTP/1.1, length -1; Host=\"x\"; Transfer-Encoding=\", chunked ,\"\nend\n" +
				"request GET /b HTTP/1.1, length 0; Host=\"x\"\nend",
		}, {
			name: "trailers that concern framing, routing or authentication are dropped (RFC 9110, 6.5.1)",
			input: "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
				"0\r\nContent-Length: 5\r\nHOST: evil\r\nX-Ok: 1\r\ntransfer-encoding: chunked\r\n\r\n",
			want: "request POST / HTTP/1.1, length -1; Host=\"x\"; Transfer-Encoding=\"chunked\"\nend; X-Ok=\"1\"",
		}, {
			name:  "empty lines before a request (RFC 9112, 2.2) and after the last",
			input: "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n\r\n",
			want:  "request GET / HTTP/1.1, length 0; Host=\"x\"\nend",
		}, {
			name:  "HTTP/1.0 needs no host (RFC 9112, 3.2)",
			input: "GET / HTTP/1.0\r\n\r\n",
			want:  "request GET / HTTP/1.0, length 0\nend",
		}, {
			name:  "a higher minor version (RFC 9110, 2.5)",
			input: "GET / HTTP/1.7\r\nHost:\r\n\r\n",
			want:  "request GET / HTTP/1.7, length 0; Host=\"\"\nend",
		}, {
			name:  "absolute-form (RFC 9112, 3.2.2)",
			input: "GET http://www.example.org/pub/ HTTP/1.1\r\nHost: www.example.org:80\r\n\r\n",
			want:  "request GET http://www.example.org/pub/ HTTP/1.1, length 0; Host=\"www.example.org\"\nend",
		}, {
			name:  "authority-form (RFC 9112, 3.2.3), IPv6",
			input: "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n",
			want:  "request CONNECT [2001:db8::1]:443 HTTP/1.1, length 0; Host=\"[2001:db8::1]\"\nend",
		}, {
			name:  "asterisk-form (RFC 9112, 3.2.4)",
			input: "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
			want:  "request OPTIONS * HTTP/1.1, length 0; Host=\"x\"\nend",
		}, {
			name:  "methods are tokens (RFC 9110, 9.1)",
			input: "!#$%&'*+-.^_`|~aZ9 / HTTP/1.1\r\nHost: x\r\n\r\n",
			want:  "request !#$%&'*+-.^_`|~aZ9 / HTTP/1.1, length 0; Host=\"x\"\nend",
		}, {
			name:  "more fields than have room in one piece",
			input: "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 30) + "\r\n",
			want:  "request GET / HTTP/1.1, length 0; Host=\"x\"" + strings.Repeat("; A=\"b\"", 30) + "\nend",
		}, {
			name:  "the preface of HTTP/2 (RFC 9113, 3.4)",
			input: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
			err:   "HTTP/2",
		}, {
			name:  "the end in a head", // RFC 9112, 8
			input: "GET / HTTP/1.1\r\nHost: x\r\n",
			err:   "truncated",
		}, {
			name:  "the end in a body",
			input: "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhell",
			want:  "request PUT / HTTP/1.1, length 5; Host=\"x\"; Content-Length=\"5\"\ndata \"hell\"",
			err:   "truncated",
		}, {
			name:  "the end in the trailers",
			input: "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
			want:  "request PUT / HTTP/1.1, length -1; Host=\"x\"; Transfer-Encoding=\"chunked\"",
			err:   "truncated",
		},
	} {
		t.Run(c.name, c.run)
	}
}
