package script

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"

	"pipy/pipy/api"
)

// Error is an error in a script: what was wrong, and where.
type Error struct {
	Kind    string // "Syntax error" or "Error"
	Message string
	Pos     Position
	Stack   []Frame // innermost first

	value   goja.Value // what was thrown; nil when nothing can be thrown again
	overrun *overrun   // nil for other errors
}

// Position is a place in a script; Line is 0 when it is not known.
type Position struct {
	File   string // "/main.js"
	Line   int    // from 1
	Column int    // from 1
}

// String returns the position as "main.js:12:5".
func (p Position) String() string {
	if p.Line == 0 {
		return strings.TrimPrefix(p.File, "/")
	}
	return fmt.Sprintf("%s:%d:%d", strings.TrimPrefix(p.File, "/"), p.Line, p.Column)
}

// Frame is one call in a script's stack.
type Frame struct {
	Name string
	Pos  Position
}

// Error returns the position and the message on one line.
func (e *Error) Error() string {
	if e.Pos.Line == 0 {
		return e.Message
	}
	return e.Pos.String() + ": " + e.Message
}

// Report returns the error as the log shows it: the source line with a mark
// under the place, the message, and the script's stack. source returns the text
// of a file of the codebase.
func (e *Error) Report(source func(file string) string) []string {
	var lines []string
	shown := *e
	if e.Pos.Line > 0 {
		if line, column, ok := sourceLine(source(e.Pos.File), e.Pos); ok {
			shown.Message = e.called(line[min(column, len(line)):])
			line, column = excerpt(line, column)
			intro := fmt.Sprintf("[pjs] Line %d:  ", e.Pos.Line)
			lines = append(lines, intro+line, "[pjs] "+strings.Repeat(" ", len(intro)-len("[pjs] ")+column)+"^")
		}
	}
	lines = append(lines, fmt.Sprintf("[pjs] %s: %s", e.Kind, shown.at()))
	if len(e.Stack) > 0 {
		lines = append(lines, "[pjs] Backtrace:")
		for _, f := range e.Stack {
			lines = append(lines, "    In "+f.String())
		}
	}
	return lines
}

// shownLine is how many bytes of a line are shown around a place.
const shownLine = 160

// excerpt returns the part of a long line that is around a column, and where the
// column is in it.
func excerpt(line string, column int) (string, int) {
	if len(line) <= shownLine {
		return line, column
	}
	from := min(max(0, column-shownLine/2), len(line)-shownLine)
	to := from + shownLine
	for from > 0 && !utf8.RuneStart(line[from]) {
		from--
	}
	for to < len(line) && !utf8.RuneStart(line[to]) {
		to++
	}
	const more = "..."
	text, at := line[from:to], column-from
	if from > 0 {
		text, at = more+text, at+len(more)
	}
	if to < len(line) {
		text += more
	}
	return text, at
}

// called is the message in the words of a call, when calling what is no object is the error. code
// is what stands at the place of the error.
func (e *Error) called(code string) string {
	value, ok := strings.CutPrefix(e.Message, "Value is not an object: ")
	if !ok || len(e.Stack) == 0 || e.Stack[0].Pos != e.Pos {
		return e.Message
	}
	switch {
	case strings.HasPrefix(code, "("):
		return "not a function: " + value
	case strings.HasPrefix(code, "new "):
		return "not a constructor: " + value
	}
	return e.Message
}

// at is the message with the position in words.
func (e *Error) at() string {
	if e.Pos.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("%s at line %d column %d in %s (%s)", e.Message, e.Pos.Line, e.Pos.Column, e.Pos.File, e.Pos)
}

// String returns the frame as the log shows it.
func (f Frame) String() string {
	if f.Pos.Line == 0 {
		return f.Name
	}
	return fmt.Sprintf("%s at line %d column %d in %s", f.Name, f.Pos.Line, f.Pos.Column, f.Pos.File)
}

// sourceLine returns the line of a position without its indentation, and the
// column in what is left, from 0.
func sourceLine(source string, p Position) (line string, column int, ok bool) {
	lines := strings.Split(source, "\n")
	if p.Line > len(lines) {
		return "", 0, false
	}
	line = strings.TrimRight(lines[p.Line-1], "\r")
	trimmed := strings.TrimLeft(line, " \t")
	column = p.Column - 1 - (len(line) - len(trimmed))
	return trimmed, max(0, column), true
}

func position(p file.Position) string { return place(p).String() }

func place(p file.Position) Position {
	return Position{File: p.Filename, Line: p.Line, Column: p.Column}
}

// failure turns what goja returns into an *Error.
func (e *Engine) failure(err error) error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var stopped *goja.InterruptedError
	if errors.As(err, &stopped) {
		return e.overran(stopped)
	}
	var deep *goja.StackOverflowError
	if errors.As(err, &deep) {
		return e.tooDeep(deep)
	}
	var thrown *goja.Exception
	if !errors.As(err, &thrown) {
		return &Error{Kind: "Error", Message: err.Error()}
	}
	s := &Error{Kind: "Error", Message: suggested(thrownText(thrown.Value())), value: thrown.Value()}
	if o, ok := thrown.Value().(*goja.Object); ok && o.ClassName() == "Error" {
		if origin, ok := o.GetSymbol(e.origin).(*goja.Object); ok {
			first := origin.Export().(*Error)
			s.Kind, s.Message, s.Pos = first.Kind, first.Message, first.Pos
		}
	}
	return e.failed(s, thrown.Stack())
}

// failed gives an error its place and its stack.
func (e *Engine) failed(s *Error, stack []goja.StackFrame) *Error {
	for _, f := range stack {
		frame := Frame{Name: f.FuncName(), Pos: place(f.Position())}
		if frame.Pos.Line == 0 {
			frame.Pos = Position{}
		}
		if s.Pos.Line == 0 {
			s.Pos = frame.Pos
		}
		s.Stack = append(s.Stack, named(frame))
	}
	return s
}

// named gives functions without a name one that tells where they are.
func named(f Frame) Frame {
	if f.Name == "" || f.Name == "<anonymous>" {
		f.Name = "(anonymous function)"
	}
	return f
}

// thrown returns the value to throw for a Go error.
func (e *Engine) thrown(err error) goja.Value {
	var failed *Error
	if errors.As(err, &failed) && failed.value != nil {
		return failed.value
	}
	var value *api.Thrown
	if errors.As(err, &value) {
		return e.wrap(value.Value)
	}
	o := e.rt.NewGoError(err)
	_ = o.DefineDataProperty("name", e.rt.ToValue("Error"), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE) // an extensible object
	return o
}

// thrownText is the message of a thrown value.
func thrownText(v goja.Value) string {
	o, ok := v.(*goja.Object)
	if !ok {
		return v.String()
	}
	message := o.Get("message")
	if message == nil || goja.IsUndefined(message) {
		return v.String()
	}
	text := message.String()
	if name := o.Get("name"); name != nil && name.String() != "Error" && name.String() != "GoError" && name.String() != "TypeError" {
		return name.String() + ": " + text
	}
	return text
}

// illegal is what goja says about what is not even a token.
const illegal = "Unexpected token ILLEGAL"

// explained says more about syntax that other places allow.
func explained(err *Error, source string) *Error {
	line, column, ok := sourceLine(source, err.Pos)
	if !ok || column > len(line) {
		return err
	}
	if err.Message == illegal && unfinished(line[column:]) {
		err.Message = "a text ends on its line: want another " + line[column:column+1] + ", or a template in backticks for several lines"
	}
	for _, word := range []string{"import", "export"} {
		if strings.HasPrefix(line[column:], word) {
			err.Message = word + " declarations are allowed at the top level of a file only"
		}
	}
	if before, ok := strings.CutSuffix(strings.TrimRight(line[:column], " \t"), "await"); ok && !strings.HasSuffix(before, ".") {
		err.Message = "await is allowed in async functions only: want a promise's then() at the top level of a file"
	}
	return err
}

// unfinished tells whether a line begins with a text that has no end.
func unfinished(line string) bool {
	if line == "" || line[0] != '\'' && line[0] != '"' {
		return false
	}
	for i := 1; i < len(line); i++ {
		switch line[i] {
		case line[0]:
			return false
		case '\\':
			i++
		}
	}
	return true
}

// syntaxError turns an error of the parser or the compiler into an *Error.
func syntaxError(name string, err error) *Error {
	var list parser.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return &Error{Kind: "Syntax error", Message: list[0].Message, Pos: place(list[0].Position)}
	}
	var one *parser.Error
	if errors.As(err, &one) {
		return &Error{Kind: "Syntax error", Message: one.Message, Pos: place(one.Position)}
	}
	var compile *goja.CompilerSyntaxError
	if errors.As(err, &compile) && compile.File != nil {
		return &Error{Kind: "Syntax error", Message: compile.Message, Pos: place(compile.File.Position(compile.Offset))}
	}
	return &Error{Kind: "Syntax error", Message: err.Error(), Pos: Position{File: name}}
}
