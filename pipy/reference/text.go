package reference

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"pipy/pipy/spec"
)

// row is a line of a list: a name, its arguments and a sentence.
type row struct{ name, args, title string }

// list prints an empty line, the rows in three columns, and an empty line.
func list(w io.Writer, rows []row) error {
	name, args := 0, 0
	for _, r := range rows {
		name, args = max(name, len(r.name)), max(args, len(r.args))
	}
	b := bufio.NewWriter(w)
	fmt.Fprintln(b)
	for _, r := range rows {
		fmt.Fprintf(b, "%-*s%-*s%s\n", name+1, r.name, args+3, r.args, r.title)
	}
	fmt.Fprintln(b)
	return b.Flush()
}

// ListFilters prints one line for each filter: its name, its arguments with the
// optional ones in square brackets, and its title. The first and the last line
// are empty.
func (r *Reference) ListFilters(w io.Writer) error {
	rows := make([]row, len(r.filters))
	for i, f := range r.filters {
		rows[i] = row{f.Name, signature(f.arguments()), title(f.Doc)}
	}
	return list(w, rows)
}

// HelpFilters explains the filter of that name, or all filters when the name is
// empty. The first and the last line are empty. The error of an unknown name
// tells which ones are near it.
func (r *Reference) HelpFilters(w io.Writer, name string) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b)
	found := false
	for _, f := range r.filters {
		if name != "" && f.Name != name {
			continue
		}
		found = true
		doc := sentence(title(f.Doc)) + "\n\n" + body(f.Doc) + "\n\n" + flow(f)
		explain(b, f.Name+signature(f.arguments()), doc, f.arguments())
	}
	if !found {
		return unknown("filter", name, r.filterNames())
	}
	fmt.Fprintln(b)
	return b.Flush()
}

// flow tells what a filter takes and gives, and which notation has it.
func flow(f *Filter) string {
	text := "Input: " + f.In + ". Output: " + f.Out + "."
	if f.Fork {
		text += " The input is passed on beside the sub-pipeline."
	}
	return text
}

// explain prints the entry of something that can be called: its signature, a
// rule, the doc, and a line for each argument.
func explain(w io.Writer, signature, doc string, fields []spec.Field) {
	fmt.Fprintf(w, "%s\n%s\n\n", signature, strings.Repeat("=", len(signature)))
	for _, line := range wrapped(doc, "  ", lineWidth) {
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w)
	if len(fields) == 0 {
		return
	}
	width := 0
	for _, f := range fields {
		width = max(width, len(fieldName(f)))
	}
	for _, f := range fields {
		fmt.Fprintf(w, "  %-*s - <%s> %s\n", width, fieldName(f), shortType(f.Type), fieldDoc(f))
	}
	fmt.Fprint(w, "\n\n")
}

// fieldDoc is the doc of an argument on one line, with its default.
func fieldDoc(f spec.Field) string {
	doc := strings.Join(strings.Fields(f.Doc), " ")
	if f.Default != "" && f.Default != `""` {
		doc += " Default: " + f.Default + "."
	}
	return doc
}

func (r *Reference) filterNames() []string {
	names := make([]string, len(r.filters))
	for i, f := range r.filters {
		names[i] = f.Name
	}
	return names
}
