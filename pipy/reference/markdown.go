package reference

import (
	"fmt"
	"strings"

	"pipy/pipy/spec"
)

// Printed is the first line of every page that is printed.
const Printed = "<!-- Printed from the source by `make generate`: do not edit. -->\n\n"

// Pages returns the reference as Markdown: the text of each page by its path,
// such as "filters/pack.md". examples holds the example of a filter by its name.
func (r *Reference) Pages(examples map[string]Example) map[string]string {
	pages := map[string]string{"README.md": r.index()}
	for _, f := range r.filters {
		pages[filterPage(f)] = r.filterText(f, examples)
	}
	for _, c := range r.classes {
		pages[classPage(c)] = classText(c)
	}
	return pages
}

func filterPage(f *Filter) string { return "filters/" + f.Name + ".md" }

func classPage(c *spec.Class) string {
	if c.Name == "" {
		return "api/global.md"
	}
	return "api/" + c.Name + ".md"
}

func (r *Reference) index() string {
	var b strings.Builder
	b.WriteString(Printed + "# Reference\n\n")
	b.WriteString("Everything that scripts can use. The same is printed by `pipy --help-filters` and `pipy --help-apis`, and as type declarations for editors by `pipy --print-types`.\n\n## Filters\n\n")
	for _, f := range r.filters {
		fmt.Fprintf(&b, "- [%s](%s) %s\n", f.Name, filterPage(f), title(f.Doc))
	}
	b.WriteString("\n## Classes and functions\n\n")
	for _, c := range r.classes {
		name := c.Name
		if name == "" {
			name = "global functions"
		}
		fmt.Fprintf(&b, "- [%s](%s) %s\n", name, classPage(c), title(c.Doc))
	}
	return b.String()
}

func (r *Reference) filterText(f *Filter, examples map[string]Example) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n%s\n\n", Printed, f.Name, sentence(title(f.Doc)))
	fmt.Fprintf(&b, "    %s%s\n", f.Name, signature(f.arguments()))
	if f.Joint {
		fmt.Fprintf(&b, "    %s%s.to(pipeline)\n", f.Name, signature(f.Fields))
	}
	fmt.Fprintf(&b, "\n%s\n", flow(f))
	if text := body(f.Doc); text != "" {
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	writeFields(&b, "## Arguments", f.arguments())
	writeExample(&b, examples[f.Name])
	return b.String()
}

func classText(c *spec.Class) string {
	var b strings.Builder
	name := c.Name
	if name == "" {
		name = "Global functions"
	}
	fmt.Fprintf(&b, "%s# %s\n\n%s\n", Printed, name, strings.TrimSpace(c.Doc))
	if c.Base != "" {
		fmt.Fprintf(&b, "\nIt extends [%s](%s.md).\n", c.Base, c.Base)
	}
	if c.New != nil {
		writeMethod(&b, "new "+c.Name, "", c.New)
	}
	for _, m := range methods(c.Statics) {
		writeMethod(&b, member(c, m.Name), m.Returns, m)
	}
	for _, m := range methods(c.Methods) {
		writeMethod(&b, "."+m.Name, m.Returns, m)
	}
	if len(c.Props) > 0 {
		b.WriteString("\n## Properties\n\n")
	}
	for _, p := range props(c.Props) {
		fmt.Fprintf(&b, "- `%s` (`%s`, read-only) %s\n", p.Name, p.Type, oneLine(p.Doc))
	}
	if len(c.Consts) > 0 {
		b.WriteString("\n## Constants\n\n")
	}
	for _, name := range constants(c) {
		fmt.Fprintf(&b, "- `%s` (`%s`)\n", member(c, name), constType(c.Consts[name]))
	}
	return b.String()
}

func writeMethod(b *strings.Builder, name, returns string, m *spec.Method) {
	fmt.Fprintf(b, "\n## %s%s\n\n%s\n", name, signature(m.Fields), strings.TrimSpace(m.Doc))
	writeFields(b, "", m.Fields)
	if returns != "" && returns != "void" {
		fmt.Fprintf(b, "\nReturns `%s`.\n", returns)
	}
}

func writeFields(b *strings.Builder, heading string, fields []spec.Field) {
	if len(fields) == 0 {
		return
	}
	if heading != "" {
		b.WriteString("\n" + heading + "\n")
	}
	b.WriteByte('\n')
	for _, f := range fields {
		kind := ""
		switch {
		case f.Default != "" && f.Default != `""`:
			kind = ", default `" + f.Default + "`"
		case f.Optional:
			kind = ", optional"
		}
		fmt.Fprintf(b, "- `%s` (`%s`%s) %s\n", fieldName(f), f.Type, kind, oneLine(f.Doc))
	}
}

func writeExample(b *strings.Builder, e Example) {
	if len(e.Files) == 0 {
		return
	}
	b.WriteString("\n## Example\n\n")
	if e.Caption != "" {
		b.WriteString(e.Caption + "\n\n")
	}
	for _, f := range e.Files {
		fmt.Fprintf(b, "`%s`:\n\n%s%s\n%s%s\n\n", f.Name, fence(f.Text), language(f.Name), f.Text, fence(f.Text))
	}
	fmt.Fprintf(b, "It is a part of the test [%s](../../../%s), which shows what it does.\n", e.Path, e.Path)
}

// fence is a run of backquotes that the text does not contain.
func fence(text string) string {
	f := "```"
	for strings.Contains(text, f) {
		f += "`"
	}
	return f
}

func language(file string) string {
	switch file[strings.LastIndexByte(file, '.')+1:] {
	case "js":
		return "js"
	case "json":
		return "json"
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
