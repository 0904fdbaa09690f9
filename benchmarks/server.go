package main

import (
	"embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
)

//go:embed configs scripts
var files embed.FS

var configs = template.Must(template.ParseFS(files, "configs/*"))

// Kinds of servers: how they are configured and started.
const (
	kindNginx   = "nginx"
	kindHAProxy = "haproxy"
	kindPipy    = "pipy"
)

// server is one of the programs that are compared.
type server struct {
	Name    string `json:"name"`
	Path    string `json:"-"`
	Version string `json:"version"`

	kind   string
	lack   map[string]string // why it lacks a feature, by the feature
	stream string            // file of nginx's stream module when it is a separate one
}

// cannot is the error of a measurement that asks for what the server cannot do.
type cannot string

func (c cannot) Error() string { return string(c) }

// setup is what a server is told about one run; templates use its fields.
type setup struct {
	Dir                            string // for temporary files
	Port, Origin, Origin2, Origin3 int
	H2Origin                       int // 0 for none
	Workers, Connections           int
	StreamModule                   string
	Cert, Key                      string // files
	Resume                         bool   // with session tickets
}

// newServer describes the program at path and asks for its version.
func newServer(name, kind, path string) (*server, error) {
	s := &server{Name: name, Path: path, kind: kind}
	flag := map[string]string{kindNginx: "-V", kindHAProxy: "-vv", kindPipy: "--version"}[kind]
	out, err := exec.Command(path, flag).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %.300s", path, flag, err, out)
	}
	s.Version = parseVersion(kind, string(out))
	switch kind {
	case kindNginx:
		s.lack, s.stream = parseNginx(string(out), s.Version)
	case kindHAProxy:
		s.lack = parseHAProxy(string(out))
	}
	if s.stream != "" {
		if _, err := os.Stat(s.stream); err != nil {
			s.lack[featureStream] = noStreamModule
		}
	}
	return s, nil
}

// parseVersion finds the version in what the program prints about itself, "" if
// it says nothing we understand.
func parseVersion(kind, out string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(out), "\n")
	switch kind {
	case kindNginx: // nginx version: nginx/1.22.1
		_, v, _ := strings.Cut(first, "/")
		return v
	case kindHAProxy: // HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/
		if f := strings.Fields(first); len(f) > 2 {
			return f[2]
		}
	case kindPipy: // Version     : 1.5.0
		return parseField(out, "Version")
	}
	return ""
}

// lacks says why the server cannot run the scenario, "" when it can.
func (s *server) lacks(sc *scenario) string {
	return s.lack[sc.needs]
}

// command returns the command line and environment that run the scenario. It
// writes the configuration into st.Dir; the scripts are in the folder scripts.
func (s *server) command(sc *scenario, st setup, scripts string) (argv, env []string, err error) {
	switch s.kind {
	case kindNginx:
		st.StreamModule = s.stream
		file, err := writeConfig("nginx-"+sc.config+".conf", st)
		return []string{s.Path, "-e", "stderr", "-p", st.Dir, "-c", file}, nil, err
	case kindHAProxy:
		file, err := writeConfig("haproxy-"+sc.config+".cfg", st)
		return []string{s.Path, "-db", "-f", file}, nil, err
	}
	argv = []string{s.Path}
	if st.Workers > 1 {
		argv = append(argv, "--reuse-port", "--threads="+strconv.Itoa(st.Workers))
	}
	env = []string{
		"PORT=" + strconv.Itoa(st.Port),
		"ORIGIN=" + strconv.Itoa(st.Origin),
		"ORIGIN_2=" + strconv.Itoa(st.Origin2),
		"ORIGIN_3=" + strconv.Itoa(st.Origin3),
		"H2_ORIGIN=" + strconv.Itoa(st.H2Origin),
		"CERT=" + st.Cert,
		"KEY=" + st.Key,
	}
	return append(argv, filepath.Join(scripts, sc.script)), append(env, sc.env...), nil
}

// writeConfig fills in the template name and returns the path of the file.
func writeConfig(name string, st setup) (string, error) {
	path := filepath.Join(st.Dir, name)
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	if err := configs.ExecuteTemplate(f, name, st); err != nil {
		f.Close()
		return "", err
	}
	return path, f.Close()
}
