package keys

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

func generate(t *testing.T, kind string) *PrivateKey {
	t.Helper()
	key, err := Generate(kind, 2048, "P-256")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func issue(t *testing.T, key *PrivateKey) *Certificate {
	t.Helper()
	cert, err := Issue(&Request{Subject: []Entry{{"CN", "x"}}, From: time.Now(), To: time.Now().Add(time.Hour), Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestPairIsMadeOnce(t *testing.T) {
	key := generate(t, "ec")
	cert := issue(t, key)
	one, err := key.Pair(cert)
	if err != nil {
		t.Fatal(err)
	}
	two, err := key.Pair(cert)
	if err != nil || one != two {
		t.Errorf("got another pair, %v", err)
	}
	for range 2 * maxPairs {
		if _, err := key.Pair(&Certificate{cert.X509}); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(key.pairs); n > maxPairs {
		t.Errorf("%d pairs are kept, want at most %d", n, maxPairs)
	}
	if _, err := generate(t, "ec").Pair(cert); err == nil || !strings.Contains(err.Error(), "does not belong") {
		t.Errorf("another key: got %v", err)
	}
}

func TestPrivateKeysAreReadInAllForms(t *testing.T) {
	for _, kind := range []string{"rsa", "ec", "ed25519"} {
		key := generate(t, kind)
		text, err := key.PEM()
		if err != nil {
			t.Fatal(err)
		}
		block, _ := pem.Decode(text)
		for _, form := range [][]byte{text, block.Bytes, append([]byte("-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"), text...)} {
			again, err := ParsePrivateKey(form)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			if p, _ := again.PEM(); string(p) != string(text) {
				t.Errorf("%s: got another key", kind)
			}
		}
	}
}

func TestPublicKeysAreReadInAllForms(t *testing.T) {
	key := generate(t, "rsa")
	text, err := key.Public().PEM()
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	cert := issue(t, key)
	for what, form := range map[string][]byte{"PEM": text, "DER": block.Bytes, "certificate": cert.PEM(), "certificate in DER": cert.X509.Raw} {
		again, err := ParsePublicKey(form)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if p, _ := again.PEM(); string(p) != string(text) {
			t.Errorf("%s: got another key", what)
		}
	}
}

func TestIssueWantsTheIssuersKey(t *testing.T) {
	issuer := issue(t, generate(t, "ec"))
	r := &Request{Subject: []Entry{{"CN", "x"}}, From: time.Now(), To: time.Now().Add(time.Hour), Key: generate(t, "ec"), Issuer: issuer}
	if _, err := Issue(r); err == nil {
		t.Error("a certificate was issued with a key that is not the issuer's")
	}
	if _, err := Issue(&Request{}); err == nil {
		t.Error("a certificate was issued without a key")
	}
}

func TestExtensionsAreSet(t *testing.T) {
	key := generate(t, "ec")
	cert, err := Issue(&Request{Subject: []Entry{{"CN", "x"}}, From: time.Now(), To: time.Now().Add(time.Hour), Key: key, Extensions: []Entry{
		{"basicConstraints", "critical, CA:TRUE, pathlen:0"}, {"keyUsage", "digitalSignature, keyCertSign"},
		{"extendedKeyUsage", "serverAuth"}, {"subjectAltName", "DNS:a, IP:::1, email:a@b, URI:spiffe://x/y"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	c := cert.X509
	if !c.IsCA || !c.MaxPathLenZero || c.KeyUsage != x509.KeyUsageDigitalSignature|x509.KeyUsageCertSign || len(c.ExtKeyUsage) != 1 {
		t.Errorf("got CA %v, path %v, usage %v %v", c.IsCA, c.MaxPathLen, c.KeyUsage, c.ExtKeyUsage)
	}
	if len(c.DNSNames) != 1 || len(c.IPAddresses) != 1 || len(c.EmailAddresses) != 1 || c.URIs[0].String() != "spiffe://x/y" {
		t.Errorf("got names %v %v %v %v", c.DNSNames, c.IPAddresses, c.EmailAddresses, c.URIs)
	}
}
