package resp

import (
	"strconv"
	"strings"

	"pipy/pipy/event"
)

// Append appends a value to d. Bulk strings share their bytes. It is an error
// when a simple string or an error has a line end in it, or a value has a form
// that package resp does not know.
func Append(d *event.Data, v any) error {
	switch v := v.(type) {
	case nil:
		d.PushString("$-1\r\n")
	case string:
		return line(d, "+", v)
	case Error:
		return line(d, "-", string(v))
	case int64:
		d.PushString(":" + strconv.FormatInt(v, 10) + "\r\n")
	case *event.Data:
		d.PushString("$" + strconv.Itoa(v.Len()) + "\r\n")
		d.Push(v.Clone())
		d.PushString("\r\n")
	case []any:
		d.PushString("*" + strconv.Itoa(len(v)) + "\r\n")
		for _, item := range v {
			if err := Append(d, item); err != nil {
				return err
			}
		}
	default:
		return fault("there is no form for a %T", v)
	}
	return nil
}

func line(d *event.Data, kind, text string) error {
	if strings.ContainsAny(text, "\r\n") {
		return fault("want no line end in a simple string or an error, got %.40q", text)
	}
	d.PushString(kind + text + "\r\n")
	return nil
}
