package api

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"pipy/pipy/codec/httphead"
	"pipy/pipy/event"
	"pipy/pipy/keys"
	"pipy/pipy/logging"
	"pipy/pipy/spec"
)

func declareToHTTP[L scriptLogger](d spec.Declaration[L]) {
	d.Method("toHTTP", d.Class.Name, "Adds an HTTP server as a target: each request has a batch of records as its body. Answers are ignored; connections are tried again until they succeed. Returns this log.", func(m *spec.Method) func(L, *spec.Call) (any, error) {
		url := spec.In[string](m, "url", "Where to send requests to.")
		method := spec.Member(m, "method", "POST", "The method of the requests.")
		headers := spec.Member[event.Object](m, "headers", nil, "Header fields of the requests. The host comes from the URL unless it is here.")
		batch := spec.Member[event.Object](m, "batch", nil, "How records become requests: size (1000) records at most, an incomplete batch after timeout (5) seconds without a record or interval (5) seconds after the last batch; prefix, postfix and separator go around and between the records.")
		limit := spec.Member[spec.Size](m, "bufferLimit", 8<<20, "How many bytes of records may wait.")
		secure := spec.Member[event.Object](m, "tls", nil, "For https: certificate, an object of cert and key, and trusted, an array of certificates; crypto objects or texts in PEM. By default the system's certificates are trusted.")
		return func(l L, c *spec.Call) (any, error) {
			address, err := url.Of(c)
			if err != nil {
				return nil, err
			}
			o := logging.DefaultHTTPOptions()
			if o.Method, err = method.Of(c); err != nil {
				return nil, err
			}
			fields, err := headers.Of(c)
			if err != nil {
				return nil, err
			}
			o.Headers = headerTexts(fields)
			size, err := limit.Of(c)
			if err != nil {
				return nil, err
			}
			o.BufferLimit = int(size)
			group, err := batch.Of(c)
			if err != nil {
				return nil, err
			}
			if err := batchOptions(&o, group); err != nil {
				return nil, fmt.Errorf("options.batch.%w", err)
			}
			config, err := secure.Of(c)
			if err != nil {
				return nil, err
			}
			if o.TLS, err = tlsConfig(config); err != nil {
				return nil, fmt.Errorf("options.tls.%w", err)
			}
			return addTarget(l, func() (logging.Target, error) { return logging.OpenHTTP(address, o) })
		}
	})
}

func headerTexts(o event.Object) map[string]string {
	if o == nil {
		return nil
	}
	texts := map[string]string{}
	for _, name := range o.Keys() {
		texts[name] = httphead.Text(o.Get(name))
	}
	return texts
}

// batchOptions reads the members of the batch; those left out stay as they are.
func batchOptions(o *logging.HTTPOptions, batch event.Object) error {
	if batch == nil {
		return nil
	}
	return errors.Join(
		memberOf(batch, "size", &o.BatchSize),
		memberOf(batch, "timeout", &o.Timeout),
		memberOf(batch, "interval", &o.Interval),
		memberOf(batch, "prefix", &o.Prefix),
		memberOf(batch, "postfix", &o.Postfix),
		memberOf(batch, "separator", &o.Separator),
	)
}

// memberOf stores a member of an object, if it has it.
func memberOf[T any](o event.Object, name string, dst *T) error {
	v := o.Get(name)
	if v == nil {
		return nil
	}
	t, err := spec.Convert[T](v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	*dst = t
	return nil
}

func tlsConfig(o event.Object) (*tls.Config, error) {
	if o == nil {
		return nil, nil
	}
	config := &tls.Config{}
	if v := o.Get("certificate"); v != nil {
		c, err := certificatePair(v)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{*c}
	}
	var trusted []any
	if err := memberOf(o, "trusted", &trusted); err != nil || trusted == nil {
		return config, err
	}
	config.RootCAs = x509.NewCertPool()
	for i, v := range trusted {
		chain, err := certificatesOf(v)
		if err != nil {
			return nil, fmt.Errorf("trusted[%d]: %w", i, err)
		}
		for _, c := range chain.Certificates {
			config.RootCAs.AddCert(c)
		}
	}
	return config, nil
}

// certificatesOf returns the certificates of a Certificate, of a
// CertificateChain or of a text in PEM.
func certificatesOf(v any) (*keys.Chain, error) {
	switch v := v.(type) {
	case *keys.Certificate:
		return &keys.Chain{Certificates: []*x509.Certificate{v.X509}}, nil
	case *keys.Chain:
		return v, nil
	}
	pem, err := spec.Convert[string](v)
	if err != nil {
		return nil, &spec.Mismatch{Wants: "a Certificate or a text in PEM", Got: spec.Show(v)}
	}
	return keys.ParseChain([]byte(pem))
}

// certificatePair returns a certificate with its private key.
func certificatePair(v any) (*tls.Certificate, error) {
	o, ok := v.(event.Object)
	if !ok {
		return nil, &spec.Mismatch{Wants: "an object of cert and key", Got: spec.Show(v)}
	}
	chain, err := certificatesOf(o.Get("cert"))
	if err != nil {
		return nil, fmt.Errorf("cert: %w", err)
	}
	key, ok := o.Get("key").(*keys.PrivateKey)
	if !ok {
		pem, err := spec.Convert[string](o.Get("key"))
		if err != nil {
			return nil, fmt.Errorf("key: %w", &spec.Mismatch{Wants: "a PrivateKey or a text in PEM", Got: spec.Show(o.Get("key"))})
		}
		if key, err = keys.ParsePrivateKey([]byte(pem)); err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
	}
	return key.Pair(chain)
}
