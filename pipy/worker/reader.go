package worker

import (
	"io"
	"os"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
	"pipy/pipy/script"
)

// reader feeds a file to a pipeline. The file is read by a goroutine, one piece
// at a time: the next piece is read when the pipeline has taken the one before.
type reader struct {
	v      *version
	file   *os.File
	p      *pipeline.Pipeline
	source *loop.Source
	next   chan struct{}
}

// read starts the pipeline of a reader.
func (v *version) read(r *script.Reader) {
	file := os.Stdin
	if r.Path != "-" {
		var err error
		if file, err = os.Open(r.Path); err != nil {
			logging.Errorf("file", "cannot open file for reading: %s", r.Path)
			return
		}
	}
	f := &reader{v: v, file: file, next: make(chan struct{}, 1)}
	f.source = loop.NewSource(v.w.loop, f)
	f.p = r.Layout.Start(v.prog.NewContext(nil), f.output)
	f.p.OnDone(func(*pipeline.Pipeline) { v.w.group.settled() })
	v.reading++
	go f.run()
}

// Pause does nothing: run waits for next.
func (f *reader) Pause() {}

// Resume lets run read on.
func (f *reader) Resume() { f.next <- struct{}{} }

// run reads the file.
func (f *reader) run() {
	if f.file != os.Stdin {
		defer f.file.Close()
	}
	for {
		b := make([]byte, event.LargeChunk)
		n, err := f.file.Read(b)
		if n > 0 {
			f.v.w.loop.Post(func() { f.feed(event.NewData(b[:n])) })
			<-f.next
		}
		if err != nil {
			end := event.EndStream
			if err != io.EOF {
				end = &event.StreamEnd{Err: event.ReadError}
			}
			f.v.w.loop.Post(func() { f.feed(end) })
			return
		}
	}
}

// feed passes an event on.
func (f *reader) feed(evt event.Event) {
	prev := f.v.w.loop.Enter(f.source)
	f.p.Process(evt)
	f.v.w.loop.Leave(prev)
	if _, ok := evt.(*event.StreamEnd); ok {
		f.v.reading--
		f.v.w.group.settled()
		return
	}
	if !f.source.Held() {
		f.Resume()
	}
}

// output ends the pipeline when it says so.
func (f *reader) output(evt event.Event) {
	if _, ok := evt.(*event.StreamEnd); ok {
		f.p.Close()
	}
}
