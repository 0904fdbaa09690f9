package script

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"pipy/pipy/api"
	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/filters"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
)

// agent sends the HTTP requests of a script to one server. Each request is a run
// of a pipeline that begins with a muxHTTP, which has the connections.
type agent struct {
	prog    *Program
	layout  *pipeline.Layout
	host    string // of requests that have none
	maxBody int
}

var agentClass = spec.NewClass[*agent]("http.Agent", `A client of one HTTP server, with connections that are used again and again. Each worker has its own.

It is a pipeline of muxHTTP, connectTLS and connect, and has their options.`)

var _ = agentMembers()

func agentMembers() struct{} {
	agentClass.Constructor("Makes a client. It connects when there is a request.", func(m *spec.Method) func(*spec.Call) (*agent, error) {
		host := spec.In[string](m, "host", "The server: 'name', 'name:port' or '[ipv6]:port'. The port is 80 unless it is there, and 443 with TLS.")
		secure := spec.Member[any](m, "tls", nil, "Speaks TLS: true, or an object with options of connectTLS. The option sni is the name of the server unless it is there.")
		m.Fields[len(m.Fields)-1].Type = "boolean | object"
		limit := spec.Member[spec.Size](m, "maxBodySize", 0, "Bytes that the body of a response may have; a longer one is a 502. 0 means any number.")
		borrowOptions(m, "muxHTTP", "")
		borrowOptions(m, "connect", "netlinkFamily")
		return func(c *spec.Call) (*agent, error) {
			name, err := host.Of(c)
			if err != nil {
				return nil, err
			}
			tls, err := secure.Of(c)
			if err != nil {
				return nil, err
			}
			size, err := limit.Of(c)
			if err != nil {
				return nil, err
			}
			options, _ := c.Args.At(1).(event.Object)
			a := &agent{prog: programOf(c), maxBody: int(size)}
			return a, a.build(name, tls, options)
		}
	})
	agentClass.Method("request", "Promise<Message>", `Sends a request: a Message of which the head's method, path and headers and the body count; or a method, a path, headers and a body.

The promise gets the response as a Message. When the server cannot be reached or breaks off before its response, that is a response with status 502 or 504; when the response breaks off or is too long, the promise is rejected with such a Message. The header host is added when there is none.`, func(m *spec.Method) func(*agent, *spec.Call) (any, error) {
		spec.In[any](m, "request", "The request, or its method.")
		m.Fields[0].Type = "Message | string"
		path := spec.InOpt(m, "path", "/", "The path, with the query.")
		headers := spec.InOpt[event.Object](m, "headers", nil, "Header fields.")
		body := spec.InOpt[any](m, "body", nil, "The body.")
		m.Fields[3].Type = "string | Data"
		return func(a *agent, c *spec.Call) (any, error) {
			switch r := c.Args.At(0).(type) {
			case *event.Message:
				from := httphead.Of(r.Head)
				h := httphead.New()
				h.Method, h.Path = from.Method, from.Path
				h.Header.SetObject(&from.Header)
				return a.request(h, r.Body), nil
			case string:
				h := httphead.New()
				h.Method = r
				var err error
				if h.Path, err = path.Of(c); err != nil {
					return nil, err
				}
				fields, err := headers.Of(c)
				if err != nil {
					return nil, err
				}
				if fields != nil {
					h.Header.SetObject(fields)
				}
				v, _ := body.Of(c)
				content, err := bodyOf(v)
				if err != nil {
					return nil, err
				}
				return a.request(h, content), nil
			default:
				return nil, fmt.Errorf("request: %w", &spec.Mismatch{Wants: "a Message or a method", Got: spec.Show(r)})
			}
		}
	})
	return struct{}{}
}

// borrowOptions declares the options of a filter, but for one, as those of a method.
func borrowOptions(m *spec.Method, filter, except string) {
	for _, f := range filters.All[filter].Fields {
		known := slices.ContainsFunc(m.Fields, func(g spec.Field) bool { return g.Name == f.Name })
		if !f.Option || known || f.Name == except {
			continue
		}
		if f.Name == "maxQueue" {
			f.Default = strconv.Itoa(agentQueue)
		}
		m.Fields = append(m.Fields, f)
	}
}

// agentQueue is how many requests an agent has on one connection unless the
// script says otherwise: a client knows less about a server than a proxy does.
const agentQueue = 1

func bodyOf(v any) (*event.Data, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return event.DataString(v), nil
	case *event.Data:
		return v, nil
	}
	return nil, fmt.Errorf("body: %w", &spec.Mismatch{Wants: "a string or a Data", Got: spec.Show(v)})
}

// build makes the layouts of the connections and of the requests.
func (a *agent) build(host string, tls any, options event.Object) error {
	secure := tls != nil && tls != false
	port := "80"
	if secure {
		port = "443"
	}
	target, name, err := agentTarget(host, port)
	if err != nil {
		return fmt.Errorf("host: %w", err)
	}
	a.host = host
	connection := a.newLayout("connect")
	if err := a.add(connection, "connect", []any{target, options}, nil); err != nil {
		return err
	}
	if secure {
		o, _ := tls.(event.Object)
		if o == nil && tls != true {
			return fmt.Errorf("options.tls: %w", &spec.Mismatch{Wants: "true or an object", Got: spec.Show(tls)})
		}
		wrapped := a.newLayout("connectTLS")
		if err := a.add(wrapped, "connectTLS", []any{a.with(o, "sni", name)}, connection); err != nil {
			return fmt.Errorf("options.tls: %w", err)
		}
		connection = wrapped
	}
	a.layout = a.newLayout("http.Agent")
	return a.add(a.layout, "muxHTTP", []any{"agent", a.with(options, "maxQueue", float64(agentQueue))}, connection)
}

// agentTarget returns where to connect to, and the name of the server.
func agentTarget(host, port string) (target, name string, err error) {
	name = host
	if h, p, splitErr := net.SplitHostPort(host); splitErr == nil {
		name, port = h, p
	} else {
		name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
		if strings.Contains(name, ":") && name == host {
			name = "" // an IPv6 address that is ambiguous, or too many colons
		}
	}
	n, convErr := strconv.Atoi(port)
	if name == "" || strings.ContainsAny(name, "/ @[]\r\n") || convErr != nil || n < 1 || n > 65535 {
		return "", "", &spec.Mismatch{Wants: "'name', 'name:port' or '[ipv6]:port'", Got: spec.Show(host)}
	}
	return net.JoinHostPort(name, port), name, nil
}

// with returns a copy of an object that has a member, unless it has it already.
// The object may be nil.
func (a *agent) with(o event.Object, name string, value any) event.Object {
	names, values := []string{name}, []any{value}
	if o != nil {
		for _, member := range o.Keys() {
			v := o.Get(member)
			switch {
			case member != name:
				names, values = append(names, member), append(values, v)
			case v != nil:
				values[0] = v
			}
		}
	}
	return a.prog.e.NewObject(names, values)
}

func (a *agent) newLayout(name string) *pipeline.Layout {
	return &pipeline.Layout{Name: name, Module: a.prog.here().path, Program: a.prog.layouts}
}

// add appends a filter to a layout.
func (a *agent) add(l *pipeline.Layout, filter string, args []any, sub *pipeline.Layout) error {
	n := &pipeline.Node{Name: filter, Pos: a.prog.e.Where()}
	l.Nodes = append(l.Nodes, n)
	var subs []spec.Sub
	if sub != nil {
		subs = []spec.Sub{{Layout: sub, Name: sub.Name}}
	}
	return filters.All[filter].Make(a.prog.here(), n, args, subs)
}

// request sends a request and returns the promise of its response.
func (a *agent) request(h *httphead.Head, body *event.Data) spec.Raw {
	if !h.Header.Has("host") {
		h.Header.Fields = append([]httphead.Field{{Name: "host", Value: a.host}}, h.Header.Fields...)
	}
	promise, settle := a.prog.e.NewPromise()
	r := &agentRequest{maxBody: a.maxBody, settle: settle}
	r.pipe = a.layout.Start(a.prog.NewContext(nil), r.receive)
	r.process(&event.MessageStart{Head: h})
	if body != nil && body.Len() > 0 {
		r.process(body.Clone())
	}
	r.process(event.End)
	return promise
}

// agentRequest collects the response to one request.
type agentRequest struct {
	pipe    *pipeline.Pipeline
	maxBody int // 0 for no limit
	settle  func(any, error)
	head    any
	body    *event.Data // nil until the head of the final response came
}

// process feeds the pipeline, unless the response came early.
func (r *agentRequest) process(evt event.Event) {
	if r.settle != nil {
		r.pipe.Process(evt)
	}
}

func (r *agentRequest) receive(evt event.Event) {
	switch e := evt.(type) {
	case *event.MessageStart:
		if status := httphead.Of(e.Head).Status; status < 100 || status >= 200 || status == 101 {
			r.head, r.body = e.Head, &event.Data{}
		}
	case *event.Data:
		if r.body == nil {
			e.Release()
			return
		}
		r.body.Push(e)
		if r.maxBody > 0 && r.body.Len() > r.maxBody {
			r.fail()
		}
	case *event.MessageEnd:
		if r.body != nil {
			r.finish(&event.Message{Head: r.head, Body: r.body, Tail: e.Tail}, nil)
		}
	case *event.StreamEnd:
		r.fail()
	}
}

// fail rejects the promise.
func (r *agentRequest) fail() {
	h := httphead.New()
	h.Status, h.StatusText = 502, "Bad Gateway"
	r.finish(nil, &api.Thrown{Value: &event.Message{Head: h}, Message: errNoResponse.Error()})
}

var errNoResponse = errors.New("there is no whole response")

// finish settles the promise, once.
func (r *agentRequest) finish(m *event.Message, err error) {
	settle := r.settle
	if settle == nil {
		return
	}
	r.settle = nil
	r.pipe.Close()
	settle(m, err)
}
