package main

import (
	"regexp"
	"strings"
)

// In a page, drawings carry their looks as attributes: the console allows no
// styles but its own, and the colors of a drawing have to be those of the page.

// looks are the attributes that stand for the classes of a drawing.
var looks = map[string]string{
	"":            `fill="currentColor"`,
	"s":           `fill="currentColor" font-size="12" opacity="0.8"`,
	"label":       `fill="currentColor" font-size="12.5" opacity="0.85"`,
	"title":       `fill="currentColor" font-size="12.5" opacity="0.85"`,
	"box":         `fill="none" stroke="currentColor" stroke-opacity="0.7" stroke-width="1.3"`,
	"mark":        `fill="#0d9488" fill-opacity="0.16" stroke="#0d9488" stroke-width="1.5"`,
	"end":         `fill="none" stroke="#0d9488" stroke-width="1.6"`,
	"soft":        `fill="none" stroke="currentColor" stroke-opacity="0.45" stroke-dasharray="5 4"`,
	"frame":       `fill="none" stroke="currentColor" stroke-opacity="0.45" stroke-dasharray="5 4"`,
	"line":        `fill="none" stroke="currentColor" stroke-opacity="0.7" stroke-width="1.3"`,
	"line dotted": `fill="none" stroke="currentColor" stroke-opacity="0.7" stroke-width="1.3" stroke-dasharray="3 4"`,
	"life":        `fill="none" stroke="currentColor" stroke-opacity="0.5" stroke-dasharray="3 4"`,
	"tip":         `fill="currentColor"`,
	"back":        `fill="var(--diagram-back, transparent)"`,
}

var (
	svgHead  = regexp.MustCompile(`(?s)^\s*(<\?xml.*?\?>)?\s*(<!--.*?-->)?\s*`)
	svgStyle = regexp.MustCompile(`(?s)<style>.*?</style>\n?`)
	svgClass = regexp.MustCompile(`class="([^"]*)"`)
)

// inline makes a drawing fit to be a part of a page.
func inline(drawing string) string {
	drawing = svgStyle.ReplaceAllString(svgHead.ReplaceAllString(drawing, ""), "")
	drawing = svgClass.ReplaceAllStringFunc(drawing, func(attribute string) string {
		if look, ok := looks[svgClass.FindStringSubmatch(attribute)[1]]; ok {
			return look
		}
		return attribute
	})
	drawing = strings.ReplaceAll(drawing, "<text x=", `<text fill="currentColor" x=`)
	return strings.TrimSpace(strings.Replace(drawing, "<svg ", `<svg font-family="system-ui, sans-serif" font-size="14" `, 1))
}
