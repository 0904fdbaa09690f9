package event

import (
	"bytes"
	"testing"
)

// pieces makes a Data of several pieces in pooled memory.
func pieces(a *Arena, parts ...string) *Data {
	d := &Data{}
	for i, part := range parts {
		if i%2 == 0 {
			a.Write(d, []byte(part))
			continue
		}
		b := NewBuffer(i%3 == 0)
		d.Push(b.Take(copy(b.Free(), part)))
		b.Release()
	}
	return d
}

func TestDataIsCutAndJoinedWithoutCopying(t *testing.T) {
	d := NewData([]byte("hello world"))
	memory := &d.Piece(0)[0]
	head := d.Shift(5)
	d.Skip(1)
	if head.String() != "hello" || d.String() != "world" {
		t.Fatalf("got %q and %q", head, d)
	}
	tail := d.Pop(2)
	if d.String() != "wor" || tail.String() != "ld" {
		t.Fatalf("got %q and %q", d, tail)
	}
	head.Push(d)
	if head.String() != "hellowor" || d.Len() != 0 {
		t.Fatalf("got %q and %q", head, d)
	}
	if &head.Piece(0)[0] != memory {
		t.Error("bytes were copied")
	}
}

func TestAdjacentBytesOfAnArenaAreOnePiece(t *testing.T) {
	var a Arena
	d := &Data{}
	a.Write(d, []byte("one "))
	a.Write(d, []byte("two "))
	e := &Data{}
	a.Write(e, []byte("three"))
	d.Push(e)
	if d.Pieces() != 1 || d.String() != "one two three" {
		t.Errorf("got %d pieces of %q, want 1", d.Pieces(), d)
	}
}

func TestWhatIsKeptSurvivesTheReuseOfMemory(t *testing.T) {
	b := NewBuffer(false)
	kept := b.Take(copy(b.Free(), "kept"))
	kept.Keep()
	clone := kept.Clone()
	kept.Release()
	b.Release()
	for range 100 {
		n := NewBuffer(false)
		copy(n.Free(), "xxxx")
		n.Release()
	}
	if clone.String() != "kept" {
		t.Errorf("got %q, want kept", clone)
	}
}

func TestMemoryIsNotReusedWhileSomebodyHasIt(t *testing.T) {
	b := NewBuffer(false)
	d := b.Take(copy(b.Free(), "data"))
	if b.Rewind() {
		t.Error("the buffer was rewound under a Data")
	}
	c := d.Clone()
	d.Release()
	d.Release() // a second time is harmless
	if b.Rewind() {
		t.Error("the buffer was rewound under a clone")
	}
	c.Release()
	if !b.Rewind() {
		t.Error("the buffer was not rewound although nobody has its bytes")
	}
}

func TestMessageMayBeSentOften(t *testing.T) {
	m := &Message{Body: DataString("body")}
	for range 2 {
		got := ""
		m.Events(func(evt Event) {
			if d, ok := evt.(*Data); ok {
				got = d.String()
				d.Release()
			}
		})
		if got != "body" {
			t.Errorf("got %q, want body", got)
		}
	}
}

func TestErrorsHaveNames(t *testing.T) {
	for name := range names {
		if got, ok := Named(string(name)); !ok || got != name {
			t.Errorf("Named(%q) = %v, %v", name, got, ok)
		}
	}
	if got := NameOf(&Failure{Name: ReadError, Cause: 5}); got != ReadError {
		t.Errorf("got %s, want %s", got, ReadError)
	}
	if got := NameOf(nil); got != "" {
		t.Errorf("got %q for nil", got)
	}
}

// FuzzData does random operations on a Data and on plain bytes, which must stay
// the same.
func FuzzData(f *testing.F) {
	f.Add([]byte{0, 5, 1, 2, 2, 3, 3, 1, 4, 9, 5, 0, 6, 200})
	f.Add([]byte("0123456789abcdef"))
	f.Fuzz(func(t *testing.T, program []byte) {
		var arena Arena
		d, model := &Data{}, []byte{}
		other, otherModel := &Data{}, []byte{}
		for len(program) >= 2 {
			op, n := program[0]%8, int(program[1])
			program = program[2:]
			switch op {
			case 0:
				text := bytes.Repeat([]byte{byte('a' + n%26)}, n)
				d.Push(pieces(&arena, string(text), "-"))
				model = append(append(model, text...), '-')
			case 1:
				head := d.Shift(n)
				k := min(n, len(model))
				other.Push(head)
				otherModel = append(otherModel, model[:k]...)
				model = model[k:]
			case 2:
				tail := d.Pop(n)
				k := max(0, len(model)-n)
				other.Push(tail)
				otherModel = append(otherModel, model[k:]...)
				model = model[:k]
			case 3:
				d.Skip(n)
				model = model[min(n, len(model)):]
			case 4:
				c := d.Clone()
				d.Release()
				d = c
			case 5:
				d, other, model, otherModel = other, d, otherModel, model
			case 6:
				d.Push(other)
				model = append(append([]byte{}, model...), otherModel...)
				otherModel = nil
			case 7:
				d.Push(d)
				model = append(append([]byte{}, model...), model...)
				if len(model) > 1<<16 {
					d.Release()
					model = nil
				}
			}
			if d.Len() != len(model) || d.String() != string(model) || !bytes.Equal(d.Bytes(), model) {
				t.Fatalf("got %q, want %q", d, model)
			}
			if other.String() != string(otherModel) {
				t.Fatalf("the other: got %q, want %q", other, otherModel)
			}
			if i := bytes.IndexByte(model, '-'); d.IndexByte('-') != i {
				t.Fatalf("IndexByte: got %d, want %d", d.IndexByte('-'), i)
			}
			if len(model) > 0 && d.At(len(model)-1) != model[len(model)-1] {
				t.Fatal("At: wrong byte")
			}
		}
	})
}

func BenchmarkReadShiftRelease(b *testing.B) {
	buf := NewBuffer(false)
	b.ReportAllocs()
	for b.Loop() {
		d := buf.Take(100)
		h := d.Shift(40)
		h.Release()
		d.Release()
		buf.Rewind()
	}
}
