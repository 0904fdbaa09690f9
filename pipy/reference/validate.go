package reference

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"pipy/pipy/spec"
)

// maxTitle bounds the title of a filter, in letters: it is one line of a list.
const maxTitle = 80

// Validate returns what is wrong with the declarations, one sentence for each
// fault; none when all is well.
func (r *Reference) Validate() []string {
	v := &validator{seen: map[string]bool{}, classes: map[string]bool{}}
	for _, c := range r.classes {
		v.classes[c.Name] = true
		v.classes[c.Name[strings.LastIndexByte(c.Name, '.')+1:]] = true // as its namespace calls it
	}
	for _, f := range r.filters {
		v.filter(f)
	}
	for _, c := range r.classes {
		v.class(c)
	}
	return v.faults
}

type validator struct {
	seen    map[string]bool
	classes map[string]bool // that are declared
	faults  []string
}

func (v *validator) fault(where, format string, args ...any) {
	v.faults = append(v.faults, where+": "+fmt.Sprintf(format, args...))
}

func (v *validator) once(kind, name string) {
	if v.seen[kind+name] {
		v.fault(name, "the name is declared twice")
	}
	v.seen[kind+name] = true
}

var flows = map[string]bool{"bytes": true, "messages": true, "events": true, "nothing": true}

func (v *validator) filter(f *Filter) {
	v.once("filter ", f.Name)
	head, _, _ := strings.Cut(f.Doc, "\n")
	first, _ := utf8.DecodeRuneInString(head)
	switch {
	case head == "":
		v.fault(f.Name, "want a doc with a title line, got none")
	case unicode.IsUpper(first) && !acronym(head):
		v.fault(f.Name, "want a title without a capital, got %q", head)
	case strings.HasSuffix(head, "."):
		v.fault(f.Name, "want a title without a period, got %q", head)
	case utf8.RuneCountInString(head) > maxTitle:
		v.fault(f.Name, "want a title of at most %d letters, got %d", maxTitle, utf8.RuneCountInString(head))
	case title(f.Doc) != head:
		v.fault(f.Name, "want an empty line behind the title")
	}
	if !flows[f.In] || !flows[f.Out] {
		v.fault(f.Name, "want an input and an output of bytes, messages, events or nothing, got %q and %q", f.In, f.Out)
	}
	v.fields(f.Name, f.arguments())
}

// acronym tells whether a title begins with a word like "HTTP".
func acronym(head string) bool {
	word, _, _ := strings.Cut(head, " ")
	return len(word) > 1 && unicode.IsUpper(rune(word[1]))
}

func (v *validator) class(c *spec.Class) {
	v.once("class ", c.Name)
	name := c.Name
	if name == "" {
		name = "global functions"
	}
	v.sentence(name, c.Doc)
	if c.New != nil {
		v.method("new "+name, c.New)
	}
	for _, m := range c.Statics {
		v.once(name+" static ", m.Name)
		v.method(name+"."+m.Name, m)
	}
	for _, m := range c.Methods {
		v.once(name+" member ", m.Name)
		v.method(name+"."+m.Name, m)
	}
	for _, p := range c.Props {
		v.once(name+" member ", p.Name)
		v.sentence(name+"."+p.Name, p.Doc)
		if p.Type == "" {
			v.fault(name+"."+p.Name, "want a type, got none")
		}
		v.typ(name+"."+p.Name, p.Type)
	}
}

func (v *validator) method(name string, m *spec.Method) {
	v.sentence(name, m.Doc)
	if m.Returns == "" {
		v.fault(name, "want the type of the result, got none")
	}
	v.typ(name, m.Returns)
	v.fields(name, m.Fields)
}

// sentence checks a doc that is made of sentences.
func (v *validator) sentence(name, doc string) {
	first, _ := utf8.DecodeRuneInString(doc)
	switch {
	case strings.TrimSpace(doc) == "":
		v.fault(name, "want a doc, got none")
	case unicode.IsLower(first):
		v.fault(name, "want a doc that begins with a capital, got %q", title(doc))
	case !strings.HasSuffix(strings.TrimSpace(doc), "."):
		v.fault(name, "want a doc that ends with a period, got %q", doc)
	}
}

func (v *validator) fields(owner string, fields []spec.Field) {
	names := map[string]bool{}
	for _, f := range fields {
		where := owner + ": " + fieldName(f)
		switch {
		case f.Name == "":
			v.fault(owner, "want a name for every argument")
		case names[fieldName(f)]:
			v.fault(where, "the name is declared twice")
		case strings.TrimSpace(f.Doc) == "":
			v.fault(where, "want a doc, got none")
		case f.Type == "" || f.Wants == "":
			v.fault(where, "want a type, got none")
		case strings.ContainsFunc(f.Default, func(r rune) bool { return !unicode.IsPrint(r) }):
			v.fault(where, "want a default that can be printed, got %q", f.Default)
		case len(f.Values) > 0 && f.Default != "" && !allowed(f):
			v.fault(where, "want a default among %s, got %s", f.Wants, f.Default)
		}
		v.typ(where, f.Type)
		names[fieldName(f)] = true
	}
}

// The types of JavaScript that declarations name.
var builtin = map[string]bool{"Promise": true, "Record": true}

var (
	quoted    = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	className = regexp.MustCompile(`[\w*][\w.]*`)
)

// typ checks that the classes in a type are declared.
func (v *validator) typ(where, ts string) {
	for _, name := range className.FindAllString(quoted.ReplaceAllString(ts, ""), -1) {
		last := name[strings.LastIndexByte(name, '.')+1:]
		class := name[0] == '*' || last != "" && unicode.IsUpper(rune(last[0]))
		if class && !v.classes[name] && !builtin[name] {
			v.fault(where, "want a type that is declared, before the functions that take it, got %s", name)
			return
		}
	}
}

func allowed(f spec.Field) bool {
	for _, value := range f.Values {
		if f.Default == value || f.Default == fmt.Sprintf("%q", value) {
			return true
		}
	}
	return false
}
