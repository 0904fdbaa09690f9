package websocket_test

import (
	"testing"

	"pipy/pipy/codec/websocket"
)

func TestAcceptAnswersTheKey(t *testing.T) { // RFC 6455, 1.3
	const want = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	if got := websocket.Accept("dGhlIHNhbXBsZSBub25jZQ=="); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
