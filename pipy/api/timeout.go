package api

import (
	"time"

	"pipy/pipy/spec"
)

// timeout is a timer that scripts wait for.
type timeout struct {
	engine   spec.Engine
	stop     func()
	duration time.Duration
	state    timeoutState
	waiting  []func(value any, err error)
}

type timeoutState int

const (
	timeoutPending timeoutState = iota
	timeoutFired
	timeoutCancelled
)

var timeoutClass = spec.NewClass[*timeout]("Timeout", "A timer that starts when it is made.")

func (t *timeout) start() {
	if t.stop != nil {
		t.stop()
	}
	t.state = timeoutPending
	t.stop = t.engine.Loop().After(t.duration, func() { t.settle(timeoutFired) }).Stop
}

func (t *timeout) settle(state timeoutState) {
	t.state = state
	waiting := t.waiting
	t.waiting = nil
	for _, settle := range waiting {
		t.tell(settle)
	}
}

func (t *timeout) tell(settle func(value any, err error)) {
	if t.state == timeoutCancelled {
		settle(nil, &Thrown{t, "timeout cancelled"})
		return
	}
	settle(t, nil)
}

func (t *timeout) wait() spec.Raw {
	promise, settle := t.engine.NewPromise()
	if t.state == timeoutPending {
		t.waiting = append(t.waiting, settle)
	} else {
		t.tell(settle)
	}
	return promise
}

func (t *timeout) cancel() {
	if t.state == timeoutPending {
		t.stop()
		t.settle(timeoutCancelled)
	}
}

func init() {
	d := timeoutClass
	d.Constructor("Starts a timer.", func(m *spec.Method) func(*spec.Call) (*timeout, error) {
		duration := spec.In[time.Duration](m, "duration", "How long it takes.")
		return func(c *spec.Call) (*timeout, error) {
			length, err := duration.Of(c)
			if err != nil {
				return nil, err
			}
			t := &timeout{engine: c.Engine, duration: length}
			t.start()
			return t, nil
		}
	})
	d.Method("wait", "Promise<Timeout>", "Returns a promise that is fulfilled with this Timeout when the time is over, and rejected with it when it is cancelled.", func(*spec.Method) func(*timeout, *spec.Call) (any, error) {
		return func(t *timeout, _ *spec.Call) (any, error) { return t.wait(), nil }
	})
	d.Method("cancel", "void", "Stops the timer. Nothing happens when the time is over.", func(*spec.Method) func(*timeout, *spec.Call) (any, error) {
		return func(t *timeout, _ *spec.Call) (any, error) {
			t.cancel()
			return nil, nil
		}
	})
	d.Method("restart", "Timeout", "Starts the timer anew and returns it. Those who wait go on waiting.", func(m *spec.Method) func(*timeout, *spec.Call) (any, error) {
		duration := spec.InOpt[time.Duration](m, "duration", -1, "How long it takes; as long as the last time when it is left out.")
		m.Fields[0].Default = ""
		return func(t *timeout, c *spec.Call) (any, error) {
			length, err := duration.Of(c)
			if err != nil {
				return nil, err
			}
			if length >= 0 {
				t.duration = length
			}
			t.start()
			return t, nil
		}
	})
}
