package filters

import (
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// callback calls a script's function for one event after the other. While a
// promise that the function returned is pending, later events wait.
type callback struct {
	*pipeline.Stage
	fn      spec.Func
	process func(event.Event)            // handles one event, by calling call
	done    func(event.Event, any) error // what the function gave for an event
	index   int                          // counts the calls
	waiting bool                         // for a promise
	over    bool                         // StreamEnd went out, or the stage failed
	kept    queue                        // what came while waiting
	args    [2]any
}

// Process handles an event, now or when the promise before it is settled.
func (c *callback) Process(evt event.Event) {
	if c.over {
		return
	}
	if c.waiting {
		c.kept.push(c.Stage, evt)
		return
	}
	c.process(evt)
}

// call runs the function with arg for the event that is being processed.
func (c *callback) call(evt event.Event, arg any) {
	c.args[0], c.args[1] = arg, number(c.index)
	c.index++
	v, err := c.fn.Call(c.Context(), c.args[:]...)
	c.args[0] = nil
	if err != nil {
		c.fail(err)
		return
	}
	if p, ok := v.(spec.Promise); ok {
		c.hold(evt, p)
		return
	}
	if err := c.done(evt, v); err != nil {
		c.fail(err)
	}
}

// hold makes everything wait until the promise is settled.
func (c *callback) hold(evt event.Event, p spec.Promise) {
	c.waiting = true
	await(c.Stage, p, func(v any, err error) {
		c.waiting = false
		if err == nil {
			err = c.done(evt, v)
		}
		if err != nil {
			c.fail(err)
			return
		}
		for c.kept.len() > 0 && !c.waiting && !c.over && !c.Pipeline().Closed() {
			c.process(c.kept.shift())
		}
	})
}

func (c *callback) fail(err error) {
	c.over = true
	c.kept.clear()
	c.Fail(err)
}

// emit passes an event on that the function gave; after StreamEnd nothing
// follows.
func (c *callback) emit(evt event.Event) {
	if c.over {
		return
	}
	if _, ok := evt.(*event.StreamEnd); ok {
		c.over = true
	}
	c.Output(evt)
}

func (c *callback) reset() {
	c.index, c.waiting, c.over = 0, false, false
	c.args = [2]any{}
	c.kept.clear()
}
