package conformance

import (
	"fmt"
	"regexp"
	"strconv"
	"sync"
)

// retries lets scripts that fail be played again, with nothing beside them, as
// often as left says. So a gate on a noisy machine tells a script that depends
// on the moment from one that the program does not pass.
type retries struct {
	alone sync.RWMutex // held for writing by a script that is played again

	mu   sync.Mutex
	left int // Guarded by mu.
}

// proof is what no busy machine explains.
var proof = regexp.MustCompile(`DATA RACE|(?m)^\s*(panic|fatal error): `)

// newRetries reads CONFORMANCE_RETRIES: how many scripts of a run may be played
// again, none by default.
func newRetries(text string) (*retries, error) {
	if text == "" {
		return &retries{}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return nil, fmt.Errorf("CONFORMANCE_RETRIES: want a number from 0 up, got %q", text)
	}
	return &retries{left: n}, nil
}

// judge plays a script, once more if it fails unexpectedly and that is allowed.
func (r *retries) judge(play func() outcome, reason string) (verdict, string) {
	r.alone.RLock()
	v, text := judge(play(), reason)
	r.alone.RUnlock()
	if v != failed || proof.MatchString(text) || !r.take() {
		return v, text
	}
	r.alone.Lock()
	defer r.alone.Unlock()
	if v, _ := judge(play(), reason); v != passed {
		return failed, text
	}
	return flaky, text
}

func (r *retries) take() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == 0 {
		return false
	}
	r.left--
	return true
}
