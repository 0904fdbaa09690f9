package api

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/keys"
)

func data(s string) *event.Data { return event.DataString(s) }

func unhex(t *testing.T, s string) *event.Data {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return event.NewData(b)
}

// The vectors for "abc" are from NIST's examples of FIPS 180-4 and FIPS 202,
// and from RFC 1321, A.5.
func TestHash(t *testing.T) {
	e := newEngine()
	for name, sum := range map[string]string{
		"md5":      "900150983cd24fb0d6963f7d28e17f72",
		"sha1":     "a9993e364706816aba3e25717850c26c9cd0d89d",
		"sha224":   "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
		"sha256":   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"sha384":   "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
		"sha512":   "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		"sha3-256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
		"SHA-256":  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	} {
		h := e.new(t, "crypto.Hash", name)
		e.on(t, h, "update", "a")
		e.on(t, h, "update", data("b"))
		e.on(t, h, "update", "63", "hex")
		want(t, name, e.on(t, h, "digest", "hex"), `"`+sum+`"`)
		want(t, name+", as Data", e.on(t, e.on(t, h, "digest"), "toString", "hex"), `"`+sum+`"`)
	}
	_, err := e.tryNew("crypto.Hash", "rot13")
	wantError(t, "rot13", err, "Unknown algorithm: rot13")
	_, err = e.tryNew("crypto.Hash", "sm3")
	wantError(t, "sm3", err, "sm3 is not supported")
	_, err = e.tryOn(e.new(t, "crypto.Hash", "md5"), "update", 5)
	wantError(t, "a number", err, "bytes: want a string or a Data, got 5")
}

// RFC 4231, 4.3, and RFC 2202, 2 and 3, test case 2.
func TestHmac(t *testing.T) {
	e := newEngine()
	for name, sum := range map[string]string{
		"md5":    "750c783e6ab0b503eaa86e310a5db738",
		"sha1":   "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
		"sha256": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
	} {
		for _, key := range []any{"Jefe", data("Jefe")} {
			h := e.new(t, "crypto.Hmac", name, key)
			e.on(t, h, "update", "what do ya want ")
			e.on(t, h, "update", "for nothing?")
			want(t, name, e.on(t, h, "digest", "hex"), `"`+sum+`"`)
		}
	}
	_, err := e.tryNew("crypto.Hmac", "md5", 1)
	wantError(t, "a number as key", err, "key: want a string or a Data, got 1")
}

// NIST SP 800-38A, F.1.1, F.2.1, F.5.1, first blocks; the GCM specification's
// test case 2.
func TestCipher(t *testing.T) {
	e := newEngine()
	const (
		key   = "2b7e151628aed2a6abf7158809cf4f3c"
		block = "6bc1bee22e409f96e93d7e117393172a"
	)
	for _, c := range []struct{ name, key, iv, plain, text string }{
		{"aes-128-ecb", key, "", block, "3ad77bb40d7a3660a89ecaf32466ef97"},
		{"aes-128-cbc", key, "000102030405060708090a0b0c0d0e0f", block, "7649abac8119b246cee98e9b12e9197d"},
		{"AES-128-CTR", key, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", block, "874d6191b620e3261bef6864990db6ce"},
		{"aes-128-gcm", strings.Repeat("00", 16), strings.Repeat("00", 12), strings.Repeat("00", 16), "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"},
	} {
		options := obj("key", unhex(t, c.key), "iv", unhex(t, c.iv))
		crypt := func(class, text string) (string, error) {
			f := e.new(t, class, c.name, options)
			out := &event.Data{}
			for d := unhex(t, text); d.Len() > 0; {
				out.Push(e.on(t, f, "update", d.Shift(5)).(*event.Data))
			}
			rest, err := e.tryOn(f, "final")
			if err != nil {
				return "", err
			}
			out.Push(rest.(*event.Data))
			return hex.EncodeToString(out.Bytes()), nil
		}
		got, err := crypt("crypto.Cipher", c.plain)
		if err != nil || !strings.HasPrefix(got, c.text) {
			t.Errorf("%s: got %s and %v, want %s", c.name, got, err, c.text)
		}
		back, err := crypt("crypto.Decipher", got)
		if err != nil || back != c.plain {
			t.Errorf("%s: back: got %s and %v", c.name, back, err)
		}
		if !strings.HasSuffix(strings.ToLower(c.name), "ctr") {
			if _, err := crypt("crypto.Decipher", strings.Repeat("ab", len(got)/2)); err == nil {
				t.Errorf("%s: decrypted what was not encrypted", c.name)
			}
		}
	}
}

func TestCipherPadsTextOfAnyLength(t *testing.T) {
	e := newEngine()
	for _, name := range []string{"aes-256-cbc", "des-ede3-cbc"} {
		for n := range 40 {
			text := strings.Repeat("x", n)
			a := ciphers[name]
			options := obj("key", strings.Repeat("k", a.key), "iv", strings.Repeat("i", a.iv))
			c := e.new(t, "crypto.Cipher", name, options)
			out := e.on(t, c, "update", text).(*event.Data)
			out.Push(e.on(t, c, "final").(*event.Data))
			if out.Len()%a.iv != 0 || out.Len() <= n {
				t.Errorf("%s: %d bytes became %d", name, n, out.Len())
			}
			d := e.new(t, "crypto.Decipher", name, options)
			back := e.on(t, d, "update", out).(*event.Data)
			back.Push(e.on(t, d, "final").(*event.Data))
			if back.String() != text {
				t.Errorf("%s: got %q, want %q", name, back.String(), text)
			}
		}
	}
}

func TestCipherArgumentsAreChecked(t *testing.T) {
	e := newEngine()
	key := strings.Repeat("k", 16)
	_, err := e.tryNew("crypto.Cipher", "rot13", obj("key", key))
	wantError(t, "unknown", err, "Unknown cipher: rot13")
	_, err = e.tryNew("crypto.Cipher", "sm4-cbc", obj("key", key, "iv", key))
	wantError(t, "SM4", err, "sm4-cbc is not supported")
	_, err = e.tryNew("crypto.Cipher", "aes-128-cbc", obj("key", "k", "iv", key))
	wantError(t, "short key", err, "options.key expected to have a length of 16, got 1")
	_, err = e.tryNew("crypto.Decipher", "aes-128-cbc", obj("key", key))
	wantError(t, "no iv", err, "options.iv expected to have a length of 16, got 0")
	c := e.new(t, "crypto.Cipher", "aes-128-cbc", obj("key", key, "iv", key))
	e.on(t, c, "final")
	_, err = e.tryOn(c, "update", "x")
	wantError(t, "late", err, "the result was asked for already")
}

func TestSignaturesAreVerified(t *testing.T) {
	e := newEngine()
	for _, kind := range []any{obj("type", "rsa", "bits", 1024), obj("type", "ec"), obj("type", "ec", "curve", "P-384"), obj("type", "ec", "curve", "P-521")} {
		key := e.new(t, "crypto.PrivateKey", kind)
		public := e.new(t, "crypto.PublicKey", key)
		other := e.new(t, "crypto.PublicKey", e.new(t, "crypto.PrivateKey", kind))
		s := e.new(t, "crypto.Sign", "sha256")
		e.on(t, s, "update", "hello")
		raw := e.on(t, s, "sign", key)
		text := e.on(t, s, "sign", key, "base64")
		v := e.new(t, "crypto.Verify", "sha256")
		e.on(t, v, "update", "hello")
		want(t, "Data", e.on(t, v, "verify", public, raw), "true")
		want(t, "text", e.on(t, v, "verify", public, text, "base64"), "true")
		want(t, "other key", e.on(t, v, "verify", other, raw), "false")
		e.on(t, v, "update", "!")
		want(t, "other text", e.on(t, v, "verify", public, raw), "false")
	}
	ed := e.new(t, "crypto.PrivateKey", obj("type", "ed25519"))
	_, err := e.tryOn(e.new(t, "crypto.Sign", "sha256"), "sign", ed)
	wantError(t, "Ed25519", err, "an Ed25519 key signs no hash: want an RSA or EC key")
}

func TestKeysAreReadAndWritten(t *testing.T) {
	e := newEngine()
	for _, kind := range []string{"rsa", "ec", "ed25519"} {
		key := e.new(t, "crypto.PrivateKey", obj("type", kind, "bits", 1024))
		pem := e.on(t, key, "toPEM")
		again := e.new(t, "crypto.PrivateKey", pem)
		want(t, kind, e.on(t, again, "toPEM"), show(pem))
		public := e.on(t, e.new(t, "crypto.PublicKey", key), "toPEM")
		want(t, kind+" public", e.on(t, e.new(t, "crypto.PublicKey", textOf(public)), "toPEM"), show(public))
	}
	for what, c := range map[string]struct {
		class string
		arg   any
		want  string
	}{
		"nothing":   {"crypto.PrivateKey", "", "want a private key: data size is zero"},
		"no PEM":    {"crypto.PublicKey", "hello", "want a public key: got neither PEM nor DER"},
		"other PEM": {"crypto.Certificate", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", `want a certificate: got PEM blocks of type ["PUBLIC KEY"]`},
		"kind":      {"crypto.PrivateKey", obj("type", "dsa"), `unknown key type: want "rsa", "ec" or "ed25519", got "dsa"`},
		"SM2":       {"crypto.PrivateKey", obj("type", "sm2"), "SM2, SM3 and SM4 are not supported"},
		"bits":      {"crypto.PrivateKey", obj("type", "rsa", "bits", 512), "options.bits: want a number from 1024 to 8192, got 512"},
		"curve":     {"crypto.PrivateKey", obj("type", "ec", "curve", "P-1"), `options.curve: want "P-256", "P-384" or "P-521", got "P-1"`},
		"password": {"crypto.PrivateKey", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
			"private key: want a key without a password, got an encrypted one"},
	} {
		_, err := e.tryNew(c.class, c.arg)
		wantError(t, what, err, c.want)
	}
	_, err := e.tryNew("crypto.PublicKey", "x", obj("aliasType", "sm2"))
	wantError(t, "aliasType", err, "SM2, SM3 and SM4 are not supported")
}

func textOf(v any) string { return v.(*event.Data).String() }

func TestCertificatesAreIssued(t *testing.T) {
	e := newEngine()
	rootKey := e.new(t, "crypto.PrivateKey", obj("type", "ec"))
	root := e.new(t, "crypto.Certificate", obj("subject", obj("CN", "Root", "organizationName", "Us"), "privateKey", rootKey,
		"extensions", obj("basicConstraints", "critical,CA:TRUE", "keyUsage", "keyCertSign,cRLSign", "subjectKeyIdentifier", "hash")))
	key := e.new(t, "crypto.PrivateKey", obj("type", "ec"))
	cert := e.new(t, "crypto.Certificate", obj("subject", obj("CN", "leaf"), "privateKey", rootKey, "issuer", root, "publicKey", e.new(t, "crypto.PublicKey", key),
		"days", 2, "timeOffset", "-1d", "extensions", obj("subjectAltName", "DNS:a.test,DNS:b.test,IP:127.0.0.1", "extendedKeyUsage", "serverAuth")))
	if names := prop(cert, "subjectAltNames").([]string); !slices.Equal(names, []string{"a.test", "b.test"}) {
		t.Errorf("subjectAltNames: got %q", names)
	}
	subject := prop(root, "subject").(map[string]any)
	if subject["commonName"] != "Root" || subject["organizationName"] != "Us" {
		t.Errorf("subject: got %v", subject)
	}
	if issuer := prop(cert, "issuer").(map[string]any); issuer["commonName"] != "Root" {
		t.Errorf("issuer: got %v", issuer)
	}
	from, to := prop(cert, "notBefore").(float64), prop(cert, "notAfter").(float64)
	if now := float64(time.Now().UnixMilli()); from > now-86000e3 || to < now+86000e3 || to-from != 2*86400e3 {
		t.Errorf("valid from %v to %v", from, to)
	}
	c, r := cert.(*keys.Certificate).X509, root.(*keys.Certificate).X509
	if err := c.CheckSignatureFrom(r); err != nil {
		t.Error(err)
	}
	again := e.new(t, "crypto.Certificate", e.on(t, cert, "toPEM")).(*keys.Certificate)
	if !again.X509.Equal(c) {
		t.Error("PEM is of another certificate")
	}
	bundle := textOf(e.on(t, cert, "toPEM")) + textOf(e.on(t, root, "toPEM"))
	if chain := e.new(t, "crypto.CertificateChain", bundle).(*keys.Chain); len(chain.Certificates) != 2 || !chain.Certificates[1].Equal(r) {
		t.Error("the chain is not what is in the bundle")
	}
	for what, c := range map[string]struct {
		options *object
		want    string
	}{
		"subject":   {obj(), "options.subject: want an object, got nothing"},
		"name":      {obj("subject", obj("X", "y"), "privateKey", key), `invalid subject: want names such as CN, O, OU, C, got "X"`},
		"key":       {obj("subject", obj("CN", "y")), "options.privateKey: want an object of class crypto.PrivateKey, got nothing"},
		"extension": {obj("subject", obj("CN", "y"), "privateKey", key, "extensions", obj("foo", "bar")), "invalid extension: foo"},
		"value":     {obj("subject", obj("CN", "y"), "privateKey", key, "extensions", obj("keyUsage", "bar")), `invalid extension: keyUsage: "bar"`},
	} {
		_, err := e.tryNew("crypto.Certificate", c.options)
		wantError(t, what, err, c.want)
	}
}

// The tokens and keys are from RFC 7515, A.1, A.2 and A.3.
const (
	rfcPayload = ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
	rfcHS256   = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9" + rfcPayload + "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	rfcSecret  = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
	rfcES256   = "eyJhbGciOiJFUzI1NiJ9" + rfcPayload + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)

func rfcEC(e *engine, t *testing.T) any {
	return e.new(t, "crypto.JWK", obj("kty", "EC", "crv", "P-256", "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
}

func TestJWTExamples(t *testing.T) {
	e := newEngine()
	secret, err := base64.RawURLEncoding.DecodeString(rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	token := e.new(t, "crypto.JWT", rfcHS256)
	want(t, "isValid", prop(token, "isValid"), "true")
	want(t, "header", prop(token, "header"), `{ typ: "JWT", alg: "HS256" }`)
	want(t, "payload", prop(token, "payload"), `{ iss: "joe", exp: 1300819380, "http://example.com/is_root": true }`)
	want(t, "Data", e.on(t, token, "verify", event.NewData(secret)), "true")
	want(t, "JWK", e.on(t, token, "verify", e.new(t, "crypto.JWK", obj("kty", "oct", "k", rfcSecret))), "true")
	want(t, "other secret", e.on(t, token, "verify", "secret"), "false")
	want(t, "no secret", e.on(t, token, "verify", ""), "false")

	token = e.new(t, "crypto.JWT", rfcES256)
	want(t, "ES256", e.on(t, token, "verify", rfcEC(e, t)), "true")
	for _, i := range []int{len(rfcES256) - 5, len(rfcES256) / 2} {
		changed := []byte(rfcES256)
		changed[i] ^= 1
		token := e.new(t, "crypto.JWT", string(changed))
		want(t, "changed", e.on(t, token, "verify", rfcEC(e, t)), "false")
	}

	// RFC 8037, A.4, whose payload is no JSON.
	x, err := base64.RawURLEncoding.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.RawURLEncoding.DecodeString("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
	if err != nil {
		t.Fatal(err)
	}
	j := &jwt{valid: true, algorithm: "EdDSA", signed: []byte("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"), signature: signature}
	if !j.verifyPublic(ed25519.PublicKey(x)) {
		t.Error("the example of RFC 8037 is not verified")
	}
}

// jwtOf signs a token.
func jwtOf(t *testing.T, header string, sign func(text []byte) []byte) string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"me"}`))
	return text + "." + base64.RawURLEncoding.EncodeToString(sign([]byte(text)))
}

func TestJWTTakesEveryFormOfAKey(t *testing.T) {
	e := newEngine()
	key := e.new(t, "crypto.PrivateKey", obj("type", "rsa")).(*keys.PrivateKey)
	private := key.Key.(*rsa.PrivateKey)
	cert := e.new(t, "crypto.Certificate", obj("subject", obj("CN", "x"), "privateKey", key))
	public := e.new(t, "crypto.PublicKey", key)
	for _, alg := range []string{"RS256", "PS256"} {
		token := e.new(t, "crypto.JWT", jwtOf(t, `{"alg":"`+alg+`"}`, func(text []byte) []byte {
			sum := sha256.Sum256(text)
			var b []byte
			var err error
			if alg == "PS256" {
				b, err = rsa.SignPSS(rand.Reader, private, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
			} else {
				b, err = rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
			}
			if err != nil {
				t.Fatal(err)
			}
			return b
		}))
		n := base64.RawURLEncoding.EncodeToString(private.N.Bytes())
		for what, k := range map[string]any{
			"public": public, "private": key, "certificate": cert,
			"public PEM": e.on(t, public, "toPEM"), "private PEM": textOf(e.on(t, key, "toPEM")), "certificate PEM": e.on(t, cert, "toPEM"),
			"JWK": e.new(t, "crypto.JWK", obj("kty", "RSA", "n", n, "e", "AQAB", "alg", alg)),
		} {
			want(t, alg+" with "+what, e.on(t, token, "verify", k), "true")
		}
		want(t, "JWK for another algorithm", e.on(t, token, "verify", e.new(t, "crypto.JWK", obj("kty", "RSA", "n", n, "e", "AQAB", "alg", "RS512"))), "false")
		want(t, "EC key", e.on(t, token, "verify", rfcEC(e, t)), "false")
		_, err := e.tryOn(token, "verify", 5)
		wantError(t, "a number", err, "key: want a string, a Data, a crypto.JWK or a key, got 5")
	}
}

// RFC 8725, 2.1: the token must not choose what the key is.
func TestJWTRefusesConfusedAlgorithms(t *testing.T) {
	e := newEngine()
	key := e.new(t, "crypto.PrivateKey", obj("type", "rsa", "bits", 2048))
	public := e.new(t, "crypto.PublicKey", key)
	pem := textOf(e.on(t, public, "toPEM"))
	h := e.new(t, "crypto.Hmac", "sha256", pem)
	forged := jwtOf(t, `{"alg":"HS256"}`, func(text []byte) []byte {
		e.on(t, h, "update", string(text))
		return e.on(t, h, "digest").(*event.Data).Bytes()
	})
	for what, k := range map[string]any{"PEM": pem, "object": public, "Data": data(pem)} {
		want(t, what, e.on(t, e.new(t, "crypto.JWT", forged), "verify", k), "false")
	}
	none := jwtOf(t, `{"alg":"none"}`, func([]byte) []byte { return nil })
	token := e.new(t, "crypto.JWT", none)
	want(t, "none", prop(token, "isValid"), "false")
	for _, k := range []any{"", "x", public} {
		want(t, "none", e.on(t, token, "verify", k), "false")
	}
	crit := jwtOf(t, `{"alg":"HS256","crit":["x"],"x":1}`, func([]byte) []byte { return nil })
	want(t, "crit", prop(e.new(t, "crypto.JWT", crit), "isValid"), "false")
	for _, text := range []string{"", "a.b", "a.b.c.d", "e30.e30.", "!.!.!", rfcHS256 + "=", rfcHS256 + "."} {
		token := e.new(t, "crypto.JWT", text)
		want(t, text, prop(token, "isValid"), "false")
		want(t, text, e.on(t, token, "verify", "secret"), "false")
	}
}

func TestJWKIsChecked(t *testing.T) {
	e := newEngine()
	for text, o := range map[string]*object{
		`missing "kty"`: obj(), `unknown "kty"`: obj("kty", "x"), `missing "n"`: obj("kty", "RSA"), `missing "e"`: obj("kty", "RSA", "n", "AQAB"),
		`missing "crv"`: obj("kty", "EC"), `unknown "crv"`: obj("kty", "EC", "crv", "x"), `missing "y"`: obj("kty", "EC", "crv", "P-256", "x", "AQAB"),
	} {
		_, err := e.tryNew("crypto.JWK", o)
		wantError(t, text, err, text)
	}
	for what, o := range map[string]*object{
		"not on the curve": obj("kty", "EC", "crv", "P-256", "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
		"short":            obj("kty", "EC", "crv", "P-256", "x", "AQAB", "y", "AQAB"),
		"no base64":        obj("kty", "oct", "k", "!"),
		"even exponent":    obj("kty", "RSA", "n", "AQAB", "e", "AQAA"),
	} {
		k := e.new(t, "crypto.JWK", o)
		want(t, what, prop(k, "isValid"), "false")
		want(t, what, e.on(t, e.new(t, "crypto.JWT", rfcHS256), "verify", k), "false")
	}
}
