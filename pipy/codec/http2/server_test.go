package http2_test

import (
	"testing"

	"pipy/pipy/codec/http2"
	"pipy/pipy/event"
)

func TestServerSendsItsSettingsFirst(t *testing.T) {
	r := newRig(t, true, http2.Options{})
	r.flush()
	r.want("> SETTINGS MAX_CONCURRENT_STREAMS=256 INITIAL_WINDOW_SIZE=1048576 MAX_HEADER_LIST_SIZE=65536",
		"> 0 WINDOW_UPDATE 983041")
}

func TestServerAnswersRequest(t *testing.T) {
	r := newServer(t, http2.Options{})
	r.request(1, true, "accept", "*/*")
	r.send()
	r.want("1 GET / host=a.b accept=*/* (0)", "1 end")
	st := r.streams[1]
	if err := st.Respond(head(200, "Content-Type", "text/plain", "Connection", "close")); err != nil {
		t.Fatal(err)
	}
	st.Send(event.DataString("hello"))
	st.End(nil)
	r.flush()
	r.want("1 done", "> 1 HEADERS :status=200 content-length=5 content-type=text/plain", `> 1 DATA "hello" end`)
}
