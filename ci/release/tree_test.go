package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestArchivesDoNotDependOnTheOrder(t *testing.T) {
	when := time.Unix(1e9, 0)
	a := tree{{name: "b", mode: 0o644, body: []byte("x")}, {name: "a/", mode: 0o755}, {name: "c", target: "b", mode: 0o777}}
	b := slices.Clone(a)
	slices.Reverse(b)
	var one, two bytes.Buffer
	if err := a.writeTarGzip(&one, when); err != nil {
		t.Fatal(err)
	}
	if err := b.writeTarGzip(&two, when); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("got other bytes when the entries come in another order")
	}
}

func TestEntriesKeepWhatTheyAre(t *testing.T) {
	when := time.Unix(1e9, 0)
	var b bytes.Buffer
	all := tree{{name: "tmp/", mode: 0o777 | fs.ModeSticky}, {name: "x", mode: 0o640, body: []byte("abc"), uid: 5, gid: 6}, {name: "y", mode: 0o777, target: "x"}}
	if err := all.writeTar(&b, when); err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(&b)
	for _, want := range []tar.Header{
		{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777},
		{Name: "x", Typeflag: tar.TypeReg, Mode: 0o640, Size: 3, Uid: 5, Gid: 6},
		{Name: "y", Typeflag: tar.TypeSymlink, Mode: 0o777, Linkname: "x"},
	} {
		got, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != want.Name || got.Typeflag != want.Typeflag || got.Mode != want.Mode || got.Size != want.Size ||
			got.Uid != want.Uid || got.Gid != want.Gid || got.Linkname != want.Linkname || !got.ModTime.Equal(when) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("got %v, want the end", err)
	}
}

func TestFilesOnDiskGetModesAndTimes(t *testing.T) {
	when := time.Unix(1e9, 0)
	dir := t.TempDir()
	if err := (tree{{name: "a/", mode: 0o755}, {name: "a/b", mode: 0o755}}).write(dir, when); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "a/b"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o755 || !info.ModTime().Equal(when) {
			t.Errorf("%s: got %v %v", name, info.Mode(), info.ModTime())
		}
	}
}

func TestAuthoritiesAreCertificates(t *testing.T) {
	rest, n := authorities(), 0
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		n++
		if c, err := x509.ParseCertificate(block.Bytes); err != nil || !c.IsCA {
			t.Errorf("certificate %d: got %v, want one of an authority", n, err)
		}
	}
	if n < 50 {
		t.Errorf("got %d certificates, want those of all public authorities", n)
	}
}
