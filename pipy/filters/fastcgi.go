package filters

import (
	"pipy/pipy/codec/fastcgi"
	"pipy/pipy/event"
	"pipy/pipy/pipeline"
)

const docFastCGI = `

The head of a request is { role, keepAlive, params }: role is 1 for a responder, params
is an object of strings. Its body is the standard input. The body of a response is the
standard output, which for a responder begins with header lines; the tail of its
MessageEnd is { appStatus, protocolStatus, stderr }, where stderr is a Data.`

const (
	maxParams   = 1 << 20 // bytes of the params of a request
	maxRequests = 1000    // at one time on one connection
)

var _ = declare(Decl[struct{}]{
	Name: "demuxFastCGI",
	Doc: "serves the requests of a FastCGI connection" + docFastCGI + `

Each request runs in a sub-pipeline of its own, with a clone of the variables; requests
may be under way at the same time. A request that is aborted ends its sub-pipeline.
When a request does not ask to keep the connection, the stream ends after it. What is not
valid ends the stream with ProtocolError.`,
	In: Bytes, Out: Bytes, Joint: true,
	Build: func(*struct{}) (pipeline.New, error) {
		return func(s *pipeline.Stage) pipeline.Filter {
			f := &demuxFastCGI{Stage: s, requests: map[int]*fastcgiRequest{}}
			f.dec = fastcgi.NewDecoder(f.record)
			return f
		}, nil
	},
})

type demuxFastCGI struct {
	*pipeline.Stage
	dec      *fastcgi.Decoder
	requests map[int]*fastcgiRequest
	ending   *event.StreamEnd
	over     bool
	err      error
}

// fastcgiRequest is a request of a connection that we serve.
type fastcgiRequest struct {
	f      *demuxFastCGI
	id     int
	role   int
	keep   bool
	params []byte
	begun  bool // the MessageStart was sent
	sent   bool // the MessageEnd was sent
	open   bool // inside the response
	done   bool
	pipe   *pipeline.Pipeline
}

func (f *demuxFastCGI) Process(evt event.Event) {
	if f.over {
		dropEvent(evt)
		return
	}
	switch evt := evt.(type) {
	case *event.Data:
		if evt.Len() == 0 {
			f.Output(evt)
			return
		}
		err := f.dec.Feed(evt)
		if err == nil {
			err = f.err
		}
		if err != nil && !f.over {
			f.over = true
			f.Fail(&event.Failure{Name: event.ProtocolError, Cause: err})
		}
	case *event.StreamEnd:
		if evt.Err != nil || len(f.requests) == 0 {
			f.end(evt)
			return
		}
		f.ending = evt
	}
}

func (f *demuxFastCGI) end(end *event.StreamEnd) {
	f.over = true
	for _, r := range f.requests {
		r.close()
	}
	f.Output(end)
}

func (f *demuxFastCGI) send(kind, id int, content *event.Data) {
	d := &event.Data{}
	fastcgi.Append(d, kind, id, content)
	f.Output(d)
}

// record takes a record of the connection.
func (f *demuxFastCGI) record(rec fastcgi.Record) {
	if f.over || f.err != nil {
		return
	}
	if rec.ID == 0 {
		f.manage(rec)
		return
	}
	r := f.requests[rec.ID]
	if rec.Type == fastcgi.BeginRequest {
		if r == nil {
			f.begin(rec)
		}
		return
	}
	if r == nil { // of a request that is over (3.3)
		rec.Content.Release()
		return
	}
	switch rec.Type {
	case fastcgi.AbortRequest:
		r.finish(nil, fastcgi.RequestComplete)
	case fastcgi.Params:
		r.param(rec.Content)
	case fastcgi.Stdin:
		r.input(rec.Content)
	}
}

// manage answers a question about the application (4).
func (f *demuxFastCGI) manage(rec fastcgi.Record) {
	if rec.Type != fastcgi.GetValues {
		f.send(fastcgi.UnknownType, 0, event.NewData([]byte{byte(rec.Type), 0, 0, 0, 0, 0, 0, 0}))
		return
	}
	asked, err := fastcgi.ParseParams(rec.Content.Bytes())
	if err != nil {
		f.err = err
		return
	}
	var list []fastcgi.Param
	for _, p := range asked {
		if p.Name == "FCGI_MPXS_CONNS" {
			list = append(list, fastcgi.Param{Name: p.Name, Value: "1"})
		}
	}
	f.send(fastcgi.GetValuesResult, 0, event.NewData(fastcgi.AppendParams(nil, list)))
}

func (f *demuxFastCGI) begin(rec fastcgi.Record) {
	role, keep, err := fastcgi.ParseBegin(rec.Content)
	if err != nil {
		f.err = err
		return
	}
	r := &fastcgiRequest{f: f, id: rec.ID, role: role, keep: keep}
	f.requests[rec.ID] = r
	if len(f.requests) > maxRequests {
		r.finish(nil, fastcgi.Overloaded)
	}
}

// param takes a part of the params; an empty one is the last.
func (r *fastcgiRequest) param(content *event.Data) {
	if r.begun {
		content.Release()
		return
	}
	if content.Len() > 0 {
		r.params = content.AppendTo(r.params)
		content.Release()
		if len(r.params) > maxParams {
			r.finish(nil, fastcgi.Overloaded)
		}
		return
	}
	list, err := fastcgi.ParseParams(r.params)
	if err != nil {
		r.f.err = err
		return
	}
	params := &Record{}
	for _, p := range list {
		params.Set(p.Name, p.Value)
	}
	r.begun, r.params = true, nil
	r.pipe = r.f.Sub(0, r.f.Context().Clone(), r.output)
	r.process(&event.MessageStart{Head: record([]string{"role", "keepAlive", "params"}, []any{number(r.role), r.keep, params})})
}

// process feeds the sub-pipeline, unless the response is complete.
func (r *fastcgiRequest) process(evt event.Event) {
	if r.done {
		dropEvent(evt)
		return
	}
	r.pipe.Process(evt)
}

func (r *fastcgiRequest) input(content *event.Data) {
	switch {
	case !r.begun || r.sent:
		content.Release()
	case content.Len() > 0:
		r.process(content)
	default:
		r.sent = true
		r.process(event.End)
	}
}

// output takes the output of the sub-pipeline.
func (r *fastcgiRequest) output(evt event.Event) {
	if r.done || r.f.over {
		dropEvent(evt)
		return
	}
	switch evt := evt.(type) {
	case *event.MessageStart:
		r.open = true
	case *event.Data:
		switch {
		case !r.open:
			evt.Release()
		case evt.Len() == 0:
			r.f.Output(evt)
		default:
			r.f.send(fastcgi.Stdout, r.id, evt)
		}
	case *event.MessageEnd:
		if r.open {
			r.finish(evt.Tail, fastcgi.RequestComplete)
		}
	case *event.StreamEnd:
		status := fastcgi.RequestComplete
		if !r.open || evt.Err != nil {
			status = fastcgi.Overloaded
		}
		r.finish(nil, status)
	}
}

// finish ends a request.
func (r *fastcgiRequest) finish(tail any, status int) {
	f := r.f
	o := objectOf(tail)
	app, _ := member(o, "appStatus", 0, 0, 1<<32-1)
	if n, err := member(o, "protocolStatus", int64(status), 0, 255); err == nil {
		status = int(n)
	}
	d := &event.Data{}
	if b, ok := dataOf(o.Get("stderr")); ok && len(b) > 0 {
		fastcgi.Append(d, fastcgi.Stderr, r.id, event.NewData(b))
		fastcgi.Append(d, fastcgi.Stderr, r.id, &event.Data{})
	}
	fastcgi.Append(d, fastcgi.Stdout, r.id, &event.Data{})
	fastcgi.AppendEnd(d, r.id, uint32(app), status)
	delete(f.requests, r.id)
	r.close()
	f.Output(d)
	f.Output(&event.Data{})
	if f.over {
		return
	}
	if !r.keep {
		f.end(event.EndStream)
	} else if f.ending != nil && len(f.requests) == 0 {
		f.end(f.ending)
	}
}

func (r *fastcgiRequest) close() {
	r.done = true
	if r.pipe != nil {
		r.pipe.Close()
	}
}
