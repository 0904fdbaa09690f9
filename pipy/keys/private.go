package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// PrivateKey is a private key: *rsa.PrivateKey, *ecdsa.PrivateKey or
// ed25519.PrivateKey.
type PrivateKey struct {
	Key crypto.Signer

	pairs map[any]*tls.Certificate // by *Certificate or *Chain
}

// ParsePrivateKey reads a private key as PEM or DER: PKCS#8, PKCS#1 or SEC 1.
// Keys that are encrypted with a password are refused.
func ParsePrivateKey(b []byte) (*PrivateKey, error) {
	list, err := blocks(b, func(kind string) bool { return strings.HasSuffix(kind, pemPrivateKey) })
	if err != nil {
		return nil, fmt.Errorf("want a private key: %w", err)
	}
	block := list[0]
	if strings.HasPrefix(block.Type, "ENCRYPTED") || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, errors.New("private key: want a key without a password, got an encrypted one")
	}
	key, err := parsePrivate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("private key: %w", explain(block.Bytes, err))
	}
	return key, nil
}

func parsePrivate(der []byte) (*PrivateKey, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return &PrivateKey{Key: key}, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return &PrivateKey{Key: key}, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return &PrivateKey{Key: key}, nil
	case *ecdsa.PrivateKey:
		return &PrivateKey{Key: key}, nil
	case ed25519.PrivateKey:
		return &PrivateKey{Key: key}, nil
	}
	return nil, fmt.Errorf("unknown key type: want RSA, EC or Ed25519, got %T", key)
}

// The limits of generated RSA keys in bits. Larger ones take many seconds, and
// nothing accepts them in TLS.
const (
	minBits = 1024
	maxBits = 8192
)

var curves = map[string]elliptic.Curve{
	"P-256": elliptic.P256(), "prime256v1": elliptic.P256(), "secp256r1": elliptic.P256(),
	"P-384": elliptic.P384(), "secp384r1": elliptic.P384(),
	"P-521": elliptic.P521(), "secp521r1": elliptic.P521(),
}

// Generate makes a key of the type "rsa", "ec" or "ed25519". bits is the size
// of an RSA key, curve the name of the curve of an EC key: P-256, P-384 or
// P-521, or what OpenSSL calls them.
func Generate(kind string, bits int, curve string) (*PrivateKey, error) {
	switch kind {
	case "rsa":
		if bits < minBits || bits > maxBits {
			return nil, fmt.Errorf("options.bits: want a number from %d to %d, got %d", minBits, maxBits, bits)
		}
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			return nil, err
		}
		return &PrivateKey{Key: key}, nil
	case "ec":
		c := curves[curve]
		if c == nil {
			return nil, fmt.Errorf(`options.curve: want "P-256", "P-384" or "P-521", got %q`, curve)
		}
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			return nil, err
		}
		return &PrivateKey{Key: key}, nil
	case "ed25519":
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		return &PrivateKey{Key: key}, nil
	case "sm2":
		return nil, ErrShangMi
	}
	return nil, fmt.Errorf(`unknown key type: want "rsa", "ec" or "ed25519", got %q`, kind)
}

// Public returns the public half.
func (k *PrivateKey) Public() *PublicKey { return &PublicKey{k.Key.Public()} }

// PEM returns the key as PKCS#8 in PEM.
func (k *PrivateKey) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.Key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPrivateKey, Bytes: der}), nil
}

// maxPairs bounds the pairs that a key remembers; more than one or two are a
// script that reads certificates again and again.
const maxPairs = 16

// Pair returns the key with its certificate, a *Certificate or a *Chain, as TLS
// needs it; the same for the same two.
func (k *PrivateKey) Pair(cert any) (*tls.Certificate, error) {
	if pair := k.pairs[cert]; pair != nil {
		return pair, nil
	}
	var list []*x509.Certificate
	switch c := cert.(type) {
	case *Certificate:
		list = []*x509.Certificate{c.X509}
	case *Chain:
		list = c.Certificates
	}
	if len(list) == 0 {
		return nil, errors.New("empty certificate chain")
	}
	public, ok := k.Key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(list[0].PublicKey) {
		return nil, errors.New("certificate.key does not belong to certificate.cert")
	}
	pair := &tls.Certificate{PrivateKey: k.Key, Leaf: list[0]}
	for _, c := range list {
		pair.Certificate = append(pair.Certificate, c.Raw)
	}
	if k.pairs == nil || len(k.pairs) >= maxPairs {
		k.pairs = map[any]*tls.Certificate{}
	}
	k.pairs[cert] = pair
	return pair, nil
}
