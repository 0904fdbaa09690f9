package tlsio

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Versions are the names of the versions of the protocol as scripts write them,
// oldest first.
var Versions = []string{"TLS1", "TLS1.1", "TLS1.2", "TLS1.3"}

// Version returns the number of one of Versions.
func Version(name string) uint16 {
	return tls.VersionTLS10 + uint16(max(0, slices.Index(Versions, name)))
}

// ParseCiphers reads a list of cipher suites of TLS 1.2 and older, by their
// names in OpenSSL or in the RFCs, separated by colons, commas or blanks. ALL,
// DEFAULT and HIGH stand for those that crypto/tls holds secure; !NAME removes
// those with this word in their name. Names that are not known, and those of
// TLS 1.3, whose suites cannot be chosen, are passed over. It is an error when
// nothing is left, unless there were suites of TLS 1.3; the result is nil then.
func ParseCiphers(list string) ([]uint16, error) {
	var ids []uint16
	modern := false
	for name := range strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune(":, ", r) }) {
		switch {
		case name == "ALL" || name == "DEFAULT" || name == "HIGH":
			for _, s := range tls.CipherSuites() {
				ids = appendCipher(ids, s)
			}
		case name[0] == '!' || name[0] == '-':
			ids = slices.DeleteFunc(ids, func(id uint16) bool { return named(id, name[1:]) })
		default:
			for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
				if s.Name == name || openSSLName(s.Name) == name {
					ids = appendCipher(ids, s)
					modern = modern || s.SupportedVersions[0] == tls.VersionTLS13
				}
			}
		}
	}
	if len(ids) == 0 && !modern {
		return nil, fmt.Errorf("want cipher suites by their OpenSSL names, such as \"ECDHE-RSA-AES128-GCM-SHA256\", got none that is known: %q", list)
	}
	return ids, nil
}

func appendCipher(ids []uint16, s *tls.CipherSuite) []uint16 {
	if s.SupportedVersions[0] == tls.VersionTLS13 || slices.Contains(ids, s.ID) {
		return ids
	}
	return append(ids, s.ID)
}

// named tells whether a word, such as SHA1, is in the name of a suite.
func named(id uint16, word string) bool {
	name := openSSLName(tls.CipherSuiteName(id))
	return name == word || slices.Contains(strings.Split(name, "-"), strings.Replace(word, "SHA1", "SHA", 1))
}

// openSSLName returns what OpenSSL calls a suite that the RFCs call name.
func openSSLName(name string) string {
	s := strings.TrimPrefix(name, "TLS_")
	s = strings.TrimPrefix(s, "RSA_WITH_")
	s = strings.Replace(s, "_WITH_", "_", 1)
	for _, bits := range []string{"128", "256"} {
		s = strings.Replace(s, "AES_"+bits+"_CBC", "AES"+bits, 1)
		s = strings.Replace(s, "AES_"+bits, "AES"+bits, 1)
	}
	s = strings.Replace(s, "3DES_EDE_CBC", "DES_CBC3", 1)
	s = strings.Replace(s, "RC4_128", "RC4", 1)
	s = strings.Replace(s, "CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305", 1)
	return strings.ReplaceAll(s, "_", "-")
}

// Options are what both ends have in common.
type Options struct {
	MinVersion, MaxVersion uint16
	CipherSuites           []uint16 // nil for the default
	Protocols              []string // for ALPN (RFC 7301); nil for none
	// Trusted are the certificates that the peer's must lead to. A server that
	// has some wants a certificate of its client; a client that has none trusts
	// those of the system.
	Trusted []*x509.Certificate
}

func (o *Options) config() *tls.Config {
	return &tls.Config{
		MinVersion: o.MinVersion, MaxVersion: o.MaxVersion,
		CipherSuites: o.CipherSuites, NextProtos: o.Protocols,
	}
}

// Pool returns the trusted certificates; nil when there are none.
func (o *Options) Pool() *x509.CertPool {
	if len(o.Trusted) == 0 {
		return nil
	}
	pool := x509.NewCertPool()
	for _, c := range o.Trusted {
		pool.AddCert(c)
	}
	return pool
}

// authenticated are the suites of TLS 1.2 with forward secrecy and authenticated
// encryption (RFC 9325, 4.2): those that HTTP/2 allows (RFC 9113, appendix A).
var authenticated = func() (ids []uint16) {
	for _, s := range tls.CipherSuites() {
		if strings.Contains(s.Name, "_ECDHE_") && !strings.Contains(s.Name, "_CBC_") {
			ids = append(ids, s.ID)
		}
	}
	return ids
}()

// ServerConfig returns the configuration of servers, which offer suites with
// authenticated encryption only, unless they are told otherwise or have to speak
// versions before TLS 1.2. The protocol of a client
// is the first of its own that is among ours; a client that has only others is
// refused (RFC 7301, 3.2).
func ServerConfig(o *Options) *tls.Config {
	c := o.config()
	if c.CipherSuites == nil && (o.MinVersion == 0 || o.MinVersion >= tls.VersionTLS12) {
		c.CipherSuites = authenticated
	}
	if pool := o.Pool(); pool != nil {
		c.ClientCAs, c.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	issueTickets(c, o.Trusted)
	return c
}

// ChooseProtocol makes a server take the first protocol of the client that is
// among NextProtos. Call it when the configuration is otherwise complete.
func ChooseProtocol(c *tls.Config) {
	if len(c.NextProtos) == 0 {
		return
	}
	configs := map[string]*tls.Config{}
	for _, name := range c.NextProtos {
		configs[name] = WithProtocol(c, name)
	}
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		for _, name := range hello.SupportedProtos {
			if chosen := configs[name]; chosen != nil {
				return chosen, nil
			}
		}
		return nil, nil
	}
}

// WithProtocol returns a copy of a server's configuration that knows one
// protocol only; "" for none.
func WithProtocol(c *tls.Config, name string) *tls.Config {
	o := c.Clone()
	o.GetConfigForClient = nil
	o.NextProtos = nil
	if name != "" {
		o.NextProtos = []string{name}
	}
	return o
}

// tickets has the keys of the session tickets of the process, which it
// exchanges once a day: all workers, and all versions of a script, accept the
// tickets that another one issued (RFC 8446, 4.6.1).
var tickets = &tls.Config{}

// issueTickets lets clients resume sessions of servers that trust the same
// certificates.
func issueTickets(c *tls.Config, trusted []*x509.Certificate) {
	h := sha256.New()
	for _, cert := range trusted {
		h.Write(cert.Raw)
	}
	mark := h.Sum([]byte("pipy "))
	c.WrapSession = func(cs tls.ConnectionState, ss *tls.SessionState) ([]byte, error) {
		ss.Extra = append(ss.Extra, mark)
		return tickets.EncryptTicket(cs, ss)
	}
	c.UnwrapSession = func(ticket []byte, cs tls.ConnectionState) (*tls.SessionState, error) {
		ss, err := tickets.DecryptTicket(ticket, cs)
		if ss == nil || err != nil {
			return nil, err
		}
		for _, extra := range ss.Extra {
			if bytes.Equal(extra, mark) {
				return ss, nil
			}
		}
		return nil, nil
	}
}

// maxSessions bounds the sessions that a client remembers, by server name.
const maxSessions = 256

// ClientConfig returns the configuration of clients, which verify the server's
// certificate: that it leads to a trusted one, and, if the ServerName is known,
// that it is valid for that.
func ClientConfig(o *Options) *tls.Config {
	c := o.config()
	c.RootCAs = o.Pool()
	c.ClientSessionCache = tls.NewLRUClientSessionCache(maxSessions)
	return c
}

// VerifyChain makes a client verify the certificate's chain, but not its name.
func VerifyChain(c *tls.Config) {
	roots := c.RootCAs
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(cs tls.ConnectionState) error {
		_, err := Verify(cs, roots, "", x509.ExtKeyUsageServerAuth)
		return err
	}
}

// Verify verifies the peer's certificates: that they lead to one of the roots,
// nil for those of the system, and that the first is valid for the name, if
// there is one. It returns the chain, from the root to the leaf; with an error,
// what the peer has sent.
func Verify(cs tls.ConnectionState, roots *x509.CertPool, name string, usage x509.ExtKeyUsage) ([]*x509.Certificate, error) {
	if len(cs.PeerCertificates) == 0 {
		return nil, errors.New("the peer sent no certificate")
	}
	opts := x509.VerifyOptions{Roots: roots, DNSName: name, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{usage}}
	for _, c := range cs.PeerCertificates[1:] {
		opts.Intermediates.AddCert(c)
	}
	chains, err := cs.PeerCertificates[0].Verify(opts)
	list := slices.Clone(cs.PeerCertificates)
	if err == nil {
		list = slices.Clone(chains[0])
	}
	slices.Reverse(list)
	return list, err
}
