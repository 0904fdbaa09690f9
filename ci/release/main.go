// Release packs what `make cross` has built: archives and packages for each
// platform, an image for containers, and what comes with them (a list of parts,
// the licences of others, checksums). It needs nothing but Go: no engine for
// containers, no tools of a distribution.
//
// The same programs give the same bytes: all times are that of the commit, names
// are sorted, and nothing of the machine is written down.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// release is what is to be packed.
type release struct {
	root    string // of the source tree
	out     string // where the files go
	version string // as the program says it
	commit  string
	time    time.Time // of everything that is written
}

// platform is one of those that `make cross` builds for.
type platform struct {
	os, arch string
	parts    *parts // what its program is made of
}

func (p platform) String() string { return p.os + "-" + p.arch }

// program returns where `make cross` has put the program of a platform.
func (r *release) program(p platform) string {
	return filepath.Join(r.root, "build", p.String(), "pipy")
}

// file returns the path of a file of this release.
func (r *release) file(suffix string) string {
	return filepath.Join(r.out, "pipy-"+r.version+suffix)
}

// source returns the path of a file of the source tree.
func (r *release) source(name string) string {
	return filepath.Join(r.root, filepath.FromSlash(name))
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	root := flags.String("root", "../..", "the `folder` of the source tree")
	out := flags.String("out", "../../build/release", "the `folder` to write to; what it held is removed")
	version := flags.String("version", "", "the version, as the program says it")
	commit := flags.String("commit", "", "the commit that was built")
	date := flags.String("date", "", "the time of the commit (RFC 3339)")
	platforms := flags.String("platforms", "", "what was built, as `os/arch ...`")
	only := flags.String("only", "", "pack this alone: image")
	if err := flags.Parse(args); err != nil {
		return err
	}
	r := &release{root: *root, out: *out, version: *version, commit: *commit}
	if r.version == "" || strings.ContainsAny(r.version, `/\ `) {
		return fmt.Errorf("-version: want a word without slashes, got %q", r.version)
	}
	var err error
	if r.time, err = time.Parse(time.RFC3339, *date); err != nil && *date != "" {
		return fmt.Errorf("-date: %w", err)
	}
	r.time = r.time.UTC()
	if *date == "" {
		r.time = time.Unix(0, 0).UTC() // a tree without version control
	}
	list, err := r.built(strings.Fields(*platforms))
	if err != nil {
		return err
	}
	switch *only {
	case "":
		return r.all(list)
	case "image":
		return r.image(list)
	}
	return fmt.Errorf("-only: want image, got %q", *only)
}

// built reads what the program of each platform is made of.
func (r *release) built(names []string) ([]platform, error) {
	if len(names) == 0 {
		return nil, errors.New("-platforms: want at least one")
	}
	var list []platform
	for _, name := range names {
		system, arch, ok := strings.Cut(name, "/")
		if !ok {
			return nil, fmt.Errorf("-platforms: want os/arch, got %q", name)
		}
		p := platform{os: system, arch: arch}
		var err error
		if p.parts, err = r.partsOf(p); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// all packs everything.
func (r *release) all(list []platform) error {
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	for _, p := range list {
		if err := r.archive(p); err != nil {
			return err
		}
		if err := r.bill(p); err != nil {
			return err
		}
	}
	if err := r.documentation(); err != nil {
		return err
	}
	if err := r.packages(list); err != nil {
		return err
	}
	if err := r.image(list); err != nil {
		return err
	}
	return r.checksums()
}
