package api

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"hash"

	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/spec"
)

// signer and verifier collect the hash of what is signed.
type (
	signer struct {
		hash.Hash
		digest crypto.Hash
	}
	verifier struct {
		hash.Hash
		digest crypto.Hash
	}
)

var (
	signClass   = spec.NewClass[*signer]("crypto.Sign", "Signs bytes that come piece by piece: with an RSA key by PKCS #1 v1.5 (RFC 8017, 8.2), with an EC key by ECDSA, whose signature is in DER.")
	verifyClass = spec.NewClass[*verifier]("crypto.Verify", "Verifies a signature of bytes that come piece by piece, as crypto.Sign makes it.")
)

var errEd25519 = errors.New("an Ed25519 key signs no hash: want an RSA or EC key")

// sign signs a hash.
func sign(key crypto.Signer, h crypto.Hash, sum []byte) ([]byte, error) {
	switch key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey:
		return key.Sign(rand.Reader, sum, h)
	}
	return nil, errEd25519
}

// verify tells whether a signature of a hash is good.
func verify(key crypto.PublicKey, h crypto.Hash, sum, signature []byte) (bool, error) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, h, sum, signature) == nil, nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(key, sum, signature), nil
	case ed25519.PublicKey:
		return false, errEd25519
	}
	return false, wrong("publicKey", "an object of class crypto.PublicKey", nil)
}

// publicOf returns the public key that a script's value has.
func publicOf(v any) (crypto.PublicKey, bool) {
	switch v := v.(type) {
	case *keys.PublicKey:
		return v.Key, true
	case *keys.PrivateKey:
		return v.Key.Public(), true
	case *keys.Certificate:
		return v.X509.PublicKey, true
	}
	return nil, false
}

func init() {
	signClass.Constructor("Makes a signature of no bytes.", func(m *spec.Method) func(*spec.Call) (*signer, error) {
		algorithm := digestArgument(m)
		return func(c *spec.Call) (*signer, error) {
			h, err := algorithm(c)
			if err != nil {
				return nil, err
			}
			return &signer{h.New(), h}, nil
		}
	})
	updates(signClass)
	signClass.Method("sign", typeText, "Returns the signature of the bytes so far.", func(m *spec.Method) func(*signer, *spec.Call) (any, error) {
		key := spec.In[*keys.PrivateKey](m, "privateKey", "The key to sign with.")
		encoding := encodingOrOptions(m, docResultEncoding)
		return func(s *signer, c *spec.Call) (any, error) {
			k, err := key.Of(c)
			if err != nil {
				return nil, err
			}
			enc, err := encoding(c)
			if err != nil {
				return nil, err
			}
			b, err := sign(k.Key, s.digest, s.Sum(nil))
			if err != nil {
				return nil, err
			}
			return encoded(b, enc)
		}
	})

	verifyClass.Constructor("Makes a verifier that has seen no bytes.", func(m *spec.Method) func(*spec.Call) (*verifier, error) {
		algorithm := digestArgument(m)
		return func(c *spec.Call) (*verifier, error) {
			h, err := algorithm(c)
			if err != nil {
				return nil, err
			}
			return &verifier{h.New(), h}, nil
		}
	})
	updates(verifyClass)
	verifyClass.Method("verify", "boolean", "Tells whether a signature of the bytes so far is good.", func(m *spec.Method) func(*verifier, *spec.Call) (any, error) {
		key := spec.In[any](m, "publicKey", "The key that belongs to the one that signed; a private key or a certificate stands for its public key.")
		described(m, "crypto.PublicKey | crypto.PrivateKey | crypto.Certificate")
		signature := spec.In[any](m, "signature", "The signature.")
		described(m, typeText)
		encoding := encodingOrOptions(m, "How a string writes the signature. "+docEncoding)
		return func(s *verifier, c *spec.Call) (any, error) {
			v, _ := key.Of(c)
			k, ok := publicOf(v)
			if !ok {
				return nil, wrong("publicKey", "an object of class crypto.PublicKey", v)
			}
			enc, err := encoding(c)
			if err != nil {
				return nil, err
			}
			v, _ = signature.Of(c)
			b, err := encodedBytes("signature", v, enc)
			if err != nil {
				return nil, err
			}
			return verify(k, s.digest, s.Sum(nil), b)
		}
	})
}

// encodingOrOptions declares an encoding, which may be left out, and options
// behind it, which are for SM2 alone and so not looked at.
func encodingOrOptions(m *spec.Method, doc string) func(*spec.Call) (string, error) {
	encoding := spec.InOpt[any](m, "encoding", nil, doc)
	described(m, "string")
	spec.InOpt[any](m, "options", nil, "Not used.")
	described(m, "object")
	return func(c *spec.Call) (string, error) {
		v, _ := encoding.Of(c)
		switch v := v.(type) {
		case nil, event.Object:
			return "", nil
		case string:
			return v, nil
		}
		return "", wrong("encoding", "a string", v)
	}
}
