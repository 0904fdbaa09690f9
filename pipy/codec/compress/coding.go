package compress

import "strings"

// Coding is a compressed form, by the name that HTTP has for it (RFC 9110,
// 8.4.1).
type Coding string

// The codings that can be made and undone.
const (
	Gzip    Coding = "gzip"
	Deflate Coding = "deflate" // decoders take raw deflate and gzip as well
	Brotli  Coding = "br"
	Zstd    Coding = "zstd"
)

// Find returns the coding of a name: one of HTTP's, or inflate, brotli or
// x-gzip. Case does not matter.
func Find(name string) (Coding, bool) {
	switch strings.ToLower(name) {
	case "gzip", "x-gzip":
		return Gzip, true
	case "deflate", "inflate":
		return Deflate, true
	case "br", "brotli":
		return Brotli, true
	case "zstd":
		return Zstd, true
	}
	return "", false
}

// ParseList takes the value of a content-encoding header apart (RFC 9110, 8.4).
// The codings are in the order in which they were applied; identity is left
// out. ok is false when one of them is unknown, or when there are more than
// maxCodings.
func ParseList(value string) (list []Coding, ok bool) {
	for name := range strings.SplitSeq(value, ",") {
		name = strings.TrimSpace(name)
		if name == "" || strings.EqualFold(name, "identity") {
			continue
		}
		c, known := Find(name)
		if !known || len(list) == maxCodings {
			return nil, false
		}
		list = append(list, c)
	}
	return list, true
}

// maxCodings bounds the codings of one body: more than one has no use but to
// make a small body large.
const maxCodings = 3
