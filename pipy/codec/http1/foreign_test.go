package http1_test

import (
	"errors"
	"testing"

	"pipy/pipy/codec/http1"
)

func TestClientThatSpeaksNoHTTPIsNotAnswered(t *testing.T) {
	for text, status := range map[string]int{
		"INVALID CONNECTION PREFACE\r\n\r\n": 0,
		"EHLO mail.example.com x\r\n":        0,
		"GET / FTP/1.1\r\n\r\n":              400, // a target of HTTP
		"GET x HTTP/1.1\r\n\r\n":             400, // a version of HTTP
		"GET /\r\n\r\n":                      400,
	} {
		_, err := requests.decode(http1.Limits{}, text)
		if e := (*http1.Error)(nil); !errors.As(err, &e) || e.Status != status {
			t.Errorf("%q: got %v, want status %d", text, err, status)
		}
	}
	_, err := requests.decode(http1.Limits{}, "GET / HTTP/1.1\r\nhost: a\r\n\r\nINVALID CONNECTION PREFACE\r\n\r\n")
	if e := (*http1.Error)(nil); !errors.As(err, &e) || e.Status != 400 {
		t.Errorf("after a request: got %v", err)
	}
}
