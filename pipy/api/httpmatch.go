package api

import (
	"errors"
	"fmt"
	"strings"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// Callable is implemented by instances that scripts may call like a function.
type Callable interface {
	Invoke(c *spec.Call) (any, error)
}

// pathMatch finds out whether paths have a form.
type pathMatch struct{ segments []matchSegment }

type matchSegment struct {
	text string // literal, or the name of what is captured
	kind matchKind
}

type matchKind int

const (
	literalSegment matchKind = iota
	namedSegment
	anySegment  // one segment, not captured
	restSegment // all that follows
)

var matchClass = spec.NewClass[*pathMatch]("http.Match", `A pattern of paths, which is called like a function.

Segments are literal text, compared without regard to case, {name} for a segment of any text, or * for any segment; a * at the end stands for all that follows.`)

func parseMatch(pattern string) (*pathMatch, error) {
	if !strings.HasPrefix(pattern, "/") {
		return nil, fmt.Errorf("path pattern must begin with '/', got %q", pattern)
	}
	m := &pathMatch{}
	parts := strings.Split(strings.TrimSuffix(pattern[1:], "/"), "/")
	for i, part := range parts {
		s := matchSegment{part, literalSegment}
		switch {
		case part == "*" && i == len(parts)-1:
			s.kind = restSegment
		case part == "*":
			s.kind = anySegment
		case len(part) > 2 && part[0] == '{' && part[len(part)-1] == '}':
			s = matchSegment{part[1 : len(part)-1], namedSegment}
		}
		if s.kind != anySegment && s.kind != restSegment && strings.ContainsAny(s.text, "{}*") {
			return nil, fmt.Errorf("invalid path pattern: want segments of text, {name} or *, got %q", pattern)
		}
		m.segments = append(m.segments, s)
	}
	return m, nil
}

// match returns what a path has for the names of the pattern.
func (m *pathMatch) match(path string) (names []string, values []any, ok bool) {
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	if !strings.HasPrefix(path, "/") {
		return nil, nil, false
	}
	rest, more := path[1:], true
	if len(rest) > 0 {
		rest = strings.TrimSuffix(rest, "/")
	}
	for _, s := range m.segments {
		if s.kind == restSegment {
			return append(names, "*"), append(values, rest), true
		}
		if !more {
			return nil, nil, false
		}
		var part string
		part, rest, more = strings.Cut(rest, "/")
		switch {
		case s.kind == literalSegment && !strings.EqualFold(part, s.text), s.kind != literalSegment && part == "":
			return nil, nil, false
		case s.kind == namedSegment:
			names, values = append(names, s.text), append(values, part)
		}
	}
	return names, values, !more
}

var errNoPath = errors.New("path: want a string or the head of a request")

// Invoke matches a path or the head of a request.
func (m *pathMatch) Invoke(c *spec.Call) (any, error) {
	var path string
	switch v := c.Args.At(0).(type) {
	case string:
		path = v
	case *httphead.Head:
		path = v.Path
	case event.Object:
		path = httphead.Text(v.Get("path"))
	default:
		return nil, errNoPath
	}
	names, values, ok := m.match(path)
	if !ok {
		return Null, nil
	}
	return c.Engine.NewObject(names, values), nil
}

func init() {
	d := matchClass
	d.Constructor("Makes a pattern.", func(m *spec.Method) func(*spec.Call) (*pathMatch, error) {
		pattern := spec.In[string](m, "pattern", "The pattern, which begins with a slash.")
		return func(c *spec.Call) (*pathMatch, error) {
			s, err := pattern.Of(c)
			if err != nil {
				return nil, err
			}
			return parseMatch(s)
		}
	})
	d.Method("match", "object | null", "Returns an object of what the path has for each {name}, and for a * at the end; null when it does not match. Calling the pattern itself is the same. A slash at the end, the query and the fragment are ignored.", func(m *spec.Method) func(*pathMatch, *spec.Call) (any, error) {
		spec.In[any](m, "path", "The path, or the head of a request.")
		described(m, "string | object")
		return func(p *pathMatch, c *spec.Call) (any, error) { return p.Invoke(c) }
	})
}
