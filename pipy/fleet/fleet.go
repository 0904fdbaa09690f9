// Package fleet connects the workers of a codebase with the repo that keeps it.
//
// The Agent is the worker's side: it reports status and metrics, sends logs to
// who watches them, and hears at once of new versions. The Registry is the repo's
// side: it keeps one record for each worker, and forgets those that fall silent.
// Both speak the protocol of later releases of Pipy, and that of 0.30 with
// partners that do not know better.
package fleet

import (
	"encoding/json"
	"time"

	"pipy/pipy/logging"
)

// topic is what log lines of this package are about.
const topic logging.Topic = "fleet"

const (
	// reportInterval is how often a worker reports, and how far apart the points
	// of its metrics' history are.
	reportInterval = 5 * time.Second
	// ioTimeout bounds a request, a handshake, and writing one message.
	ioTimeout = 10 * time.Second
	// maxText bounds a uuid, a name, a label: in bytes.
	maxText = 1 << 10
	// maxModules bounds the graphs of an instance, in bytes; more are not shown.
	maxModules = 1 << 20
	// maxError bounds the reason of a failure, in bytes.
	maxError = 16 << 10
)

// Report is what a worker says about itself.
type Report struct {
	Since   time.Time // when the program was started; zero before that
	Version string    // of the program, "" for none
	Error   string    // why a newer version does not run, "" for no reason
	Modules any       // by path, with their graphs; to be written as JSON; nil for none
	Logs    []string  // names of logs that can be watched
}

// wireReport is a status report as it is sent. Times are Unix milliseconds.
type wireReport struct {
	Timestamp float64         `json:"timestamp"`
	Since     float64         `json:"since"`
	UUID      string          `json:"uuid"`
	Name      string          `json:"name"`
	IP        string          `json:"ip,omitempty"`
	Version   string          `json:"version"`
	Error     string          `json:"error,omitempty"`
	Modules   json.RawMessage `json:"modules"`
	Logs      []string        `json:"logs"`
	Metrics   *wireMetrics    `json:"metrics,omitempty"`
}

// wireMetrics are metrics in a status report. Last is the Version of the report
// that Roots are relative to, and is left out when they are complete. Any number
// is a version: that of a worker's first report may be zero.
type wireMetrics struct {
	Version int64           `json:"version"`
	Last    *int64          `json:"last,omitempty"`
	Roots   json.RawMessage `json:"roots"`
}

// wireFrame is metrics on a link, in the form of 0.30. The first frame of a
// connection is complete, the others are relative to the one before.
type wireFrame struct {
	UUID    string          `json:"uuid"`
	Metrics json.RawMessage `json:"metrics"`
}

// Commands of the repo on a link, and what begins the answers.
const (
	cmdReload  = "reload"
	cmdLogOn   = "log/on/"
	cmdLogOff  = "log/off/"
	cmdLogTail = "log/tail/"

	msgLog     = "log/"
	msgLogTail = "log-tail/"
)

func millis(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli())
}
