package api

import (
	"runtime"
	"time"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/logging"
	"pipy/pipy/spec"
)

// Loggers differ in how they make a record of what they are given.
type (
	textLogger   struct{ log *logging.Logger }
	jsonLogger   struct{ log *logging.Logger }
	binaryLogger struct{ log *logging.Logger }
)

// scriptLogger is one of the loggers.
type scriptLogger interface {
	*textLogger | *jsonLogger | *binaryLogger
	logger() *logging.Logger
	record(b []byte, c *spec.Call) ([]byte, error)
}

func (l *textLogger) logger() *logging.Logger   { return l.log }
func (l *jsonLogger) logger() *logging.Logger   { return l.log }
func (l *binaryLogger) logger() *logging.Logger { return l.log }

func (l *textLogger) record(b []byte, c *spec.Call) ([]byte, error) {
	for i := range c.Args.Len() {
		if i > 0 {
			b = append(b, ' ')
		}
		switch v := argument(c, i).(type) {
		case string:
			b = append(b, v...)
		case *event.Data:
			b = v.AppendTo(b)
		case event.Object, *httphead.Head, *httphead.Header:
			text, _, err := writeJSON(v, nil, nil)
			if err != nil {
				return nil, err
			}
			b = append(b, text...)
		default:
			b = append(b, Dump(v)...)
		}
	}
	return b, nil
}

func (l *jsonLogger) record(b []byte, c *spec.Call) ([]byte, error) {
	for i := range c.Args.Len() {
		text, _, err := writeJSON(argument(c, i), nil, nil)
		if err != nil {
			return nil, err
		}
		b = append(b, text...)
	}
	return b, nil
}

func (l *binaryLogger) record(b []byte, c *spec.Call) ([]byte, error) {
	for i := range c.Args.Len() {
		v := c.Args.At(i)
		if v == nil {
			continue
		}
		d, err := newData(v, "utf8")
		if err != nil {
			return nil, err
		}
		b = d.AppendTo(b)
		d.Release()
	}
	return b, nil
}

var (
	textLoggerClass   = spec.NewClass[*textLogger]("logging.TextLogger", "A log of lines of text. Values are joined by blanks; objects are written as JSON.")
	jsonLoggerClass   = spec.NewClass[*jsonLogger]("logging.JSONLogger", "A log of JSON: each record is the JSON of its values, one behind the other.")
	binaryLoggerClass = spec.NewClass[*binaryLogger]("logging.BinaryLogger", "A log of bytes: each record is its values, Data, strings and arrays of bytes, one behind the other.")
)

func init() {
	spec.NewNamespace("logging", "Logs of scripts.")
	declareLogger(textLoggerClass, func(l *logging.Logger) *textLogger { return &textLogger{l} })
	declareLogger(jsonLoggerClass, func(l *logging.Logger) *jsonLogger { return &jsonLogger{l} })
	declareLogger(binaryLoggerClass, func(l *logging.Logger) *binaryLogger { return &binaryLogger{l} })
}

func declareLogger[L scriptLogger](d spec.Declaration[L], make func(l *logging.Logger) L) {
	d.Constructor("Makes a log without targets: its records are only kept for a while for the admin service.", func(m *spec.Method) func(*spec.Call) (L, error) {
		name := spec.In[string](m, "name", "The name of the log.")
		return func(c *spec.Call) (L, error) {
			s, err := name.Of(c)
			if err != nil {
				return nil, err
			}
			l := logging.NewLogger(s)
			script := make(l)
			closeWithScript(script, l)
			return script, nil
		}
	})
	d.Prop("name", "string", "The name of the log.", func(l L) any { return l.logger().Name() })
	d.Prop("dropped", "number", "How many records were dropped because the queue of a target was full, or the target was out of order.", func(l L) any { return float64(l.logger().Dropped()) })
	d.Method("log", "void", "Writes a record. It never waits: what does not fit into the queue of a target is dropped.", func(m *spec.Method) func(L, *spec.Call) (any, error) {
		spec.RestField(m, "values", "any[]", "What to write.")
		return func(l L, c *spec.Call) (any, error) {
			var room [512]byte
			b, err := l.record(room[:0], c)
			if err == nil {
				l.logger().Log(b)
			}
			return nil, err
		}
	})
	d.Bind()
	d.Method("toStdout", d.Class.Name, "Adds standard output as a target: a line for each record. Returns this log.", func(*spec.Method) func(L, *spec.Call) (any, error) {
		return func(l L, _ *spec.Call) (any, error) {
			l.logger().AddTarget(logging.Stdout())
			return l, nil
		}
	})
	d.Method("toStderr", d.Class.Name, "Adds standard error as a target: a line for each record. Returns this log.", func(*spec.Method) func(L, *spec.Call) (any, error) {
		return func(l L, _ *spec.Call) (any, error) {
			l.logger().AddTarget(logging.Stderr())
			return l, nil
		}
	})
	d.Method("toSyslog", d.Class.Name, "Adds the system's logger as a target. Returns this log.", func(m *spec.Method) func(L, *spec.Call) (any, error) {
		priority := spec.InOpt(m, "priority", "INFO", "EMERG, ALERT, CRIT, ERR, WARNING, NOTICE, INFO or DEBUG.")
		return func(l L, c *spec.Call) (any, error) {
			p, err := priority.Of(c)
			if err != nil {
				return nil, err
			}
			return addTarget(l, func() (logging.Target, error) { return logging.OpenSyslog(l.logger().Name(), p) })
		}
	})
	declareToFile(d)
	declareToHTTP(d)
}

// closeWithScript closes the targets of a log when its script is gone.
func closeWithScript[L scriptLogger](script L, l *logging.Logger) {
	switch s := any(script).(type) {
	case *textLogger:
		runtime.AddCleanup(s, (*logging.Logger).Close, l)
	case *jsonLogger:
		runtime.AddCleanup(s, (*logging.Logger).Close, l)
	case *binaryLogger:
		runtime.AddCleanup(s, (*logging.Logger).Close, l)
	}
}

func addTarget[L scriptLogger](l L, open func() (logging.Target, error)) (any, error) {
	t, err := open()
	if err != nil {
		return nil, err
	}
	l.logger().AddTarget(t)
	return l, nil
}

func declareToFile[L scriptLogger](d spec.Declaration[L]) {
	d.Method("toFile", d.Class.Name, "Adds a file as a target: a line for each record. Returns this log.", func(m *spec.Method) func(L, *spec.Call) (any, error) {
		path := spec.In[string](m, "path", docPath)
		add := spec.Member(m, "append", true, "Keep what is in the file.")
		size := spec.Member[spec.Size](m, "maxFileSize", 0, "The size above which a new file begins. 0 means no limit.")
		count := spec.Member(m, "maxFileCount", 0, "How many full files are kept. 0 keeps all.")
		interval := spec.Member[time.Duration](m, "rotateInterval", 0, "The age at which a new file begins. 0 means never.")
		return func(l L, c *spec.Call) (any, error) {
			p, err := path.Of(c)
			if err != nil {
				return nil, err
			}
			var o logging.FileOptions
			if o.Append, err = add.Of(c); err != nil {
				return nil, err
			}
			limit, err := size.Of(c)
			if err != nil {
				return nil, err
			}
			o.MaxSize = int64(limit)
			if o.MaxCount, err = count.Of(c); err != nil {
				return nil, err
			}
			if o.Interval, err = interval.Of(c); err != nil {
				return nil, err
			}
			return addTarget(l, func() (logging.Target, error) { return logging.OpenFile(p, o) })
		}
	})
}
