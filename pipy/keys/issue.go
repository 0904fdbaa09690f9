package keys

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Entry is a name and a value: a part of a subject such as CN=localhost, or an
// extension such as basicConstraints=CA:TRUE.
type Entry struct{ Name, Value string }

// Request describes a certificate that is to be issued.
type Request struct {
	Subject    []Entry
	Extensions []Entry // by their names in OpenSSL's configuration files, with the values of these
	From, To   time.Time
	Key        *PrivateKey  // of the issuer; signs
	Public     *PublicKey   // of the subject; nil for that of the issuer's certificate
	Issuer     *Certificate // nil for a certificate that is its own issuer
}

// Issue makes a certificate (RFC 5280, 4).
func Issue(r *Request) (*Certificate, error) {
	if r.Key == nil {
		return nil, errors.New("missing private key")
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{SerialNumber: serial.Add(serial, big.NewInt(1)), NotBefore: r.From, NotAfter: r.To}
	if t.Subject, err = subject(r.Subject); err != nil {
		return nil, err
	}
	for _, e := range r.Extensions {
		if err := extend(t, e); err != nil {
			return nil, err
		}
	}
	parent, public := t, r.Public
	if r.Issuer != nil {
		parent = r.Issuer.X509
	}
	if public == nil {
		if r.Issuer == nil {
			public = r.Key.Public()
		} else if public, err = newPublicKey(parent.PublicKey); err != nil {
			return nil, fmt.Errorf("missing public key: %w", err)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public.Key, r.Key.Key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Certificate{cert}, nil
}

// attribute is a kind of entry in a name (RFC 4519, 2).
type attribute struct {
	short, long string
	oid         asn1.ObjectIdentifier
}

var attributes = []attribute{
	{"CN", "commonName", asn1.ObjectIdentifier{2, 5, 4, 3}},
	{"SN", "surname", asn1.ObjectIdentifier{2, 5, 4, 4}},
	{"serialNumber", "serialNumber", asn1.ObjectIdentifier{2, 5, 4, 5}},
	{"C", "countryName", asn1.ObjectIdentifier{2, 5, 4, 6}},
	{"L", "localityName", asn1.ObjectIdentifier{2, 5, 4, 7}},
	{"ST", "stateOrProvinceName", asn1.ObjectIdentifier{2, 5, 4, 8}},
	{"street", "streetAddress", asn1.ObjectIdentifier{2, 5, 4, 9}},
	{"O", "organizationName", asn1.ObjectIdentifier{2, 5, 4, 10}},
	{"OU", "organizationalUnitName", asn1.ObjectIdentifier{2, 5, 4, 11}},
	{"title", "title", asn1.ObjectIdentifier{2, 5, 4, 12}},
	{"GN", "givenName", asn1.ObjectIdentifier{2, 5, 4, 42}},
	{"emailAddress", "emailAddress", asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}},
	{"UID", "userId", asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}},
	{"DC", "domainComponent", asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}},
}

func subject(entries []Entry) (pkix.Name, error) {
	var name pkix.Name
	for _, e := range entries {
		i := slices.IndexFunc(attributes, func(a attribute) bool { return a.short == e.Name || a.long == e.Name })
		if i < 0 {
			return name, fmt.Errorf("invalid subject: want names such as CN, O, OU, C, got %q", e.Name)
		}
		name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{Type: attributes[i].oid, Value: e.Value})
	}
	return name, nil
}

// Entries returns the entries of a name, by their long names.
func Entries(name pkix.Name) []Entry {
	var list []Entry
	for _, a := range name.Names {
		key := a.Type.String()
		for _, known := range attributes {
			if known.oid.Equal(a.Type) {
				key = known.long
			}
		}
		list = append(list, Entry{key, fmt.Sprint(a.Value)})
	}
	return list
}

var keyUsages = map[string]x509.KeyUsage{
	"digitalSignature": x509.KeyUsageDigitalSignature, "nonRepudiation": x509.KeyUsageContentCommitment,
	"keyEncipherment": x509.KeyUsageKeyEncipherment, "dataEncipherment": x509.KeyUsageDataEncipherment,
	"keyAgreement": x509.KeyUsageKeyAgreement, "keyCertSign": x509.KeyUsageCertSign, "cRLSign": x509.KeyUsageCRLSign,
	"encipherOnly": x509.KeyUsageEncipherOnly, "decipherOnly": x509.KeyUsageDecipherOnly,
}

var extendedUsages = map[string]x509.ExtKeyUsage{
	"serverAuth": x509.ExtKeyUsageServerAuth, "clientAuth": x509.ExtKeyUsageClientAuth,
	"codeSigning": x509.ExtKeyUsageCodeSigning, "emailProtection": x509.ExtKeyUsageEmailProtection,
	"timeStamping": x509.ExtKeyUsageTimeStamping, "OCSPSigning": x509.ExtKeyUsageOCSPSigning,
	"anyExtendedKeyUsage": x509.ExtKeyUsageAny,
}

// extend adds an extension. Those that crypto/x509 marks as critical are so,
// whatever the value says.
func extend(t *x509.Certificate, e Entry) error {
	invalid := fmt.Errorf("invalid extension: %s: %q", e.Name, e.Value)
	for word := range strings.SplitSeq(e.Value, ",") {
		word = strings.TrimSpace(word)
		if word == "critical" {
			continue
		}
		ok := true
		switch e.Name {
		case "basicConstraints":
			ok = constrain(t, word)
		case "keyUsage":
			usage := keyUsages[word]
			t.KeyUsage |= usage
			ok = usage != 0
		case "extendedKeyUsage":
			var usage x509.ExtKeyUsage
			usage, ok = extendedUsages[word]
			t.ExtKeyUsage = append(t.ExtKeyUsage, usage)
		case "subjectAltName":
			ok = nameAlso(t, word)
		case "subjectKeyIdentifier", "authorityKeyIdentifier":
			// hash and keyid: that is what they are made of anyway
		default:
			return fmt.Errorf("invalid extension: %s", e.Name)
		}
		if !ok {
			return invalid
		}
	}
	return nil
}

func constrain(t *x509.Certificate, word string) bool {
	t.BasicConstraintsValid = true
	key, value, _ := strings.Cut(word, ":")
	switch strings.ToLower(key) {
	case "ca":
		t.IsCA = strings.EqualFold(value, "true")
		return t.IsCA || strings.EqualFold(value, "false")
	case "pathlen":
		n, err := strconv.Atoi(value)
		t.MaxPathLen, t.MaxPathLenZero = n, n == 0
		return err == nil && n >= 0
	}
	return false
}

func nameAlso(t *x509.Certificate, word string) bool {
	kind, value, _ := strings.Cut(word, ":")
	switch strings.ToLower(kind) {
	case "dns":
		t.DNSNames = append(t.DNSNames, value)
	case "email":
		t.EmailAddresses = append(t.EmailAddresses, value)
	case "ip":
		ip := net.ParseIP(value)
		t.IPAddresses = append(t.IPAddresses, ip)
		return ip != nil
	case "uri":
		u, err := url.Parse(value)
		t.URIs = append(t.URIs, u)
		return err == nil
	default:
		return false
	}
	return value != ""
}
