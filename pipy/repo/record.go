package repo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// hash is the SHA-256 of the content of a file.
type hash [sha256.Size]byte

// tag is what stands for a content in ETag headers of the edit area.
func (h hash) tag() string { return hex.EncodeToString(h[:8]) }

// record is what is stored of a codebase besides its files.
type record struct {
	Version string `json:"version"`
	Main    string `json:"main"`
	Base    string `json:"base,omitempty"`
	// Seq is the number of the newest commit. Zero: nothing was ever committed, and
	// nothing is published.
	Seq uint64 `json:"seq"`
	// ETag is what workers compare; Content is the hash of the tree it stands for.
	ETag    string `json:"etag,omitempty"`
	Content string `json:"content,omitempty"`
	// Modified is when the ETag became what it is; zero in stores of before it was
	// noted.
	Modified time.Time `json:"modified,omitzero"`
}

func parseRecord(b []byte) (rec record, err error) {
	err = json.Unmarshal(b, &rec)
	return rec, err
}

// Commit is one entry in the history of a codebase.
type Commit struct {
	// ID counts the commits of a codebase from 1. Versions may repeat, IDs do not.
	ID      uint64
	Version string
	ETag    string // what workers saw afterwards
	Time    time.Time
	Author  string // "" when nobody said
	Message string
	Main    string
	Auto    bool     // nobody asked for it: it followed the commit of a base
	Files   []string // those that became others, appeared or went away, sorted
}

// commitJSON is a Commit as it is stored and sent.
type commitJSON struct {
	ID      uint64    `json:"id"`
	Version version   `json:"version"`
	ETag    string    `json:"etag"`
	Time    time.Time `json:"time"`
	Author  string    `json:"author"`
	Message string    `json:"message"`
	Main    string    `json:"main"`
	Auto    bool      `json:"auto,omitempty"`
	Files   []string  `json:"files"`
}

// MarshalJSON writes the version as a number when it is one.
func (c Commit) MarshalJSON() ([]byte, error) {
	if c.Files == nil {
		c.Files = []string{}
	}
	return json.Marshal(commitJSON{c.ID, version(c.Version), c.ETag, c.Time, c.Author, c.Message, c.Main, c.Auto, c.Files})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Commit) UnmarshalJSON(b []byte) error {
	var j commitJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	*c = Commit{j.ID, string(j.Version), j.ETag, j.Time, j.Author, j.Message, j.Main, j.Auto, j.Files}
	return nil
}

// version is a version in JSON: a number when it is one, else a string.
type version string

func (v version) MarshalJSON() ([]byte, error) {
	if isNumber(string(v)) {
		return []byte(v), nil
	}
	return json.Marshal(string(v))
}

func (v *version) UnmarshalJSON(b []byte) error {
	var value any
	if err := json.Unmarshal(b, &value); err != nil {
		return err
	}
	switch value := value.(type) {
	case string:
		*v = version(value)
		return nil
	case float64:
		*v = version(b)
		return nil
	}
	return fmt.Errorf("%w: want a number or a string, got %s", ErrVersion, b)
}
