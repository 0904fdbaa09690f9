package conformance

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"pipy/mocks/peers"
)

// Frames of the WebSocket protocol by the names that scripts use (RFC 6455, 5.2).
var opcodes = map[string]byte{"more": 0, "text": 1, "binary": 2, "close": 8, "ping": 9, "pong": 10}

// cmdWebSocket: websocket [-H 'k: v'] [-status N] URL step... opens a
// connection and takes the steps in their order. What it receives becomes
// standard output, one line for each frame.
func cmdWebSocket(ts *testscript.TestScript, neg bool, args []string) {
	plainOnly(ts, neg, "websocket")
	f := httpFlags{status: 101, protocol: "HTTP/1.1"}
	for len(args) > 1 && (args[0] == "-H" || args[0] == "-status") {
		if args[0] == "-H" {
			f.headers = append(f.headers, args[1])
		} else {
			n, err := strconv.Atoi(args[1])
			ts.Check(err)
			f.status = n
		}
		args = args[2:]
	}
	if len(args) == 0 {
		ts.Fatalf("usage: websocket [-H 'Name: value'] [-status N] URL step...")
	}
	u, err := url.Parse(args[0])
	ts.Check(err)
	w := &webSocket{}
	defer w.close()
	ts.Check(w.open(u, f))
	for _, step := range args[1:] {
		if err := w.take(step); err != nil {
			ts.Fatalf("websocket: step %q: %v\nso far:\n%s", step, err, w.shown.String())
		}
	}
	emit(ts, w.shown.Bytes())
}

// webSocket is the client's side of one connection. It writes and reads frames
// by itself: a codec of ours would agree with itself.
type webSocket struct {
	s     *session
	shown bytes.Buffer
}

// open makes the opening handshake (RFC 6455, 4.1) and shows the answer when it
// is not 101.
func (w *webSocket) open(u *url.URL, f httpFlags) error {
	connect := dial
	if u.Scheme == "wss" || u.Scheme == "https" {
		connect = dialTLS
	}
	s, err := connect(u.Host)
	if err != nil {
		return err
	}
	w.s = s
	nonce := make([]byte, 16)
	rand.Read(nonce)
	key := base64.StdEncoding.EncodeToString(nonce)
	f.headers = append([]string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + key}, f.headers...)
	if _, err := s.Write(requestBytes("GET", u, f)); err != nil {
		return err
	}
	res, err := s.read("GET")
	if err != nil {
		return fmt.Errorf("handshake: %w", err)
	}
	if res.status != f.status {
		return fmt.Errorf("handshake: status: want %d, got\n%s", f.status, res.text())
	}
	if res.status != 101 {
		w.shown.WriteString(res.text())
		return nil
	}
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if got, want := res.field("sec-websocket-accept"), base64.StdEncoding.EncodeToString(sum[:]); got != want {
		return fmt.Errorf("handshake: sec-websocket-accept: want %q, got %q", want, got)
	}
	if p := res.field("sec-websocket-protocol"); p != "" {
		fmt.Fprintf(&w.shown, "protocol %s\n", p)
	}
	return nil
}

// take takes one step: "text:hello", "+text:frag" (not the last fragment),
// "close:1000 bye", "receive:3", "end".
func (w *webSocket) take(step string) error {
	word, value, _ := strings.Cut(step, ":")
	switch word {
	case "receive":
		n, err := strconv.Atoi(value)
		for ; err == nil && n > 0; n-- {
			err = w.receive()
		}
		return err
	case "end":
		if extra, err := w.s.ended(); err != nil || len(extra) > 0 {
			return fmt.Errorf("want the connection to end, got %q, %v", extra, err)
		}
		return nil
	}
	name, more := strings.CutPrefix(word, "+")
	op, ok := opcodes[name]
	if !ok {
		return fmt.Errorf("want text, binary, more, ping, pong, close, receive or end, got %q", name)
	}
	payload, err := payloadOf(name, value)
	if err != nil {
		return err
	}
	w.s.SetWriteDeadline(time.Now().Add(deadline))
	_, err = w.s.Write(maskedFrame(op, !more, payload))
	return err
}

// payloadOf makes the bytes of a step's text: escapes as in raw, %N a pattern,
// and for close a status and a reason.
func payloadOf(name, value string) ([]byte, error) {
	if size, ok := strings.CutPrefix(value, "%"); ok {
		n, err := strconv.Atoi(size)
		return pattern(n), err
	}
	if name == "close" && value != "" {
		code, reason, _ := strings.Cut(value, " ")
		n, err := strconv.ParseUint(code, 10, 16)
		return append(binary.BigEndian.AppendUint16(nil, uint16(n)), reason...), err
	}
	text, err := peers.Unescape(value)
	return []byte(text), err
}

// maskedFrame writes a frame as clients must: masked (RFC 6455, 5.3).
func maskedFrame(op byte, last bool, payload []byte) []byte {
	b := []byte{op}
	if last {
		b[0] |= 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	mask := make([]byte, 4)
	rand.Read(mask)
	b = append(b, mask...)
	for i, c := range payload {
		b = append(b, c^mask[i&3])
	}
	return b
}

// receive reads one frame and shows it: "text hello", "+text part of it",
// "binary 00ff", "close 1000 bye"; a long payload by its size.
func (w *webSocket) receive() error {
	w.s.SetReadDeadline(time.Now().Add(deadline))
	var head [2]byte
	if _, err := io.ReadFull(w.s.r, head[:]); err != nil {
		return fmt.Errorf("want a frame, got %w", err)
	}
	if head[1]&0x80 != 0 {
		return fmt.Errorf("a server must not mask its frames (RFC 6455, 5.1)")
	}
	size, err := w.length(head[1])
	if err != nil {
		return err
	}
	payload := make([]byte, size)
	if _, err := io.ReadFull(w.s.r, payload); err != nil {
		return fmt.Errorf("a frame of %d bytes: %w", size, err)
	}
	for name, op := range opcodes {
		if op != head[0]&0x0f {
			continue
		}
		if head[0]&0x80 == 0 {
			name = "+" + name
		}
		fmt.Fprintf(&w.shown, "%s%s\n", name, shownPayload(op, payload))
		return nil
	}
	return fmt.Errorf("opcode: got %d, which RFC 6455, 5.2, does not know", head[0]&0x0f)
}

func (w *webSocket) length(b byte) (uint64, error) {
	size, more := uint64(b), 0
	switch b {
	case 126:
		more = 2
	case 127:
		more = 8
	}
	if more > 0 {
		ext := make([]byte, 8)
		if _, err := io.ReadFull(w.s.r, ext[8-more:]); err != nil {
			return 0, err
		}
		size = binary.BigEndian.Uint64(ext)
	}
	if size > 64<<20 {
		return 0, fmt.Errorf("a frame of %d bytes is too long for a test", size)
	}
	return size, nil
}

func shownPayload(op byte, b []byte) string {
	switch {
	case len(b) == 0:
		return ""
	case len(b) > 125:
		return fmt.Sprintf(" of %d bytes", len(b))
	case op == opcodes["binary"]:
		return " " + hex.EncodeToString(b)
	case op == opcodes["close"] && len(b) >= 2:
		return strings.TrimRight(fmt.Sprintf(" %d %s", binary.BigEndian.Uint16(b), b[2:]), " ")
	}
	return " " + string(b)
}

func (w *webSocket) close() {
	if w.s != nil {
		w.s.Close()
	}
}
