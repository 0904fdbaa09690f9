// Package keys holds certificates and keys: read from PEM or DER, generated, or
// issued.
//
// A value is parsed once and does not change afterwards. What TLS needs of a
// certificate and its key is made once for the two and kept with the key, so
// that a handshake parses nothing. Values belong to one worker.
package keys

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// ErrEmpty is the error for an input of no bytes.
var ErrEmpty = errors.New("data size is zero")

// ErrShangMi is the error for keys and algorithms of the SM family (SM2, SM3,
// SM4).
var ErrShangMi = errors.New("SM2, SM3 and SM4 are not supported")

// Certificate is an X.509 certificate (RFC 5280).
type Certificate struct{ X509 *x509.Certificate }

// Chain is a certificate with those that lead from it to a root, leaf first. It
// is never empty.
type Chain struct{ Certificates []*x509.Certificate }

// PublicKey is a public key: *rsa.PublicKey, *ecdsa.PublicKey or
// ed25519.PublicKey.
type PublicKey struct{ Key crypto.PublicKey }

// The types of PEM blocks (RFC 7468).
const (
	pemCertificate = "CERTIFICATE"
	pemPublicKey   = "PUBLIC KEY"
	pemPrivateKey  = "PRIVATE KEY"
)

// blocks returns the PEM blocks of a type; DER as if it was the only one.
func blocks(b []byte, wanted func(kind string) bool) ([]*pem.Block, error) {
	if len(b) == 0 {
		return nil, ErrEmpty
	}
	if b[0] == 0x30 && !bytes.Contains(b, []byte("-----BEGIN")) { // a SEQUENCE
		return []*pem.Block{{Bytes: b}}, nil
	}
	var list []*pem.Block
	var seen []string
	for {
		block, rest := pem.Decode(b)
		if block == nil {
			break
		}
		b = rest
		if wanted(block.Type) {
			list = append(list, block)
		} else {
			seen = append(seen, block.Type)
		}
	}
	if len(list) > 0 {
		return list, nil
	}
	if len(seen) > 0 {
		return nil, fmt.Errorf("got PEM blocks of type %q", seen)
	}
	return nil, errors.New("got neither PEM nor DER")
}

// ParseChain reads the certificates of a PEM bundle, or one in DER.
func ParseChain(b []byte) (*Chain, error) {
	list, err := blocks(b, func(kind string) bool {
		return kind == pemCertificate || kind == "X509 CERTIFICATE" || kind == "TRUSTED CERTIFICATE"
	})
	if err != nil {
		return nil, fmt.Errorf("want a certificate: %w", err)
	}
	c := &Chain{}
	for i, block := range list {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", i, err)
		}
		c.Certificates = append(c.Certificates, cert)
	}
	return c, nil
}

// ParseCertificate reads the first certificate of a PEM text, or one in DER.
func ParseCertificate(b []byte) (*Certificate, error) {
	c, err := ParseChain(b)
	if err != nil {
		return nil, err
	}
	return &Certificate{c.Certificates[0]}, nil
}

// PEM returns the certificate as PEM.
func (c *Certificate) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: c.X509.Raw})
}

// PEM returns the certificates as a PEM bundle.
func (c *Chain) PEM() []byte {
	var b []byte
	for _, cert := range c.Certificates {
		b = append(b, (&Certificate{cert}).PEM()...)
	}
	return b
}

// ParsePublicKey reads a public key as PEM or DER: SubjectPublicKeyInfo, PKCS#1,
// or that of a certificate.
func ParsePublicKey(b []byte) (*PublicKey, error) {
	list, err := blocks(b, func(kind string) bool {
		return kind == pemPublicKey || kind == "RSA PUBLIC KEY" || kind == pemCertificate
	})
	if err != nil {
		return nil, fmt.Errorf("want a public key: %w", err)
	}
	der := list[0].Bytes
	if list[0].Type != pemPublicKey {
		if cert, err := x509.ParseCertificate(der); err == nil {
			return newPublicKey(cert.PublicKey)
		}
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return &PublicKey{key}, nil
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", explain(der, err))
	}
	return newPublicKey(key)
}

// newPublicKey returns a key of a kind that we can use.
func newPublicKey(key crypto.PublicKey) (*PublicKey, error) {
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return &PublicKey{key}, nil
	}
	return nil, fmt.Errorf("unknown key type: want RSA, EC or Ed25519, got %T", key)
}

// PEM returns the key as a SubjectPublicKeyInfo in PEM.
func (k *PublicKey) PEM() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(k.Key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPublicKey, Bytes: der}), nil
}

// sm2Curve is the object identifier of the curve of SM2, 1.2.156.10197.1.301, in
// DER.
var sm2Curve = []byte{0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d}

// explain says so when a key cannot be read because it is one of SM2.
func explain(der []byte, err error) error {
	if bytes.Contains(der, sm2Curve) {
		return ErrShangMi
	}
	return err
}
