package api

import (
	"errors"
	"fmt"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

func init() {
	spec.NewNamespace("crypto", "Keys, certificates, hashes, signatures, ciphers and tokens.")
}

const (
	typeText  = "string | Data"
	wantsText = "a string or a Data"
)

// textBytes returns the bytes of a string or a Data. They must not be changed.
func textBytes(name string, v any) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return []byte(v), nil
	case *event.Data:
		return v.AppendTo(nil), nil
	}
	return nil, wrong(name, wantsText, v)
}

// encodedBytes is textBytes for strings that are written in an encoding.
func encodedBytes(name string, v any, encoding string) ([]byte, error) {
	s, ok := v.(string)
	if !ok || encoding == "" {
		return textBytes(name, v)
	}
	enc, err := encodingOf(encoding)
	if err != nil {
		return nil, err
	}
	b, err := enc.parse(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// encoded returns bytes as a Data, or as text when there is an encoding.
func encoded(b []byte, encoding string) (any, error) {
	if encoding == "" {
		return event.NewData(b), nil
	}
	enc, err := encodingOf(encoding)
	if err != nil {
		return nil, err
	}
	s, ok := enc.format(b)
	if !ok {
		return nil, fmt.Errorf("encoding: the bytes are not valid in %q", encoding)
	}
	return s, nil
}

// docResultEncoding describes the argument of methods that return bytes.
const docResultEncoding = "How the result writes bytes as text; without it the result is a Data. " + docEncoding

// noShangMi is the error for algorithms of the SM family.
func noShangMi(name string) error {
	if strings.HasPrefix(strings.ToLower(name), "sm") {
		return fmt.Errorf("%s is not supported", name)
	}
	return nil
}

// updates declares the method that takes the input of a hash, a signature and so
// on, piece by piece.
func updates[T interface{ Write([]byte) (int, error) }](d spec.Declaration[T]) {
	d.Method("update", d.Class.Name, "Takes the next bytes, and returns this object.", func(m *spec.Method) func(T, *spec.Call) (any, error) {
		bytes := spec.In[any](m, "bytes", "The bytes.")
		described(m, typeText)
		encoding := spec.InOpt(m, "encoding", "", "How a string writes the bytes; utf8 by default. "+docEncoding)
		return func(this T, c *spec.Call) (any, error) {
			v, _ := bytes.Of(c)
			enc, err := encoding.Of(c)
			if err != nil {
				return nil, err
			}
			if d, ok := v.(*event.Data); ok {
				for i := range d.Pieces() {
					if _, err := this.Write(d.Piece(i)); err != nil {
						return nil, err
					}
				}
				return this, nil
			}
			b, err := encodedBytes("bytes", v, enc)
			if err != nil {
				return nil, err
			}
			_, err = this.Write(b)
			return this, err
		}
	})
}

// errDone is the error for input that comes after the result.
var errDone = errors.New("the result was asked for already")

// unknown is the error for a name that is not known, in the words that scripts
// have always got.
func unknown(kind, name string) error { return errors.New("Unknown " + kind + ": " + name) }
