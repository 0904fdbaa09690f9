package api

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

const (
	maxCSize   = 16 << 20 // bytes of a structure
	maxCFields = 1 << 16  // of a structure, with those of structures in it
)

// cStruct is the layout of a structure or a union of C, as compilers of 64-bit
// machines lay it out, with the lowest byte first.
type cStruct struct {
	union  bool
	fields []cField
	end    int // of the last field
	size   int // with what aligns the next one
	align  int
	total  int // fields, with those of structures in it
}

// cField is a field. One without a name is a structure whose fields are those of the
// structure around it.
type cField struct {
	name string
	cType
	offset, count int
	isArray       bool
	inner         *cStruct
}

// cType is a type of fields: its kind is i, u (without a sign), f (floating point), c
// (characters) or s (a structure).
type cType struct {
	kind byte
	size int
}

// cTypeOf returns the type of a name. Types of numbers end with their bits.
func cTypeOf(name string) (cType, bool) {
	switch name {
	case "float":
		return cType{'f', 4}, true
	case "double":
		return cType{'f', 8}, true
	case "char":
		return cType{'c', 1}, true
	}
	digits, ok := strings.CutPrefix(name, "uint")
	kind := byte('u')
	if !ok {
		digits, ok = strings.CutPrefix(name, "int")
		kind = 'i'
	}
	n := slices.Index([]string{"8", "16", "32", "64"}, digits)
	return cType{kind, 1 << max(n, 0)}, ok && n >= 0
}

// newCField makes a field of a type that a script named.
func newCField(name string, v any) (cField, error) {
	f := cField{name: name, count: 1}
	switch v := v.(type) {
	case *cStruct:
		f.kind, f.size, f.inner = 's', v.size, v
		if strings.Trim(name, "0123456789") == "" {
			f.name = ""
		}
		return f, nil
	case string:
		base, rest, isArray := strings.Cut(v, "[")
		var ok bool
		if f.cType, ok = cTypeOf(base); !ok {
			return f, fmt.Errorf("unknown type name: %s: want int8 to int64, uint8 to uint64, float, double or char", base)
		}
		if f.isArray = isArray; !isArray {
			return f, nil
		}
		digits, ok := strings.CutSuffix(rest, "]")
		if !ok {
			return f, fmt.Errorf("closing bracket expected, got %q", v)
		}
		n, err := strconv.Atoi(digits)
		if n < 0 && err == nil {
			return f, fmt.Errorf("negative array length: %d", n)
		}
		if err != nil || n > maxCSize {
			return f, fmt.Errorf("array length: want 0 to %d, got %q", maxCSize, digits)
		}
		f.count = n
		return f, nil
	}
	return f, fmt.Errorf("invalid field type: %w", wrong(name, "the name of a type, a CStruct or a CUnion", v))
}

// newCStruct lays fields out.
func newCStruct(types event.Object, union bool) (*cStruct, error) {
	s := &cStruct{union: union, align: 1}
	var err error
	members(types, func(name string, v any) {
		if err != nil {
			return
		}
		var f cField
		if f, err = newCField(name, v); err != nil {
			return
		}
		s.total++
		align := f.size
		if f.inner != nil {
			align = f.inner.align
			s.total += f.inner.total
		}
		s.align = max(s.align, align)
		if !union {
			f.offset = aligned(s.end, align)
		}
		s.end = max(s.end, f.offset+f.size*f.count)
		s.fields = append(s.fields, f)
		if s.end > maxCSize || s.total > maxCFields {
			err = fmt.Errorf("%s: want at most %d bytes and %d fields, got more", name, maxCSize, maxCFields)
		}
	})
	s.size = aligned(s.end, s.align)
	return s, err
}

func aligned(n, to int) int { return (n + to - 1) / to * to }

// put writes a script's object. What is missing is left as it is.
func (s *cStruct) put(b []byte, o event.Object) error {
	var best *cField // of a union: the largest that is there
	for i := range s.fields {
		f := &s.fields[i]
		if !f.isIn(o) {
			continue
		}
		if !s.union {
			if err := f.put(b, o); err != nil {
				return err
			}
		} else if best == nil || f.bytes() > best.bytes() || f.bytes() == best.bytes() && best.lossy() && !f.lossy() {
			best = f
		}
	}
	if best == nil {
		return nil
	}
	return best.put(b, o)
}

// isIn tells whether an object has the field.
func (f *cField) isIn(o event.Object) bool {
	if f.name != "" {
		return o.Get(f.name) != nil
	}
	for i := range f.inner.fields {
		if f.inner.fields[i].isIn(o) {
			return true
		}
	}
	return false
}

func (f *cField) bytes() int { return f.size * f.count }

// lossy tells whether what is read may say less than the bytes.
func (f *cField) lossy() bool { return f.kind == 'f' || f.kind == 'c' }

func (f *cField) put(b []byte, o event.Object) error {
	b = b[f.offset : f.offset+f.bytes()]
	if f.name == "" {
		return f.inner.put(b, o)
	}
	v := o.Get(f.name)
	d, isData := v.(*event.Data)
	if c, ok := v.(*cString); ok {
		d, isData = c.data, true
	}
	if text, ok := v.(string); ok && f.kind == 'c' {
		if strings.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("%s: want a string without zero bytes, got %s", f.name, spec.Show(v))
		}
		d, isData = event.DataString(text), true
	}
	inner, isObject := v.(event.Object)
	switch {
	case isData && (f.kind == 'c' || f.isArray && f.size == 1):
		if d.Len() > len(b) {
			return fmt.Errorf("%s: want at most %d bytes, got %d", f.name, len(b), d.Len())
		}
		copy(b, d.Bytes())
		return nil
	case f.kind == 'c':
		return wrong(f.name, "a string, a CString or a Data", v)
	case f.inner != nil && isObject:
		if err := f.inner.put(b, inner); err != nil {
			return fmt.Errorf("%s.%w", f.name, err)
		}
		return nil
	case f.inner != nil:
		return wrong(f.name, "an object", v)
	case !f.isArray:
		return f.putNumber(b, v)
	}
	list, isArray := []any(nil), false
	if isObject {
		list, isArray = inner.Elements()
	}
	if !isArray || len(list) > f.count {
		return wrong(f.name, fmt.Sprintf("an array of at most %d numbers", f.count), v)
	}
	for i, item := range list {
		if err := f.putNumber(b[i*f.size:], item); err != nil {
			return err
		}
	}
	return nil
}

func (f *cField) putNumber(b []byte, v any) error {
	var bits uint64
	ok := true
	switch v := v.(type) {
	case bool:
		if v {
			return f.putNumber(b, 1.0)
		}
	case event.Object, *event.Data:
		ok = false
	default:
		bits, ok = intBits(v)
	}
	if f.kind == 'f' {
		n, err := spec.Convert[float64](v)
		bits, ok = math.Float64bits(n), err == nil
		if f.size == 4 {
			bits = uint64(math.Float32bits(float32(n)))
		}
	}
	if !ok {
		return wrong(f.name, "a number", v)
	}
	for i := range f.size {
		b[i] = byte(bits >> (8 * i))
	}
	return nil
}

// get sets the members of an object.
func (s *cStruct) get(e spec.Engine, b []byte, o event.Object) event.Object {
	for i := range s.fields {
		f := &s.fields[i]
		part := b[f.offset : f.offset+f.bytes()]
		if f.name == "" {
			f.inner.get(e, part, o)
			continue
		}
		o.Set(f.name, f.get(e, part))
	}
	return o
}

func (f *cField) get(e spec.Engine, b []byte) any {
	switch {
	case f.inner != nil:
		return f.inner.get(e, b, e.NewObject(nil, nil))
	case f.kind == 'c':
		text, _, _ := bytes.Cut(b, []byte{0})
		if !utf8.Valid(text) {
			return event.NewData(bytes.Clone(b))
		}
		return string(text)
	case !f.isArray:
		return f.number(b)
	}
	list := make([]any, f.count)
	for i := range list {
		list[i] = f.number(b[i*f.size:])
	}
	return e.NewArray(list)
}

func (f *cField) number(b []byte) any {
	var bits uint64
	for i := range f.size {
		bits |= uint64(b[i]) << (8 * i)
	}
	switch {
	case f.kind == 'u':
		return unsigned(bits)
	case f.kind == 'i':
		above := 64 - 8*f.size
		return integer(int64(bits<<above) >> above)
	case f.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	}
	return math.Float64frombits(bits)
}

// reflect sets what is to be known about the fields as members of an object.
func (s *cStruct) reflect(e spec.Engine, offset int, o event.Object) event.Object {
	for i := range s.fields {
		f := &s.fields[i]
		at := offset + f.offset
		if f.name == "" {
			f.inner.reflect(e, at, o)
			continue
		}
		o.Set(f.name, e.NewObject(
			[]string{"offset", "size", "count", "isArray", "isIntegral", "isUnsigned"},
			[]any{at, f.size, f.count, f.isArray, f.kind == 'i' || f.kind == 'u', f.kind == 'u'}))
	}
	return o
}

// cString is a long text as bytes.
type cString struct{ data *event.Data }

// String returns the text.
func (s *cString) String() string { return s.data.String() }

func init() {
	d := spec.NewClass[*cStruct]("CStruct", `The layout of a struct of C, with which objects become bytes and bytes objects. Fields are aligned as compilers of 64-bit machines do it, and numbers have their lowest byte first.

The types are int8, int16, int32, int64, uint8, uint16, uint32, uint64, float, double and char, each with a number in brackets for an array; and other structures. char[n] is a string, or a Data when it is not UTF-8. Integers that do not fit wrap around; they are read as numbers, and as BigInts beyond 2^53.

A CStruct or a CUnion whose name is made of digits has no name: its fields are those of the structure around it. JavaScript puts members such as 0 first; '00' stays where it is.`)
	declare := func(union bool) func(m *spec.Method) func(*spec.Call) (*cStruct, error) {
		return func(m *spec.Method) func(*spec.Call) (*cStruct, error) {
			fields := spec.In[event.Object](m, "fields", "The types of the fields by their names.")
			return func(c *spec.Call) (*cStruct, error) {
				o, err := fields.Of(c)
				if err != nil {
					return nil, err
				}
				return newCStruct(o, union)
			}
		}
	}
	d.Prop("size", "number", "The size in bytes, with what is behind the last field to align the next structure.", func(s *cStruct) any { return s.size })
	d.Method("encode", "Data", "Returns an object as bytes. What is missing is 0. Of the fields of a union the largest that is there counts.", func(m *spec.Method) func(*cStruct, *spec.Call) (any, error) {
		object := spec.In[event.Object](m, "object", "The values of the fields.")
		return func(s *cStruct, c *spec.Call) (any, error) {
			o, err := object.Of(c)
			if err != nil {
				return nil, err
			}
			b := make([]byte, s.size)
			return event.NewData(b), s.put(b, o)
		}
	})
	d.Method("decode", "object", "Returns the fields in a Data; bytes behind them are ignored. It throws if there are too few.", func(m *spec.Method) func(*cStruct, *spec.Call) (any, error) {
		data := spec.In[*event.Data](m, "data", "The bytes.")
		return func(s *cStruct, c *spec.Call) (any, error) {
			v, err := data.Of(c)
			if err != nil {
				return nil, err
			}
			if v.Len() < s.end {
				return nil, fmt.Errorf("data: want %d bytes, got %d", s.end, v.Len())
			}
			return s.get(c.Engine, v.Bytes(), c.Engine.NewObject(nil, nil)), nil
		}
	})
	d.Method("reflect", "object", "Returns { offset, size, count, isArray, isIntegral, isUnsigned } for each field, in bytes; size is that of one element.", func(*spec.Method) func(*cStruct, *spec.Call) (any, error) {
		return func(s *cStruct, c *spec.Call) (any, error) {
			return s.reflect(c.Engine, 0, c.Engine.NewObject(nil, nil)), nil
		}
	})
	d.Constructor("Lays fields out one above the other.", declare(true))
	union := *d.Class
	union.Name, union.Doc = "CUnion", "The layout of a union of C: a CStruct whose fields share their bytes."
	union.New.Name, union.New.Returns = union.Name, union.Name
	d.Constructor("Lays fields out one behind the other.", declare(false))
	spec.Classes = append(spec.Classes, &union)

	text := spec.NewClass[*cString]("CString", "A text as bytes. Hessian, JSON and CStruct take it like a string.")
	text.Constructor("Makes a text.", func(m *spec.Method) func(*spec.Call) (*cString, error) {
		spec.InOpt[any](m, "text", nil, "The text; empty if it is left out.")
		described(m, "string | Data")
		return func(c *spec.Call) (*cString, error) {
			v := c.Args.At(0)
			if o, ok := v.(event.Object); ok {
				return nil, wrong("text", "a string or a Data", o)
			}
			d, err := newData(v, "utf8")
			return &cString{d}, err
		}
	})
	text.Prop("size", "number", "The number of bytes.", func(s *cString) any { return s.data.Len() })
	text.Prop("data", "Data", "The bytes.", func(s *cString) any { return s.data })
	text.Method("toString", "string", "Returns the text.", func(*spec.Method) func(*cString, *spec.Call) (any, error) {
		return func(s *cString, _ *spec.Call) (any, error) { return s.String(), nil }
	})
}
