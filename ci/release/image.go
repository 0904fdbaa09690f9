package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The image holds the program and nothing that it does not need: no shell, no
// package manager. It is written as an OCI image layout (image-spec 1.1), for
// all platforms of Linux at once.

// The user in the image. The group 0 is for platforms that run containers under
// a user of their own choice, but always in that group.
const (
	imageUser  = 1340
	imageGroup = 0
)

// blob is a file of the layout, known by its checksum.
type blob struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Platform    *target           `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// target is a platform, as an index tells it.
type target struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

// The documents of a layout.
type (
	index struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     string            `json:"mediaType"`
		Manifests     []blob            `json:"manifests"`
		Annotations   map[string]string `json:"annotations,omitempty"`
	}
	manifest struct {
		SchemaVersion int               `json:"schemaVersion"`
		MediaType     string            `json:"mediaType"`
		Config        blob              `json:"config"`
		Layers        []blob            `json:"layers"`
		Annotations   map[string]string `json:"annotations,omitempty"`
	}
	imageConfig struct {
		Created      time.Time  `json:"created"`
		Architecture string     `json:"architecture"`
		OS           string     `json:"os"`
		Config       runConfig  `json:"config"`
		RootFS       rootFS     `json:"rootfs"`
		History      []creation `json:"history"`
	}
	runConfig struct {
		User         string
		ExposedPorts map[string]struct{}
		Env          []string
		Cmd          []string
		WorkingDir   string
		Labels       map[string]string
		StopSignal   string
	}
	rootFS struct {
		Type    string   `json:"type"`
		DiffIDs []string `json:"diff_ids"`
	}
	creation struct {
		Created   time.Time `json:"created"`
		CreatedBy string    `json:"created_by"`
	}
)

const (
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// image writes the layout as a folder, build/image, and as one file.
func (r *release) image(list []platform) error {
	dir := filepath.Join(r.root, "build", "image")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o755); err != nil {
		return err
	}
	l := layout(dir)
	all := index{SchemaVersion: 2, MediaType: typeIndex}
	for _, p := range list {
		if p.os != "linux" {
			continue
		}
		m, err := r.imageFor(l, p)
		if err != nil {
			return err
		}
		all.Manifests = append(all.Manifests, m)
	}
	// Tools look for a name at the entry of the outer index, so the platforms are
	// one level below.
	inner, err := l.document(typeIndex, all)
	if err != nil {
		return err
	}
	inner.Annotations = map[string]string{
		"org.opencontainers.image.ref.name": r.version,
		"io.containerd.image.name":          "pipy:" + r.version,
	}
	outer, err := json.Marshal(index{SchemaVersion: 2, MediaType: typeIndex, Manifests: []blob{inner}})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "index.json"), outer, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644); err != nil {
		return err
	}
	var t tree
	if err := t.copyAll("", dir); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	return save(r.file("-image.tar"), func(w io.Writer) error { return t.writeTar(w, r.time) })
}

// imageFor adds the image of one platform.
func (r *release) imageFor(l layout, p platform) (blob, error) {
	files, err := r.imageFiles(p)
	if err != nil {
		return blob{}, err
	}
	labels := map[string]string{
		"org.opencontainers.image.title":       "pipy",
		"org.opencontainers.image.description": "A programmable network proxy",
		"org.opencontainers.image.version":     r.version,
		"org.opencontainers.image.revision":    r.commit,
		"org.opencontainers.image.created":     r.time.Format(time.RFC3339),
	}
	c := imageConfig{
		Created: r.time, Architecture: p.arch, OS: p.os,
		Config: runConfig{
			User:         fmt.Sprintf("%d:%d", imageUser, imageGroup),
			ExposedPorts: map[string]struct{}{"6000/tcp": {}},
			Env:          []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/etc/pipy"},
			// There is no entry point: a command is run as it stands, so that
			// `pipy main.js` means the same inside and outside.
			Cmd:        []string{"pipy", "docker-start"},
			WorkingDir: "/etc/pipy",
			Labels:     labels,
			StopSignal: "SIGTERM",
		},
		RootFS: rootFS{Type: "layers"},
	}
	m := manifest{SchemaVersion: 2, MediaType: typeManifest, Annotations: labels}
	for _, layer := range files {
		b, id, err := l.layer(layer.files, r.time)
		if err != nil {
			return blob{}, err
		}
		m.Layers = append(m.Layers, b)
		c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, id)
		c.History = append(c.History, creation{r.time, layer.title})
	}
	if m.Config, err = l.document(typeConfig, c); err != nil {
		return blob{}, err
	}
	b, err := l.document(typeManifest, m)
	b.Platform = &target{p.arch, p.os}
	return b, err
}

// imageLayer is a part of the file system of an image.
type imageLayer struct {
	title string
	files tree
}

// imageFiles returns what is in an image, what changes seldom first.
func (r *release) imageFiles(p platform) ([]imageLayer, error) {
	system := tree{
		{name: "etc/", mode: 0o755},
		{name: "etc/ssl/", mode: 0o755},
		{name: "etc/ssl/certs/", mode: 0o755},
		{name: "tmp/", mode: 0o777 | fs.ModeSticky},
		{name: "usr/", mode: 0o755},
		{name: "usr/local/", mode: 0o755},
		{name: "usr/local/bin/", mode: 0o755},
	}
	system.add("etc/passwd", 0o644, fmt.Sprintf(
		"root:x:0:0:root:/:/sbin/nologin\npipy:x:%d:%d:pipy:/etc/pipy:/sbin/nologin\n", imageUser, imageGroup))
	system.add("etc/group", 0o644, "root:x:0:\n")
	system.add("etc/nsswitch.conf", 0o644, "hosts: files dns\n")
	system.add("etc/ssl/certs/ca-certificates.crt", 0o644, string(authorities()))

	var program tree
	if err := program.copy("usr/local/bin/pipy", 0o755, r.program(p)); err != nil {
		return nil, err
	}

	config := tree{{name: "etc/pipy/", mode: 0o755}}
	if err := config.copyAll("etc/pipy/test", r.source("ci/package/test")); err != nil {
		return nil, err
	}
	if err := config.copyAll("etc/pipy/tutorial", r.source("tutorial")); err != nil {
		return nil, err
	}
	if err := r.papers(&config, "etc/pipy/", p); err != nil {
		return nil, err
	}
	for i := range config {
		config[i].mode |= 0o020 // the group may do what the user may
	}
	return []imageLayer{
		{"users and certificates", system},
		{"the program", program},
		{"configuration", config.own(imageUser, imageGroup)},
	}, nil
}

// layout is the folder of a layout.
type layout string

// blob adds a file.
func (l layout) blob(mediaType string, body []byte) (blob, error) {
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	name := filepath.Join(string(l), "blobs", "sha256", sum)
	return blob{MediaType: mediaType, Digest: "sha256:" + sum, Size: int64(len(body))}, os.WriteFile(name, body, 0o644)
}

// document adds a file of JSON.
func (l layout) document(mediaType string, v any) (blob, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return blob{}, err
	}
	return l.blob(mediaType, body)
}

// layer adds a part of a file system, and returns also the checksum that it has
// when it is not compressed.
func (l layout) layer(t tree, when time.Time) (b blob, id string, err error) {
	var plain, packed bytes.Buffer
	if err := t.writeTar(&plain, when); err != nil {
		return b, "", err
	}
	if err := t.writeTarGzip(&packed, when); err != nil {
		return b, "", err
	}
	b, err = l.blob(typeLayer, packed.Bytes())
	return b, fmt.Sprintf("sha256:%x", sha256.Sum256(plain.Bytes())), err
}
