package filters

import (
	"pipy/pipy/loop"
	"pipy/pipy/pipeline"
)

// pausedSource is the source of a filter that makes more than it gets: whoever
// is slow behind it pauses the filter.
type pausedSource struct {
	loop.Source
	paused bool

	stage   *pipeline.Stage
	proceed func()
}

// newPausedSource returns the source of one run of a filter; proceed is called
// when it may go on. Those who hold it may do so beyond the run.
func newPausedSource(stage *pipeline.Stage, proceed func()) *pausedSource {
	s := &pausedSource{stage: stage, proceed: proceed}
	s.Init(stage.Loop(), s)
	return s
}

// Pause is called by the loop.
func (s *pausedSource) Pause() { s.paused = true }

// Resume is called by the loop. The filter goes on in the next turn.
func (s *pausedSource) Resume() {
	s.paused = false
	s.stage.Loop().Next(loop.Func(s.stage.Guard(func() {
		if !s.paused {
			s.proceed()
		}
	})))
}
