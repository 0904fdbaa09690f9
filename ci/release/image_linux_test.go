package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// openImage reads the layout from the file of the release, checks it, and
// returns the configuration and the layers of one platform.
func openImage(t *testing.T, arch string) (imageConfig, [][]byte) {
	t.Helper()
	_, files := unpack(t, read(t, one(t, "pipy-*-image.tar")))
	if got := string(files["/oci-layout"]); got != `{"imageLayoutVersion":"1.0.0"}` {
		t.Errorf("oci-layout: got %s", got)
	}
	blobs := 0
	for name, body := range files {
		if sum, ok := strings.CutPrefix(name, "/blobs/sha256/"); ok && len(sum) == 64 {
			blobs++
			if got := fmt.Sprintf("%x", sha256.Sum256(body)); got != sum {
				t.Errorf("%s: got the checksum %s", name, got)
			}
		}
	}
	used := map[string]bool{}
	get := func(b blob, into any) []byte {
		t.Helper()
		body := files["/blobs/"+strings.Replace(b.Digest, ":", "/", 1)]
		if int64(len(body)) != b.Size {
			t.Fatalf("%s: got %d bytes, want %d", b.Digest, len(body), b.Size)
		}
		used[b.Digest] = true
		if into != nil {
			if err := json.Unmarshal(body, into); err != nil {
				t.Fatal(err)
			}
		}
		return body
	}
	var outer, inner index
	if err := json.Unmarshal(files["/index.json"], &outer); err != nil {
		t.Fatal(err)
	}
	get(outer.Manifests[0], &inner)
	var config imageConfig
	var layers [][]byte
	var platforms []string
	for _, b := range inner.Manifests {
		var m manifest
		var c imageConfig
		get(b, &m)
		get(m.Config, &c)
		platforms = append(platforms, b.Platform.OS+"/"+b.Platform.Architecture)
		if c.Architecture != b.Platform.Architecture || len(c.RootFS.DiffIDs) != len(m.Layers) || len(c.History) != len(m.Layers) {
			t.Errorf("%v: the configuration does not fit: %+v", b.Platform, c)
		}
		for i, l := range m.Layers {
			z, err := gzip.NewReader(bytes.NewReader(get(l, nil)))
			if err != nil {
				t.Fatal(err)
			}
			plain, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("sha256:%x", sha256.Sum256(plain)); got != c.RootFS.DiffIDs[i] {
				t.Errorf("%v: layer %d: got %s, want %s", b.Platform, i, got, c.RootFS.DiffIDs[i])
			}
			if c.Architecture == arch {
				layers = append(layers, plain)
			}
		}
		if c.Architecture == arch {
			config = c
		}
	}
	if want := []string{"linux/amd64", "linux/arm64"}; !slices.Equal(platforms, want) {
		t.Errorf("got %q, want %q", platforms, want)
	}
	if len(used) != blobs {
		t.Errorf("got %d blobs, want the %d that are named", blobs, len(used))
	}
	return config, layers
}

func TestImageIsWhatItShouldBe(t *testing.T) {
	c, layers := openImage(t, "amd64")
	if c.Config.User != "1340:0" || c.Config.StopSignal != "SIGTERM" || strings.Join(c.Config.Cmd, " ") != "pipy docker-start" {
		t.Errorf("got %+v", c.Config)
	}
	if _, ok := c.Config.ExposedPorts["6000/tcp"]; !ok {
		t.Errorf("got the ports %v", c.Config.ExposedPorts)
	}
	heads := map[string]*tar.Header{}
	for _, l := range layers {
		h, _ := unpack(t, l)
		for name, head := range h {
			heads[name] = head
		}
	}
	for _, want := range []tar.Header{
		{Name: "/usr/local/bin/pipy", Mode: 0o755},
		{Name: "/etc/ssl/certs/ca-certificates.crt", Mode: 0o644},
		{Name: "/tmp", Mode: 0o1777},
		{Name: "/etc/pipy", Mode: 0o775, Uid: 1340},
		{Name: "/etc/pipy/test/001-echo/pipy.js", Mode: 0o664, Uid: 1340},
		{Name: "/etc/pipy/test/011-serve-static/pipy.js", Mode: 0o664, Uid: 1340},
		{Name: "/etc/pipy/tutorial/01-hello/hello.js", Mode: 0o664, Uid: 1340},
	} {
		h := heads[want.Name]
		if h == nil || h.Mode != want.Mode || h.Uid != want.Uid || h.Gid != 0 {
			t.Errorf("got %+v, want %+v", h, want)
		}
	}
}

// imageRoot unpacks the image for this machine, and returns its folder and the
// environment that it sets.
func imageRoot(t *testing.T) (root string, env []string) {
	t.Helper()
	asRoot(t)
	config, layers := openImage(t, runtime.GOARCH)
	root = t.TempDir()
	passable(t, root)
	for _, l := range layers {
		name := filepath.Join(t.TempDir(), "layer.tar")
		if err := os.WriteFile(name, l, 0o644); err != nil {
			t.Fatal(err)
		}
		output(t, "tar", "-xpf", name, "-C", root, "--same-owner", "--numeric-owner")
	}
	return root, config.Config.Env
}

// startPhase is how long the supervisor takes the end of a process for a failure
// to start, with some time to spare.
const startPhase = 6 * time.Second

const inImage = "/usr/local/bin/pipy"

// TestContainer runs the image for this machine as an engine would.
func TestContainer(t *testing.T) {
	root, env := imageRoot(t)
	for name, test := range map[string]func(*testing.T, string, []string){
		"NeedsNothingElse":               programNeedsNothingElse,
		"RunsTheEchoByDefault":           containerRunsTheEchoByDefault,
		"RunsTheTests":                   containerRunsTheTests,
		"TakesItsScriptFromAURL":         containerTakesItsScriptFromAURL,
		"SpawnsSupervisesAndEnds":        containerSpawnsSupervisesAndEnds,
		"RefusesWhatItDoesNotUnderstand": containerRefusesWhatItDoesNotUnderstand,
	} {
		t.Run(name, func(t *testing.T) { test(t, root, env) })
	}
}

// The image has no C library and no shell: what runs here runs anywhere.
func programNeedsNothingElse(t *testing.T, root string, env []string) {
	p := start(t, root, imageUser, imageGroup, env, inImage, "-e", "[1, 2].map(n => n)")
	p.wants(0)
	if !strings.Contains(p.text(), "[ 1, 2 ]") {
		t.Errorf("got %s", p.text())
	}
}

func containerRunsTheEchoByDefault(t *testing.T, root string, env []string) {
	alone(t, root, func() {
		p := start(t, root, imageUser, imageGroup, env, inImage, "docker-start")
		if got := p.answers("127.0.0.1:6000", "POST", "/", "Hello, world"); got != "Hello, world" {
			t.Errorf("got %q", got)
		}
		if n := len(p.children()); n != 0 {
			t.Errorf("got %d other processes, want none", n)
		}
		p.end()
	})
}

func containerRunsTheTests(t *testing.T, root string, env []string) {
	for name, want := range map[string]string{
		"002-hello": "Hello!\n", "003-hello-ip": "Hello, 127.0.0.1!\n", "011-serve-static": "<!DOCTYPE html>",
	} {
		alone(t, root, func() {
			p := start(t, root, imageUser, imageGroup, append(env, "PIPY_CONFIG_FILE=/etc/pipy/test/"+name+"/pipy.js"), inImage, "docker-start")
			for _, port := range []string{"6000", "6080"} {
				if got := p.answers("127.0.0.1:"+port, "GET", "/", ""); !strings.HasPrefix(got, want) {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			p.end()
		})
	}
}

func containerTakesItsScriptFromAURL(t *testing.T, root string, env []string) {
	script := `pipy().listen(6000).serveHTTP(new Message("from a URL"))`
	alone(t, root, func() {
		server := start(t, root, imageUser, imageGroup, env, inImage, "-e",
			"pipy().listen('127.0.0.1:7000').serveHTTP(req => req.head.path == '/main.js' ? new Message({ headers: { etag: '1' } }, '"+script+"') : new Message({ status: 404 }))")
		server.answers("127.0.0.1:7000", "GET", "/", "")
		p := start(t, root, imageUser, imageGroup, append(env, "PIPY_CONFIG_FILE=http://127.0.0.1:7000/main.js"), inImage, "docker-start")
		if got := p.answers("127.0.0.1:6000", "GET", "/", ""); got != "from a URL" {
			t.Errorf("got %q", got)
		}
		p.end()
	})
}

// PIPY_SPAWN=n is n processes and one more.
func containerSpawnsSupervisesAndEnds(t *testing.T, root string, env []string) {
	alone(t, root, func() {
		p := start(t, root, imageUser, imageGroup, append(env, "PIPY_SPAWN=2"), inImage, "docker-start")
		p.until("there are three processes", func() bool {
			return len(p.children()) == 3 && strings.Count(p.text(), "Listening on port 6000") == 3
		})
		if got := p.answers("127.0.0.1:6000", "POST", "/", "abc"); got != "abc" {
			t.Errorf("got %q", got)
		}

		p.signal(syscall.SIGHUP)
		p.until("all have reloaded", func() bool { return strings.Count(p.text(), "Codebase reloaded") == 3 })

		// A process that ends sooner takes the others with it: it could not start.
		begun := time.Now()
		p.until("the start is over", func() bool { return time.Since(begun) > startPhase })
		victim := p.children()[0]
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		p.until("another one has taken its place", func() bool {
			return strings.Count(p.text(), "Listening on port 6000") == 4 && len(p.children()) == 3 && !slices.Contains(p.children(), victim)
		})
		if got := p.answers("127.0.0.1:6000", "POST", "/", "def"); got != "def" {
			t.Errorf("got %q", got)
		}
		p.end()
	})
}

func containerRefusesWhatItDoesNotUnderstand(t *testing.T, root string, env []string) {
	for _, setting := range []string{"PIPY_SPAWN=-1", "PIPY_SPAWN=many", "PIPY_CONFIG_FILE=/etc/pipy/none.js"} {
		alone(t, root, func() {
			p := start(t, root, imageUser, imageGroup, append(env, setting), inImage, "docker-start")
			p.wants(255)
			name, value, _ := strings.Cut(setting, "=")
			if got := p.text(); !strings.Contains(got, value) {
				t.Errorf("%s: got %q, want it to say what is wrong", name, got)
			}
		})
	}
}
