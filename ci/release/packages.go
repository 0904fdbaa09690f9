package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// nfpm is the tool that makes packages of distributions.
const nfpm = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.0"

// packages writes .deb, .rpm and .apk for each platform that has them.
func (r *release) packages(list []platform) error {
	v := packageVersions(r.version, r.time)
	for _, p := range list {
		if p.os != "linux" {
			continue
		}
		stage := filepath.Join(r.root, "build", "package-"+p.String())
		if err := r.stage(p, stage); err != nil {
			return err
		}
		for format, version := range map[string]string{"deb": v.deb, "rpm": v.rpm, "apk": v.apk} {
			if err := r.pack(p, stage, format, version); err != nil {
				return fmt.Errorf("%s for %s: %w", format, p, err)
			}
		}
		if err := os.RemoveAll(stage); err != nil {
			return err
		}
	}
	return nil
}

// stage makes a folder with all that ci/package/nfpm.yaml names. The packages
// take over modes and times from there.
func (r *release) stage(p platform, dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	t := tree{{name: "ci/", mode: 0o755}}
	if err := t.copy("pipy", 0o755, r.program(p)); err != nil {
		return err
	}
	if err := r.papers(&t, "", p); err != nil {
		return err
	}
	if err := t.copy("pipy.d.ts", 0o644, r.source("docs/pipy.d.ts")); err != nil {
		return err
	}
	for _, name := range []string{"tutorial", "ci/package"} {
		if err := t.copyAll(name, r.source(name)); err != nil {
			return err
		}
	}
	return t.write(dir, r.time)
}

// pack makes one package. What differs from one to the next is given in the
// environment.
func (r *release) pack(p platform, stage, format, version string) error {
	out, err := filepath.Abs(r.out)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "run", nfpm, "package", "--config", "ci/package/nfpm.yaml", "--packager", format, "--target", out+"/")
	cmd.Dir = stage
	cmd.Env = append(os.Environ(),
		"PIPY_VERSION="+version, "PIPY_ARCH="+p.arch, "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.time.Unix(), 10))
	text, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("nfpm: %w\n%s", err, text)
	}
	return nil
}
