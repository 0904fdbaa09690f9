package api

import (
	"errors"
	"fmt"
	"time"

	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/spec"
)

var (
	publicKeyClass   = spec.NewClass[*keys.PublicKey]("crypto.PublicKey", "A public key: RSA, EC (P-256, P-384, P-521) or Ed25519.")
	privateKeyClass  = spec.NewClass[*keys.PrivateKey]("crypto.PrivateKey", "A private key: RSA, EC (P-256, P-384, P-521) or Ed25519.")
	certificateClass = spec.NewClass[*keys.Certificate]("crypto.Certificate", "An X.509 certificate (RFC 5280).")
	chainClass       = spec.NewClass[*keys.Chain]("crypto.CertificateChain", "A certificate with those that lead from it to a root, its own first.")
)

// aliased refuses the option aliasType of SM2.
func aliased(options any) error {
	if o, ok := options.(event.Object); ok {
		if alias := o.Get("aliasType"); alias != nil {
			return keys.ErrShangMi
		}
	}
	return nil
}

// pemMethod declares toPEM.
func pemMethod[T any](d spec.Declaration[T], pem func(T) ([]byte, error)) {
	d.Method("toPEM", "Data", "Returns it as PEM (RFC 7468).", func(*spec.Method) func(T, *spec.Call) (any, error) {
		return func(this T, _ *spec.Call) (any, error) {
			b, err := pem(this)
			if err != nil {
				return nil, err
			}
			return event.NewData(b), nil
		}
	})
}

func init() {
	publicKeyClass.Constructor("Reads a public key.", func(m *spec.Method) func(*spec.Call) (*keys.PublicKey, error) {
		source := spec.In[any](m, "source", "The key, or a certificate with it, as PEM or DER; or a private key or a certificate, for its public key.")
		described(m, "string | Data | crypto.PrivateKey | crypto.Certificate")
		options := spec.InOpt[any](m, "options", nil, "Not used.")
		described(m, "object")
		return func(c *spec.Call) (*keys.PublicKey, error) {
			o, _ := options.Of(c)
			if err := aliased(o); err != nil {
				return nil, err
			}
			v, _ := source.Of(c)
			if key, ok := publicOf(v); ok {
				return &keys.PublicKey{Key: key}, nil
			}
			b, err := textBytes("source", v)
			if err != nil {
				return nil, err
			}
			return keys.ParsePublicKey(b)
		}
	})
	pemMethod(publicKeyClass, (*keys.PublicKey).PEM)

	privateKeyClass.Constructor("Reads a private key, or makes one.", func(m *spec.Method) func(*spec.Call) (*keys.PrivateKey, error) {
		source := spec.In[any](m, "source", "The key as PEM or DER; or what kind of key to make: { type: 'rsa', bits: 2048 }, { type: 'ec', curve: 'P-256' } or { type: 'ed25519' }.")
		described(m, "string | Data | { type: string, bits?: number, curve?: string }")
		options := spec.InOpt[any](m, "options", nil, "Not used.")
		described(m, "object")
		return func(c *spec.Call) (*keys.PrivateKey, error) {
			o, _ := options.Of(c)
			if err := aliased(o); err != nil {
				return nil, err
			}
			v, _ := source.Of(c)
			if o, ok := v.(event.Object); ok {
				return generateKey(o)
			}
			b, err := textBytes("source", v)
			if err != nil {
				return nil, err
			}
			return keys.ParsePrivateKey(b)
		}
	})
	pemMethod(privateKeyClass, (*keys.PrivateKey).PEM)

	declareCertificate()

	chainClass.Constructor("Reads certificates.", func(m *spec.Method) func(*spec.Call) (*keys.Chain, error) {
		source := spec.In[any](m, "source", "A PEM bundle, or one certificate in DER.")
		described(m, typeText)
		return func(c *spec.Call) (*keys.Chain, error) {
			v, _ := source.Of(c)
			b, err := textBytes("source", v)
			if err != nil {
				return nil, err
			}
			return keys.ParseChain(b)
		}
	})
	pemMethod(chainClass, func(c *keys.Chain) ([]byte, error) { return c.PEM(), nil })
}

func generateKey(o event.Object) (*keys.PrivateKey, error) {
	kind, _ := o.Get("type").(string)
	bits, curve := 2048.0, "P-256"
	if v := o.Get("bits"); v != nil {
		n, ok := v.(float64)
		if !ok {
			return nil, wrong("options.bits", "a number", v)
		}
		bits = n
	}
	if v := o.Get("curve"); v != nil {
		s, ok := v.(string)
		if !ok {
			return nil, wrong("options.curve", "a string", v)
		}
		curve = s
	}
	return keys.Generate(kind, int(bits), curve)
}

func declareCertificate() {
	d := certificateClass
	d.Constructor("Reads a certificate, or issues one.", func(m *spec.Method) func(*spec.Call) (*keys.Certificate, error) {
		source := spec.In[any](m, "source", `The certificate as PEM, of which the first counts, or DER. Or a description of the one to issue: subject holds names such as CN and O, extensions holds values such as 'CA:TRUE' by names such as basicConstraints, keyUsage, extendedKeyUsage and subjectAltName, privateKey signs, publicKey is that of the subject, by default the issuer's, issuer is the certificate of the issuer, by default the new one itself; it is valid for days (30) from now plus timeOffset (0 s).`)
		described(m, "string | Data | { subject: object, extensions?: object, days?: number, timeOffset?: number | string, privateKey: crypto.PrivateKey, publicKey?: crypto.PublicKey, issuer?: crypto.Certificate }")
		return func(c *spec.Call) (*keys.Certificate, error) {
			v, _ := source.Of(c)
			if o, ok := v.(event.Object); ok {
				return issueCertificate(o)
			}
			b, err := textBytes("source", v)
			if err != nil {
				return nil, err
			}
			return keys.ParseCertificate(b)
		}
	})
	d.Prop("subject", "object", "Whose certificate it is: names such as commonName and organizationName.", func(c *keys.Certificate) any { return nameEntries(keys.Entries(c.X509.Subject)) })
	d.Prop("issuer", "object", "Who issued it, like subject.", func(c *keys.Certificate) any { return nameEntries(keys.Entries(c.X509.Issuer)) })
	d.Prop("subjectAltNames", "string[]", "The host names that it is valid for.", func(c *keys.Certificate) any { return append([]string{}, c.X509.DNSNames...) })
	d.Prop("notBefore", "number", "When it becomes valid, in milliseconds since 1970.", func(c *keys.Certificate) any { return float64(c.X509.NotBefore.UnixMilli()) })
	d.Prop("notAfter", "number", "When it ends to be valid, in milliseconds since 1970.", func(c *keys.Certificate) any { return float64(c.X509.NotAfter.UnixMilli()) })
	pemMethod(d, func(c *keys.Certificate) ([]byte, error) { return c.PEM(), nil })
}

func issueCertificate(o event.Object) (*keys.Certificate, error) {
	names, ok := o.Get("subject").(event.Object)
	if !ok {
		return nil, wrong("options.subject", "an object", o.Get("subject"))
	}
	r := &keys.Request{}
	var err error
	if r.Subject, err = textEntries("options.subject", names); err != nil {
		return nil, err
	}
	if v := o.Get("extensions"); v != nil {
		list, ok := v.(event.Object)
		if !ok {
			return nil, wrong("options.extensions", "an object", v)
		}
		if r.Extensions, err = textEntries("options.extensions", list); err != nil {
			return nil, err
		}
	}
	if r.Key, ok = o.Get("privateKey").(*keys.PrivateKey); !ok {
		return nil, wrong("options.privateKey", "an object of class crypto.PrivateKey", o.Get("privateKey"))
	}
	if v := o.Get("publicKey"); v != nil {
		key, ok := publicOf(v)
		if !ok {
			return nil, wrong("options.publicKey", "an object of class crypto.PublicKey", v)
		}
		r.Public = &keys.PublicKey{Key: key}
	}
	if v := o.Get("issuer"); v != nil {
		if r.Issuer, ok = v.(*keys.Certificate); !ok {
			return nil, wrong("options.issuer", "an object of class crypto.Certificate", v)
		}
	}
	days := 30.0
	if v := o.Get("days"); v != nil {
		if days, ok = v.(float64); !ok || days <= 0 || days > 1e6 {
			return nil, wrong("options.days", "a number of days", v)
		}
	}
	r.From = time.Now()
	if v := o.Get("timeOffset"); v != nil {
		offset, err := signedSeconds(v)
		if err != nil {
			return nil, fmt.Errorf("options.timeOffset: %w", err)
		}
		r.From = r.From.Add(offset)
	}
	r.To = r.From.Add(time.Duration(days * 24 * float64(time.Hour)))
	return keys.Issue(r)
}

// signedSeconds is spec.ParseSeconds for times that may lie in the past.
func signedSeconds(v any) (time.Duration, error) {
	sign := time.Duration(1)
	switch s := v.(type) {
	case float64:
		if s < 0 {
			sign, v = -1, -s
		}
	case string:
		if len(s) > 0 && s[0] == '-' {
			sign, v = -1, s[1:]
		}
	}
	d, err := spec.ParseSeconds(v)
	return sign * d, err
}

// textEntries returns the members of an object, all of which must be text.
func textEntries(name string, o event.Object) ([]keys.Entry, error) {
	var list []keys.Entry
	var err error
	members(o, func(key string, v any) {
		s, ok := v.(string)
		if !ok {
			err = errors.Join(err, wrong(name+"."+key, "a string", v))
		}
		list = append(list, keys.Entry{Name: key, Value: s})
	})
	return list, err
}

// nameEntries returns the entries of a name as a plain object; of several with
// the same name, the last counts.
func nameEntries(entries []keys.Entry) any {
	o := make(map[string]any, len(entries))
	for _, e := range entries {
		o[e.Name] = e.Value
	}
	return o
}
