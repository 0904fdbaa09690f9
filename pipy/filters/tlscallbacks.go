package filters

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"sync"

	"pipy/pipy/keys"
	"pipy/pipy/logging"
	"pipy/pipy/pipeline"
	"pipy/pipy/spec"
	"pipy/pipy/tlsio"
)

// asker is how the functions in the tls.Config of one stream, which run on the
// goroutine of its handshake, get at the script.
type asker struct {
	f       *tlsStream
	session *tlsio.Session
}

// serverConfig returns the configuration of a stream, and what asks the script
// for it; nil when nothing does.
func (f *tlsStream) serverConfig() (*tls.Config, *asker) {
	o := f.opt
	if o.certificateFor == nil && o.alpnFor == nil && o.verify == nil {
		return o.config, nil
	}
	a := &asker{f: f}
	config := o.config.Clone()
	config.GetConfigForClient = nil
	if o.certificateFor != nil {
		config.GetCertificate = a.serverCertificate
	}
	if o.verify != nil && config.ClientCAs != nil {
		config.ClientAuth = tls.RequireAnyClientCert
		config.VerifyConnection = func(cs tls.ConnectionState) error {
			return a.verify(cs, config.ClientCAs, "", x509.ExtKeyUsageClientAuth)
		}
	}
	if o.alpnFor != nil {
		config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			return a.protocol(config, hello.SupportedProtos)
		}
	} else {
		tlsio.ChooseProtocol(config)
	}
	return config, a
}

// clientConfig is serverConfig for connectTLS.
func (f *tlsStream) clientConfig() (*tls.Config, *asker, error) {
	o := f.opt
	name, err := o.sni.Get(f.Context())
	if err != nil {
		return nil, nil, err
	}
	if name == "" {
		name = serverHost(f.Node().Subs[0])
	}
	if !o.sni.IsFunc() && !o.named {
		o.named = true
		o.nameServer(o.config, name)
		if name == "" && o.verifyServer && o.config.RootCAs != nil {
			f.warn("verifies that the certificates of servers are trusted, but not their names: want options.sni")
		}
	}
	if o.certificateFor == nil && o.verify == nil && !o.sni.IsFunc() {
		return o.config, nil, nil
	}
	a := &asker{f: f}
	config := o.config.Clone()
	if o.sni.IsFunc() {
		o.nameServer(config, name)
	}
	if o.certificateFor != nil {
		// A session that is resumed has the certificate that it began with.
		config.ClientSessionCache = nil
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			pair, err := a.certificate("")
			if pair == nil && err == nil {
				pair = &tls.Certificate{}
			}
			return pair, err
		}
	}
	if o.verify != nil && o.verifyServer {
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(cs tls.ConnectionState) error {
			return a.verify(cs, config.RootCAs, name, x509.ExtKeyUsageServerAuth)
		}
	}
	return config, a, nil
}

// errNoName is the error of a client that trusts the roots of the system but
// does not know for whom.
var errNoName = errors.New("there is no name to verify the server's certificate by: want options.sni, options.trusted or options.verifyServer: false")

// nameServer sets the name that a client asks for and verifies.
func (o *tlsOptions) nameServer(config *tls.Config, name string) {
	config.ServerName = name
	switch {
	case !o.verifyServer:
		config.InsecureSkipVerify = true
	case name == "" && config.RootCAs != nil:
		tlsio.VerifyChain(config)
	case name == "":
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(tls.ConnectionState) error { return errNoName }
	}
}

// certificate returns the certificate for a server name.
func (a *asker) certificate(name string) (*tls.Certificate, error) {
	v, err := a.session.Ask(func(reply func(any, error)) { a.f.certificateFor(name, reply) })
	pair, _ := v.(*tls.Certificate)
	return pair, err
}

func (a *asker) serverCertificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	pair, err := a.certificate(hello.ServerName)
	if err == nil && pair == nil {
		return nil, fmt.Errorf("the certificate function returned nothing for the name %q", hello.ServerName)
	}
	return pair, err
}

// askCertificate calls the certificate function without a name, as is done
// once for each stream.
func (f *tlsStream) askCertificate() {
	f.asking = true
	f.callCertificate(nil, func(_ any, err error) {
		f.asking = false
		waiting := f.undecided
		f.undecided = nil
		for _, next := range waiting {
			next(err)
		}
		if err != nil && f.session != nil && !f.session.Closed() {
			f.abort(err)
		}
	})
}

// certificateFor replies with the certificate for a server name: that which
// the function returns, or the one from before when it returns nothing.
func (f *tlsStream) certificateFor(name string, reply func(any, error)) {
	next := func(err error) {
		switch {
		case err != nil:
			reply(nil, err)
		case name == "":
			reply(f.pair, nil)
		default:
			f.callCertificate([]any{name}, func(v any, err error) {
				if err != nil {
					f.abort(err)
				}
				reply(v, err)
			})
		}
	}
	if f.asking {
		f.undecided = append(f.undecided, next)
		return
	}
	next(nil)
}

// callCertificate calls the certificate function and takes note of what it, or
// its promise, returns.
func (f *tlsStream) callCertificate(args []any, done func(any, error)) {
	v, err := f.opt.certificateFor.Call(f.Context(), args...)
	take := func(v any, err error) {
		if err == nil && v != nil {
			var pair *tls.Certificate
			if pair, err = certificateOf(v); err == nil {
				f.pair = pair
			}
		}
		done(f.pair, err)
	}
	if promise, ok := v.(spec.Promise); ok && err == nil {
		await(f.Stage, promise, take)
		return
	}
	take(v, err)
}

// protocol returns the configuration for what the script chooses among the
// client's protocols.
func (a *asker) protocol(config *tls.Config, offered []string) (*tls.Config, error) {
	if len(offered) == 0 {
		return nil, nil
	}
	v, err := a.session.Ask(func(reply func(any, error)) {
		f := a.f
		v, err := f.opt.alpnFor.Call(f.Context(), offered)
		index, ok := v.(float64)
		if err == nil && (!ok || index >= float64(len(offered))) {
			err = fmt.Errorf("options.alpn: the function returned: %w",
				&spec.Mismatch{Wants: "the index of one of the names, or -1", Got: spec.Show(v)})
		}
		if err != nil {
			f.abort(err)
		}
		reply(int(index), err)
	})
	if err != nil {
		return nil, err
	}
	name := ""
	if index := v.(int); index >= 0 {
		name = offered[index]
	}
	return tlsio.WithProtocol(config, name), nil
}

// errRefused is the error of a peer whose certificate the script did not want.
var errRefused = errors.New("the verify function refused the certificate")

// verify verifies the peer's certificates and lets the script decide.
func (a *asker) verify(cs tls.ConnectionState, roots *x509.CertPool, name string, usage x509.ExtKeyUsage) error {
	chain, failure := tlsio.Verify(cs, roots, name, usage)
	if name == "" && roots == nil {
		failure = errNoName
	}
	_, err := a.session.Ask(func(reply func(any, error)) {
		f := a.f
		for _, cert := range chain {
			v, err := f.opt.verify.Call(f.Context(), failure == nil, &keys.Certificate{X509: cert})
			if err != nil {
				f.abort(err)
				reply(nil, err)
				return
			}
			if !truthy(v) {
				err := failure
				if err == nil {
					err = errRefused
				}
				reply(nil, err)
				return
			}
		}
		if len(chain) == 0 {
			reply(nil, failure)
			return
		}
		reply(nil, nil)
	})
	return err
}

// warned holds the places of the filters that were named in the log because
// they do not verify.
var warned sync.Map

// warnUnverified names a filter in the log, once.
func (f *tlsStream) warnUnverified() {
	if f.opt.client && !f.opt.verifyServer {
		f.warn("does not verify the certificates of servers")
	}
}

func (f *tlsStream) warn(text string) {
	pos := f.Node().Pos
	if _, twice := warned.LoadOrStore(pos, true); !twice {
		logging.Warnf("tls", "%s at %s %s", f.Node().Name, pos, text)
	}
}

// serverHost returns the host name that a pipeline connects to; "" when it is
// not fixed.
func serverHost(l *pipeline.Layout) string {
	if l == nil {
		return ""
	}
	for _, n := range l.Nodes {
		if n.Host != "" {
			return n.Host
		}
	}
	return ""
}
