package api

import (
	"crypto"
	"crypto/hmac"
	_ "crypto/md5"    // registers the hash
	_ "crypto/sha1"   // the same
	_ "crypto/sha256" // the same
	_ "crypto/sha3"   // the same
	_ "crypto/sha512" // the same
	"hash"
	"strings"

	"pipy/pipy/spec"
)

// digests are the hash functions by their names in OpenSSL.
var digests = map[string]crypto.Hash{
	"md5": crypto.MD5, "sha1": crypto.SHA1, "sha224": crypto.SHA224, "sha256": crypto.SHA256,
	"sha384": crypto.SHA384, "sha512": crypto.SHA512, "sha512-224": crypto.SHA512_224, "sha512-256": crypto.SHA512_256,
	"sha3-224": crypto.SHA3_224, "sha3-256": crypto.SHA3_256, "sha3-384": crypto.SHA3_384, "sha3-512": crypto.SHA3_512,
}

// digestOf returns a hash function by its name, in small or capital letters,
// with or without "RSA-" in front or a dash behind SHA.
func digestOf(name string) (crypto.Hash, error) {
	s := strings.TrimPrefix(strings.ToLower(name), "rsa-")
	s = strings.ReplaceAll(s, "/", "-")
	for _, key := range []string{s, strings.Replace(s, "sha-", "sha", 1)} {
		if h, ok := digests[key]; ok {
			return h, nil
		}
	}
	if err := noShangMi(name); err != nil {
		return 0, err
	}
	return 0, unknown("algorithm", name)
}

// digestArgument declares the name of a hash function.
func digestArgument(m *spec.Method) func(*spec.Call) (crypto.Hash, error) {
	algorithm := spec.In[string](m, "algorithm", "One of md5, sha1, sha224, sha256, sha384, sha512, sha512-224, sha512-256, sha3-224, sha3-256, sha3-384 and sha3-512.")
	return func(c *spec.Call) (crypto.Hash, error) {
		name, err := algorithm.Of(c)
		if err != nil {
			return 0, err
		}
		return digestOf(name)
	}
}

// hasher and mac tell the two classes apart.
type (
	hasher struct{ hash.Hash }
	mac    struct{ hash.Hash }
)

var (
	hashClass = spec.NewClass[*hasher]("crypto.Hash", "Computes the hash of bytes that come piece by piece.")
	hmacClass = spec.NewClass[*mac]("crypto.Hmac", "Computes the HMAC of bytes that come piece by piece (RFC 2104).")
)

func init() {
	hashClass.Constructor("Makes a hash of no bytes.", func(m *spec.Method) func(*spec.Call) (*hasher, error) {
		algorithm := digestArgument(m)
		return func(c *spec.Call) (*hasher, error) {
			h, err := algorithm(c)
			if err != nil {
				return nil, err
			}
			return &hasher{h.New()}, nil
		}
	})
	updates(hashClass)
	digest(hashClass, "hash")

	hmacClass.Constructor("Makes an HMAC of no bytes.", func(m *spec.Method) func(*spec.Call) (*mac, error) {
		algorithm := digestArgument(m)
		key := spec.In[any](m, "key", "The key.")
		described(m, typeText)
		return func(c *spec.Call) (*mac, error) {
			h, err := algorithm(c)
			if err != nil {
				return nil, err
			}
			v, _ := key.Of(c)
			b, err := textBytes("key", v)
			if err != nil {
				return nil, err
			}
			return &mac{hmac.New(h.New, b)}, nil
		}
	})
	updates(hmacClass)
	digest(hmacClass, "HMAC")
}

// digest declares the method that returns the result.
func digest[T interface{ Sum([]byte) []byte }](d spec.Declaration[T], what string) {
	d.Method("digest", typeText, "Returns the "+what+" of the bytes so far.", func(m *spec.Method) func(T, *spec.Call) (any, error) {
		encoding := spec.InOpt(m, "encoding", "", docResultEncoding)
		return func(this T, c *spec.Call) (any, error) {
			enc, err := encoding.Of(c)
			if err != nil {
				return nil, err
			}
			return encoded(this.Sum(nil), enc)
		}
	})
}
