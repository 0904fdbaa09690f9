package main

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	participantLine = regexp.MustCompile(`^participant\s+(\w+)(?:\s+as\s+(.+))?$`)
	messageLine     = regexp.MustCompile(`^(\w+)\s*(-?->>)\s*(\w+)\s*:\s*(.*)$`)
	noteLine        = regexp.MustCompile(`^Note over (\w+)(?:,\s*(\w+))?\s*:\s*(.*)$`)
)

// Distances in a sequence, in pixels.
const (
	stepHeight = 40.0
	headHeight = 34.0
)

// sequence is a drawing of who tells whom what.
type sequence struct {
	canvas
	xs   map[string]float64
	y    float64
	last float64 // the right end
}

// drawSequence returns the drawing of a sequence.
func drawSequence(lines []string) (string, error) {
	s := &sequence{xs: map[string]float64{}, y: margin + headHeight + stepHeight}
	gap := 140.0
	var names [][2]string
	var steps []string
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if m := participantLine.FindStringSubmatch(line); m != nil {
			names = append(names, [2]string{m[1], m[2]})
			continue
		}
		if m := messageLine.FindStringSubmatch(line); m != nil {
			gap = max(gap, widthOf(m[4])+2*padding)
		}
		if line != "" {
			steps = append(steps, line)
		}
	}
	x := margin
	for _, n := range names {
		label := n[1]
		if label == "" {
			label = n[0]
		}
		w := max(widthOf(label)+2*padding, 90)
		if x == margin {
			x += w / 2
		}
		s.xs[n[0]] = x
		s.add(`<path class="life" d="M%.0f %.0f V%.0f"/>`, x, margin+headHeight, margin+headHeight+stepHeight*float64(len(steps))+stepHeight*0.8)
		s.add(`<rect class="end" x="%.0f" y="%.0f" width="%.0f" height="%.0f" rx="6"/>`, x-w/2, margin, w, headHeight)
		s.text(x, margin+headHeight/2, "", []string{label})
		s.last = x + w/2
		x += max(gap, w+padding)
	}
	for _, line := range steps {
		if err := s.step(line); err != nil {
			return "", err
		}
		s.y += stepHeight
	}
	return s.finish(s.last+margin, s.y), nil
}

// step draws one line.
func (s *sequence) step(line string) error {
	if m := noteLine.FindStringSubmatch(line); m != nil {
		from, ok := s.xs[m[1]]
		to, both := s.xs[m[2]]
		if !ok || m[2] != "" && !both {
			return fmt.Errorf("want participants: %q", line)
		}
		if m[2] == "" {
			to = from
		}
		w := max(to-from, widthOf(m[3])) + 2*padding
		s.add(`<rect class="frame" x="%.0f" y="%.0f" width="%.0f" height="26" rx="4"/>`, (from+to)/2-w/2, s.y-18, w)
		s.text((from+to)/2, s.y-5, "label", []string{m[3]})
		return nil
	}
	m := messageLine.FindStringSubmatch(line)
	if m == nil {
		return fmt.Errorf("want a message or a note: %q", line)
	}
	from, ok := s.xs[m[1]]
	to, there := s.xs[m[3]]
	if !ok || !there {
		return fmt.Errorf("want participants: %q", line)
	}
	class := "line"
	if m[2] == "-->>" {
		class = "line dotted"
	}
	s.add(`<path class="%s" marker-end="url(#diagram-tip)" d="M%.0f %.0f H%.0f"/>`, class, from, s.y, to)
	x, w := (from+to)/2, widthOf(m[4])
	s.add(`<rect class="back" x="%.0f" y="%.0f" width="%.0f" height="15"/>`, x-w/2-2, s.y-19, w+4)
	s.text(x, s.y-11, "label", []string{m[4]})
	return nil
}
