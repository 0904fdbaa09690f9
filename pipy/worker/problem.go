package worker

import (
	"errors"
	"strconv"
	"strings"

	"pipy/pipy/script"
)

// Problem is one reason why a codebase cannot run, and its place.
type Problem struct {
	File    string `json:"file"`   // "/main.js"; "" when no file is at fault
	Line    int    `json:"line"`   // from 1; 0 when it is not known
	Column  int    `json:"column"` // from 1; 0 when it is not known
	Message string `json:"message"`
}

// Problems returns the places of an error of Verify, Run or Reload. It returns
// nil for nil.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	var failed *script.Error
	if errors.As(err, &failed) {
		return []Problem{{failed.Pos.File, failed.Pos.Line, failed.Pos.Column, failed.Message}}
	}
	p := Problem{Message: err.Error()}
	var port *listenError
	if errors.As(err, &port) {
		p.File, p.Line, p.Column = parsePosition(port.pos)
		p.Message = strings.TrimPrefix(p.Message, "[listener] ") // a mark for the log
	}
	return []Problem{p}
}

// parsePosition reads "main.js:12:5".
func parsePosition(s string) (file string, line, column int) {
	rest, last, ok := cutLast(s)
	if !ok {
		return "", 0, 0
	}
	file, middle, ok := cutLast(rest)
	if !ok {
		return "", 0, 0
	}
	line, err1 := strconv.Atoi(middle)
	column, err2 := strconv.Atoi(last)
	if err1 != nil || err2 != nil {
		return "", 0, 0
	}
	return "/" + file, line, column
}

// cutLast cuts at the last colon.
func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
