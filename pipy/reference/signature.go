package reference

import (
	"slices"
	"strings"

	"pipy/pipy/spec"
)

// positional returns the arguments of a call: the options are one of them.
func positional(fields []spec.Field) []spec.Field {
	var list []spec.Field
	options := false
	for _, f := range fields {
		if !f.Option {
			list = append(list, f)
		}
		options = options || f.Option
	}
	if options {
		list = append(list, spec.Field{Name: "options", Type: "object", Optional: true})
	}
	return list
}

// required returns the index behind the last argument that must be given.
func required(args []spec.Field) int {
	for i := len(args); i > 0; i-- {
		if !args[i-1].Optional {
			return i
		}
	}
	return 0
}

// signature writes the arguments of a call, optional ones in square brackets:
// (a[, b[, c]]), ([a, ]b), (...a).
func signature(fields []spec.Field) string {
	args := positional(fields)
	must := required(args)
	var b strings.Builder
	comma, depth := false, 0
	for i, f := range args {
		switch {
		case f.Rest:
			if comma {
				b.WriteString(", ")
			}
			b.WriteString("..." + f.Name)
			comma = true
		case f.Optional && (i < must || f.Lead):
			if comma {
				b.WriteString(", ")
			}
			b.WriteString("[" + f.Name + ", ]")
			comma = false
		case f.Optional:
			b.WriteString("[")
			if comma {
				b.WriteString(", ")
			}
			b.WriteString(f.Name)
			comma = true
			depth++
		default:
			if comma {
				b.WriteString(", ")
			}
			b.WriteString(f.Name)
			comma = true
		}
	}
	return "(" + b.String() + strings.Repeat("]", depth) + ")"
}

// shortType is a TypeScript type in the words of help texts: string, number,
// function, object, array, joined by bars.
func shortType(ts string) string {
	var kinds []string
	for _, part := range alternatives(ts) {
		kind := part
		switch {
		case strings.Contains(part, "=>"):
			kind = "function"
		case strings.HasSuffix(part, "[]"):
			kind = "array"
		case strings.HasPrefix(part, `"`), strings.HasPrefix(part, "'"):
			kind = "string"
		case strings.HasPrefix(part, "{"):
			kind = "object"
		}
		if !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, "|")
}

// alternatives splits a union type at the bars that are in no brackets.
func alternatives(ts string) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(ts); i++ {
		switch ts[i] {
		case '(', '[', '{', '<':
			depth++
		case ')', ']', '}':
			depth--
		case '>':
			if i > 0 && ts[i-1] != '=' {
				depth--
			}
		case '|':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(ts[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(ts[start:]))
}

// fieldName is the name of an argument or of a member of the options.
func fieldName(f spec.Field) string {
	switch {
	case f.Option:
		return "options." + f.Name
	case f.Rest:
		return "..." + f.Name
	}
	return f.Name
}
