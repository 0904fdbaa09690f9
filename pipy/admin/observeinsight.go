package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipy/pipy/script"
	"pipy/pipy/worker"
)

// insight adds what looks into the running program.
func (s *Server) insight(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/filters", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, s.process.Group().Filters())
	})
	mux.HandleFunc("GET /api/v1/tap", s.tap)
	for _, path := range []string{"/dump", "/api/v1/dump"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusOK, s.process.Group().Dump())
		})
		mux.HandleFunc("GET "+path+"/{items}", s.dumpText)
	}
	mux.HandleFunc("GET /api/v1/pprof/{kind}", s.profile)
}

// dumpText answers with tables: of one item, or of several with commas between, or
// the plus signs of later releases.
func (s *Server) dumpText(w http.ResponseWriter, r *http.Request) {
	items := strings.FieldsFunc(r.PathValue("items"), func(c rune) bool { return c == ',' || c == '+' })
	for _, item := range items {
		if !slices.Contains(worker.DumpItems, item) {
			fail(w, http.StatusNotFound, fmt.Sprintf("want some of %s, got %q", strings.Join(worker.DumpItems, ", "), item))
			return
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_ = s.process.Group().Dump().Write(w, items...) // the client has gone
}

// Limits of what a tap can be asked for.
const (
	tapData    = 256     // bytes of an event's data that are shown unless the client says how many
	maxTapRate = 10000   // events per second and worker
	maxTapData = 4 << 10 // bytes of an event's data
)

// tap sends what passes the filters of a pipeline as server-sent events. The query
// has the pipeline, and may have its module; sample=N to watch one in N of its
// runs; rate, in events per second; data, the bytes that are shown of the data of
// an event, 0 for none.
func (s *Server) tap(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	o := worker.TapOptions{Module: q.Get("module"), Pipeline: q.Get("pipeline"), Data: tapData}
	var err error
	number := func(name string, most int, to *int) {
		text := q.Get(name)
		if text == "" || err != nil {
			return
		}
		if *to, err = strconv.Atoi(text); err != nil || *to < 0 || *to > most {
			err = fmt.Errorf("%s: want a number from 0 to %d, got %q", name, most, text)
		}
	}
	number("sample", 1<<30, &o.Every)
	number("rate", maxTapRate, &o.Rate)
	number("data", maxTapData, &o.Data)
	if err != nil {
		fail(w, http.StatusBadRequest, err.Error())
		return
	}
	var stream *eventStream
	full := errors.New("too many streams are open")
	// The first event may be long in coming: the client wants to know before that
	// whether there is such a pipeline.
	err = s.process.Group().Tap(r.Context(), o, func(e *worker.TapEvent) error {
		if stream == nil {
			if stream = openStream(w); stream == nil {
				return full
			}
		}
		if e == nil {
			stream.comment()
		} else {
			stream.send("", "", e)
		}
		stream.flush()
		return stream.err
	})
	if stream != nil {
		if errors.Is(err, worker.ErrNoPipeline) {
			stream.send("", "end", map[string]string{"reason": "the pipeline is gone"})
			stream.flush()
		}
		stream.close()
		return
	}
	switch {
	case errors.Is(err, worker.ErrNoPipeline):
		fail(w, http.StatusNotFound, fmt.Sprintf("the program has no pipeline %q in %s", o.Pipeline, moduleText(o.Module)))
	case errors.Is(err, full):
		fail(w, http.StatusServiceUnavailable, err.Error())
	}
}

func moduleText(module string) string {
	if module == "" {
		return "any module"
	}
	return "module " + module
}

// Durations of profiles.
const (
	profileTime    = 10 * time.Second
	maxProfileTime = 5 * time.Minute
)

// profile answers with a profile in the format of pprof: of the scripts, or of
// the process: its processor time, its heap or its goroutines.
func (s *Server) profile(w http.ResponseWriter, r *http.Request) {
	kind := r.PathValue("kind")
	d := profileTime
	if text := r.URL.Query().Get("seconds"); text != "" {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n <= 0 || n > maxProfileTime.Seconds() {
			fail(w, http.StatusBadRequest, fmt.Sprintf("seconds: want a number above 0, up to %g, got %q", maxProfileTime.Seconds(), text))
			return
		}
		d = time.Duration(n * float64(time.Second))
	}
	var b bytes.Buffer
	var err error
	switch kind {
	case "script":
		err = script.Profile(r.Context(), &b, d)
	case "cpu":
		err = cpuProfile(r.Context(), &b, d)
	case "heap", "goroutine":
		err = pprof.Lookup(kind).WriteTo(&b, 0)
	default:
		fail(w, http.StatusNotFound, "want a profile of script, cpu, heap or goroutine, got "+strconv.Quote(kind))
		return
	}
	if err != nil {
		fail(w, http.StatusConflict, err.Error())
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="`+kind+`.pprof"`)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes()) // the client has gone
}

// cpuProfile profiles the process for a while, or until ctx ends.
func cpuProfile(ctx context.Context, b *bytes.Buffer, d time.Duration) error {
	if err := pprof.StartCPUProfile(b); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
	return nil
}
