package main

import (
	"fmt"
	"html"
	"strings"
)

// diagram returns the drawing of a diagram that is written as text (Mermaid),
// as far as the pages use it: flow charts from left to right, and sequences.
// What it does not know is an error.
func diagram(text string) (string, error) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	switch head := strings.TrimSpace(lines[0]); head {
	case "flowchart LR":
		f, err := parseFlow(lines[1:])
		if err != nil {
			return "", err
		}
		return f.draw(), nil
	case "sequenceDiagram":
		return drawSequence(lines[1:])
	default:
		return "", fmt.Errorf("want flowchart LR or sequenceDiagram, got %q", head)
	}
}

// canvas collects the parts of a drawing.
type canvas struct{ strings.Builder }

func (c *canvas) add(format string, args ...any) {
	fmt.Fprintf(&c.Builder, format+"\n", args...)
}

// text writes lines around a center.
func (c *canvas) text(x, y float64, class string, lines []string) {
	top := y - float64(len(lines)-1)*lineHeight/2 + 5
	for i, line := range lines {
		c.add(`<text class="%s" x="%.0f" y="%.0f" text-anchor="middle">%s</text>`, class, x, top+float64(i)*lineHeight, html.EscapeString(line))
	}
}

// finish returns the drawing with its size.
func (c *canvas) finish(width, height float64) string {
	return fmt.Sprintf(`<svg class="diagram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">
<defs><marker id="diagram-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 Z"/></marker></defs>
%s</svg>`, width, height, width, height, c.String())
}

const lineHeight = 17.0 // pixels

// widthOf estimates the width of a text in pixels: nothing here can measure it.
func widthOf(line string) float64 {
	width := 0.0
	for _, r := range line {
		switch {
		case r >= 0x2e80:
			width += 14
		case strings.ContainsRune("iljt.,:;'|()[]! ", r):
			width += 4.5
		case r == 'm' || r == 'w' || r >= 'A' && r <= 'Z':
			width += 9.5
		default:
			width += 7.6
		}
	}
	return width
}

// split makes lines of a label.
func split(label string) []string {
	label = strings.Trim(strings.TrimSpace(label), `"`)
	lines := strings.Split(strings.ReplaceAll(label, "<br/>", "<br>"), "<br>")
	for i, line := range lines {
		lines[i] = html.UnescapeString(strings.TrimSpace(line))
	}
	return lines
}

// extent returns the size of a label.
func extent(lines []string) (width, height float64) {
	for _, line := range lines {
		width = max(width, widthOf(line))
	}
	return width, float64(len(lines)) * lineHeight
}
