package codebase

import (
	"context"
	"math/rand/v2"
	"time"

	"pipy/pipy/logging"
)

const (
	// PollInterval is how often a server is asked for a new version.
	PollInterval = 5 * time.Second
	// MaxBackOff is the longest time between two questions to a server that does
	// not answer well, unless the interval is longer.
	MaxBackOff = 30 * time.Second
)

// Poke lets Watch ask the server at once: somebody knows that there is something
// new. It does not wait.
func (r *Remote) Poke() {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// Watch asks for the version at the interval, a little less than that at random,
// so that many processes do not ask at the same moment; less and less often while
// the server does not answer well. It downloads what is new, and calls changed
// when that differs from what runs and from what did not.
func (r *Remote) Watch(ctx context.Context, changed func()) {
	failures := 0
	timer := time.NewTimer(rand.N(r.interval))
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-r.poke:
		}
		news, err := r.look(ctx)
		if ctx.Err() != nil {
			return
		}
		r.note(err)
		failures++
		if err == nil {
			failures = 0
		}
		timer.Reset(BackOff(r.interval, failures))
		if news {
			changed()
		}
	}
}

// BackOff returns the time until a server is asked again, after so many bad answers
// in a row: between 90 and 100 percent of an interval that doubles with each, up
// to MaxBackOff.
func BackOff(interval time.Duration, failures int) time.Duration {
	for ; failures > 1 && interval < MaxBackOff; failures-- {
		interval = min(2*interval, MaxBackOff)
	}
	return interval - rand.N(interval/10+1)
}

// look asks for the version, downloads it when it has another tag, and tells
// whether it is worth a try.
func (r *Remote) look(ctx context.Context) (news bool, err error) {
	r.loading.Lock()
	defer r.loading.Unlock()
	at, newest := r.known()
	if newest != nil && at != nil {
		now, err := r.head(ctx, at)
		if err != nil || now == newest.tag {
			return false, err
		}
	}
	s, err := r.download(ctx)
	if err != nil {
		return false, err
	}
	defer r.changed()
	r.mu.Lock()
	defer r.mu.Unlock()
	newest = r.newest
	r.newest = s
	switch {
	case r.running != nil && r.running.hash == s.hash:
		if r.running.tag != s.tag {
			logging.Infof(topic, "Version %s has the content of version %s, which runs", s.name(), r.running.name())
		}
		r.running, r.refused, r.pending = s, nil, nil
		return false, nil
	case newest != nil && newest.hash == s.hash && r.refused != nil:
		return false, nil
	}
	r.refused, r.pending = nil, s
	return true, nil
}
