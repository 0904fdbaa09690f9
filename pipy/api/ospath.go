package api

import (
	"path"
	"path/filepath"
	"strings"

	"pipy/pipy/spec"
)

func init() {
	ns := spec.NewNamespace("os.path", "Paths as text: nothing here looks at files.")
	ns.Function("basename", "string", "Returns the last part of a path.", func(m *spec.Method) func(*spec.Call) (any, error) {
		text := spec.In[string](m, "path", "The path.")
		suffix := spec.InOpt(m, "suffix", "", "Left out at the end of the result.")
		return func(c *spec.Call) (any, error) {
			p, err := text.Of(c)
			if err != nil {
				return nil, err
			}
			end, err := suffix.Of(c)
			if err != nil {
				return nil, err
			}
			return basename(p, end), nil
		}
	})
	onText := func(name, doc string, f func(p string) string) {
		ns.Function(name, "string", doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			text := spec.In[string](m, "path", "The path.")
			return func(c *spec.Call) (any, error) {
				p, err := text.Of(c)
				if err != nil {
					return nil, err
				}
				return f(p), nil
			}
		})
	}
	onText("dirname", `Returns a path without its last part; "" when it has no slash.`, dirname)
	onText("normalize", `Returns a path that begins with a slash, without "." and ".." and doubled slashes.`, func(p string) string { return path.Clean("/" + p) })

	several := func(name, doc string, f func(parts []string) (string, error)) {
		ns.Function(name, "string", doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			spec.RestField(m, "parts", "string[]", "Parts of a path.")
			return func(c *spec.Call) (any, error) {
				parts := make([]string, 0, c.Args.Len())
				for i := range c.Args.Len() {
					s, ok := c.Args.At(i).(string)
					if !ok {
						return nil, wrong("parts", "strings", c.Args.At(i))
					}
					parts = append(parts, s)
				}
				s, err := f(parts)
				return s, err
			}
		})
	}
	several("join", `Joins parts of a path with slashes, and removes "." and "..".`, func(parts []string) (string, error) { return path.Join(parts...), nil })
	several("resolve", "Returns the absolute path to which the parts lead, one from the other, from the current directory.", resolvePath)
}

func basename(p, suffix string) string {
	p = strings.TrimRight(p, "/")
	p = p[strings.LastIndexByte(p, '/')+1:]
	if p != suffix {
		p = strings.TrimSuffix(p, suffix)
	}
	return p
}

func dirname(p string) string {
	if trimmed := strings.TrimRight(p, "/"); trimmed != "" {
		p = trimmed
	}
	i := strings.LastIndexByte(p, '/')
	if i == 0 {
		return "/"
	}
	return p[:max(i, 0)]
}

func resolvePath(parts []string) (string, error) {
	p := ""
	for _, part := range parts {
		if strings.HasPrefix(part, "/") {
			p = part
			continue
		}
		p = path.Join(p, part)
	}
	return filepath.Abs(p)
}
