package api

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// jwk is a JSON Web Key (RFC 7517).
type jwk struct {
	public    crypto.PublicKey // nil for oct, and when it is not valid
	secret    []byte           // of oct
	algorithm string           // the only one that it is for; "" for any
}

func (k *jwk) valid() bool { return k.public != nil || len(k.secret) > 0 }

var jwkClass = spec.NewClass[*jwk]("crypto.JWK", "A JSON Web Key (RFC 7517) to verify tokens with.")

func init() {
	jwkClass.Constructor("Reads a key. It throws when members are missing or unknown; a key whose values are wrong is not valid.", func(m *spec.Method) func(*spec.Call) (*jwk, error) {
		object := spec.In[event.Object](m, "key", "An object with kty: 'RSA' with n and e, 'EC' with crv, x and y, 'OKP' with crv 'Ed25519' and x, or 'oct' with k.")
		return func(c *spec.Call) (*jwk, error) {
			o, err := object.Of(c)
			if err != nil {
				return nil, err
			}
			return parseJWK(o)
		}
	})
	jwkClass.Prop("isValid", "boolean", "Tells whether the key can be used.", func(k *jwk) any { return k.valid() })
}

func parseJWK(o event.Object) (*jwk, error) {
	k := &jwk{}
	k.algorithm, _ = o.Get("alg").(string)
	kind, ok := o.Get("kty").(string)
	if !ok {
		return nil, errors.New(`missing "kty"`)
	}
	var err error
	switch kind {
	case "RSA":
		k.public, err = jwkRSA(o)
	case "EC":
		k.public, err = jwkEC(o)
	case "OKP":
		k.public, err = jwkEd25519(o)
	case "oct":
		k.secret, err = jwkBytes(o, "k")
	default:
		return nil, errors.New(`unknown "kty"`)
	}
	if errors.Is(err, errNotValid) {
		err = nil
	}
	return k, err
}

// errNotValid is the error of a key that is complete but wrong.
var errNotValid = errors.New("the key is not valid")

// jwkBytes returns a member in base64url.
func jwkBytes(o event.Object, name string) ([]byte, error) {
	s, ok := o.Get(name).(string)
	if !ok {
		return nil, fmt.Errorf("missing %q", name)
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) == 0 {
		return nil, errNotValid
	}
	return b, nil
}

func jwkRSA(o event.Object) (crypto.PublicKey, error) {
	n, err := jwkBytes(o, "n")
	if err != nil {
		return nil, err
	}
	e, err := jwkBytes(o, "e")
	if err != nil {
		return nil, err
	}
	exponent := new(big.Int).SetBytes(e)
	if exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, errNotValid
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}, nil
}

func jwkEC(o event.Object) (crypto.PublicKey, error) {
	name, ok := o.Get("crv").(string)
	if !ok {
		return nil, errors.New(`missing "crv"`)
	}
	var curve elliptic.Curve
	var check ecdh.Curve
	switch name {
	case "P-256":
		curve, check = elliptic.P256(), ecdh.P256()
	case "P-384":
		curve, check = elliptic.P384(), ecdh.P384()
	case "P-521":
		curve, check = elliptic.P521(), ecdh.P521()
	default:
		return nil, errors.New(`unknown "crv"`)
	}
	x, err := jwkBytes(o, "x")
	if err != nil {
		return nil, err
	}
	y, err := jwkBytes(o, "y")
	if err != nil {
		return nil, err
	}
	size := (curve.Params().BitSize + 7) / 8 // RFC 7518, 6.2.1.2
	if len(x) != size || len(y) != size {
		return nil, errNotValid
	}
	point := append(append([]byte{4}, x...), y...) // SEC 1, 2.3.3
	if _, err := check.NewPublicKey(point); err != nil {
		return nil, errNotValid
	}
	key, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, errNotValid
	}
	return key, nil
}

// jwkEd25519 follows RFC 8037, 2.
func jwkEd25519(o event.Object) (crypto.PublicKey, error) {
	name, ok := o.Get("crv").(string)
	if !ok {
		return nil, errors.New(`missing "crv"`)
	}
	if name != "Ed25519" {
		return nil, errors.New(`unknown "crv"`)
	}
	x, err := jwkBytes(o, "x")
	if err != nil {
		return nil, err
	}
	if len(x) != ed25519.PublicKeySize {
		return nil, errNotValid
	}
	return ed25519.PublicKey(x), nil
}
