package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"pipy/pipy/fleet"
	"pipy/pipy/logging"
)

// logs adds the routes of logs.
func (s *Server) logs(mux *http.ServeMux) {
	viewers := s.options.Fleet
	if viewers == nil {
		viewers = fleet.NewRegistry(fleet.RegistryOptions{}) // without workers: for the logs of this process
	}
	mux.HandleFunc("GET /api/v1/log", newLines)
	mux.HandleFunc("GET /log", listLogs)
	mux.HandleFunc("GET /log/{name...}", wholeLog)
	mux.HandleFunc("GET /api/v1/log-stream", s.streamLog)
	mux.HandleFunc("GET /api/v1/log/{uuid}/{name...}", func(w http.ResponseWriter, r *http.Request) {
		uuid := r.PathValue("uuid")
		if uuid == s.options.UUID || uuid == localLog {
			uuid = ""
		}
		endless(w)
		viewers.ServeLog(w, r, uuid, r.PathValue("name"))
	})
}

// localLog stands for this process in place of a uuid.
const localLog = "-"

// logNames returns the names of the logs that this process has.
func logNames() []string { return logging.Histories() }

// sizeHeader is how many lines a client has got, and in the answer how many there
// have been.
const sizeHeader = "X-Log-Size"

// newLines answers with the lines of the process log that the client has not got.
func newLines(w http.ResponseWriter, r *http.Request) {
	n, err := uint64(0), error(nil)
	if text := r.Header.Get(sizeHeader); text != "" {
		if n, err = strconv.ParseUint(text, 10, 63); err != nil {
			fail(w, http.StatusBadRequest, "x-log-size: want the number of lines that were received, got "+strconv.Quote(text))
			return
		}
	}
	h := logging.LookupHistory(logging.ProcessLog)
	if h == nil {
		fail(w, http.StatusNotFound, "this process keeps no log")
		return
	}
	records, total := h.After(n)
	w.Header().Set(sizeHeader, strconv.FormatUint(total, 10))
	writeLines(w, records)
}

// listLogs answers with the names of all logs.
func listLogs(w http.ResponseWriter, r *http.Request) {
	names := logNames()
	if acceptsJSON(r) {
		answer(w, http.StatusOK, names)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	for _, name := range names {
		fmt.Fprintln(w, name)
	}
}

// wholeLog answers with what is kept of a log.
func wholeLog(w http.ResponseWriter, r *http.Request) {
	h := logging.LookupHistory(r.PathValue("name"))
	if h == nil {
		fail(w, http.StatusNotFound, "there is no log "+r.PathValue("name"))
		return
	}
	writeLines(w, h.Records())
}

func writeLines(w http.ResponseWriter, records [][]byte) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	for _, r := range records {
		if _, err := w.Write(append(r, '\n')); err != nil {
			return // the client has gone
		}
	}
}

// logQueue is how many lines wait for one client that watches the log.
const logQueue = 1000

// streamLog sends the process log as server-sent events: the lines that are kept,
// or with Last-Event-ID those that came since, and then each new one. The query
// may ask for a level and what is above it, and for topics: level=warn,
// topic=http2,admin.
func (s *Server) streamLog(w http.ResponseWriter, r *http.Request) {
	filter, err := parseLogFilter(r)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	h := logging.LookupHistory(logging.ProcessLog)
	if h == nil {
		fail(w, http.StatusNotFound, "this process keeps no log")
		return
	}
	stream := openStream(w)
	if stream == nil {
		fail(w, http.StatusServiceUnavailable, "too many streams are open")
		return
	}
	defer stream.close()
	seen := seenBefore(r)
	type numbered struct {
		number uint64
		record []byte
	}
	queue := make(chan numbered, logQueue)
	var dropped atomic.Uint64
	records, total, cancel := h.Follow(seen, func(number uint64, record []byte) {
		select {
		case queue <- numbered{number, append([]byte(nil), record...)}:
		default:
			dropped.Add(1)
		}
	})
	defer cancel()
	for i, record := range records {
		filter.send(stream, total-uint64(len(records)-1-i), record)
	}
	for stream.flush() {
		select {
		case line := <-queue:
			filter.send(stream, line.number, line.record)
			for more := true; more; { // what is there already goes out at once
				select {
				case line := <-queue:
					filter.send(stream, line.number, line.record)
				default:
					more = false
				}
			}
		case <-stream.beats.C:
			stream.comment()
		case <-r.Context().Done():
			return
		}
		if n := dropped.Swap(0); n > 0 {
			stream.send("", "dropped", map[string]uint64{"count": n})
		}
	}
}

// boot tells the lines of this process from those of one that was at the same
// address before.
var boot = strconv.FormatInt(time.Now().UnixMilli(), 36)

// eventID is the ID of the event for a line of the log.
func eventID(number uint64) string { return boot + "-" + strconv.FormatUint(number, 10) }

// seenBefore returns the number of the last line that a client got from this
// process.
func seenBefore(r *http.Request) uint64 {
	number, ok := strings.CutPrefix(r.Header.Get("Last-Event-ID"), boot+"-")
	if !ok {
		return 0
	}
	n, _ := strconv.ParseUint(number, 10, 63)
	return n
}

// logFilter is what a client wants to see of the log.
type logFilter struct {
	level  logging.Level
	topics map[logging.Topic]bool // nil for all
}

func parseLogFilter(r *http.Request) (*logFilter, error) {
	f := &logFilter{level: logging.Debug}
	q := r.URL.Query()
	if name := q.Get("level"); name != "" {
		level, ok := logging.ParseLevel(name)
		if !ok {
			return nil, fmt.Errorf("level: want debug, info, warn or error, got %q", name)
		}
		f.level = level
	}
	for _, list := range q["topic"] {
		for name := range strings.SplitSeq(list, ",") {
			if name == "" {
				continue
			}
			if f.topics == nil {
				f.topics = map[logging.Topic]bool{}
			}
			f.topics[logging.Topic(name)] = true
		}
	}
	return f, nil
}

// send sends a line if the client wants it.
func (f *logFilter) send(stream *eventStream, number uint64, record []byte) {
	l := logging.ParseLine(record)
	if l.Level < f.level || f.topics != nil && !f.topics[l.Topic] {
		return
	}
	stream.send(eventID(number), "", struct {
		Time  string `json:"time"`
		Level string `json:"level"`
		Topic string `json:"topic"`
		Text  string `json:"text"`
	}{l.Time.Format(time.RFC3339Nano), l.Level.String(), string(l.Topic), l.Text})
}
