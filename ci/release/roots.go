package main

import (
	"bytes"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// authorities returns the certificates of the public authorities, in the form
// that programs read from /etc/ssl/certs. They come from a module, not from this
// machine, so that they are the same on each. Authorities that are trusted for
// old certificates only are left out: the form cannot say that.
func authorities() []byte {
	var b bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		fmt.Fprintln(&b)
		if err := pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			panic(err) // a buffer takes everything
		}
	}
	return b.Bytes()
}
