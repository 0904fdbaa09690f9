package filters

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/spec"
	"pipy/pipy/tlsio"
)

// tlsOptions are the options of acceptTLS and connectTLS.
type tlsOptions struct {
	client         bool
	certificate    *tls.Certificate // nil for none, or when there is the function
	certificateFor spec.Func
	verify         spec.Func
	handshake      spec.Func
	onState        spec.Func
	alpnFor        spec.Func // of acceptTLS
	timeout        time.Duration
	sni            spec.Dyn[string] // of connectTLS
	verifyServer   bool             // of connectTLS
	named          bool             // the name of the server is in config, if it is fixed

	common tlsio.Options
	config *tls.Config // of all streams, unless functions make them differ
}

const (
	typeCertificate = "{ cert: crypto.Certificate | crypto.CertificateChain, key: crypto.PrivateKey }"

	defaultHandshakeTimeout = 10 * time.Second
)

// declare declares what both filters have in common.
func (o *tlsOptions) declare(p *spec.Params, docCertificate, typeOfCertificate string) {
	var certificate any
	var trusted []any
	var ciphers, least, most string
	spec.Opt(p, &certificate, "certificate", nil, docCertificate)
	typedOption(p, "an object { cert, key } or a function that returns one", typeOfCertificate)
	spec.Opt(p, &trusted, "trusted", nil, "The certificates that the peer's certificate must lead to; a CertificateChain stands for all that are in it.")
	typedOption(p, "an array of certificates", "(crypto.Certificate | crypto.CertificateChain)[]")
	spec.Opt(p, &o.verify, "verify", nil, "Called for each certificate of the peer's chain, from the root to the peer's own, with the verdict and the Certificate; what it returns is the verdict that counts. It is called when peers are verified at all.")
	typedOption(p, "a function", "(ok: boolean, cert: crypto.Certificate) => boolean")
	onVerify := o.verify
	spec.Opt(p, &onVerify, "onVerify", nil, "Another name of verify.")
	typedOption(p, "a function", "(ok: boolean, cert: crypto.Certificate) => boolean")
	spec.Opt(p, &o.handshake, "handshake", nil, "Called with a TLSSession when the handshake succeeded.")
	typedOption(p, "a function", "(session: TLSSession) => void")
	spec.Opt(p, &o.onState, "onState", nil, "Called with the TLSSession at each change of its state: handshake, connected, closed.")
	typedOption(p, "a function", "(session: TLSSession) => void")
	spec.Opt(p, &least, "minVersion", "TLS1.2", "The oldest version of the protocol.").OneOf(tlsio.Versions...)
	spec.Opt(p, &most, "maxVersion", "TLS1.3", "The newest version of the protocol.").OneOf(tlsio.Versions...)
	spec.Opt(p, &ciphers, "ciphers", "", "The cipher suites of TLS 1.2 and older by their names in OpenSSL, such as 'ECDHE-RSA-AES128-GCM-SHA256', separated by colons; ALL, DEFAULT and HIGH stand for all secure ones, !NAME removes those with that word in their name. Those of TLS 1.3 cannot be chosen, and names that are not known are passed over. By default a server offers those with forward secrecy and authenticated encryption (RFC 9325, 4.2).")
	spec.Opt(p, &o.timeout, "handshakeTimeout", defaultHandshakeTimeout, "Seconds that the handshake may take, connecting included, before the stream ends with ConnectionTimeout; 0 means for ever.")
	if !p.Decoding() {
		return
	}
	if o.verify == nil {
		o.verify = onVerify
	}
	o.common.MinVersion, o.common.MaxVersion = tlsio.Version(least), tlsio.Version(most)
	if o.common.MinVersion > o.common.MaxVersion {
		p.Fail("options.minVersion", fmt.Errorf("want at most maxVersion, %s, got %s", most, least))
	}
	var err error
	if ciphers != "" {
		if o.common.CipherSuites, err = tlsio.ParseCiphers(ciphers); err != nil {
			p.Fail("options.ciphers", err)
		}
	}
	if o.common.Trusted, err = trustedOf(trusted); err != nil {
		p.Fail("options.trusted", err)
	}
	switch v := certificate.(type) {
	case nil:
	case spec.Func:
		o.certificateFor = v
	case event.Object:
		if o.certificate, err = certificateOf(v); err != nil {
			p.Fail("options.certificate", err)
		}
	default:
		p.Fail("options.certificate", &spec.Mismatch{Wants: "an object or a function", Got: spec.Show(v)})
	}
}

func trustedOf(items []any) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	for i, item := range items {
		switch c := item.(type) {
		case *keys.Certificate:
			list = append(list, c.X509)
		case *keys.Chain:
			list = append(list, c.Certificates...)
		default:
			return nil, fmt.Errorf("element %d: %w", i, &spec.Mismatch{Wants: "an object of class crypto.Certificate", Got: spec.Show(item)})
		}
	}
	return list, nil
}

// certificateOf reads an object { cert, key }. Nothing gives nil.
func certificateOf(v any) (*tls.Certificate, error) {
	if v == nil {
		return nil, nil
	}
	o, ok := v.(event.Object)
	if !ok {
		return nil, errors.New("certificate callback did not return an object")
	}
	key, ok := o.Get("key").(*keys.PrivateKey)
	if !ok {
		return nil, errors.New("certificate.key requires a PrivateKey object")
	}
	cert := o.Get("cert")
	switch cert.(type) {
	case *keys.Certificate, *keys.Chain:
		return key.Pair(cert)
	}
	return nil, errors.New("certificate.cert requires a Certificate or a CertificateChain object")
}

// protocolsOf reads an array of protocol names, or one alone.
func protocolsOf(v any) ([]string, error) {
	const wants = "an array of protocol names"
	if name, ok := v.(string); ok {
		return []string{name}, validProtocol(name)
	}
	o, ok := v.(event.Object)
	if !ok {
		return nil, &spec.Mismatch{Wants: wants, Got: spec.Show(v)}
	}
	items, ok := o.Elements()
	if !ok {
		return nil, &spec.Mismatch{Wants: wants, Got: spec.Show(v)}
	}
	var list []string
	for i, item := range items {
		name, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("element %d: %w", i, &spec.Mismatch{Wants: "a string", Got: spec.Show(item)})
		}
		if err := validProtocol(name); err != nil {
			return nil, fmt.Errorf("element %d: %w", i, err)
		}
		list = append(list, name)
	}
	return list, nil
}

// validProtocol follows RFC 7301, 3.1.
func validProtocol(name string) error {
	if len(name) < 1 || len(name) > 255 {
		return fmt.Errorf("want a protocol name of 1 to 255 bytes, got %d", len(name))
	}
	return nil
}
