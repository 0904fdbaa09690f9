package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// notices is the name of the file with the licences of others.
const notices = "THIRD-PARTY-NOTICES"

// parts is what a program is made of, as the compiler has noted it.
type parts struct {
	goVersion string // "1.26.8"
	modules   []module
}

// module is a library that was linked.
type module struct {
	path, version string
	sum           string   // "h1:...", as in go.sum
	texts         []string // of its licences
	licence       string   // its SPDX identifier; "" when it is none that we know
}

// partsOf reads the program of a platform.
func (r *release) partsOf(p platform) (*parts, error) {
	info, err := buildinfo.ReadFile(r.program(p))
	if err != nil {
		return nil, fmt.Errorf("want what `make cross` builds: %w", err)
	}
	found := map[string]string{}
	for _, s := range info.Settings {
		found[s.Key] = s.Value
	}
	if found["GOOS"] != p.os || found["GOARCH"] != p.arch || found["CGO_ENABLED"] != "0" {
		return nil, fmt.Errorf("%s: want a static program for %s, got %s-%s with CGO_ENABLED=%s",
			r.program(p), p, found["GOOS"], found["GOARCH"], found["CGO_ENABLED"])
	}
	all := &parts{goVersion: strings.TrimPrefix(info.GoVersion, "go")}
	for _, dep := range info.Deps {
		if dep.Replace != nil {
			dep = dep.Replace
		}
		m := module{path: dep.Path, version: dep.Version, sum: dep.Sum}
		dir, err := r.moduleDir(dep.Path, dep.Version)
		if err != nil {
			return nil, err
		}
		if m.texts, err = licenceTexts(dir); err != nil {
			return nil, err
		}
		if len(m.texts) == 0 {
			return nil, fmt.Errorf("%s %s: want a file with its licence in %s", m.path, m.version, dir)
		}
		m.licence = licenceName(m.texts[0])
		all.modules = append(all.modules, m)
	}
	slices.SortFunc(all.modules, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// moduleDirs remembers where the source of modules is.
var moduleDirs = map[string]string{}

// moduleDir returns the folder with the source of a module.
func (r *release) moduleDir(path, version string) (string, error) {
	key := path + "@" + version
	if dir, ok := moduleDirs[key]; ok {
		return dir, nil
	}
	cmd := exec.Command("go", "mod", "download", "-json", key)
	cmd.Dir = r.root
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w", key, err)
	}
	var answer struct{ Dir string }
	if err := json.Unmarshal(out, &answer); err != nil {
		return "", fmt.Errorf("go mod download %s: %w", key, err)
	}
	moduleDirs[key] = answer.Dir
	return answer.Dir, nil
}

// licenceFile is what files with licences are called.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([.-].*)?$`)

// licenceTexts returns the licences in a folder, that of the whole first.
func licenceTexts(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts []string
	for _, f := range files {
		if f.IsDir() || !licenceFile.MatchString(f.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n")))
	}
	return texts, nil
}

// licenceName recognises a licence by words that no other has.
func licenceName(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	has := func(words string) bool { return strings.Contains(text, words) }
	switch {
	case has("Apache License Version 2.0"):
		return "Apache-2.0"
	case has("Mozilla Public License Version 2.0"), has("Mozilla Public License, version 2.0"):
		return "MPL-2.0"
	case has("Permission is hereby granted, free of charge, to any person obtaining a copy"):
		return "MIT"
	case has("Permission to use, copy, modify, and/or distribute this software"):
		return "ISC"
	case !has("Redistribution and use in source and binary forms"):
		return ""
	case has("Neither the name"), has("names of its contributors"):
		return "BSD-3-Clause"
	}
	return "BSD-2-Clause"
}

// notices prints the licences of all parts: of the modules, of Go's library, and
// of what files of that name below pipy/ tell, such as the libraries in the
// console.
func (r *release) notices(p *parts) (string, error) {
	var b strings.Builder
	b.WriteString("This program contains the work of others, under the licences that follow.\n")
	print := func(title, text string) {
		line := strings.Repeat("=", 78)
		fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", line, title, line, strings.TrimSpace(text))
	}
	for _, m := range p.modules {
		print(m.path+" "+m.version, strings.Join(m.texts, "\n\n"))
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "LICENSE"))
	if err != nil {
		return "", fmt.Errorf("want the licence of Go: %w", err)
	}
	print("The Go standard library and runtime "+p.goVersion, string(text))
	err = filepath.WalkDir(r.source("pipy"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != notices {
			return err
		}
		text, err := os.ReadFile(name)
		b.WriteString("\n" + strings.TrimSpace(string(text)) + "\n")
		return err
	})
	return b.String(), err
}
