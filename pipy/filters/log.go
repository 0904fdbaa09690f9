package filters

import (
	"errors"

	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
	"pipy/pipy/transport"
)

// warnEnd tells the operator why a filter ends a stream: scripts see only the
// name of the error.
func warnEnd(s *pipeline.Stage, err error) {
	why := string(event.NameOf(err))
	var failure *event.Failure
	switch name := event.Error(""); {
	case errors.As(err, &failure):
		why = failure.Error()
	case !errors.As(err, &name):
		why += ": " + err.Error()
	}
	warnStream(s, "ended with "+why)
}

// warnStream tells the operator what became of a stream, and whose it is.
func warnStream(s *pipeline.Stage, what string) {
	client := ""
	if in, ok := s.Context().Inbound.(*transport.Inbound); ok {
		client = "client " + in.RemoteAddress() + ", "
	}
	logging.Warnf(logging.Topic(s.Node().Name), "stream %s (%s%s)", what, client, s.Node().Pos)
}

// warnCut tells the operator that a callback did not see the whole body.
func warnCut(s *pipeline.Stage, c *collector) {
	if c.dropped > 0 {
		logging.Errorf(logging.Topic(s.Node().Name), "%d bytes were discarded due to buffer size limit of %d", c.dropped, c.limit)
	}
}
