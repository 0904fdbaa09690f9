package filters

import (
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
)

// warnCut tells the operator that a callback did not see the whole body.
func warnCut(s *pipeline.Stage, c *collector) {
	if c.dropped > 0 {
		logging.Errorf(logging.Topic(s.Node().Name), "%d bytes were discarded due to buffer size limit of %d", c.dropped, c.limit)
	}
}
