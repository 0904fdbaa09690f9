package filters

import (
	"errors"
	"strings"

	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// optionsOrFunc decodes the options object, or returns the function that is
// going to return it, if the script gave one instead.
func optionsOrFunc(p *spec.Params, declare func(p *spec.Params)) spec.Func {
	var rest []any
	spec.Rest(p, &rest, "options", "object | (() => object)", "")
	if len(rest) > 0 {
		if fn, ok := rest[0].(spec.Func); ok {
			spec.Decode(nil, nil, nil, declare) // the defaults
			return fn
		}
	}
	if _, err := spec.Decode(nil, rest, nil, declare); err != nil {
		name, reason, _ := strings.Cut(err.Error(), ": ")
		p.Fail(name, errors.New(reason))
	}
	return nil
}

// optionsFrom decodes the options object that a function returns.
func optionsFrom(fn spec.Func, ctx *pipeline.Context, declare func(p *spec.Params)) error {
	v, err := fn.Call(ctx)
	if err != nil {
		return err
	}
	_, err = spec.Decode(nil, []any{v}, nil, declare)
	return err
}
