package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var (
	scriptBlock = regexp.MustCompile("(?s)```js\n(.*?)```")
	fileName    = regexp.MustCompile(`^// (\S+\.js)\n`)
)

// The commands in the guides are run by a test of the program; this one loads the
// scripts in them with the program of the release. Scripts that begin with the name
// of a file are files of one program, which begins with main.js.
func TestScriptsInGuidesLoad(t *testing.T) {
	dir := t.TempDir()
	output(t, "tar", "-xzf", one(t, "pipy-*-"+runtime.GOOS+"-"+runtime.GOARCH+".tar.gz"), "-C", dir, "--strip-components=1")
	certify(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{"listen":8000,"routes":{"/*":"all"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	guides, err := filepath.Glob("../../docs/guides/*.md")
	if err != nil {
		t.Fatal(err)
	}
	scripts := 0
	for _, guide := range guides {
		base := filepath.Join(dir, strings.TrimSuffix(filepath.Base(guide), ".md"))
		write(t, filepath.Join(base, "routes.json"), []byte(`{"/":"home"}`))
		var entries []string
		for i, m := range scriptBlock.FindAllSubmatch(read(t, guide), -1) {
			scripts++
			name := fmt.Sprintf("%s-%d.js", base, i)
			if file := fileName.FindSubmatch(m[1]); file != nil {
				name = filepath.Join(base, filepath.FromSlash(string(file[1])))
			}
			write(t, name, m[1])
			if filepath.Dir(name) == dir || name == filepath.Join(base, "main.js") {
				entries = append(entries, name)
			}
		}
		for _, name := range entries {
			if out, err := exec.Command(filepath.Join(dir, "pipy"), "--verify", name).CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %v\n%s", guide, filepath.Base(name), err, out)
			}
		}
	}
	if scripts == 0 {
		t.Error("got no scripts in the guides")
	}
}

// write writes a file and the folders that it is in.
func write(t *testing.T, name string, text []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// certify writes a key, and a certificate that it has signed itself.
func certify(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"server.crt": {Type: "CERTIFICATE", Bytes: certificate},
		"server.key": {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
