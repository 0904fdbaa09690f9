package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
)

// A bill of materials in the form of CycloneDX 1.6.
type (
	bom struct {
		Format       string       `json:"bomFormat"`
		SpecVersion  string       `json:"specVersion"`
		SerialNumber string       `json:"serialNumber"`
		Version      int          `json:"version"`
		Metadata     metadata     `json:"metadata"`
		Components   []component  `json:"components"`
		Dependencies []dependency `json:"dependencies"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Licenses   []choice   `json:"licenses,omitempty"`
		PURL       string     `json:"purl"`
		Properties []property `json:"properties,omitempty"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	choice struct {
		License struct {
			ID string `json:"id"`
		} `json:"license"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	dependency struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn,omitempty"`
	}
)

// bill writes the bill of materials of a platform's program.
func (r *release) bill(p platform) error {
	program, err := os.ReadFile(r.program(p))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(program)
	main := component{
		Type: "application", Name: "pipy", Version: r.version,
		PURL:   fmt.Sprintf("pkg:generic/pipy@%s?os=%s&arch=%s", url.PathEscape(r.version), p.os, p.arch),
		Hashes: []hash{{"SHA-256", hex.EncodeToString(sum[:])}},
		Properties: []property{
			{"pipy:commit", r.commit}, {"pipy:os", p.os}, {"pipy:arch", p.arch},
		},
	}
	main.Ref = main.PURL
	b := bom{
		Format: "CycloneDX", SpecVersion: "1.6", Version: 1, SerialNumber: serial(sum),
		Metadata: metadata{Timestamp: r.time.Format("2006-01-02T15:04:05Z"), Component: main},
	}
	needs := dependency{Ref: main.Ref}
	for _, m := range append([]module{{path: "std", version: p.parts.goVersion, licence: "BSD-3-Clause"}}, p.parts.modules...) {
		c := m.component()
		b.Components = append(b.Components, c)
		needs.DependsOn = append(needs.DependsOn, c.Ref)
	}
	b.Dependencies = []dependency{needs}
	return save(r.file("-"+p.String()+".cdx.json"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(b)
	})
}

// component describes a library.
func (m module) component() component {
	c := component{Type: "library", Name: m.path, Version: m.version, PURL: "pkg:golang/" + m.path + "@" + url.QueryEscape(m.version)}
	c.Ref = c.PURL
	if m.licence != "" {
		c.Licenses = make([]choice, 1)
		c.Licenses[0].License.ID = m.licence
	}
	if m.sum != "" { // not the sum of one file, so it is no hash in the sense of the format
		c.Properties = []property{{"go:sum", m.sum}}
	}
	return c
}

// serial makes a UUID out of a checksum (RFC 9562, version 8), so that the bill
// of the same program is always the same.
func serial(sum [32]byte) string {
	u := sum[:16]
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
