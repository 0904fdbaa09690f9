package http2_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	xhttp2 "golang.org/x/net/http2"

	"pipy/pipy/codec/http2"
	"pipy/pipy/event"
)

// conversation is what a client sends in a life: all kinds of frames.
func conversation(r *rig) []byte {
	r.in.WriteString(http2.Preface)
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingInitialWindowSize, Val: 100000})
	r.framer.WriteSettingsAck()
	r.request(1, false, "content-length", "11", "x", strings.Repeat("y", 300))
	r.framer.WriteDataPadded(1, false, []byte("hello "), make([]byte, 10))
	r.framer.WritePing(false, [8]byte{1, 2, 3})
	r.framer.WriteData(1, false, nil)
	r.framer.WriteDataPadded(1, true, []byte("world"), nil)
	fragment := r.block(":method", "GET", ":scheme", "http", ":authority", "a.b", ":path", "/long", "cookie", "a=1", "cookie", "b=2")
	r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: 3, BlockFragment: fragment[:5], EndStream: true, PadLength: 3,
		Priority: xhttp2.PriorityParam{StreamDep: 1, Weight: 3}})
	r.framer.WriteContinuation(3, false, fragment[5:9])
	r.framer.WriteContinuation(3, true, fragment[9:])
	r.framer.WritePriority(9, xhttp2.PriorityParam{StreamDep: 3})
	r.framer.WriteWindowUpdate(3, 1000)
	r.request(5, false)
	r.framer.WriteData(5, false, []byte("part"))
	r.headers(5, true, "x-sum", "42")
	r.request(7, false)
	r.framer.WriteRSTStream(7, xhttp2.ErrCodeCancel)
	r.framer.WriteRawFrame(0x77, 0xff, 0, []byte("unknown"))
	r.framer.WriteGoAway(0, xhttp2.ErrCodeNo, nil)
	b := bytes.Clone(r.in.Bytes())
	r.in.Reset()
	return b
}

// joined makes one line of Data lines that follow one another, as splitting
// them changes nothing.
func joined(lines []string) string {
	var b strings.Builder
	data := map[string]string{}
	for _, line := range lines {
		var id, text string
		if n, _ := fmt.Sscanf(line, "%s data %q", &id, &text); n == 2 {
			data[id] += text
			continue
		}
		id, _, _ = strings.Cut(line, " ")
		if text, ok := data[id]; ok {
			fmt.Fprintf(&b, "%s data %q\n", id, text)
			delete(data, id)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// play feeds the parts to a server in one turn and returns what it did.
func play(t testing.TB, parts ...[]byte) string {
	r := newRig(t, true, http2.Options{})
	for _, p := range parts {
		d := &event.Data{}
		r.arena.Write(d, p)
		r.s.Feed(d)
	}
	r.flush()
	return joined(r.take())
}

func TestSplittingChangesNothing(t *testing.T) {
	all := conversation(newRig(t, true, http2.Options{}))
	want := play(t, all)
	if !strings.Contains(want, "5 end x-sum=42") || !strings.Contains(want, "3 GET /long host=a.b cookie=a=1; b=2 (0)") {
		t.Fatalf("got %s", want)
	}
	for i := range all {
		if got := play(t, all[:i], all[i:]); got != want {
			t.Fatalf("cut at %d: got\n%s\nwant\n%s", i, got, want)
		}
	}
	bytewise := make([][]byte, len(all))
	for i := range all {
		bytewise[i] = all[i : i+1]
	}
	if got := play(t, bytewise...); got != want {
		t.Errorf("byte by byte: got\n%s\nwant\n%s", got, want)
	}
	// The same in Data of two pieces of memory.
	for i := 1; i < len(all); i++ {
		r := newRig(t, true, http2.Options{})
		d := event.NewData(bytes.Clone(all[:i]))
		d.Push(event.NewData(bytes.Clone(all[i:])))
		r.s.Feed(d)
		r.flush()
		if got := joined(r.take()); got != want {
			t.Fatalf("two pieces, %d: got\n%s", i, got)
		}
	}
}

// TestHeaderBlocksOfTheRFC decodes the requests of RFC 7541, C.3 and C.4, one
// after the other on one connection.
func TestHeaderBlocksOfTheRFC(t *testing.T) {
	for name, blocks := range map[string][]string{
		"C.3": {"828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
			"828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"},
		"C.4": {"828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
			"828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"},
	} {
		r := newServer(t, http2.Options{})
		for i, text := range blocks {
			block, err := hex.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			r.framer.WriteHeaders(xhttp2.HeadersFrameParam{StreamID: uint32(2*i + 1), BlockFragment: block, EndHeaders: true, EndStream: true})
		}
		r.send()
		t.Log(name)
		r.want("1 GET / host=www.example.com (0)", "1 end",
			"3 GET / host=www.example.com cache-control=no-cache (0)", "3 end",
			"5 GET /index.html host=www.example.com custom-key=custom-value (0)", "5 end")
	}
}

func TestRepeatedFieldsAreIndexed(t *testing.T) { // RFC 7541, 2.3
	r := newServer(t, http2.Options{})
	size := func(id uint32) int {
		r.request(id, true)
		r.send()
		r.take()
		r.streams[id].Respond(head(200, "Server", "pipy", "Content-Type", "text/html; charset=utf-8", "X-Frame-Options", "DENY"))
		r.streams[id].End(nil)
		r.s.Flush()
		n := r.out.Len()
		r.frames()
		r.wantPart(fmt.Sprintf("> %d HEADERS :status=200 content-length=0 server=pipy content-type=text/html; charset=utf-8 x-frame-options=DENY end", id))
		return n
	}
	if first, second := size(1), size(3); second > 9+8 || first < 40 {
		t.Errorf("the head took %d bytes, then %d", first, second)
	}
}

func TestSecretsAreNeverIndexed(t *testing.T) { // RFC 7541, 7.1.3
	r := newClient(t, http2.Options{})
	for range 2 {
		r.ask(requestHead("GET", "/", "host", "a", "authorization", "Basic Zm9vOmJhcg==")).End(nil)
	}
	r.s.Flush()
	if n := bytes.Count(r.out.Bytes(), []byte{0x1f, 23 - 15}); n != 2 { // never indexed, name 23
		t.Errorf("%d of 2 fields are marked as never indexed: %x", n, r.out.Bytes())
	}
	r.flush()
	r.wantPart("authorization=Basic Zm9vOmJhcg==")
}

func TestTableSizeOfThePeerIsObeyed(t *testing.T) { // RFC 7541, 4.2 and 6.3
	r := newServer(t, http2.Options{})
	r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingHeaderTableSize, Val: 0})
	r.hdec.SetAllowedMaxDynamicTableSize(0)
	r.request(1, true)
	r.request(3, true)
	r.send()
	r.take()
	for _, id := range []uint32{1, 3} {
		r.streams[id].Respond(head(200, "x", "y"))
		r.streams[id].End(nil)
	}
	r.flush()
	r.want("1 done", "3 done", "> 1 HEADERS :status=200 content-length=0 x=y end", "> 3 HEADERS :status=200 content-length=0 x=y end")
}

func TestTableSizeThatStaysIsNotAnnounced(t *testing.T) { // RFC 7541, 4.2: at the beginning of a block only
	r := newClient(t, http2.Options{})
	const request = " HEADERS :method=GET :scheme=http :authority=a.b :path=/some/path x=y end"
	for _, want := range []string{"> 1" + request, "> 3" + request} {
		r.ask(requestHead("GET", "/some/path", "host", "a.b", "x", "y")).End(nil)
		r.flush()
		r.want(want)
		r.framer.WriteSettings(xhttp2.Setting{ID: xhttp2.SettingHeaderTableSize, Val: 4096})
		r.send()
		r.want("> SETTINGS ack")
	}
}
