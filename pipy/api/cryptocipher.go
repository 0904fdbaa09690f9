package api

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"errors"
	"fmt"
	"strings"

	"pipy/pipy/event"
	"pipy/pipy/spec"
)

// algorithm is a cipher as OpenSSL names it.
type algorithm struct {
	key, iv int // bytes
	block   func(key []byte) (cipher.Block, error)
	mode    string
}

const (
	gcmNonce = 12 // bytes (RFC 5116, 5.1)
	gcmTag   = 16
)

var ciphers = func() map[string]*algorithm {
	m := map[string]*algorithm{}
	for _, a := range []struct {
		name  string
		key   int
		size  int
		block func([]byte) (cipher.Block, error)
	}{
		{"aes-128", 16, aes.BlockSize, aes.NewCipher},
		{"aes-192", 24, aes.BlockSize, aes.NewCipher},
		{"aes-256", 32, aes.BlockSize, aes.NewCipher},
		{"des-ede3", 24, des.BlockSize, des.NewTripleDESCipher},
	} {
		m[a.name+"-cbc"] = &algorithm{a.key, a.size, a.block, "cbc"}
		m[a.name+"-ecb"] = &algorithm{a.key, 0, a.block, "ecb"}
		if a.size == aes.BlockSize {
			m[a.name+"-ctr"] = &algorithm{a.key, a.size, a.block, "ctr"}
			m[a.name+"-gcm"] = &algorithm{a.key, gcmNonce, a.block, "gcm"}
		}
	}
	return m
}()

const docCipher = "One of aes-128, aes-192 and aes-256 with -cbc, -ctr, -ecb or -gcm behind it, and des-ede3-cbc and des-ede3-ecb. With -cbc and -ecb the text is padded to whole blocks (PKCS #7). With -gcm the tag of 16 bytes follows the encrypted text, and nothing comes out before final."

// crypter encrypts or decrypts bytes that come piece by piece.
type crypter struct {
	decrypt bool
	mode    string
	stream  cipher.Stream    // ctr
	blocks  cipher.BlockMode // cbc, ecb
	aead    cipher.AEAD      // gcm
	iv      []byte           // gcm
	held    []byte           // bytes that do not fill a block, or all of gcm
	done    bool
}

// encrypter and decrypter tell the two classes apart.
type (
	encrypter struct{ crypter }
	decrypter struct{ crypter }
)

var (
	cipherClass   = spec.NewClass[*encrypter]("crypto.Cipher", "Encrypts bytes that come piece by piece.")
	decipherClass = spec.NewClass[*decrypter]("crypto.Decipher", "Decrypts bytes that come piece by piece.")
)

var errDecrypt = errors.New("bad decrypt: the key is another one, or the text was changed")

func newCrypter(name string, key, iv []byte, decrypt bool) (crypter, error) {
	c := crypter{decrypt: decrypt, iv: iv}
	a := ciphers[strings.ToLower(name)]
	if a == nil {
		if err := noShangMi(name); err != nil {
			return c, err
		}
		return c, unknown("cipher", name)
	}
	if len(key) != a.key {
		return c, fmt.Errorf("options.key expected to have a length of %d, got %d", a.key, len(key))
	}
	if len(iv) != a.iv {
		return c, fmt.Errorf("options.iv expected to have a length of %d, got %d", a.iv, len(iv))
	}
	block, err := a.block(key)
	if err != nil {
		return c, err
	}
	c.mode = a.mode
	switch {
	case a.mode == "ctr":
		c.stream = cipher.NewCTR(block, iv)
	case a.mode == "gcm":
		c.aead, err = cipher.NewGCM(block)
	case a.mode == "ecb":
		c.blocks = ecb{block, decrypt}
	case decrypt:
		c.blocks = cipher.NewCBCDecrypter(block, iv)
	default:
		c.blocks = cipher.NewCBCEncrypter(block, iv)
	}
	return c, err
}

// ecb is the mode in which each block stands alone.
type ecb struct {
	cipher.Block
	decrypt bool
}

// CryptBlocks encrypts or decrypts whole blocks.
func (e ecb) CryptBlocks(dst, src []byte) {
	for n := e.BlockSize(); len(src) > 0; src, dst = src[n:], dst[n:] {
		if e.decrypt {
			e.Decrypt(dst, src)
		} else {
			e.Encrypt(dst, src)
		}
	}
}

// update returns what can be said about the next bytes. They belong to it.
func (c *crypter) update(b []byte) ([]byte, error) {
	if c.done {
		return nil, errDone
	}
	if c.stream != nil {
		c.stream.XORKeyStream(b, b)
		return b, nil
	}
	c.held = append(c.held, b...)
	if c.blocks == nil {
		return nil, nil
	}
	n := len(c.held) - len(c.held)%c.blocks.BlockSize()
	if c.decrypt && n == len(c.held) && n > 0 {
		n -= c.blocks.BlockSize() // it may be the last one, with the padding
	}
	out := make([]byte, n)
	c.blocks.CryptBlocks(out, c.held[:n])
	c.held = append([]byte(nil), c.held[n:]...)
	return out, nil
}

// final returns the rest.
func (c *crypter) final() ([]byte, error) {
	if c.done {
		return nil, errDone
	}
	c.done = true
	switch {
	case c.stream != nil:
		return nil, nil
	case c.aead != nil && c.decrypt:
		b, err := c.aead.Open(nil, c.iv, c.held, nil)
		if err != nil {
			return nil, errDecrypt
		}
		return b, nil
	case c.aead != nil:
		return c.aead.Seal(nil, c.iv, c.held, nil), nil
	}
	size := c.blocks.BlockSize()
	if !c.decrypt {
		n := size - len(c.held)
		b := append(c.held, bytes.Repeat([]byte{byte(n)}, n)...)
		c.blocks.CryptBlocks(b, b)
		return b, nil
	}
	if len(c.held) != size {
		return nil, fmt.Errorf("wrong final block length: want %d bytes, got %d", size, len(c.held))
	}
	c.blocks.CryptBlocks(c.held, c.held)
	n := int(c.held[size-1])
	if n == 0 || n > size || !bytes.Equal(c.held[size-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errDecrypt
	}
	return c.held[:size-n], nil
}

// cipherArguments declares the arguments of both constructors.
func cipherArguments(m *spec.Method, decrypt bool) func(*spec.Call) (crypter, error) {
	name := spec.In[string](m, "algorithm", docCipher)
	key := spec.Member[any](m, "key", nil, "The key; its length must be that of the algorithm.")
	described(m, typeText)
	iv := spec.Member[any](m, "iv", nil, "The initialization vector: 16 bytes for AES, 12 with -gcm, 8 for DES, none with -ecb.")
	described(m, typeText)
	return func(c *spec.Call) (crypter, error) {
		s, err := name.Of(c)
		if err != nil {
			return crypter{}, err
		}
		v, err := key.Of(c)
		if err != nil {
			return crypter{}, err
		}
		if v == nil {
			v = ""
		}
		k, err := textBytes("options.key", v)
		if err != nil {
			return crypter{}, err
		}
		if v, _ = iv.Of(c); v == nil {
			v = ""
		}
		i, err := textBytes("options.iv", v)
		if err != nil {
			return crypter{}, err
		}
		return newCrypter(s, k, i, decrypt)
	}
}

// cipherMethods declares what both classes do.
func cipherMethods[T any](d spec.Declaration[T], of func(T) *crypter) {
	d.Method("update", "Data", "Takes the next bytes and returns those that are ready.", func(m *spec.Method) func(T, *spec.Call) (any, error) {
		bytes := spec.In[any](m, "bytes", "The bytes.")
		described(m, typeText)
		return func(this T, c *spec.Call) (any, error) {
			v, _ := bytes.Of(c)
			b, err := textBytes("bytes", v)
			if err != nil {
				return nil, err
			}
			if b, err = of(this).update(b); err != nil {
				return nil, err
			}
			return event.NewData(b), nil
		}
	})
	d.Method("final", "Data", "Returns the rest. It throws when what was to be decrypted is not what was encrypted with this key.", func(*spec.Method) func(T, *spec.Call) (any, error) {
		return func(this T, _ *spec.Call) (any, error) {
			b, err := of(this).final()
			if err != nil {
				return nil, err
			}
			return event.NewData(b), nil
		}
	})
}

func init() {
	cipherClass.Constructor("Makes a cipher.", func(m *spec.Method) func(*spec.Call) (*encrypter, error) {
		arguments := cipherArguments(m, false)
		return func(c *spec.Call) (*encrypter, error) {
			made, err := arguments(c)
			return &encrypter{made}, err
		}
	})
	cipherMethods(cipherClass, func(e *encrypter) *crypter { return &e.crypter })
	decipherClass.Constructor("Makes a decipher.", func(m *spec.Method) func(*spec.Call) (*decrypter, error) {
		arguments := cipherArguments(m, true)
		return func(c *spec.Call) (*decrypter, error) {
			made, err := arguments(c)
			return &decrypter{made}, err
		}
	})
	cipherMethods(decipherClass, func(d *decrypter) *crypter { return &d.crypter })
}
