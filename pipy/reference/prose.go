package reference

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// lineWidth is where texts for the terminal are wrapped.
const lineWidth = 96

// title returns the first sentence or the title line of a doc.
func title(doc string) string {
	doc = strings.TrimSpace(doc)
	if i := strings.Index(doc, "\n\n"); i >= 0 {
		doc = doc[:i]
	}
	doc = strings.Join(strings.Fields(doc), " ")
	for i := range len(doc) - 2 {
		if doc[i] == '.' && doc[i+1] == ' ' && unicode.IsUpper(rune(doc[i+2])) {
			return doc[:i]
		}
	}
	return strings.TrimSuffix(doc, ".")
}

// body returns what follows the title line of a doc.
func body(doc string) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(doc), "\n\n")
	return strings.TrimSpace(rest)
}

// sentence makes a title a sentence.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	first, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[n:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// paragraphs splits a text at its empty lines. Lines that begin with a blank or
// with a dash keep their breaks; others are joined.
func paragraphs(text string) []string {
	var list []string
	for _, p := range strings.Split(strings.TrimSpace(text), "\n\n") {
		var b strings.Builder
		for i, line := range strings.Split(p, "\n") {
			switch {
			case i == 0:
			case isFixed(line):
				b.WriteByte('\n')
			default:
				b.WriteByte(' ')
			}
			b.WriteString(strings.TrimRight(line, " "))
		}
		if b.Len() > 0 {
			list = append(list, b.String())
		}
	}
	return list
}

// isFixed tells whether a line begins a new one even inside a paragraph.
func isFixed(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "- ")
}

// wrapped lays a text out in lines of at most width columns, each behind the
// indent; width counts the indent.
func wrapped(text, indent string, width int) []string {
	var lines []string
	for i, p := range paragraphs(text) {
		if i > 0 {
			lines = append(lines, "")
		}
		for _, line := range strings.Split(p, "\n") {
			lines = append(lines, wrapLine(line, indent, width)...)
		}
	}
	return lines
}

func wrapLine(line, indent string, width int) []string {
	if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
		return []string{indent + line}
	}
	var lines []string
	current := indent
	for _, word := range strings.Fields(line) {
		if current != indent && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > width {
			lines = append(lines, current)
			current = indent
		}
		if current != indent {
			current += " "
		}
		current += word
	}
	return append(lines, current)
}
