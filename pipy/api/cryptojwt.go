package api

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/spec"
)

// jwt is a JSON Web Token, signed in the compact form (RFC 7515, 7.1).
type jwt struct {
	valid     bool
	header    any
	payload   any
	algorithm string
	signed    []byte // header.payload as it stood in the token
	signature []byte
}

var jwtClass = spec.NewClass[*jwt]("crypto.JWT", "A JSON Web Token (RFC 7519). Its claims, such as exp, are for the script to check.")

// jwtAlgorithms are the algorithms of signatures (RFC 7518, 3.1; RFC 8037,
// 3.1). There is no "none".
var jwtAlgorithms = map[string]struct {
	family string
	hash   crypto.Hash
	size   int // bits of the curve
}{
	"HS256": {"HS", crypto.SHA256, 0}, "HS384": {"HS", crypto.SHA384, 0}, "HS512": {"HS", crypto.SHA512, 0},
	"RS256": {"RS", crypto.SHA256, 0}, "RS384": {"RS", crypto.SHA384, 0}, "RS512": {"RS", crypto.SHA512, 0},
	"PS256": {"PS", crypto.SHA256, 0}, "PS384": {"PS", crypto.SHA384, 0}, "PS512": {"PS", crypto.SHA512, 0},
	"ES256": {"ES", crypto.SHA256, 256}, "ES384": {"ES", crypto.SHA384, 384}, "ES512": {"ES", crypto.SHA512, 521},
	"EdDSA": {"Ed", 0, 0},
}

func init() {
	d := jwtClass
	d.Constructor("Takes a token apart. A text that is no token makes one that is not valid.", func(m *spec.Method) func(*spec.Call) (*jwt, error) {
		token := spec.In[string](m, "token", "The token.")
		return func(c *spec.Call) (*jwt, error) {
			s, err := token.Of(c)
			if err != nil {
				return nil, err
			}
			return parseJWT(c.Engine, s), nil
		}
	})
	d.Prop("isValid", "boolean", "Tells whether the token is well-formed and its algorithm is known; it says nothing about the signature.", func(t *jwt) any { return t.valid })
	d.Prop("header", "any", "The header.", func(t *jwt) any { return t.header })
	d.Prop("payload", "any", "The payload, which is usually an object of claims. Do not believe it before verify returned true.", func(t *jwt) any { return t.payload })
	d.Method("verify", "boolean", "Tells whether the signature is good. A key of another kind than the token's algorithm wants gives false.", func(m *spec.Method) func(*jwt, *spec.Call) (any, error) {
		key := spec.In[any](m, "key", "The secret for the algorithms HS256, HS384 and HS512; a public key for RS*, PS*, ES* and EdDSA, as an object or as PEM. A private key or a certificate stands for its public key.")
		described(m, "string | Data | crypto.JWK | crypto.PublicKey | crypto.PrivateKey | crypto.Certificate")
		return func(t *jwt, c *spec.Call) (any, error) {
			v, _ := key.Of(c)
			return t.verify(v)
		}
	})
}

// parseJWT takes a token apart.
func parseJWT(e spec.Engine, token string) *jwt {
	t := &jwt{}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return t
	}
	var ok bool
	if t.header, ok = jwtJSON(e, parts[0]); !ok {
		return t
	}
	if t.payload, ok = jwtJSON(e, parts[1]); !ok {
		return t
	}
	header, ok := t.header.(event.Object)
	if !ok {
		return t
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return t
	}
	t.algorithm, _ = header.Get("alg").(string)
	_, known := jwtAlgorithms[t.algorithm]
	// Extensions that must be understood are not (RFC 7515, 4.1.11).
	t.valid = known && header.Get("crit") == nil
	t.signed, t.signature = []byte(parts[0]+"."+parts[1]), signature
	return t
}

func jwtJSON(e spec.Engine, part string) (any, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return nil, false
	}
	v, err := parseJSON(e, string(b))
	return v, err == nil
}

// verify checks the signature. The algorithm of the token never makes a public
// key into a secret.
func (t *jwt) verify(key any) (bool, error) {
	a := jwtAlgorithms[t.algorithm]
	if k, ok := key.(*jwk); ok {
		if !k.valid() || k.algorithm != "" && k.algorithm != t.algorithm {
			return false, nil
		}
		if k.secret != nil {
			return t.valid && a.family == "HS" && t.verifySecret(a.hash, k.secret), nil
		}
		return t.valid && t.verifyPublic(k.public), nil
	}
	if public, ok := publicOf(key); ok {
		return t.valid && t.verifyPublic(public), nil
	}
	b, err := textBytes("key", key)
	if err != nil {
		return false, wrong("key", "a string, a Data, a crypto.JWK or a key", key)
	}
	switch {
	case !t.valid:
		return false, nil
	case a.family == "HS":
		return !bytes.Contains(b, []byte("-----BEGIN ")) && t.verifySecret(a.hash, b), nil
	case bytes.Contains(b, []byte("PRIVATE KEY-----")):
		k, err := keys.ParsePrivateKey(b)
		if err != nil {
			return false, err
		}
		return t.verifyPublic(k.Key.Public()), nil
	}
	k, err := keys.ParsePublicKey(b)
	if err != nil {
		return false, err
	}
	return t.verifyPublic(k.Key), nil
}

func (t *jwt) verifySecret(h crypto.Hash, secret []byte) bool {
	if len(secret) == 0 {
		return false
	}
	m := hmac.New(h.New, secret)
	m.Write(t.signed)
	return hmac.Equal(m.Sum(nil), t.signature)
}

func (t *jwt) verifyPublic(key crypto.PublicKey) bool {
	a := jwtAlgorithms[t.algorithm]
	if k, ok := key.(ed25519.PublicKey); ok {
		return a.family == "Ed" && ed25519.Verify(k, t.signed, t.signature)
	}
	if a.hash == 0 {
		return false
	}
	h := a.hash.New()
	h.Write(t.signed)
	sum := h.Sum(nil)
	switch k := key.(type) {
	case *rsa.PublicKey:
		switch a.family {
		case "RS":
			return rsa.VerifyPKCS1v15(k, a.hash, sum, t.signature) == nil
		case "PS":
			return rsa.VerifyPSS(k, a.hash, sum, t.signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
	case *ecdsa.PublicKey:
		size := (a.size + 7) / 8
		if a.family != "ES" || k.Params().BitSize != a.size || len(t.signature) != 2*size {
			return false
		}
		r, s := new(big.Int).SetBytes(t.signature[:size]), new(big.Int).SetBytes(t.signature[size:])
		return ecdsa.Verify(k, sum, r, s)
	}
	return false
}
