package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"pipy/pipy/logging"
)

// tlsFiles are the files of one side of a TLS connection.
type tlsFiles struct {
	cert, key string // both or none
	trusted   string // a file, or a folder of files
}

// readable is the setter of an option that names a file. The path is made
// absolute, because the process goes to the folder of its script later.
func readable(path *string, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return &plainError{"cannot open file: " + name}
	}
	f.Close()
	return absolute(path, name)
}

// present is the same for a file or a folder.
func present(path *string, name string) error {
	if _, err := os.Stat(name); err != nil {
		return &plainError{"file or directory not found: " + name}
	}
	return absolute(path, name)
}

// absolute is the setter of an option that names a file, which may not exist yet.
func absolute(path *string, name string) (err error) {
	*path, err = filepath.Abs(name)
	return err
}

// check tells whether the files go together. Prefix is that of the flags.
func (f *tlsFiles) check(prefix string) error {
	if (f.cert == "") != (f.key == "") {
		return fmt.Errorf("%scert and %skey must be used in conjunction", prefix, prefix)
	}
	return nil
}

// client returns the configuration of a client; nil when everything is as
// usual.
func (f *tlsFiles) client() (*tls.Config, error) {
	if *f == (tlsFiles{}) {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if f.cert != "" {
		pair := &keyPair{files: *f}
		if _, err := pair.load(); err != nil {
			return nil, err
		}
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return pair.load() }
	}
	if f.trusted != "" {
		pool, err := trust(f.trusted)
		if err != nil {
			return nil, err
		}
		config.RootCAs = pool
	}
	return config, nil
}

// server returns the configuration of a server; nil when it speaks no TLS.
func (f *tlsFiles) server() (*tls.Config, error) {
	if f.cert == "" {
		return nil, nil
	}
	pair := &keyPair{files: *f}
	if _, err := pair.load(); err != nil {
		return nil, err
	}
	config := &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return pair.load() },
	}
	if f.trusted != "" {
		pool, err := trust(f.trusted)
		if err != nil {
			return nil, err
		}
		config.ClientCAs, config.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
	return config, nil
}

// trust reads the certificates of authorities. A folder means every file in it.
func trust(path string) (*x509.CertPool, error) {
	files := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*")); err != nil {
			return nil, err
		}
	}
	pool, found := x509.NewCertPool(), false
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.IsDir() {
			continue
		}
		pem, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot open file: %s", name)
		}
		found = pool.AppendCertsFromPEM(pem) || found
	}
	if !found {
		return nil, fmt.Errorf("%s: want certificates in PEM form, got none", path)
	}
	return pool, nil
}

// keyPair is a certificate and its key, read anew when the files change.
type keyPair struct {
	files tlsFiles

	// Guarded by mu:
	mu     sync.Mutex
	looked time.Time
	stamp  [2]time.Time // when the files were changed
	pair   *tls.Certificate
}

// keyPairInterval bounds how often the files are looked at.
const keyPairInterval = time.Second

// load returns the pair as it is in the files. When they cannot be read any
// more, the pair of before goes on.
func (k *keyPair) load() (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pair != nil && time.Since(k.looked) < keyPairInterval {
		return k.pair, nil
	}
	k.looked = time.Now()
	stamp, err := k.stamps()
	if err == nil && k.pair != nil && stamp == k.stamp {
		return k.pair, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(k.files.cert, k.files.key); err == nil {
			k.pair, k.stamp = &pair, stamp
			return k.pair, nil
		}
	}
	err = fmt.Errorf("%s, %s: %w", k.files.cert, k.files.key, err)
	if k.pair == nil {
		return nil, err
	}
	logging.Errorf("admin", "the certificate of before stays in use: %v", err)
	return k.pair, nil
}

func (k *keyPair) stamps() (stamp [2]time.Time, err error) {
	for i, name := range []string{k.files.cert, k.files.key} {
		info, e := os.Stat(name)
		if e != nil {
			return stamp, errors.Join(err, e)
		}
		stamp[i] = info.ModTime()
	}
	return stamp, nil
}

// plainError is an error whose text is shown without the name of the option.
type plainError struct{ text string }

func (e *plainError) Error() string { return e.text }
