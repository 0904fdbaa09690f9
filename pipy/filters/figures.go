package filters

import (
	"cmp"
	"slices"

	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// MuxFigures counts what one mux of a script does in one worker, in all versions
// of the script.
type MuxFigures struct {
	Module, Pipeline, Filter string // where it is; empty for all that have no figures of their own

	Sessions int64 // that are open
	Active   int64 // messages that were not answered yet
	Queued   int64 // those of them that wait behind others in a session of HTTP/1
	Hits     int64 // messages for which there was a session
	Misses   int64 // messages that started one
	Retries  int64 // requests that were sent again
	Failed   int64 // requests that were answered with an error instead of a response
}

// HTTP2Streams counts the streams of HTTP/2 that are open in one worker.
type HTTP2Streams struct{ Server, Client int64 }

// Figures are what the filters of one worker count. They belong to its loop.
type Figures struct {
	HTTP2 HTTP2Streams
	muxes map[muxPlaceKey]*MuxFigures
}

type muxPlaceKey struct{ module, pipeline, filter string }

type figuresKey struct{}

// FiguresOf returns what the filters on a loop count.
func FiguresOf(l *loop.Loop) *Figures {
	return l.Local(figuresKey{}, func() any { return &Figures{muxes: map[muxPlaceKey]*MuxFigures{}} }).(*Figures)
}

// maxMuxes bounds the muxes that have figures of their own, for scripts that make
// pipelines as they run.
const maxMuxes = 500

// mux returns the figures of the mux that a stage is of.
func (f *Figures) mux(s *pipeline.Stage) *MuxFigures {
	l := s.Pipeline().Layout()
	key := muxPlaceKey{l.Module, cmp.Or(l.ID, l.Name), s.Node().Name}
	m := f.muxes[key]
	if m == nil && len(f.muxes) >= maxMuxes {
		key = muxPlaceKey{}
		m = f.muxes[key]
	}
	if m == nil {
		m = &MuxFigures{Module: key.module, Pipeline: key.pipeline, Filter: key.filter}
		f.muxes[key] = m
	}
	return m
}

// Muxes returns the figures of all muxes, in the order of their places.
func (f *Figures) Muxes() []*MuxFigures {
	list := make([]*MuxFigures, 0, len(f.muxes))
	for _, m := range f.muxes {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *MuxFigures) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(a.Pipeline, b.Pipeline), cmp.Compare(a.Filter, b.Filter))
	})
	return list
}

// began counts a message that a session took.
func (m *muxSession) began(started bool) {
	f := m.figures
	if f == nil {
		return // it has ended at once
	}
	f.Active++
	if m.active > 1 && !m.wide {
		f.Queued++
	}
	if started {
		f.Misses++
	} else {
		f.Hits++
	}
}

// settled counts a message that was answered.
func (m *muxSession) settled() {
	f := m.figures
	if f == nil {
		return
	}
	f.Active--
	if m.active > 0 && !m.wide {
		f.Queued--
	}
}

// narrowed leaves one message to a session that turned out not to be wide; the
// others are going to be counted again.
func (m *muxSession) narrowed() {
	if m.figures != nil {
		m.figures.Active -= int64(m.active - 1)
	}
}

// gone counts the end of the session.
func (m *muxSession) gone() {
	f := m.figures
	if f == nil {
		return
	}
	m.figures = nil
	f.Sessions--
	f.Active -= int64(m.active)
	if m.active > 1 && !m.wide {
		f.Queued -= int64(m.active - 1)
	}
}
