package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// writePair makes a certificate with a number, and its key.
func writePair(t *testing.T, dir string, number int64) tlsFiles {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(number), NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	f := tlsFiles{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	for name, block := range map[string]*pem.Block{f.cert: {Type: "CERTIFICATE", Bytes: cert}, f.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		when := time.Unix(1e9+number, 0) // files change, whatever the clock of the file system is
		if err := os.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func serial(t *testing.T, c *tls.Certificate, err error) int64 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	x, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	return x.SerialNumber.Int64()
}

func TestCertificatesAreReadAnew(t *testing.T) {
	dir := t.TempDir()
	k := &keyPair{files: writePair(t, dir, 1)}
	load := func() int64 {
		k.looked = time.Time{} // as if it were long ago
		c, err := k.load()
		return serial(t, c, err)
	}
	if got := load(); got != 1 {
		t.Errorf("got certificate %d, want 1", got)
	}
	writePair(t, dir, 2)
	if got := load(); got != 2 {
		t.Errorf("got certificate %d, want 2", got)
	}
	if err := os.Remove(k.files.key); err != nil {
		t.Fatal(err)
	}
	if got := load(); got != 2 {
		t.Errorf("got certificate %d without a key, want that of before", got)
	}
	if _, err := (&keyPair{files: k.files}).load(); err == nil {
		t.Error("want an error without a key")
	}
}

func TestTrustReadsFolders(t *testing.T) {
	dir := t.TempDir()
	if _, err := trust(dir); err == nil {
		t.Error("want an error for an empty folder")
	}
	f := writePair(t, dir, 1)
	for _, path := range []string{dir, f.cert} {
		if pool, err := trust(path); err != nil || pool == nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := trust(f.key); err == nil {
		t.Error("want an error for a file without a certificate")
	}
}
