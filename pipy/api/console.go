package api

import (
	"strings"

	"pipy/pipy/logging"
	"pipy/pipy/spec"
)

const docValues = "Strings are written as they are, other values in a form for people to read."

func init() {
	ns := spec.NewNamespace("console", "Writes to the log.")
	declare := func(name, doc string, level logging.Level) {
		ns.Function(name, "void", doc, func(m *spec.Method) func(*spec.Call) (any, error) {
			spec.RestField(m, "values", "any[]", docValues)
			return func(c *spec.Call) (any, error) {
				if logging.Enabled(level, logging.User) {
					logging.Lines(level, logging.User, Line(c))
				}
				return nil, nil
			}
		})
	}
	declare("log", "Writes a line of level info.", logging.Info)
	declare("info", "Writes a line of level info.", logging.Info)
	declare("warn", "Writes a line of level warn.", logging.Warn)
	declare("error", "Writes a line of level error.", logging.Error)
	declare("debug", "Writes a line of level debug.", logging.Debug)
}

// Line returns the arguments of a call as console and print write them: joined
// by blanks, strings as they are, other values as Dump shows them.
func Line(c *spec.Call) string {
	if c.Args.Len() == 1 {
		return plainText(argument(c, 0))
	}
	var b strings.Builder
	for i := range c.Args.Len() {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(plainText(argument(c, i)))
	}
	return b.String()
}

func plainText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Dump(v)
}
